"""The environment variables of the process, which a training leaves as they were."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def environment_kept() -> Iterator[None]:
    """Take back the variables that are set within.

    Those that `prepare_process` sets are read once, when TensorFlow and oneDNN first
    compute. What the user's process does or starts afterwards is none of ours.
    """
    before = set(os.environ)
    try:
        yield
    finally:
        for name in os.environ.keys() - before:
            del os.environ[name]
