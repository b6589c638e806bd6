"""Weights as one file of named arrays: `best.weights.npz` and `last.weights.npz`.

An array has the name of its weight in the model, such as
`forward_0/cell/recurrent_kernel`, so a file can be read by any program, and outlives a
change of the layers' classes. Every array has a checksum, that of the zip format.
"""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

NamedWeights = Mapping[str, npt.NDArray[np.floating[Any]]]


_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    # What zipfile and numpy raise of kinds of entries that they do not read.
    *(ValueError, KeyError, EOFError, OSError, RuntimeError),
)


class WeightsError(ValueError):
    """Weights are damaged, or are not those of the model."""


class DamagedWeightsError(WeightsError):
    """A file holds no weights that can be read."""


def weight_name(variable: keras.Variable) -> str:
    """Return the name of a weight, whichever model it was built in."""
    path: str = variable.path
    # The decoder's cell stands in the loop of teacher forcing and in the single step.
    return path.removeprefix("decoder_loop/").removeprefix("cell_step/")


def weights_to_bytes(model: keras.Model) -> bytes:
    """Return the weights of a model as the content of a file."""
    content = io.BytesIO()
    weights = {weight_name(variable): variable.numpy() for variable in model.weights}
    np.savez(content, **weights)
    return content.getvalue()


def weights_from_bytes(content: bytes) -> NamedWeights:
    """Read what `weights_to_bytes` wrote; run nothing that it holds.

    Raises:
        DamagedWeightsError: It is damaged.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except _DAMAGE as error:
        # Of another file numpy says how to load it unsafely.
        reason = "what is no array" if "pickle" in str(error) else error
        raise DamagedWeightsError(
            f"Weights must be undamaged. Received: {reason}"
        ) from None


def assign_weights(model: keras.Model, weights: NamedWeights) -> None:
    """Give a model its weights.

    Raises:
        WeightsError: Names or shapes are not those of the model.
    """
    variables = {weight_name(variable): variable for variable in model.weights}
    missing, unknown = variables.keys() - weights, weights.keys() - variables
    if missing or unknown:
        raise WeightsError(
            "Weights must be those of the model. "
            f"Missing: {', '.join(sorted(missing)) or 'none'}; "
            f"unknown: {', '.join(sorted(unknown)) or 'none'}."
        )
    for name, variable in variables.items():
        if tuple(variable.shape) != weights[name].shape:
            raise WeightsError(
                f"The weight {name} must have shape {tuple(variable.shape)}. "
                f"Received: {weights[name].shape}."
            )
    for name, variable in variables.items():
        variable.assign(weights[name])
