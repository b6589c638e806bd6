"""What the three recurrent cells share."""

from typing import Any, ClassVar

from keras_s2s.arguments import positive_integer
from keras_s2s.fast.scan import RECURRENT_KERNEL
from keras_s2s.model.configured_layer import ConfiguredLayer
from keras_s2s.model.initializers import GatewiseInitializer


class RecurrentCell(ConfiguredLayer):
    """What the three cells share: a recurrent kernel and a list of states.

    A cell of `keras.layers.RNN`, over inputs that a dense layer of `num_gates * units`
    features has projected.

    Args:
        units: Width of each state.

    Call arguments:
        projected_inputs: `x W + b`, shape `(batch, num_gates * units)`.
        states: `num_states` tensors of shape `(batch, units)`, the output first.

    Output:
        The output, shape `(batch, units)`, and the new states, a list that it opens.
    """

    num_gates: ClassVar[int]
    num_states: ClassVar[int]

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = positive_integer("units", units)
        self.state_size = [self.units] * self.num_states
        self.output_size = self.units

    def build(
        self, projected_inputs_shape: tuple[int | None, ...], states_shape: Any = None
    ) -> None:
        """Create the recurrent kernel `U`."""
        width = self.num_gates * self.units
        if projected_inputs_shape[-1] != width:
            raise ValueError(
                f"Inputs must be projected to {self.num_gates} gates of {self.units} "
                f"units, {width} features. "
                f"Received inputs of shape {tuple(projected_inputs_shape)}."
            )
        self.recurrent_kernel = self.add_weight(
            name=RECURRENT_KERNEL,
            shape=(self.units, width),
            initializer=GatewiseInitializer("orthogonal", self.num_gates),
        )
        self.built = True

    @classmethod
    def input_bias_initializer(cls, units: int) -> Any:
        """Return the initializer of the bias `b` of the input projection."""
        return "zeros"
