"""The fields of a request, whether they come as JSON or as a form."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from edge_runtime.service.api_error import ApiError, bad_request, shown
from edge_runtime.text.tokenizer import replace_surrogates

_FORMATS: Final = ("text", "html")
_MOST_FIELDS: Final = 100
"""Of a form: six have a meaning."""

_LETTERS = r"[\w'()+,./:=?-]"
_BOUNDARY: Final = re.compile(
    rf';[ \t]*boundary=(?:({_LETTERS}+)|"((?:{_LETTERS}| )+)")',
    re.ASCII | re.IGNORECASE,
)
"""What separates the parts of a form (RFC 2046, section 5.1.1)."""


async def read_fields(
    request: Request, most_bytes: int, seconds: float
) -> Mapping[str, Any]:
    """Return the fields of a body; of a form, those of the address, too.

    Args:
        request: Its body was not read.
        most_bytes: Most bytes of the body.
        seconds: Time that the client has to send it.

    Raises:
        ApiError: The body is too large, too slow, or no JSON object or form.
        ClientDisconnect: The client went away.
    """
    try:
        async with asyncio.timeout(seconds):
            body = await _read_body(request, most_bytes)
    except TimeoutError:
        raise ApiError(
            HTTPStatus.REQUEST_TIMEOUT, f"The request must arrive within {seconds} s"
        ) from None
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        return _read_json(body)
    given: list[tuple[str, Any]] = request.query_params.multi_items()
    if kind == "application/x-www-form-urlencoded":
        given += _read_urlencoded(body)
    elif kind == "multipart/form-data":
        given += await _read_multipart(request, body)
    fields: dict[str, Any] = {}
    for name, value in given:
        fields.setdefault(name, value)
    if "q" in fields:
        # Forms write line ends as CR LF, which would count as two characters.
        fields["q"] = fields["q"].replace("\r\n", "\n").replace("\r", "\n")
    return fields


async def _read_body(request: Request, most_bytes: int) -> bytes:
    declared = request.headers.get("content-length", "")
    too_large = ApiError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The request must be at most {most_bytes} bytes",
    )
    if declared.isdecimal() and int(declared) > most_bytes:
        raise too_large
    parts, length = [], 0
    async for part in request.stream():
        length += len(part)
        if length > most_bytes:
            raise too_large
        parts.append(part)
    return b"".join(parts)


def _read_json(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):  # of text, and of brackets without end
        raise bad_request("Invalid JSON format") from None
    if not isinstance(found, dict):
        raise bad_request("Invalid JSON format")
    return found


def _read_urlencoded(body: bytes) -> list[tuple[str, str]]:
    # Not Starlette's: curl sends `-d q=ü` as it stands, in UTF-8.
    try:
        return parse_qsl(
            body.decode("utf-8", "replace"),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise bad_request("Invalid form") from None


async def _read_multipart(request: Request, body: bytes) -> list[tuple[str, Any]]:
    message: Message = {"type": "http.request", "body": body, "more_body": False}

    async def receive() -> Message:
        return message

    # The boundary alone is passed on, and no charset: forms are UTF-8 (RFC 7578), and a
    # stranger could name a codec such as punycode, which takes minutes for a long text.
    found = _BOUNDARY.search(request.headers["content-type"])
    if found is None:
        raise bad_request("Invalid form")
    kind = f'multipart/form-data; boundary="{found[1] or found[2]}"'
    scope = {**request.scope, "headers": [(b"content-type", kind.encode())]}
    try:
        form = await Request(scope, receive).form(
            max_files=0, max_fields=_MOST_FIELDS, max_part_size=len(body) + 1
        )
    except HTTPException:
        raise bad_request("Invalid form") from None
    return form.multi_items()


@dataclass(frozen=True)
class TranslationRequest:
    """A request to `/translate`, read and checked.

    Attributes:
        texts: At least one text.
        is_list: Whether the client sent a list of texts.
        source: A language code, or `auto`.
        target: A language code.
        is_html: Whether the texts are HTML.
        alternatives: Most translations beside the best one of each text.
    """

    texts: tuple[str, ...]
    is_list: bool
    source: str
    target: str
    is_html: bool
    alternatives: int

    @classmethod
    def from_fields(
        cls,
        fields: Mapping[str, Any],
        *,
        char_limit: int,
        batch_limit: int,
        alternatives_limit: int,
    ) -> "TranslationRequest":
        """Check the fields of a request.

        Raises:
            ApiError: One is missing, wrong, or beyond a limit.
        """
        texts, is_list = read_texts(fields)
        source = _name(fields, "source")
        target = _name(fields, "target")
        try:
            alternatives = max(0, int(fields.get("alternatives") or 0))
        except (TypeError, ValueError, OverflowError):
            raise bad_request(
                "Invalid request: alternatives parameter is not a number"
            ) from None
        if alternatives > alternatives_limit:
            raise bad_request(
                "Invalid request: alternatives parameter must be <= "
                f"{alternatives_limit}"
            )
        if is_list:
            require_limit(len(texts), batch_limit)
        for text in texts:
            require_limit(len(text), char_limit)
        kind = _text(fields, "format") or "text"
        if kind not in _FORMATS:
            raise bad_request(f"{shown(kind)} format is not supported")
        return cls(texts, is_list, source, target, kind == "html", alternatives)


def read_texts(fields: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    """Return the texts of a request, and whether they came as a list.

    Raises:
        ApiError: There is none, or something else than text.
    """
    given = fields.get("q")
    if not given:
        raise bad_request("Invalid request: missing q parameter")
    texts = given if isinstance(given, list) else [given]
    if not all(isinstance(text, str) for text in texts):
        raise bad_request("Invalid request: q parameter is not text")
    return tuple(map(replace_surrogates, texts)), isinstance(given, list)


def require_limit(size: int, limit: int) -> None:
    """Raise `ApiError` if a text, or a list of texts, is beyond its limit."""
    if size > limit:
        raise bad_request(
            f"Invalid request: request ({size}) exceeds text limit ({limit})"
        )


def _name(fields: Mapping[str, Any], name: str) -> str:
    value = _text(fields, name)
    if not value:
        raise bad_request(f"Invalid request: missing {name} parameter")
    return value


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name) or ""
    if not isinstance(value, str):
        raise bad_request(f"Invalid request: `{name}` must be text")
    return value
