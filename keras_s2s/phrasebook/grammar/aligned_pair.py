"""A sentence pair with its gold word alignment."""

from dataclasses import dataclass

_CLOSING = frozenset((",", ".", "?"))


@dataclass(frozen=True, slots=True)
class AlignedPair:
    """A Chinese sentence, its English translation and their word alignment.

    Attributes:
        source_tokens: Chinese words and punctuation marks.
        target_tokens: English words and punctuation marks.
        alignment: Sorted links (source index, target index).
    """

    source_tokens: tuple[str, ...]
    target_tokens: tuple[str, ...]
    alignment: tuple[tuple[int, int], ...]

    @property
    def source(self) -> str:
        """The Chinese sentence, without spaces."""
        return "".join(self.source_tokens)

    @property
    def target(self) -> str:
        """The English sentence as it is written."""
        text = " ".join(self.target_tokens)
        for mark in _CLOSING:
            text = text.replace(f" {mark}", mark)
        return text
