"""Tables of sentence patterns.

A row has the columns `weight | Chinese | English | slots`.

- The weight says how often the pattern is drawn among those of its length, which
  follows: `2`, `2 medium` or `2 long`; without it the pattern is short.
- The two templates are written as `rule` describes.
- The slots are separated by `;` and drawn in the order they are written. `when=past`
  draws from a group of words, `subject=person` calls a sampler, and
  `doing=plan(subject)` hands it what was drawn before. An argument is the name of an
  earlier slot, a group or a number. `first, second=two(towns)` fills two slots at once.
  A slot that only other slots need may be left out of the templates.
- A row whose weight is `else` is another form of the pattern above. A chance among the
  slots of that one, as in `side=sides; 20 %`, decides for its own form or for the next.
  What is drawn before the chance is common to both.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from inspect import signature
from random import Random
from typing import Any, NamedTuple

from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.choice import one_of
from keras_s2s.phrasebook.grammar.pattern import LENGTHS, Draw, Pattern
from keras_s2s.phrasebook.grammar.rule import Rule, rule_of
from keras_s2s.phrasebook.grammar.table import Row

COLUMNS = "weight | Chinese | English | slots"
_CHANCE = re.compile(r"(\d+) %")
_SLOT = re.compile(r"([\w, ]+)=\s*(\w+)(?:\((.*)\))?")

_signature = cache(signature)

Values = dict[str, Any]
Step = Callable[[Random, Values], None]


class _Form(NamedTuple):
    """One form of a pattern.

    Attributes:
        common: Steps that an alternative form goes on from.
        chance: Of taking this form, if there is an alternative.
        own: Steps of this form alone.
        rule: Its templates.
    """

    common: list[Step]
    chance: float | None
    own: list[Step]
    rule: Rule


class PatternParser:
    """Makes patterns of rows.

    Args:
        samplers: What slots may be drawn by: functions of the random generator and
            of their arguments.
        groups: What slots may be drawn from.
    """

    def __init__(
        self,
        samplers: Mapping[str, Callable[..., Any]],
        groups: Mapping[str, tuple[Any, ...]],
    ) -> None:
        if twice := sorted(samplers.keys() & groups.keys()):
            raise ValueError(
                "A sampler and a group must not share their name. "
                f"Received: {', '.join(twice)}."
            )
        self._samplers = samplers
        self._groups = groups

    def parse(self, rows: Iterable[Row], domain: str) -> list[Pattern]:
        """Return the patterns of a table.

        Raises:
            ValueError: If a row is not as the module describes. The message names the
                table and the line.
        """
        patterns: list[list[Row]] = []
        for row in rows:
            if row.fields[0] != "else":
                patterns.append([row])
            elif patterns:
                patterns[-1].append(row)
            else:
                raise row.error("The first row must not be `else`.")
        return [self._pattern(forms, domain) for forms in patterns]

    def _pattern(self, rows: list[Row], domain: str) -> Pattern:
        first = rows[0]
        weight, _, length = first.fields[0].partition(" ")
        if (
            not re.fullmatch(r"\d+(\.\d+)?", weight)
            or (length or "short") not in LENGTHS
        ):
            raise first.error(
                "The weight must be a number, and the length after it medium or long. "
                f"Received: {first.fields[0]}"
            )
        forms: list[_Form] = []
        known: set[str] = set()
        for row in rows:
            forms.append(self._form(row, known))
            if (forms[-1].chance is None) != (row is rows[-1]):
                raise row.error(
                    "A form must have a chance if, and only if, `else` follows it."
                )
        return Pattern(
            domain, first.fields[1], length or "short", float(weight), _draw(forms)
        )

    def _form(self, row: Row, known: set[str]) -> _Form:
        """Compile a form, and add the slots that another one may go on from."""
        _, source, target, slots = row.fields
        rule = rule_of(row, source, target)
        common: list[Step] = []
        own: list[Step] = []
        chance: float | None = None
        drawn = set(known)
        agreed = {item.agrees for item in rule.target} - {"", "subject"}
        needed = rule.target_forms.keys() | agreed
        # A verb that stands in a slot may agree with the subject, too.
        used = {*needed, "subject"}
        for text in filter(None, map(str.strip, slots.split(";"))):
            if (match := _CHANCE.fullmatch(text)) and chance is None:
                chance = int(match[1]) / 100
                known |= drawn
                continue
            step, names, arguments = self._step(row, text, drawn)
            (common if chance is None else own).append(step)
            drawn.update(names)
            used.update(arguments)
        if missing := sorted(needed - drawn):
            raise row.error(f"Every slot must be drawn. Received: {', '.join(missing)}")
        if unused := sorted(drawn - known - used):
            raise row.error(
                "What is drawn must stand in the templates or be an argument. "
                f"Received: {', '.join(unused)}"
            )
        return _Form(common, chance, own, rule)

    def _step(
        self, row: Row, text: str, drawn: set[str]
    ) -> tuple[Step, list[str], list[str]]:
        """Return how to draw slots, their names and the names of the arguments."""
        match = _SLOT.fullmatch(text)
        if match is None:
            raise row.error(f"A slot must be drawn as `name=sampler`. Received: {text}")
        names = [name.strip() for name in match[1].split(",")]
        sampler = self._samplers.get(match[2])
        if sampler is None:
            if match[2] not in self._groups or match[3]:
                raise row.error(
                    "A slot must be drawn by a known sampler or from a known group. "
                    f"Received: {text}"
                )
            sampler = one_of(*self._groups[match[2]])
        arguments = [a.strip() for a in match[3].split(",")] if match[3] else []
        fixed = {a: self._argument(row, a) for a in arguments if a not in drawn}
        try:
            _signature(sampler).bind(Random, *arguments)
        except TypeError as error:
            raise row.error(
                f"The arguments must fit the sampler: {error}. Received: {text}"
            ) from None
        return _step(names, sampler, arguments, fixed), names, arguments

    def _argument(self, row: Row, text: str) -> Any:
        if re.fullmatch(r"\d+", text):
            return int(text)
        if text not in self._groups:
            raise row.error(
                "An argument must be an earlier slot, a group or a number. "
                f"Received: {text}"
            )
        return self._groups[text]


def _step(
    names: list[str],
    sampler: Callable[..., Any],
    arguments: list[str],
    fixed: Mapping[str, Any],
) -> Step:
    def call(rng: Random, values: Values) -> Any:
        return sampler(rng, *[fixed[a] if a in fixed else values[a] for a in arguments])

    def fill_several(rng: Random, values: Values) -> None:
        values.update(zip(names, call(rng, values), strict=True))

    def fill_one(rng: Random, values: Values) -> None:
        values[name] = call(rng, values)

    def fill_plainly(rng: Random, values: Values) -> None:
        values[name] = sampler(rng)

    name = names[0]
    if len(names) > 1:
        return fill_several
    return fill_one if arguments else fill_plainly


def _draw(forms: list[_Form]) -> Draw:
    def draw(rng: Random) -> Aligned:
        values: Values = {}
        for form in forms:
            for step in form.common:
                step(rng, values)
            if form.chance is None or rng.random() < form.chance:
                break
        for step in form.own:
            step(rng, values)
        return form.rule.fill(values)

    return draw
