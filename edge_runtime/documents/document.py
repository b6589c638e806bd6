"""What every format makes of a file."""

from collections.abc import Sequence
from typing import Protocol

from edge_runtime.documents.segment import Segment


class Document(Protocol):
    """A file that was read, with its segments in the order of the file.

    Whoever translates it sets `translation` and `state` of segments.
    """

    @property
    def segments(self) -> Sequence[Segment]:
        """The texts to translate."""
        ...

    @property
    def marks_review(self) -> bool:
        """Whether the format can say that a translation needs a person's look."""
        ...

    def write(self) -> bytes:
        """Return the file with what its segments hold now.

        Raises:
            DocumentError: The file's encoding cannot hold a translation.
        """
        ...
