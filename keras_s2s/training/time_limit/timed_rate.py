"""The learning rate of a training that ends with its time."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class TimedRate:
    """Learning rates by step and by time: warm-up, constant, cosine decay.

    With `h` the highest and `f` the final rate, `w` steps of warm-up, and a decay from
    `b` to `e` seconds:

        rate(s, t) = h                                            for t < b
        rate(s, t) = f + (h - f) (1 + cos(pi (t - b) / (e - b))) / 2    for b <= t <= e

    and `f` after `e`, times `min(1, (s + 1) / w)`. The steps of the warm-up are those
    in which Adam's moments settle, whatever a step costs; the decay follows the clock,
    so it ends in time on a machine that has become slower or faster.

    Attributes:
        highest: Rate after the warm-up.
        final: Rate at the end; one above the highest counts as the highest.
        warmup_steps: Steps of linear rise.
        decay_begin: Seconds of the run at which the decay begins.
        end: Seconds of the run at which it ends.

    Reference:
        [Hägele et al., 2024](https://arxiv.org/abs/2405.18392), section 3, for a
        constant rate with a decay at the end.
    """

    highest: float
    final: float
    warmup_steps: int
    decay_begin: float
    end: float

    def at(self, step: int, seconds: float) -> float:
        """Return the rate of a step, counted from 0, that begins at `seconds`."""
        warmup = min(1.0, (step + 1) / self.warmup_steps) if self.warmup_steps else 1.0
        if seconds >= self.end:
            place = 1.0
        elif seconds <= self.decay_begin:
            place = 0.0
        else:
            place = (seconds - self.decay_begin) / (self.end - self.decay_begin)
        final = min(self.final, self.highest)
        decayed = final + (self.highest - final) * (1 + math.cos(math.pi * place)) / 2
        return warmup * decayed
