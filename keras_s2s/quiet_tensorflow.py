"""TensorFlow and Keras as our commands use them."""

import atexit
import gc
import importlib
import logging
import os


def import_tensorflow_quietly() -> None:
    """Import TensorFlow without its announcements, and Keras with float32.

    To be called by commands before anything else imports either. A backend or a type
    of numbers that somebody set for other programs does not reach ours.

    Raises:
        ImportError: It is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
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
    importlib.import_module("keras").config.set_floatx("float32")
    # At its end Python would look for cycles among half a million objects of graphs,
    # several times over, before it gives all memory back anyway.
    atexit.register(gc.freeze)
