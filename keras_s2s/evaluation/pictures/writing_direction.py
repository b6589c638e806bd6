"""The direction in which a text is written."""

import unicodedata


def reads_right_to_left(text: str) -> bool:
    """Return whether the first letter of a text belongs to a right-to-left script.

    Example:
        >>> reads_right_to_left("1. שלום"), reads_right_to_left("hello")
        (True, False)
    """
    directions = (unicodedata.bidirectional(character) for character in text)
    strong = (direction for direction in directions if direction in ("L", "R", "AL"))
    return next(strong, "L") != "L"
