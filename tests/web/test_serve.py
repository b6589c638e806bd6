"""The loopback server, without a browser."""

import errno
import gzip
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import zipfile
from dataclasses import replace
from pathlib import Path, PureWindowsPath

import numpy as np
import onnx
import pytest

from edge_runtime.bundle.open_bundle import open_bundle
from edge_runtime.cli import main
from edge_runtime.commands import serve
from edge_runtime.commands.serve import Site, make_server
from edge_runtime.errors import BundleError
from edge_runtime.text.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def bundle(shared_files, tmp_path_factory):
    return shared_files.write(tmp_path_factory.mktemp("served") / "bundle")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A page of two files, compressed as the build compresses them."""
    page = tmp_path_factory.mktemp("package") / "web_page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html.gz").write_bytes(gzip.compress(b"<!doctype html>"))
    (page / "assets" / "a-1.wasm.gz").write_bytes(gzip.compress(b"\0asm" * 99))
    (page / "icon.png").write_bytes(b"\x89PNG")
    return page


@pytest.fixture
def ask(bundle, page, monkeypatch):
    """A function that sends one request and returns status, headers and body."""
    monkeypatch.setattr(serve, "files", lambda _: page.parent)
    server = make_server(str(bundle))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def ask(path, method="GET", below="/keras-s2s", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
        connection.request(method, below + path, headers=headers)
        response = connection.getresponse()
        answer = response.status, dict(response.getheaders()), response.read()
        connection.close()
        return answer

    yield ask
    server.shutdown()
    server.server_close()


def test_sends_the_page_compressed_to_who_can_read_it(ask):
    status, headers, body = ask("/?a=x", **{"Accept-Encoding": "gzip, br"})
    assert (status, gzip.decompress(body)) == (200, b"<!doctype html>")
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    status, headers, body = ask("/index.html")
    assert (status, body) == (200, b"<!doctype html>")
    assert "Content-Encoding" not in headers


def test_sends_types_and_lifetimes_that_browsers_need(ask):
    _, wasm, body = ask("/assets/a-1.wasm")
    assert (wasm["Content-Type"], body[:4]) == ("application/wasm", b"\0asm")
    assert "immutable" in wasm["Cache-Control"]
    _, icon, body = ask("/icon.png")
    assert (icon["Content-Type"], body) == ("image/png", b"\x89PNG")
    assert icon["Cache-Control"] == "no-cache"
    policy = icon["Content-Security-Policy"].split("; ")
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "connect-src 'self'" in policy


def test_sends_what_is_used_of_the_bundle_as_bytes_that_do_nothing(ask, bundle):
    manifest = json.loads((bundle / "bundle.json").read_text(encoding="utf-8"))
    assert json.loads(ask("/bundle/bundle.json")[2]) == manifest
    for name in {*manifest["files"], "bundle.json"} - {"README.md"}:
        status, headers, body = ask(f"/bundle/{name}")
        assert status == 200
        assert headers["Content-Type"] == "application/octet-stream"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        if name != "bundle.json":
            assert body == (bundle / name).read_bytes()


def test_what_else_a_bundle_lists_is_not_sent(tiny, bundle, page, tmp_path):
    model = (bundle / "shared.spm").read_bytes()
    size = Tokenizer(model).vocab_size
    files = tiny.build_bundle((model, model), (size, size), True, 1, shared=True)
    for name in ("evil.html", "evil.js", "README.md"):
        files = files.with_file(name, b"<script>alert(1)</script>")
    site = Site(page, open_bundle(files.write(tmp_path / "b")))
    for name in ("evil.html", "evil.js", "README.md", "nothing"):
        assert site.answer(f"/keras-s2s/bundle/{name}").status == 404
    graph = files.manifest.encoder
    named = replace(graph, file="encoder.html")
    files = files.with_file("encoder.html", files.files[graph.file])
    site = Site(page, open_bundle(files.write(tmp_path / "c", encoder=named)))
    answer = site.answer("/keras-s2s/bundle/encoder.html")
    assert (answer.status, answer.content_type) == (200, "application/octet-stream")


def test_a_file_of_the_page_that_cannot_be_read_is_said_to_the_browser(
    ask, monkeypatch
):
    def fail(path):
        raise OSError(errno.EIO, os.strerror(errno.EIO), "the page")

    for what in ("iterdir", "read_bytes"):
        with monkeypatch.context() as damaged:
            damaged.setattr(Path, what, fail)
            status, _, body = ask("/index.html")
        assert (status, body) == (500, b"[Errno 5] Input/output error: 'the page'\n")
    assert ask("/index.html")[0] == 200


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConnectionResetError(), ""),
        (KeyError("x"), "edge-translate serve: KeyError: 'x' (set KERAS_S2S_"),
    ],
)
def test_a_request_that_fails_is_at_most_one_line(
    ask, monkeypatch, capsys, error, said
):
    def fail(handler):
        raise error

    with monkeypatch.context() as failing:
        failing.setattr(serve._Handler, "do_GET", fail)
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            ask("/index.html")
    assert ask("/index.html")[0] == 200
    written = capsys.readouterr().err
    assert written.startswith(said)
    assert written.count("\n") == bool(said)


@pytest.mark.parametrize("path", ["", "/", "/?a=x", "/keras-s2s"])
def test_leads_to_the_path_of_the_page(ask, path):
    status, headers, body = ask(path or "/", below="")
    assert (status, headers["Location"], body) == (302, "/keras-s2s/", b"")
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/icon.png", "/bundle/bundle.json", "/index.html"])
def test_other_paths_are_left_to_other_programs(ask, path):
    assert ask(path)[0] == 200
    assert ask(path, below="")[0] == 404
    assert ask(path, below="/keras-s2sx")[0] == 404


def test_a_bundle_that_python_refuses_to_run_is_not_served(
    tiny, bundle, page, tmp_path, monkeypatch
):
    monkeypatch.setattr(serve, "files", lambda _: page.parent)
    model = (bundle / "shared.spm").read_bytes()
    size = Tokenizer(model).vocab_size
    files = tiny.build_bundle((model, model), (size, size), True, 1, shared=True)
    graph = onnx.load_from_string(files.files["encoder.onnx"])
    graph.graph.initializer[0].data_location = onnx.TensorProto.EXTERNAL
    graph.graph.initializer[0].external_data.add(key="location", value=".env")
    outside = files.with_file("encoder.onnx", graph.SerializeToString())
    with pytest.raises(BundleError, match="is no graph that an export writes"):
        make_server(str(outside.write(tmp_path / "outside")))
    looping = files.with_file("encoder.onnx", endless(files.files["encoder.onnx"]))
    with pytest.raises(BundleError, match="is no graph that an export writes"):
        make_server(str(looping.write(tmp_path / "looping")))
    unfit = files.with_file("shared.spm", tiny.train_tokenizer(tiny.TARGET_LINES, 60))
    with pytest.raises(BundleError, match="must have as many pieces"):
        make_server(str(unfit.write(tmp_path / "unfit")))


def endless(content):
    """The graph with a loop before it that does not end."""
    model = onnx.load_from_string(content)
    make = onnx.helper.make_tensor_value_info
    body = onnx.helper.make_graph(
        [onnx.helper.make_node("Identity", ["going"], ["goes_on"])],
        "body",
        [make("round", 7, []), make("going", 9, [])],
        [make("goes_on", 9, [])],
    )
    going = onnx.numpy_helper.from_array(np.array(True), "always")
    model.graph.initializer.append(going)
    loop = onnx.helper.make_node("Loop", ["", "always"], [], body=body)
    model.graph.node.insert(0, loop)
    return model.SerializeToString()


def test_describes_without_sending(ask):
    status, headers, body = ask("/icon.png", "HEAD")
    assert (status, headers["Content-Length"], body) == (200, "4", b"")


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/bundle/", "/bundle/x", "/../serve.py", "/assets/%2e%2e/icon.png",
     "/assets", "/assets/", "/icon.png/x", "/%00", "/..%5C..%5Csecret.txt",
     "/..%5Csecret.txt", "/%2e%2e%5csecret.txt", "/C:%5Csecret.txt", "/C:/secret.txt",
     "/assets%5Ca-1.wasm", "/bundle/..%5Csecret.txt", "/bundle/%2e%2e/secret.txt",
     "/%252e%252e/secret.txt", "/%c0%ae%c0%ae/secret.txt", "/..%2fsecret.txt",
     "/./icon.png", "/assets//a-1.wasm", "/%5C%5Chost%5Cshare", "//[/x",
     "/index.html."],
)  # fmt: skip
def test_sends_nothing_else(ask, page, path):
    (page.parent / "secret.txt").write_text("secret")
    assert ask(path)[0] == 404
    assert ask(path, below="")[0] == 404


def test_requests_are_not_made_into_paths_on_windows_either(bundle, tmp_path):
    class WindowsPage(PureWindowsPath):
        """A page's directory by Windows' rules, where every path leads to a file."""

        def is_file(self):
            return True

        def is_dir(self):
            return False

        def iterdir(self):
            return iter([type(self)(self, "index.html.gz")])

        def read_bytes(self):
            return gzip.compress(b"read")

    site = Site(WindowsPage("C:\\page"), open_bundle(bundle))
    assert site.answer("/keras-s2s/").status == 200
    for path in ("/..%5C..%5Csecret.txt", "/C:%5Csecret.txt", "/secret.txt"):
        assert site.answer(f"/keras-s2s{path}").status == 404


def test_answers_only_to_its_own_name(ask):
    assert ask("/", Host="elsewhere.example:80")[0] == 403
    assert ask("/", Host="localhost")[0] == 200


def test_a_file_that_was_damaged_meanwhile_is_not_sent(bundle, page, tmp_path):
    archive = tmp_path / "bundle.zip"
    with zipfile.ZipFile(archive, "w") as whole:
        for file in bundle.iterdir():
            whole.write(file, file.name)
    site = Site(page, open_bundle(archive))
    assert site.answer("/keras-s2s/bundle/encoder.onnx").status == 200
    content = bytearray(archive.read_bytes())
    place = content.index((bundle / "encoder.onnx").read_bytes()[:64])
    content[place + 32] ^= 1
    archive.write_bytes(content)
    answer = site.answer("/keras-s2s/bundle/encoder.onnx")
    assert answer.status == 500
    assert b"encoder.onnx" in answer.body


def test_says_that_the_page_must_be_built(bundle, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(serve, "files", lambda _: tmp_path)
    with pytest.raises(SystemExit) as end:
        main(["serve", str(bundle)])
    assert end.value.code == 1
    assert "make page" in capsys.readouterr().err


def test_the_command_serve_is_told_apart_from_a_bundle_of_that_name(
    bundle, tmp_path, capsys
):
    with pytest.raises(SystemExit) as end:
        main(["serve", "--help"])
    assert end.value.code == 0
    assert "Serve a page" in capsys.readouterr().out
    with pytest.raises(SystemExit) as end:
        main(["serve"])
    assert end.value.code == 2
    assert "Missing argument 'BUNDLE'" in capsys.readouterr().err
    bundle.rename(tmp_path / "serve")
    try:
        found = subprocess.run(
            [sys.executable, "-m", "edge_runtime", "./serve"],
            input="我爱吃苹果\n".encode(),
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )
    finally:
        (tmp_path / "serve").rename(bundle)
    assert found.stdout.count(b"\n") == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [(["nowhere"], "there is no bundle at nowhere"), (["--port", "x", "b"], "'x'")],
)
def test_mistakes_are_one_line(arguments, complaint, page, monkeypatch, capsys):
    monkeypatch.setattr(serve, "files", lambda _: page.parent)
    with pytest.raises(SystemExit) as end:
        main(["serve", *arguments])
    assert end.value.code == 2
    errors = capsys.readouterr().err
    assert complaint in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_cannot_be_is_a_mistake_of_its_user(bundle, port, capsys):
    with pytest.raises(SystemExit) as end:
        main(["serve", str(bundle), "--port", port])
    errors = capsys.readouterr().err
    assert (end.value.code, errors.count("\n")) == (2, 1)
    assert f"`port` must be from 0 to 65535. Received: {port}." in errors


def test_a_port_in_use_is_named(bundle, page, monkeypatch, capsys):
    monkeypatch.setattr(serve, "files", lambda _: page.parent)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as end:
            main(["serve", str(bundle), "--port", str(port)])
    assert end.value.code == 2
    assert capsys.readouterr().err == (
        "edge-translate serve: `port` must be one that is free. Received: "
        f"127.0.0.1:{port} (Address already in use).\n"
    )
