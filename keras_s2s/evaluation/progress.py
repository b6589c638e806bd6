"""Progress messages on the log, at intervals."""

import logging
import time

logger = logging.getLogger(__name__)

_SECONDS_BETWEEN_MESSAGES = 2.0


class TranslationProgress:
    """Logs the progress of translating a test set, every two seconds at most.

    Args:
        name: Name of the system that translates.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._last = time.perf_counter()

    def __call__(self, done: int, total: int) -> None:
        """Log that `done` of `total` sentences are translated."""
        now = time.perf_counter()
        if now - self._last >= _SECONDS_BETWEEN_MESSAGES and done < total:
            self._last = now
            logger.info(
                "%s: translated %s of %s.", self._name, f"{done:,}", f"{total:,}"
            )
