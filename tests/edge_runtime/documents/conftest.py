"""A translator whose work can be checked: it writes everything in capitals."""

import re
from pathlib import Path

import pytest

from edge_runtime.documents.formats import FORMATS, find_format
from edge_runtime.documents.journal import FoundText, Journal
from edge_runtime.documents.translate_document import translate_document

FILES = Path(__file__).parent / "files"
CARRIED = re.compile(
    r"<[^<>]*>|\{\{.*?\}\}|[$%#]?\{[^{}]*\}|%(?:\([^()]*\)|[0-9]+\$)?(?:ll)?[ds@%]"
)
"""What a translator must not change, written by itself: not the pattern under test."""


def shout(text):
    parts = []
    done = 0
    for match in CARRIED.finditer(text):
        parts += text[done : match.start()].upper(), match.group()
        done = match.end()
    return "".join(parts) + text[done:].upper()


def shout_all(texts):
    return [FoundText(shout(text), True) for text in texts]


@pytest.fixture(scope="session")
def files():
    """Folder with documents as people have them."""
    return FILES


@pytest.fixture(scope="session")
def read():
    """Read a document from a file or from text and the name of its format."""

    def read_any(content, name=None, *, encoding=None, target="de"):
        if isinstance(content, Path):
            found = FORMATS[name] if name else find_format(content)
            content = content.read_bytes()
        else:
            found = FORMATS[name]
        if isinstance(content, str):
            content = content.encode()
        return found.read(content, encoding, target)

    return read_any


@pytest.fixture(scope="session")
def translate():
    """Translate a document by a function of texts, by default into capitals."""

    def run(document, function=shout_all, **options):
        return translate_document(document, function, Journal(None, ""), **options)

    return run


@pytest.fixture(scope="session")
def each_text():
    """Make a function of texts from one of a text."""

    def make(function):
        return lambda texts: [FoundText(function(text), True) for text in texts]

    return make
