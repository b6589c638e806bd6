"""The command `edge-translate serve`: the page that translates in a browser."""

import functools
import gzip
import sys
import webbrowser
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from importlib.resources.abc import Traversable
from urllib.parse import unquote, urlsplit

import click

from edge_runtime.bundle.open_bundle import Bundle, open_bundle
from edge_runtime.commands.errors import OneLineErrors, describe_error
from edge_runtime.commands.screen import show
from edge_runtime.contract import MANIFEST_FILE
from edge_runtime.errors import BundleError
from edge_runtime.listening import check_address, told_to_the_user

_PAGE = "web_page"
_ADDRESS = "127.0.0.1"
_OWN_NAMES = ("127.0.0.1", "localhost")
_PATH = "keras-s2s/"
"""Where the page is: its service worker must not answer for other programs' pages."""

_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "wasm": "application/wasm",
    "webmanifest": "application/manifest+json",
}
_PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_BUNDLE_POLICY = "sandbox; default-src 'none'"
"""A bundle is a stranger's: opened in a browser, none of its files may do anything."""

_BYTES = "application/octet-stream"


@dataclass(frozen=True)
class Answer:
    """What a request gets: a status, a body, and what describes the body."""

    status: HTTPStatus
    body: bytes
    content_type: str = "text/plain; charset=utf-8"
    compressed: bool = False
    cache_control: str = "no-cache"
    policy: str = _PAGE_POLICY
    location: str | None = None


@dataclass(frozen=True)
class Site:
    """The built page, and below it, in `bundle/`, what a translation needs.

    Attributes:
        page: Directory of the built page, its files compressed by gzip.
        bundle: The bundle.
    """

    page: Traversable
    bundle: Bundle

    def answer(self, target: str) -> Answer:
        """Return what the server says to a request.

        Args:
            target: Path and query as they stand in the request.
        """
        try:
            path = unquote(urlsplit(target).path).removeprefix("/")
        except ValueError:
            return _missing()
        if path in ("", _PATH.removesuffix("/")):
            return Answer(
                HTTPStatus.FOUND, b"", cache_control="no-store", location=f"/{_PATH}"
            )
        if not path.startswith(_PATH):
            return _missing()
        path = path.removeprefix(_PATH)
        directory, _, name = path.rpartition("/")
        try:
            if directory == "bundle":
                return self._bundle_file(name)
            return self._page_file(path or "index.html")
        except (BundleError, OSError) as error:
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, f"{error}\n".encode())

    @functools.cached_property
    def _page_files(self) -> dict[str, Traversable]:
        """The page's files by their paths.

        A request is looked up here, and never made into a path: what separates
        directories, and what leads out of them, differs between systems.
        """
        return dict(_files_below(self.page, ""))

    def _bundle_file(self, name: str) -> Answer:
        if name == MANIFEST_FILE:
            content = self.bundle.manifest.to_json().encode()
        elif name in self.bundle.manifest.used_files:
            content = self.bundle.read(name)
        else:
            return _missing()
        return Answer(HTTPStatus.OK, content, _BYTES, policy=_BUNDLE_POLICY)

    def _page_file(self, path: str) -> Answer:
        # Names in `assets` change with the content.
        lasting = "public, max-age=31536000, immutable"
        cache_control = lasting if path.startswith("assets/") else "no-cache"
        for name, compressed in ((f"{path}.gz", True), (path, False)):
            if name in self._page_files:
                content = self._page_files[name].read_bytes()
                return Answer(
                    HTTPStatus.OK, content, _type_of(path), compressed, cache_control
                )
        return _missing()


def _files_below(place: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in place.iterdir():
        if entry.is_dir():
            yield from _files_below(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", entry


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, site: Site, *arguments: object) -> None:
        self._site = site
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Send a file."""
        self._send(self._answer(), with_body=True)

    def do_HEAD(self) -> None:
        """Describe a file."""
        self._send(self._answer(), with_body=False)

    def _answer(self) -> Answer:
        # A page elsewhere whose name leads here must not read the bundle.
        host = self.headers.get("Host", "").partition(":")[0]
        if host not in _OWN_NAMES:
            return Answer(HTTPStatus.FORBIDDEN, b"Open the page as localhost.\n")
        return self._site.answer(self.path)

    def _send(self, answer: Answer, with_body: bool) -> None:
        body = answer.body
        accepted = "gzip" in self.headers.get("Accept-Encoding", "")
        if answer.compressed and not accepted:
            body = gzip.decompress(body)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", answer.cache_control)
        self.send_header("Content-Security-Policy", answer.policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        if answer.location is not None:
            self.send_header("Location", answer.location)
        if answer.compressed:
            self.send_header("Vary", "Accept-Encoding")
            if accepted:
                self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent: whoever tries a page out does not read logs."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say in one line what went wrong with a request; the server goes on."""
        error = sys.exception()
        # A browser that closes its connection has what it wants.
        if isinstance(error, Exception) and not isinstance(error, ConnectionError):
            message, _exit_code = describe_error(error)
            click.echo(f"edge-translate serve: {message}", err=True)


def is_page_built() -> bool:
    """Return whether there is a page to serve: wheels carry it, a checkout makes it."""
    return (files("edge_runtime") / _PAGE / "index.html.gz").is_file()


def make_server(bundle: str, port: int = 0) -> ThreadingHTTPServer:
    """Return a server on the loopback address, not yet serving.

    Args:
        bundle: Directory or zip file that `export-onnx` wrote.
        port: Port to listen at; 0 for any that is free.

    Raises:
        BundleError: The bundle is incomplete, damaged or too new, or cannot be
            translated with; the page, which checks less, would have to find out.
        RuntimeError: The page was not built.
        UserError: The port is in use, or forbidden.
        ValueError: There is no such port.
    """
    # Imported here, so that --help and mistakes are answered at once.
    from edge_runtime.model.translation_model import load_model

    check_address(_ADDRESS, port)
    if not is_page_built():
        raise RuntimeError(
            "the page must be built before it is served: run `make page` in the "
            "checkout, which needs Node 20.19 or newer. Wheels carry it."
        )
    opened = open_bundle(bundle)
    load_model(opened)
    handler = functools.partial(_Handler, Site(files("edge_runtime") / _PAGE, opened))
    with told_to_the_user(_ADDRESS, port, "`port` must be one that is free"):
        return _Server((_ADDRESS, port), handler)


@click.command(
    "edge-translate serve",
    cls=OneLineErrors,
    epilog="""\b
Example:
  edge-translate serve models/zh-en --open

With --api it serves programs instead, with LibreTranslate's HTTP interface: see
edge-translate serve --api --help.
""",
)
@click.argument("bundle", type=click.Path())
@click.option("--port", type=int, default=8765, help="Port; 0 for any that is free.")
@click.option("--open", "opens", is_flag=True, help="Open the page in a browser.")
def serve_command(*, bundle: str, port: int, opens: bool) -> None:
    """Serve a page that translates with BUNDLE in the browser, on this machine only."""
    with make_server(bundle, port) as server:
        url = f"http://localhost:{server.server_port}/{_PATH}"
        show(f"Translating at {url} (Ctrl-C to stop)")
        if opens:
            webbrowser.open(url)
        server.serve_forever()


def _type_of(name: str) -> str:
    return _TYPES.get(name.rpartition(".")[2], _BYTES)


def _missing() -> Answer:
    return Answer(HTTPStatus.NOT_FOUND, b"There is no such file here.\n")
