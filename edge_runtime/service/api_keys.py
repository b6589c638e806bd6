"""Who may use the service."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from edge_runtime.errors import UserError
from edge_runtime.files.readable import read_input
from edge_runtime.service.api_error import ApiError, bad_request

_MOST_BYTES = 16_000_000


@dataclass(frozen=True)
class ApiKeys:
    """Keys of clients; the keys themselves are not kept.

    Attributes:
        limits: Texts a minute by the digest of a key; `None` for the service's limit.
    """

    limits: Mapping[bytes, int | None]

    @classmethod
    def from_file(cls, path: str | Path) -> "ApiKeys":
        """Read keys from lines of key, or of key, tab, texts a minute.

        Empty lines, and those that begin with `#`, are left out.

        Raises:
            InputError: It is a device, or too large to be a list of keys.
            UserError: A line is something else, or there is no key.
        """
        try:
            text = read_input(Path(path), _MOST_BYTES).decode("utf-8")
        except UnicodeDecodeError as error:
            raise UserError(f"{path} must be UTF-8. Received: {error}.") from None
        limits = dict(_read_lines(path, text.split("\n")))
        if not limits:
            raise UserError(f"{path} must hold at least one key. Received: none.")
        return cls(limits)

    def check(self, key: object) -> tuple[str, int | None]:
        """Return what names a client in counts, and its texts a minute.

        Raises:
            ApiError: The key is missing or unknown.
        """
        if not key:
            raise bad_request("Please contact the server operator to get an API key")
        digest = _digest(str(key))
        if digest not in self.limits:
            raise ApiError(HTTPStatus.FORBIDDEN, "Invalid API key")
        return digest.hex(), self.limits[digest]


def _read_lines(
    path: str | Path, lines: Iterable[str]
) -> Iterable[tuple[bytes, int | None]]:
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        key, _, limit = (part.strip() for part in line.partition("\t"))
        if not key or (limit and not (limit.isdecimal() and int(limit))):
            # The line is not shown: it holds a key.
            raise UserError(
                f"{path}, line {number}, must be a key, or a key, a tab and a number "
                "of texts a minute that is at least 1."
            )
        yield _digest(key), int(limit) if limit else None


def _digest(key: str) -> bytes:
    # Compared as digests: how long that takes tells nothing about a key.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
