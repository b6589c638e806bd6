"""The largest values of options that take memory or threads."""

from typing import Final

PROCESSES: Final = 256
"""Most processes: each takes the memory of a translator of its own."""

THREADS: Final = 1024
"""Most threads: onnxruntime waits for ever where the system refuses it one."""

BATCH_SIZE: Final = 65_536
"""Most sentences per batch: all of a batch are in memory at once."""


def check_range(name: str, value: int, maximum: int) -> None:
    """Raise `ValueError` unless an option is at least 1 and at most `maximum`."""
    if value < 1:
        raise ValueError(f"`{name}` must be at least 1. Received: {value}.")
    if value > maximum:
        raise ValueError(f"`{name}` must be at most {maximum}. Received: {value}.")
