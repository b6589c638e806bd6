"""How far a long translation has come, in the log."""

import logging

logger = logging.getLogger(__name__)


def log_translated(done: int) -> None:
    """Say now and then how many texts were translated."""
    if done % 1024 == 0:
        logger.info("Translated: %d sentences", done)
