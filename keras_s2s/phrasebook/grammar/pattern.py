"""Sentence patterns and the tables that collect them by domain."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from keras_s2s.phrasebook.grammar.aligned import Aligned, Slot
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.selection.people import clash
from keras_s2s.phrasebook.words.people import Person

Draw = Callable[[Random], Aligned]
LENGTHS = ("short", "medium", "long")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way to draw sentences.

    Attributes:
        domain: Part of daily life.
        name: Chinese template, or the name of the function that draws.
        length: `"short"` (one clause), `"medium"` or `"long"`.
        weight: How often it is drawn among the patterns of its length.
        draw: Draws a sentence, without final period or capital letter.
    """

    domain: str
    name: str
    length: str
    weight: float
    draw: Draw


class PatternTable:
    """The patterns of one domain, in the order they are written.

    Args:
        domain: Part of daily life.
    """

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self.patterns: list[Pattern] = []

    def rule(
        self,
        source: str,
        target: str,
        *,
        weight: float = 1.0,
        length: str = "short",
        **samplers: Callable[[Random], Slot],
    ) -> None:
        """Add a rule whose slots are drawn independently of each other.

        Args:
            source: Chinese template, see `rule`.
            target: English template.
            weight: As in `Pattern`.
            length: As in `Pattern`.
            **samplers: Sampler of each slot. `subject` and `other` are redrawn until
                they can take different parts in one clause.
        """

        def draw(rng: Random) -> Aligned:
            values = {name: sampler(rng) for name, sampler in samplers.items()}
            subject, other = values.get("subject"), values.get("other")
            while (
                isinstance(subject, Person)
                and isinstance(other, Person)
                and clash(subject, other)
            ):
                values["other"] = other = samplers["other"](rng)
            return weave(source, target, **values)  # type: ignore[arg-type]

        self.patterns.append(Pattern(self.domain, source, length, weight, draw))

    def drawn(
        self, *, weight: float = 1.0, length: str = "short"
    ) -> Callable[[Draw], Draw]:
        """Add the decorated function as a pattern."""

        def add(draw: Draw) -> Draw:
            self.patterns.append(
                Pattern(self.domain, draw.__name__, length, weight, draw)
            )
            return draw

        return add
