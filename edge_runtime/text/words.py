"""Words of a text, on which alignments are reported."""

from collections.abc import Iterator

from edge_runtime.text.lazy_pattern import LazyPattern
from edge_runtime.text.tokenizer import Span

CJK = (
    "\u2e80-\u2fdf\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Ranges of characters whose scripts do not put spaces between words."""

_MARKS = "。，、；：？！…「」『』（）《》〈〉“”‘’"

CJK_TEXT = f"{CJK}{_MARKS}\uff00-\uff65"
"""The same and their punctuation, which touches words."""

_WORD = LazyPattern(rf"[{CJK}]|[{_MARKS}]+|[^\s{CJK}{_MARKS}]+")


def word_spans(text: str) -> list[Span]:
    """Return where the words of a text stand, in characters.

    A word is a run of characters without white space; every Chinese or Japanese
    character, and every run of their punctuation marks, is a word of its own.

    Example:
        >>> text = "我爱 New York。"
        >>> [text[begin:end] for begin, end in word_spans(text)]
        ['我', '爱', 'New', 'York', '。']
    """
    return list(iterate_words(text))


def iterate_words(text: str) -> Iterator[Span]:
    """Yield what `word_spans` returns, for texts of millions of words."""
    return (match.span() for match in _WORD.compiled.finditer(text))


def is_cjk(character: str) -> bool:
    """Return whether a character is written without spaces around its word."""
    return bool(_CJK_CHARACTER.compiled.match(character))


_CJK_CHARACTER = LazyPattern(f"[{CJK_TEXT}]")
