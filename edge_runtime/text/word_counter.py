"""Numbers of the words of a text that is read piece by piece."""

from edge_runtime.text.words import iterate_words


class WordCounter:
    """Counts the words of a text as `word_spans` finds them in the whole text.

    Example:
        >>> counter = WordCounter()
        >>> [counter.read(piece) for piece in ("New Yo", "rk is ", "big")]
        [0, 1, 3]
    """

    def __init__(self) -> None:
        self._count = 0
        self._last = ""

    def read(self, piece: str) -> int:
        """Return the number of a piece's first word, and count its words.

        A piece that goes on with the last word of the one before begins with the number
        of that word.

        Args:
            piece: The next characters of the text.
        """
        goes_on = list(iterate_words(self._last + piece[:1])) == [(0, 2)]
        first = self._count - goes_on
        self._count = first + sum(1 for _ in iterate_words(piece))
        self._last = piece[-1:] or self._last
        return first

    def copy(self) -> "WordCounter":
        """Return a counter that goes on from here by itself."""
        counter = WordCounter()
        counter._count, counter._last = self._count, self._last
        return counter
