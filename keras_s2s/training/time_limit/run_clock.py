"""How long a training has taken, all its starts together."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from edge_runtime.files.replacement import replace_file
from keras_s2s.files.layouts import CLOCK_FILE
from keras_s2s.run.run_file import read_run_file


class RunClock:
    """Counts the seconds of a run.

    Args:
        earlier: Seconds of the starts before this one.
        now: What tells the time, in seconds from whenever.
        started: When this start began, by `now`; by default at this moment.
    """

    def __init__(
        self,
        earlier: float = 0.0,
        now: Callable[[], float] = time.monotonic,
        started: float | None = None,
    ) -> None:
        self._earlier = earlier
        self._now = now
        self._started = now() if started is None else started

    def elapsed(self) -> float:
        """Return the seconds so far."""
        return self._earlier + self._now() - self._started

    def add_earlier(self, seconds: float) -> None:
        """Count the seconds of earlier starts, too."""
        self._earlier += seconds

    def write(self, path: Path) -> None:
        """Write the seconds so far into a run directory."""
        content = json.dumps({"elapsed_seconds": round(self.elapsed(), 3)})
        replace_file(path / CLOCK_FILE, f"{content}\n".encode())


def read_elapsed(path: Path) -> float:
    """Return the seconds that a run directory has written down; 0 if it has none.

    The file says more than the last checkpoint where a training was killed, but nothing
    else depends on it. So one that is damaged counts as missing.
    """
    try:
        content = json.loads(read_run_file(path / CLOCK_FILE))
        return max(0.0, float(content["elapsed_seconds"]))
    except (OSError, ValueError, TypeError, LookupError):
        return 0.0
