"""A layer that runs a step over sequences, by one loop or the other."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_s2s.arguments import flag, rate
from keras_s2s.fast.dropout import Dropout
from keras_s2s.fast.matmul import Precision
from keras_s2s.fast.scan import scan
from keras_s2s.model.configured_layer import ConfiguredLayer
from keras_s2s.model.implementation import checked_precision
from keras_s2s.model.loop import Step, plain_loop


class LoopLayer(ConfiguredLayer):
    """What the layers with a recurrent loop share.

    Args:
        recurrent_dropout: Rate at which weights of recurrent kernels are dropped in
            training, the same at all positions.
        fast: Whether the loop has a backward pass of its own.
        matmul_precision: Of the matmuls while training.
    """

    def __init__(
        self,
        recurrent_dropout: float,
        fast: bool,
        matmul_precision: Precision,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.recurrent_dropout = rate("recurrent_dropout", recurrent_dropout)
        self.fast = flag("fast", fast)
        self.matmul_precision = checked_precision(matmul_precision)
        self.weight_dropout: Dropout | None = None

    def add_weight_dropout(self) -> None:
        """Make the dropout of recurrent kernels.

        A constructor calls it last: layers draw their seeds in the order in which they
        are made, and a run is to have the same ones again.
        """
        if self.recurrent_dropout:
            self.weight_dropout = Dropout(
                self.recurrent_dropout, dtype=self.dtype_policy
            )

    def run(
        self,
        step: Step,
        inputs: Any,
        states: Sequence[Any],
        *,
        output_widths: Sequence[int],
        constants: Sequence[Any] = (),
        weights: Sequence[keras.Variable],
        invariants: Sequence[Any],
        training: bool | None,
    ) -> list[Any]:
        """Run a step over all positions; arguments and result are those of `scan`.

        Raises:
            ValueError: There is no position.
        """
        if inputs.shape[0] == 0:
            raise ValueError(
                "Sequences must have at least one position, (length, batch, features). "
                f"Received sequences of shape {tuple(inputs.shape)}."
            )
        arguments: dict[str, Any] = {
            "output_widths": output_widths,
            "constants": constants,
            "weights": weights,
            "dropout": self.weight_dropout if training else None,
        }
        if not self.fast:
            return plain_loop(step, inputs, states, **arguments)
        return scan(
            step,
            inputs,
            states,
            invariants=invariants,
            precision=self.matmul_precision if training else "float32",
            training=training,
            **arguments,
        )
