"""Rules that hold a hypothesis to the slots of its source."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from edge_runtime.arrays import IntArray


class SlotToken(NamedTuple):
    """One slot that a hypothesis must have.

    Attributes:
        token_id: Its id in the target vocabulary.
        parent: The pair that it stands within: place of the opening slot among the
            slots; negative, -1 for the innermost, for a pair that is open from the
            beginning.
        opens: Whether it opens a pair; one that no slot closes stays open at the end.
        closes: The pair that it closes, as in `parent`.
    """

    token_id: int
    parent: int | None = None
    opens: bool = False
    closes: int | None = None


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
    """The slots that a hypothesis must have, each exactly once, well nested.

    A slot may follow where the innermost pair that is open is the one that it stands
    within in the source. A pair may be closed once everything is there that stands
    within it. Nothing else is said of the order of slots.

    Attributes:
        slots: The slots in the order of the source.
        reserved: Ids of all slots of the vocabulary; the other ones are excluded.
        excluded: Ids that are excluded besides: those of digits, where all numbers are
            slots. A number would stand there twice otherwise.
    """

    slots: Sequence[SlotToken]
    reserved: range
    excluded: IntArray | None = None
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
        remaining, open_pairs = self._start()
        places: list[int | None] = []
        for token_id in token_ids:
            if token_id in self.reserved:
                place = self._next(token_id, remaining, open_pairs)
                places.append(place)
                self._take(place, remaining, open_pairs)
        return places

    def _allowed(self, emitted: Sequence[int]) -> Allowed:
        remaining, open_pairs = self._start()
        for token_id in emitted:
            place = self._next(token_id, remaining, open_pairs)
            self._take(place, remaining, open_pairs)
        ids = (
            self.slots[place].token_id
            for place in sorted(remaining)
            if self._fits(place, remaining, open_pairs)
        )
        return Allowed(tuple(dict.fromkeys(ids)), len(remaining))

    def _start(self) -> tuple[set[int], list[int]]:
        """Return the places of all slots, and the pairs open at the beginning."""
        opened_before = sorted(pair for pair in self._closed if pair and pair < 0)
        return set(range(len(self.slots))), opened_before

    @cached_property
    def _closed(self) -> frozenset[int | None]:
        return frozenset(slot.closes for slot in self.slots)

    def _next(
        self, token_id: int, remaining: set[int], open_pairs: list[int]
    ) -> int | None:
        """Return the first slot of the source that an emitted slot can be."""
        for place in sorted(remaining):
            if self.slots[place].token_id == token_id and self._fits(
                place, remaining, open_pairs
            ):
                return place
        return None

    def _fits(self, place: int, remaining: set[int], open_pairs: list[int]) -> bool:
        slot = self.slots[place]
        innermost = open_pairs[-1] if open_pairs else None
        if slot.closes is None and slot.parent != innermost:
            return False
        if slot.closes is not None and slot.closes != innermost:
            return False
        if slot.closes is None and not (slot.opens and place not in self._closed):
            return True
        # What ends the stretch between two slots comes after everything in it.
        return not any(
            other != place and self.slots[other].parent == innermost
            for other in remaining
        )

    def _take(
        self, place: int | None, remaining: set[int], open_pairs: list[int]
    ) -> None:
        if place is None:
            return
        remaining.discard(place)
        if self.slots[place].opens:
            open_pairs.append(place)
        elif self.slots[place].closes is not None:
            open_pairs.pop()
