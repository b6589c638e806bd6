"""A line for every round of a training with a time limit."""

import logging
from typing import Any

import keras

logger = logging.getLogger(__name__)


class RoundReport(keras.callbacks.Callback):
    """Logs how far a training has come; Keras' progress bar knows no clock.

    Args:
        limit: The limit in seconds.
    """

    def __init__(self, limit: float) -> None:
        super().__init__()
        self._limit = limit

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Log a line; must follow the callbacks whose logs it shows."""
        logs = logs or {}
        bleu = f", val_bleu {logs['val_bleu']:.2f}" if "val_bleu" in logs else ""
        logger.info(
            "%.1f of %.1f minutes: %.1f passes over the text, learning rate %.5f, "
            "loss %.3f%s",
            logs["minutes"],
            self._limit / 60,
            logs["passes"],
            logs["learning_rate"],
            logs["loss"],
            bleu,
        )
