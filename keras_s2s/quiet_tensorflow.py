"""TensorFlow, imported without the lines it announces itself with."""

import importlib
import logging
import os


def import_tensorflow_quietly() -> None:
    """Import TensorFlow; to be called by commands before anything else imports it.

    Raises:
        ImportError: It is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Small recurrent models train and export faster on the processor.
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    # Some lines come before anything can be set, from C++ right to the descriptor.
    stderr, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        importlib.import_module("tensorflow")
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)
