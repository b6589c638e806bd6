"""The service from start to end."""

import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from pathlib import Path

import uvicorn

from edge_runtime.bundle.open_bundle import open_bundle
from edge_runtime.language_identifier import LanguageIdentifier
from edge_runtime.listening import check_address, told_to_the_user
from edge_runtime.service.api_keys import ApiKeys
from edge_runtime.service.application import Backend, build_application, build_refusal
from edge_runtime.service.connection import BoundedConnection
from edge_runtime.service.directions import Direction, Directions
from edge_runtime.service.jobs import JobQueue
from edge_runtime.service.metrics import Metrics
from edge_runtime.service.options import ServiceOptions
from edge_runtime.service.workers import Workers
from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.translator import Translator

logger = logging.getLogger(__name__)


def run_service(
    bundles: Sequence[str | Path],
    *,
    host: str = "127.0.0.1",
    port: int = 5000,
    decoding: DecodingOptions | None = None,
    options: ServiceOptions | None = None,
    keys: ApiKeys | None = None,
    batch_size: int = 32,
    threads: int = 1,
    started: Callable[[str, int], object] = lambda host, port: None,
) -> None:
    """Serve bundles until the process is told to stop, by SIGTERM or Ctrl-C.

    What was accepted by then is finished.

    Args:
        bundles: Directories or zip files that `export-onnx` wrote, of different
            directions.
        host: Address to listen at.
        port: Port to listen at; 0 for any that is free.
        decoding: How to decode; each bundle's defaults if not given.
        options: Limits.
        keys: Who may use the service; everybody if not given.
        batch_size: Sentences that are translated together.
        threads: Number of threads within one operator.
        started: Called with address and port once the service accepts requests.

    Raises:
        BundleError: A bundle is incomplete, damaged or too new.
        ValueError: Two bundles have one direction, a model cannot serve `decoding`, or
            there is no such address.
        UserError: The address cannot be listened at.
        RuntimeError: A process does not start.
    """
    check_address(host, port)
    options = options or ServiceOptions()
    manifests = [open_bundle(path).manifest for path in bundles]
    directions = Directions(
        [Direction(each.source_language, each.target_language) for each in manifests]
    )
    # Told here, once: what is wrong with a bundle or with the options.
    translators = [Translator(path, decoding, threads=threads) for path in bundles]
    with _listen(host, port, options.connection_limit) as listening:
        metrics = Metrics()
        queue = JobQueue(options.queue_limit)
        workers = Workers(
            translators,
            queue,
            processes=options.processes,
            batch_size=batch_size,
            count_batch=metrics.batches.observe,
        )
        # The processes have models of their own.
        translators.clear()
        metrics.watch("edge_translate_queue_texts", "Texts that wait", queue.__len__)
        metrics.watch(
            "edge_translate_worker_restarts",
            "Processes that were started in place of others",
            lambda: workers.restarts,
        )
        try:
            backend = Backend(
                directions,
                queue,
                lambda: workers.are_failing,
                _identifier_of(directions),
                keys,
                options,
                metrics,
            )
            address, found_port = listening.getsockname()[:2]
            started(address, found_port)
            with _quiet_end():
                _serve(backend, listening)
        finally:
            workers.close()


def _serve(backend: Backend, listening: socket.socket) -> None:
    options = backend.options
    connection = type(
        "Connection",
        (BoundedConnection,),
        {
            "seconds": options.seconds_to_send,
            "connection_limit": options.connection_limit,
            "busy": build_refusal(
                backend, HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections"
            ),
            "headers_too_long": build_refusal(
                backend,
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                "The address and the headers of a request must be at most 64 KiB",
            ),
        },
    )
    # Their warnings are of what clients do, and anybody could fill a log with them.
    for name in ("uvicorn", "python_multipart"):
        logging.getLogger(name).setLevel(logging.ERROR)
    config = uvicorn.Config(
        build_application(backend),
        http=connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=options.seconds_to_stop,
    )
    uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int, backlog: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with told_to_the_user(host, port):
        return socket.create_server((host, port), family=family, backlog=backlog)


def _identifier_of(directions: Directions) -> LanguageIdentifier | str:
    try:
        return LanguageIdentifier(directions.languages)
    except ModuleNotFoundError:
        return 'it needs pip install "keras-s2s[identify]"'
    except ValueError as error:
        return str(error)


@contextlib.contextmanager
def _quiet_end() -> Iterator[None]:
    """End without an error on SIGTERM, which uvicorn raises again at its end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
