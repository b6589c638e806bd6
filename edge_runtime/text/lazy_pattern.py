"""Regular expressions that are compiled when the first text needs them."""

import re
from functools import cached_property


class LazyPattern:
    """A pattern that costs nothing before it is used.

    Classes of thousands of characters take milliseconds to compile, for which a process
    that translates one sentence would wait.

    Args:
        pattern: The regular expression.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(self.pattern)
