"""A span of time as people write it: 90m, 1h30m, 5400s."""

import re

import click

_NUMBER = r"(\d+(?:\.\d+)?)"
_LONGEST = 10_000 * 3600
_DURATION = re.compile(f"(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s)?")


def seconds_of(text: str) -> float:
    """Return the seconds of a text such as `1h30m`; the type of an option.

    Raises:
        click.BadParameter: It is no such text, or says no time at all.
    """
    found = _DURATION.fullmatch(text.strip().lower())
    if found:
        hours, minutes, rest = (float(part or 0) for part in found.groups())
        seconds = 3600 * hours + 60 * minutes + rest
        if 0 < seconds <= _LONGEST:
            return seconds
    raise click.BadParameter(
        "A time must be above zero, at most 10000h, and written such as 90m, 1h30m or "
        "5400s. "
        f"Received: {text}."
    )
