"""LibreTranslate's HTTP interface over the bundles that are served."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge_runtime.documents.html_references import unescape
from edge_runtime.documents.soundness import TAG
from edge_runtime.language_identifier import LanguageIdentifier
from edge_runtime.service.api_error import ApiError, bad_request
from edge_runtime.service.api_keys import ApiKeys
from edge_runtime.service.directions import Directions, language_name
from edge_runtime.service.jobs import Found, Job, JobQueue, Task
from edge_runtime.service.metrics import CONTENT_TYPE, Metrics
from edge_runtime.service.options import ServiceOptions
from edge_runtime.service.rate_limit import RateLimit
from edge_runtime.service.request_fields import (
    TranslationRequest,
    read_fields,
    read_texts,
    require_limit,
)
from edge_runtime.text.tokenizer import replace_surrogates

_DAYS_20: Final = 20 * 24 * 60 * 60
_CLIENT_CLOSED_REQUEST: Final = 499
"""The status that is counted where a client did not wait for its answer."""


@dataclass(frozen=True)
class Backend:
    """What answers requests.

    Attributes:
        directions: Of the bundles.
        queue: Takes the texts.
        are_failing: Whether nobody takes them out of the queue.
        identifier: Tells the languages apart that are served; or what is in the way of
            that, in a few words.
        keys: Who may use the service; `None` for everybody.
        options: Limits.
        metrics: Counts.
    """

    directions: Directions
    queue: JobQueue
    are_failing: Callable[[], bool]
    identifier: LanguageIdentifier | str
    keys: ApiKeys | None
    options: ServiceOptions
    metrics: Metrics


def build_application(backend: Backend) -> Starlette:
    """Return the ASGI application.

    Args:
        backend: What answers its requests.
    """
    endpoints = _Endpoints(backend)
    routes = [
        Route("/translate", endpoints.translate, methods=["POST"]),
        Route("/detect", endpoints.detect, methods=["POST"]),
        Route("/languages", endpoints.languages, methods=["GET"]),
        Route("/frontend/settings", endpoints.settings, methods=["GET"]),
        Route("/health", endpoints.health, methods=["GET"]),
        Route("/metrics", endpoints.metrics, methods=["GET"]),
    ]
    paths = frozenset(route.path for route in routes)
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(_Measured, metrics=backend.metrics, paths=paths),
            # As LibreTranslate: pages of any origin may use it. There are no cookies.
            Middleware(
                _JsonCors,
                allow_origins=["*"],
                allow_methods=["GET", "POST"],
                allow_headers=["Authorization", "Content-Type"],
                max_age=_DAYS_20,
            ),
        ],
        exception_handlers={
            ApiError: _answer_api_error,
            HTTPException: _answer_http_error,
            ClientDisconnect: _answer_nobody,
            Exception: _answer_failure,
        },
    )


def build_refusal(backend: Backend, status: HTTPStatus, message: str) -> ASGIApp:
    """Return an ASGI application that refuses all requests, and ends connections.

    Args:
        backend: Counts them.
        status: What is answered.
        message: What is wrong.
    """
    refusal = _error(status, message, {"Connection": "close"})
    return _Measured(refusal, backend.metrics, frozenset())


class _JsonCors(CORSMiddleware):
    """Says in JSON what it refuses, as every error is said."""

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if response.status_code == HTTPStatus.OK:
            return response
        headers = dict(response.headers)
        for name in ("content-type", "content-length"):
            del headers[name]
        return _error(response.status_code, bytes(response.body).decode(), headers)


class _Endpoints:
    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._rate = RateLimit()

    async def translate(self, request: Request) -> Response:
        fields = await self._fields(request)
        key, options = self._key(fields), self._backend.options
        parsed = TranslationRequest.from_fields(
            fields,
            char_limit=options.char_limit,
            batch_limit=options.batch_limit,
            alternatives_limit=options.alternatives_limit,
        )
        self._take(request, key, len(parsed.texts))
        target = self._backend.directions.language(parsed.target)
        detected = [self._source(text, parsed) for text in parsed.texts]
        found = await self._find(
            request, parsed, [code for code, _ in detected], target
        )
        content: dict[str, Any] = {"translatedText": [each.text for each in found]}
        if parsed.source == "auto":
            content["detectedLanguage"] = [
                {"confidence": confidence, "language": code}
                for code, confidence in detected
            ]
        if parsed.alternatives:
            content["alternatives"] = [list(each.alternatives) for each in found]
        if not parsed.is_list:
            content = {name: values[0] for name, values in content.items()}
        return JSONResponse(content)

    async def detect(self, request: Request) -> Response:
        fields = await self._fields(request)
        key = self._key(fields)
        texts, is_list = read_texts(fields)
        if is_list:
            require_limit(len(texts), self._backend.options.batch_limit)
        for text in texts:
            require_limit(len(text), self._backend.options.char_limit)
        self._take(request, key, 1)
        ranked = self._rank("\n".join(texts))
        # What is improbable is of no use to anybody; the first always is.
        likely = [each for each in ranked if each[1] >= 1.0] or ranked[:1]
        return JSONResponse(
            [
                {"confidence": confidence, "language": code}
                for code, confidence in likely
            ]
        )

    async def languages(self, request: Request) -> Response:
        return JSONResponse(self._backend.directions.listed())

    async def settings(self, request: Request) -> Response:
        backend = self._backend
        first = backend.directions.first
        return JSONResponse(
            {
                "charLimit": backend.options.char_limit,
                "frontendTimeout": 500,
                "apiKeys": backend.keys is not None,
                "keyRequired": backend.keys is not None,
                "suggestions": False,
                "filesTranslation": False,
                "supportedFilesFormat": [],
                "language": {
                    "source": {
                        "code": first.source,
                        "name": language_name(first.source),
                    },
                    "target": {
                        "code": first.target,
                        "name": language_name(first.target),
                    },
                },
            }
        )

    async def health(self, request: Request) -> Response:
        if self._backend.are_failing():
            return JSONResponse(
                {"status": "error"}, status_code=HTTPStatus.SERVICE_UNAVAILABLE
            )
        return JSONResponse({"status": "ok"})

    async def metrics(self, request: Request) -> Response:
        return Response(self._backend.metrics.render(), media_type=CONTENT_TYPE)

    async def _fields(self, request: Request) -> Mapping[str, Any]:
        options = self._backend.options
        return await read_fields(request, options.body_limit, options.seconds_to_send)

    def _key(self, fields: Mapping[str, Any]) -> tuple[str, int | None] | None:
        keys = self._backend.keys
        return None if keys is None else keys.check(fields.get("api_key"))

    def _take(
        self, request: Request, key: tuple[str, int | None] | None, texts: int
    ) -> None:
        """Count texts for a client, which is a key, or an address without keys."""
        address = request.client.host if request.client else ""
        client, limit = key or (address, None)
        limit = limit or self._backend.options.req_limit
        if limit is not None:
            self._rate.take(client, texts, limit)

    def _source(self, text: str, parsed: TranslationRequest) -> tuple[str, float]:
        """Return the source language of a text, and how sure that is, up to 100."""
        if parsed.source != "auto":
            return self._backend.directions.language(parsed.source), 100.0
        read = unescape(TAG.sub(" ", text)) if parsed.is_html else text
        return self._rank(read)[0]

    def _rank(self, text: str) -> list[tuple[str, float]]:
        identifier = self._backend.identifier
        if isinstance(identifier, str):
            raise bad_request(f"auto is not supported: {identifier}")
        ranked = identifier.rank(text)
        return [(code, round(100 * probability, 1)) for code, probability in ranked]

    async def _find(
        self,
        request: Request,
        parsed: TranslationRequest,
        sources: Sequence[str],
        target: str,
    ) -> list[Found]:
        """Wait for the translations of the texts of a request."""
        backend = self._backend
        if backend.are_failing():
            raise ApiError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "The translation processes do not start",
                retry_after=10,
            )
        hypotheses = 1 if parsed.is_html else parsed.alternatives + 1
        bundles = [backend.directions.find(source, target) for source in sources]
        loop = asyncio.get_running_loop()
        jobs = [
            Job(Task(bundle, hypotheses), text, parsed.is_html, loop.create_future())
            for text, bundle in zip(parsed.texts, bundles, strict=True)
            if bundle is not None
        ]
        if jobs:
            await _wait(request, backend.queue, jobs)
        for text, source in zip(parsed.texts, sources, strict=True):
            backend.metrics.texts.labels(source, target).inc()
            backend.metrics.characters.labels(source, target).inc(len(text))
        answers = iter(jobs)
        return [
            Found(text) if bundle is None else next(answers).answer.result()
            for text, bundle in zip(parsed.texts, bundles, strict=True)
        ]


async def _wait(request: Request, queue: JobQueue, jobs: Sequence[Job]) -> None:
    """Wait until all jobs are done, as long as the client waits, too.

    Raises:
        ApiError: One failed, or the queue is full.
        ClientDisconnect: The client went away.
    """
    queue.add(jobs)
    # Not `asyncio.gather`, which prints an error where it is given up.
    all_done = asyncio.ensure_future(_wait_for_all(jobs))
    # The body was read: there is nothing more to receive but the end.
    gone = asyncio.ensure_future(request.receive())
    both: set[asyncio.Future[Any]] = {all_done, gone}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not all_done.done():
            raise ClientDisconnect
        all_done.result()
    finally:
        for each in both:
            each.cancel()
        unanswered = [job for job in jobs if not job.answer.done()]
        for job in unanswered:
            job.answer.cancel()
        queue.discard(unanswered)


async def _wait_for_all(jobs: Sequence[Job]) -> None:
    """Wait until all jobs are done; raise the error of the first that failed."""
    await asyncio.wait([job.answer for job in jobs])
    # Every error is fetched: asyncio prints those that nobody fetches.
    errors = [job.answer.exception() for job in jobs]
    for error in filter(None, errors):
        raise error


class _Measured:
    """Counts requests and the time that they take."""

    def __init__(self, app: ASGIApp, metrics: Metrics, paths: frozenset[str]) -> None:
        self._app = app
        self._metrics = metrics
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begin = time.perf_counter()
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        endpoint = scope["path"] if scope["path"] in self._paths else "other"
        self._metrics.in_flight.inc()
        try:
            await self._app(scope, receive, send_and_note)
        finally:
            self._metrics.in_flight.dec()
            seconds = time.perf_counter() - begin
            self._metrics.observe_request(endpoint, status, seconds)


def _error(
    status: int, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    # Half a surrogate, which JSON can hold, may stand in what a message repeats.
    return JSONResponse({"error": replace_surrogates(message)}, status, headers)


async def _answer_api_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, ApiError):
        raise error
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if error.status in (
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ):
        # The rest of the body is not read.
        headers["Connection"] = "close"
    return _error(error.status, error.message, headers)


async def _answer_http_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return _error(error.status_code, error.detail, error.headers)


async def _answer_nobody(_: Request, __: Exception) -> Response:
    return _error(_CLIENT_CLOSED_REQUEST, "The client went away")


async def _answer_failure(_: Request, __: Exception) -> Response:
    return _error(HTTPStatus.INTERNAL_SERVER_ERROR, "The service failed")
