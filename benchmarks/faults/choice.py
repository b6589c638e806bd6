"""Which of all possible faults are tried."""

import random
from collections import Counter

from faults.case import Case
from faults.fault import Fault, Operation
from faults.tree import plain

Candidate = tuple[Case, Fault, Operation]
"""A case, a fault, and the operation at which it happens."""


def choose(
    possible: dict[str, list[Candidate]], count: int, rng: random.Random
) -> list[Candidate]:
    """Return about so many faults, as many of each command where it has so many.

    Args:
        possible: All faults, by command.
        count: How many to return.
        rng: Draws them.
    """
    chosen: list[Candidate] = []
    by_size = sorted(possible.values(), key=len)
    for place, found in enumerate(by_size):
        share = (count - len(chosen)) // (len(by_size) - place)
        chosen += _spread(found, rng)[:share]
    rng.shuffle(chosen)
    return chosen


def _spread(found: list[Candidate], rng: random.Random) -> list[Candidate]:
    """Return faults in an order that begins with different ones.

    First comes one of each kind at each kind of operation on each file, then a second
    one: most operations are writes to a few files, all others would hardly be drawn.
    """
    times: Counter[tuple[Case, str, str, str]] = Counter()
    ranked = []
    for candidate in rng.sample(found, len(found)):
        case, fault, operation = candidate
        what = case, fault.kind, operation.name, plain(operation.path)
        ranked.append((times[what], candidate))
        times[what] += 1
    return [candidate for _, candidate in sorted(ranked, key=lambda one: one[0])]
