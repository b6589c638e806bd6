"""Work beside the training, held to a share of the time."""

from collections.abc import Iterator
from contextlib import contextmanager

from keras_s2s.training.time_limit.run_clock import RunClock


class Pace:
    """Decides when work beside the training is due, by what it cost before.

    Args:
        clock: The clock of the run.
        share: Share of the time that the work may take.
        first: Seconds of the run before which it is not done.
    """

    def __init__(self, clock: RunClock, share: float, first: float = 0.0) -> None:
        self._clock = clock
        self._share = share
        self._first = first
        self._spent = 0.0
        self._begun = clock.elapsed()
        self.cost = 0.0
        """Seconds that doing it once is expected to take."""

    def is_due(self) -> bool:
        """Return whether the work fits into its share of this start's time by now."""
        elapsed = self._clock.elapsed()
        return elapsed >= self._first and self._spent + self.cost <= self._share * (
            elapsed - self._begun
        )

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measure what the work inside costs."""
        start = self._clock.elapsed()
        yield
        self.cost = self._clock.elapsed() - start
        self._spent += self.cost
