"""Loops: the same phrase time after time, which a decoder falls into."""

from collections.abc import Sequence

_LONGEST_PHRASE = 16
"""In tokens; some eight words."""

_MOST_REPEATS = 4
"""What language repeats on purpose, as in "ha ha ha ha"."""


def most_repeats(source_ids: Sequence[int]) -> int:
    """Return how often a phrase may stand in a translation, time after time.

    Args:
        source_ids: Ids of the source; what it repeats may be repeated as often.
    """
    most = _MOST_REPEATS
    for phrase in range(1, min(_LONGEST_PHRASE, len(source_ids) // (most + 1)) + 1):
        same = 0
        for place in range(phrase, len(source_ids)):
            if source_ids[place] == source_ids[place - phrase]:
                same += 1
                most = max(most, same // phrase + 1)
            else:
                same = 0
    return most


def begins_loop(history: list[int], token_id: int, most: int) -> bool:
    """Return whether a token repeats a phrase more often than is allowed.

    Args:
        history: Ids of the hypothesis so far, as a list.
        token_id: The token that would follow.
        most: How often a phrase may stand there, time after time.
    """
    # Most tokens are none of the last ones: nothing else is looked at then.
    if token_id not in history[-_LONGEST_PHRASE:]:
        return False
    longest = min(_LONGEST_PHRASE, (len(history) + 1) // (most + 1))
    return any(
        history[-phrase] == token_id
        and all(
            history[-place] == history[-place - phrase]
            for place in range(1, phrase * most)
        )
        for phrase in range(1, longest + 1)
    )
