"""Fixtures of all tests; imports no TensorFlow."""

import os
import sys

# TensorFlow announces itself in several lines, and looks for graphics cards.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

# Models of tests are tiny: a second thread costs more than it gives.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")


def pytest_unconfigure(config):
    """End a worker at once: taking down what TensorFlow built takes ten seconds."""
    if hasattr(config, "workerinput"):  # it has told everything
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def pytest_collection_modifyitems(items):
    """Begin with the files of slow tests: no core waits for the last of them."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
