"""Numbers that options take."""

import math
from typing import Any

import click


class NumberRange(click.FloatRange):
    """A range of numbers, which "not a number" is in none of."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number of a text."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value} is no number.", param, ctx)
        return number
