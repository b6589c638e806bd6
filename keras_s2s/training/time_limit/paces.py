"""What validation and checkpoints may cost in a training with a time limit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import keras

from keras_s2s.training.time_limit.pace import Pace
from keras_s2s.training.time_limit.run_clock import RunClock

_VALIDATION_SHARE = 0.025
_CHECKPOINT_SHARE = 0.008
_SAMPLES_SHARE = 0.003

_FIRST_VALIDATION = 0.2
"""Share of the limit before which there is no validation: a model that has learned
little translates badly and slowly."""

_ONE_VALIDATION = 0.02
"""Largest share of the limit that a validation of an untrained model may take, whose
translations are as long as they can be; later ones take less."""

_FIRST_SAMPLES = 5.0
"""Seconds until the first pictures are drawn; the next ones are measured."""

_SHORTEST = 1e-6
"""Seconds; a clock may not have moved."""

_WARM_UP_PAIRS = 4
_TIMED_PAIRS = 64
_BYTES_PER_WEIGHT = 6 * 4
"""A checkpoint holds weights, two moments, their average, and the weights once more."""
_BYTES_PER_SECOND = 2e8
"""A disk that writes slowly; the first checkpoint is measured."""


@dataclass(frozen=True)
class Paces:
    """The paces of all that happens beside the training.

    Their shares are below 5 % together, with what is always done at the end.

    Attributes:
        validation: Of validation, the best weights included.
        checkpoint: Of the state to resume from.
        samples: Of translations and pictures for TensorBoard.
        clock: The clock of the run.
    """

    validation: Pace
    checkpoint: Pace
    samples: Pace
    clock: RunClock

    @classmethod
    def within(
        cls,
        limit: float,
        clock: RunClock,
        *,
        validation_share: float = _VALIDATION_SHARE,
        first_share: float = _FIRST_VALIDATION,
    ) -> Self:
        """Return the paces of a run.

        Args:
            limit: Its limit in seconds.
            clock: Its clock.
            validation_share: Share of the time that validation may take.
            first_share: Share of the limit before which there is no validation.
        """
        first = first_share * limit
        return cls(
            validation=Pace(clock, validation_share, first),
            checkpoint=Pace(clock, _CHECKPOINT_SHARE),
            samples=Pace(clock, _SAMPLES_SHARE, first),
            clock=clock,
        )

    def finishing(self) -> float:
        """Return the seconds that are expected after the last step of a training."""
        # The files are written, and the weights read again.
        return self.validation.cost + 2 * self.checkpoint.cost

    def expect(
        self,
        limit: float,
        model: keras.Model,
        translate: Callable[[int], None],
        pairs: int,
    ) -> int:
        """Expect costs before anything was done; measure those of a validation.

        Args:
            limit: The limit in seconds.
            model: What is trained.
            translate: Translates a number of validation pairs.
            pairs: Number of validation pairs.

        Returns:
            How many of the pairs one validation has the time for.
        """
        self.checkpoint.cost = (
            model.count_params() * _BYTES_PER_WEIGHT / _BYTES_PER_SECOND
        )
        self.samples.cost = _FIRST_SAMPLES
        # The first translation compiles the graphs.
        translate(min(pairs, _WARM_UP_PAIRS))
        timed = min(pairs, _TIMED_PAIRS)
        start = self.clock.elapsed()
        translate(timed)
        cost = (self.clock.elapsed() - start) / timed
        affordable = max(timed, int(_ONE_VALIDATION * limit / max(cost, _SHORTEST)))
        self.validation.cost = cost * min(pairs, affordable)
        return min(pairs, affordable)
