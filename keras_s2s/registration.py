"""Makes saved models with our layers loadable after `import keras_s2s`.

Keras loads the classes that are registered, and registering ours means importing Keras,
which takes seconds. So they are registered when Keras is imported, before or after.
"""

import contextlib
import importlib
import os
from typing import Any

_MODULES = (
    "keras_s2s.fast.optimizer",
    "keras_s2s.model.loss",
    "keras_s2s.model.metrics",
    "keras_s2s.model.seq2seq",
)
"""Whatever they import is registered with them."""


def register_with_keras() -> None:
    """Register layers, losses, metrics and optimizers as soon as Keras is there."""
    # Without the extra `train` there is no Keras either.
    with contextlib.suppress(ImportError):
        import wrapt

        wrapt.register_post_import_hook(_register, "keras")


def import_keras_with_tensorflow() -> None:
    """Import Keras, and with it register our classes.

    To be called before any module with a class of ours is imported: registering imports
    all of them.

    Raises:
        ImportError: Keras is set to another backend, or is not installed.
    """
    # Before Keras looks for a backend that may not be installed.
    _check_backend(os.environ.get("KERAS_BACKEND", "tensorflow"))
    importlib.import_module("keras")


def _register(keras: Any) -> None:
    _check_backend(keras.backend.backend())
    for module in _MODULES:
        importlib.import_module(module)


def _check_backend(backend: str) -> None:
    if backend != "tensorflow":
        raise ImportError(
            "keras_s2s must run on Keras' TensorFlow backend: set "
            f"KERAS_BACKEND=tensorflow. Received: {backend}."
        )
