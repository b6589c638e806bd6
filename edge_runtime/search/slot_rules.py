"""Rules that hold a hypothesis to the slots of its source."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from edge_runtime.arrays import IntArray


class SlotGroup(NamedTuple):
    """Slots that stand beside each other, because a pair of tags encloses them.

    Attributes:
        first: The first of them, in the order of the source.
        end: The one behind the last.
        is_first: Whether they come before all others.
        is_last: Whether they come after all others.
    """

    first: int
    end: int
    is_first: bool = False
    is_last: bool = False

    def has(self, slot: int) -> bool:
        """Return whether a slot is one of the group."""
        return self.first <= slot < self.end


class Allowed(NamedTuple):
    """What may follow a hypothesis.

    Attributes:
        slot_ids: Ids of the slots that may follow, each once.
        missing: How many slots the hypothesis lacks; it cannot end before none is.
    """

    slot_ids: tuple[int, ...]
    missing: int


@dataclass(frozen=True)
class SlotRules:
    """The slots that a hypothesis must have, each exactly once.

    Nothing is said of their order but that groups stand together.

    Attributes:
        slots: Ids of the slots in the order of the source.
        reserved: Ids of all slots of the vocabulary; the other ones are excluded.
        excluded: Ids that are excluded besides: those of digits, where all numbers are
            slots. A number would stand there twice otherwise.
        groups: What must stand together. Two groups share no slot, or one of them is
            part of the other.
    """

    slots: Sequence[int]
    reserved: range
    excluded: IntArray | None = None
    groups: Sequence[SlotGroup] = ()
    _known: dict[tuple[int, ...], Allowed] = field(default_factory=dict, repr=False)

    def allowed(self, history: Sequence[int]) -> Allowed:
        """Return what may follow a hypothesis.

        Args:
            history: Ids that it has so far.
        """
        emitted = tuple(token for token in history if token in self.reserved)
        found = self._known.get(emitted)
        if found is None:
            found = self._known[emitted] = self._allowed(emitted)
        return found

    def places(self, token_ids: Sequence[int]) -> list[int | None]:
        """Return which slot of the source each slot of a hypothesis is.

        Args:
            token_ids: Ids of the hypothesis.

        Returns:
            Per slot of the hypothesis, in order, its place among `slots`; `None` for a
            slot that the rules do not allow there.
        """
        remaining = set(range(len(self.slots)))
        last: int | None = None
        places: list[int | None] = []
        for token_id in token_ids:
            if token_id in self.reserved:
                places.append(self._next(token_id, remaining, last))
                if places[-1] is not None:
                    last = places[-1]
                    remaining.discard(last)
        return places

    def _allowed(self, emitted: Sequence[int]) -> Allowed:
        taken = [place for place in self.places(emitted) if place is not None]
        remaining = set(range(len(self.slots))).difference(taken)
        last = taken[-1] if taken else None
        ids = (
            self.slots[place]
            for place in sorted(remaining)
            if self._fits(place, remaining, last)
        )
        return Allowed(tuple(dict.fromkeys(ids)), len(remaining))

    def _next(self, token_id: int, remaining: set[int], last: int | None) -> int | None:
        """Return the first slot of the source that an emitted slot can be."""
        for place in sorted(remaining):
            if self.slots[place] == token_id and self._fits(place, remaining, last):
                return place
        return None

    def _fits(self, place: int, remaining: set[int], last: int | None) -> bool:
        """Return whether a slot may follow the last one."""
        for group in self.groups:
            if group.has(place):
                if group.is_last and not all(map(group.has, remaining)):
                    return False
            elif (
                # A group that has begun goes on until it is whole.
                group.is_first or (last is not None and group.has(last))
            ) and any(map(group.has, remaining)):
                return False
        return True
