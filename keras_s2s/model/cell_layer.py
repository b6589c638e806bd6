"""A layer around a decoder cell."""

from typing import Any

import keras

from keras_s2s.arguments import instance_of
from keras_s2s.model.configured_layer import ConfiguredLayer
from keras_s2s.model.decoder_cells import DecoderCell


class CellLayer(ConfiguredLayer):
    """What the loop over a target and the single step share.

    Args:
        cell: Either decoder cell.
    """

    def __init__(self, cell: DecoderCell, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cell = instance_of("cell", cell, DecoderCell)

    def build(self, projected_inputs_shape: Any, states_shape: Any = None) -> None:
        """Create the cell's weights."""
        if not self.cell.built:
            self.cell.build((None, projected_inputs_shape[-1]))
        self.built = True

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs to make an equal layer."""
        cell = keras.saving.serialize_keras_object(self.cell)
        return {**super().get_config(), "cell": cell}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return an equal layer."""
        cell = keras.saving.deserialize_keras_object(config["cell"])
        return cls(**{**config, "cell": cell})
