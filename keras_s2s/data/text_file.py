"""Files of text as they come: plain, compressed, or pipes, which are copied aside."""

import bz2
import codecs
import gzip
import io
import lzma
import shutil
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast

from edge_runtime.files.readable import require_readable

COMPRESSION_SUFFIXES: Final = (".gz", ".xz", ".zst", ".bz2")
"""Ends of the names of compressed files; what a file is, its first bytes tell."""


class CorpusError(ValueError):
    """A corpus cannot be read as sentence pairs; the message names file and line."""


class TextCopy:
    """What a pipe gave, in a temporary file that can be read any number of times.

    The file has no name on systems that allow it, so that nothing of it is left,
    whatever ends the process.

    Args:
        path: The pipe or device, read to its end.

    Raises:
        CorpusError: It cannot be read, or there is no room for what it gives.
        InputError: It is a device that may never end.
    """

    def __init__(self, path: Path) -> None:
        require_readable(path)
        self.file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self.reading = threading.Lock()
        try:
            with path.open("rb") as pipe:
                shutil.copyfileobj(pipe, self.file)
            self.file.flush()
        except OSError as error:
            self.file.close()
            raise CorpusError(
                f"{path} cannot be copied to {tempfile.gettempdir()}, from where it is "
                f"read several times: {error.strerror}. TMPDIR names another place."
            ) from None

    def open(self) -> io.BufferedReader:
        """Return a file that begins at the first byte."""
        return io.BufferedReader(_CopyReading(self))


class _CopyReading(io.RawIOBase):
    """One reading of a copy, with a place of its own."""

    def __init__(self, copy: TextCopy) -> None:
        self._copy = copy
        self._place = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with self._copy.reading:
            self._copy.file.seek(self._place)
            content = self._copy.file.read(len(buffer))
        self._place += len(content)
        buffer[: len(content)] = content
        return len(content)


def is_read_once(path: Path) -> bool:
    """Return whether a path leads to a pipe or a device."""
    return path.exists() and not path.is_file() and not path.is_dir()


def plain_name(path: Path) -> str:
    """Return the name of a file without the end that says how it is compressed."""
    suffix = path.suffix.lower()
    return path.stem if suffix in COMPRESSION_SUFFIXES else path.name


def packed(path: Path, content: bytes) -> bytes:
    """Return what a file holds, compressed if the end of its name says so."""
    match path.suffix.lower():
        case ".gz":
            return gzip.compress(content, mtime=0)
        case ".bz2":
            return bz2.compress(content)
        case ".xz":
            return lzma.compress(content)
        case ".zst":
            compressed: bytes = _zstd().compress(content)
            return compressed
    return content


@contextmanager
def open_content(path: Path, copy: TextCopy | None = None) -> Iterator[BinaryIO]:
    """Open a file for reading, what is compressed as what is in it.

    Args:
        path: The file.
        copy: What it gave, where it can be read once only.

    Raises:
        CorpusError: It cannot be opened or read, or it is compressed and damaged.
        InputError: It is a device that may never end.
    """
    if copy is None:
        require_readable(path)
    try:
        with copy.open() if copy else path.open("rb") as file:
            yield _unpacked(file, path)
    except EOFError:
        raise CorpusError(
            f"{path} is compressed and incomplete: its end is missing."
        ) from None
    except _damages() as error:
        raise CorpusError(f"{path} is compressed and damaged: {error}.") from None
    except OSError as error:
        # What bz2 finds wrong has no number.
        reason = error.strerror or str(error)
        hint = " Standard input is /dev/stdin." if path.name == "-" else ""
        raise CorpusError(f"{path} cannot be read: {reason}.{hint}") from None


def read_lines(
    path: Path,
    listener: Callable[[bytes], object] | None = None,
    copy: TextCopy | None = None,
) -> Iterator[str]:
    """Read the lines of a UTF-8 file, without their ends.

    Args:
        path: The file, plain or compressed.
        listener: Called with the bytes of each line, its end included, unpacked.
        copy: What it gave, where it can be read once only.

    Raises:
        CorpusError: The file cannot be opened or unpacked, or a line is not UTF-8.
    """
    with open_content(path, copy) as file:
        for number, line in enumerate(file, start=1):
            if number == 1:
                _require_utf8(path, line)
            if listener:
                listener(line)
            encoding = "utf-8-sig" if number == 1 else "utf-8"
            try:
                text = line.decode(encoding)
            except UnicodeDecodeError as error:
                raise CorpusError(
                    f"Text must be UTF-8. {path}, line {number} is not "
                    f"(byte {error.start + 1}: {error.reason}). If it is Latin-1, "
                    "convert it with `iconv -f ISO-8859-1 -t UTF-8`."
                ) from None
            yield text.removesuffix("\n").removesuffix("\r")


def _zstd() -> Any:
    """Return the module that reads Zstandard: of Python 3.14, or its backport."""
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]
    except ModuleNotFoundError:
        from backports import zstd
    return zstd


def _damages() -> tuple[type[Exception], ...]:
    """Return the errors that say that compressed data are wrong."""
    errors: tuple[type[Exception], ...]
    errors = (gzip.BadGzipFile, lzma.LZMAError, zlib.error)
    try:
        return (*errors, _zstd().ZstdError)
    except ModuleNotFoundError:
        return errors


_OPENERS: Final[dict[bytes, Callable[[Any], Any]]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
    # Other libraries take a file that was cut off for a whole one.
    b"\x28\xb5\x2f\xfd": lambda file: _zstd().open(file),
}
"""How files are unpacked, by how they begin."""


def _unpacked(file: io.BufferedReader, path: Path) -> BinaryIO:
    beginning = file.peek(8)[:8]
    if beginning.startswith(b"PK\x03\x04"):
        raise CorpusError(
            f"Text must be UTF-8. {path} is an archive of files: unpack it with "
            "`unzip`."
        )
    for mark, opener in _OPENERS.items():
        if beginning.startswith(mark):
            # Lines are asked for one by one, and their decoders have no buffer.
            return cast(BinaryIO, io.BufferedReader(opener(file)))
    return file


def _require_utf8(path: Path, first_line: bytes) -> None:
    """Refuse what is not UTF-8 and can be told by its beginning."""
    # Every second byte of UTF-16 is zero where the text is ASCII, which is UTF-8 too.
    if first_line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or (
        3 * first_line.count(0) > len(first_line) > 1
    ):
        raise CorpusError(
            f"Text must be UTF-8. {path} is UTF-16: convert it with "
            "`iconv -f UTF-16 -t UTF-8`."
        )
