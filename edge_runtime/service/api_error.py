"""What a client is told instead of an answer."""

from http import HTTPStatus
from typing import Final

_LONGEST_SHOWN: Final = 80
"""Characters of a client's text that an error repeats."""


class ApiError(Exception):
    """A request that gets no translation.

    Args:
        status: Status of the response.
        message: What the client is told, as the field `error` of a JSON object.
        retry_after: Seconds after which the client may try again; `None` where that
            would change nothing.
    """

    def __init__(
        self, status: HTTPStatus, message: str, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after = retry_after


def bad_request(message: str) -> ApiError:
    """Return the error of a request that is wrong as it is."""
    return ApiError(HTTPStatus.BAD_REQUEST, message)


def shown(text: str) -> str:
    """Return a text of a client as an error repeats it: cut where it is long."""
    if len(text) <= _LONGEST_SHOWN:
        return text
    return f"{text[:_LONGEST_SHOWN]}…"
