"""Weights as earlier releases wrote them: Keras' HDF5 files, by the classes of layers.

They are read by the names that the layers had, without Keras, which would follow links
to other files.
"""

import re
from pathlib import Path

import h5py
import numpy as np

from keras_s2s.config import ModelConfig
from keras_s2s.run.weights import NamedWeights, WeightsError

_WEIGHTS_OF = {
    "embedding": ["embeddings"],
    "layer_normalization": ["gamma", "beta"],
    "norm": ["gamma", "beta"],
    "attention": ["query_kernel", "energy_kernel"],
    "cell": ["recurrent_kernel", "recurrent_bias"],
    "dense": ["kernel", "bias"],
}
"""Names of the weights that a layer of each kind had, in their order."""


def read_hdf5_weights(file: Path, config: ModelConfig) -> NamedWeights:
    """Read the weights of a run that an earlier release trained.

    Args:
        file: `best.weights.h5` or `last.weights.h5`.
        config: The architecture.

    Raises:
        WeightsError: It is damaged, or holds something else.
    """
    names = _LayerNames(config)
    weights = {}
    try:
        with h5py.File(file, "r") as content:
            for path, dataset in _datasets(content):
                weights[names.of(path)] = np.asarray(dataset)
    except (OSError, KeyError, RuntimeError) as error:
        raise WeightsError(f"Weights must be undamaged. Received: {error}") from None
    return weights


def _datasets(group: h5py.Group, prefix: str = "") -> list[tuple[str, h5py.Dataset]]:
    """Return all datasets of a file by their path; refuse links to other files."""
    found = []
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise WeightsError(
                f"Weights must stand in their file. Received a link: {prefix}{name}."
            )
        item = group[name]
        if isinstance(item, h5py.Group):
            found += _datasets(item, f"{prefix}{name}/")
        elif item.external:
            raise WeightsError(
                "Weights must stand in their file. Received another file's: "
                f"{prefix}{name}."
            )
        else:
            found.append((f"{prefix}{name}", item))
    return found


class _LayerNames:
    """What a layer that was filed under its class and number is called today."""

    def __init__(self, config: ModelConfig) -> None:
        directions = ["forward", "backward"][: 1 + config.bidirectional]
        states = config.decoder_layers * (2 if config.cell == "lstm" else 1)
        bridges = [f"bridge_{index}" for index in range(states)]
        keys = ["key_projection"] if config.attention == "bahdanau" else []
        self._encoder = {
            "embedding": ["source_embedding"],
            "recurrence": [
                f"{direction}_{layer}"
                for layer in range(config.encoder_layers)
                for direction in directions
            ],
            "layer_normalization": [
                f"norm_{layer}" for layer in range(config.encoder_layers)
            ],
            "dense": [*keys, *bridges],
        }
        self._tied = config.tied_embeddings != "none"

    def of(self, path: str) -> str:
        """Return the name of the weight at a path such as `layers/dense/vars/0`."""
        match = re.fullmatch(r"layers/(.+)/vars/(\d+)", path)
        if match is None:
            raise WeightsError(f"Weights must stand below `layers`. Received: {path}.")
        parts, number = match[1].split("/"), int(match[2])
        try:
            return self._name(parts, number)
        except (IndexError, KeyError, ValueError):
            raise WeightsError(
                f"Weights must be those of the recipe's model. Received: {path}."
            ) from None

    def _name(self, parts: list[str], number: int) -> str:
        if parts[:2] == ["functional", "layers"]:
            kind, place = _kind_and_place(parts[2])
            layer = self._encoder[kind][place]
            inner = parts[3] if kind == "recurrence" else kind
            return _joined(
                layer, parts[3:], {"projection": "dense"}.get(inner, inner), number
            )
        if parts == ["readout"]:
            names = ["output_bias/bias"]
            if not self._tied:
                names.insert(0, "output_projection/kernel")
            return names[number]
        if parts[0] == "readout":
            kind = "norm" if parts[1] == "norm" else "dense"
            return _joined("readout", parts[1:], kind, number)
        if parts[:2] == ["decoder_loop", "cell"]:
            return self._cell_name(parts[2:], number)
        layer = {"embedding": "target_embedding", "dense": "token_projection"}[parts[0]]
        return _joined(layer, [], parts[0], number)

    def _cell_name(self, parts: list[str], number: int) -> str:
        if parts[0] == "cells":
            place = _kind_and_place(parts[1])[1]
            return _joined("decoder_cell", [f"cell_{place}"], "cell", number)
        if parts[0] == "upper_projections":
            place = _kind_and_place(parts[1])[1]
            name = f"projection_{place + 1}"
            return _joined("decoder_cell", [name], "dense", number)
        kind = {
            "attention": "attention",
            "context_projection": "dense",
            "query_cell": "cell",
        }[parts[0]]
        return _joined("decoder_cell", parts, kind, number)


def _kind_and_place(name: str) -> tuple[str, int]:
    """Split `recurrence_2` into its kind and its number; the first has none."""
    match = re.fullmatch(r"(.+?)(?:_(\d+))?", name)
    if match is None:
        raise ValueError(name)
    return match[1], int(match[2] or 0)


def _joined(layer: str, parts: list[str], kind: str, number: int) -> str:
    return "/".join([layer, *parts, _WEIGHTS_OF[kind][number]])
