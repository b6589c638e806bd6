"""Layers that are made again from the arguments of their constructor."""

import inspect
from typing import Any, ClassVar

import keras


class ConfiguredLayer(keras.layers.Layer):
    """A layer that keeps each argument of its constructor as an attribute.

    Attributes:
        config_attributes: Names of attributes that are not the arguments'.
    """

    config_attributes: ClassVar[dict[str, str]] = {}

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs to make an equal layer."""
        parameters = inspect.signature(type(self).__init__).parameters.values()
        names = [
            parameter.name
            for parameter in parameters
            if parameter.name != "self" and parameter.kind != parameter.VAR_KEYWORD
        ]
        return {
            **super().get_config(),
            **{
                name: getattr(self, self.config_attributes.get(name, name))
                for name in names
            },
        }
