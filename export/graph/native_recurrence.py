"""Recurrent layers as ONNX's own `RNN`, `GRU` and `LSTM` operators."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from keras_s2s.model.encoder import Recurrence

Weights = npt.NDArray[np.float32]

PLACEHOLDER = "PyFunc"
"""The TensorFlow operation that stands for a native operator until conversion."""

_GATE_ORDERS = {"rnn": (0,), "gru": (0, 1, 2), "lstm": (0, 3, 1, 2)}
"""ONNX's gates in Keras's numbering: i, o, f, c where Keras has i, f, c, o."""

_OPERATORS = {1: "RNN", 3: "GRU", 4: "LSTM"}
"""Operator by number of gates."""


@dataclass(frozen=True)
class NativeWeights:
    """The weights of one direction in ONNX's layout; `gates` is the number of gates.

    Attributes:
        kernel: Shape `(1, gates * units, features)`.
        recurrent_kernel: Shape `(1, gates * units, units)`.
        bias: Biases of the input and of the state, shape `(1, 2 * gates * units)`.
    """

    kernel: Weights
    recurrent_kernel: Weights
    bias: Weights


def native_weights(layer: Recurrence) -> NativeWeights:
    """Return a layer's weights in the layout of ONNX's operators."""
    order = _GATE_ORDERS[layer.cell_name]

    def permuted(weights: Any) -> Weights:
        gates = np.split(np.asarray(weights, dtype=np.float32), len(order), axis=-1)
        return np.concatenate([gates[gate] for gate in order], axis=-1)

    input_bias = permuted(layer.projection.bias)
    recurrent_bias = (
        permuted(layer.cell.recurrent_bias)
        if hasattr(layer.cell, "recurrent_bias")
        else np.zeros_like(input_bias)
    )
    return NativeWeights(
        kernel=permuted(layer.projection.kernel).T[None],
        recurrent_kernel=permuted(layer.cell.recurrent_kernel).T[None],
        bias=np.concatenate([input_bias, recurrent_bias])[None],
    )


class NativeRecurrence(keras.layers.Layer):
    """Placeholder of a `Recurrence` in a model that is converted but never run.

    Args:
        recurrence: The layer that it replaces.

    Call arguments:
        inputs: Shape `(batch, length, features)`.
        lengths: Real positions of each row, int32, shape `(batch,)`.

    Output:
        As of `Recurrence`.
    """

    def __init__(self, recurrence: Recurrence) -> None:
        super().__init__(name=recurrence.name)
        self.recurrence = recurrence
        self.weights_for_onnx = native_weights(recurrence)
        self.built = True

    def call(self, inputs: Any, lengths: Any) -> tuple[Any, ...]:
        """Return tensors of the right types and shapes."""
        layer = self.recurrence
        weights = self.weights_for_onnx
        num_states = layer.cell.num_states
        outputs, *states = tf.numpy_function(
            _refuse_to_run,
            [
                inputs,
                lengths,
                weights.kernel,
                weights.recurrent_kernel,
                weights.bias,
                layer.backward,
            ],
            [tf.float32] * (1 + num_states),
            stateful=True,
        )
        outputs.set_shape((*inputs.shape[:-1], layer.units))
        for state in states:
            state.set_shape((inputs.shape[0], layer.units))
        return outputs, *states

    def compute_output_shape(
        self, inputs_shape: Any, lengths_shape: Any
    ) -> tuple[Any, ...]:
        """Return the shapes of the outputs and of each final state."""
        state = (inputs_shape[0], self.recurrence.units)
        outputs = (*inputs_shape[:-1], self.recurrence.units)
        return outputs, *[state] * self.recurrence.cell.num_states


def convert_placeholder(graph: Any, node: Any, name: str, args: Any) -> None:
    """Replace a placeholder in tf2onnx's graph by the native operator.

    Args:
        graph: The graph being converted.
        node: The placeholder.
        name: Name of the placeholder.
        args: Nothing; part of the interface of tf2onnx's handlers.
    """
    inputs, lengths, kernel, recurrent_kernel, bias, _ = node.input
    _, width, units = node.inputs[3].get_tensor_value(as_list=False).shape
    attributes = {
        "hidden_size": units,
        "direction": "reverse" if node.inputs[5].get_tensor_value() else "forward",
    }
    operator = _OPERATORS[width // units]
    if operator == "GRU":
        # The reset gate is applied after the recurrent matmul, as in Keras.
        attributes["linear_before_reset"] = 1
    outputs, *states = node.output
    graph.remove_node(name)
    # ONNX's sequences are (length, batch, features); its outputs have a direction axis.
    sequences = graph.make_node(
        "Transpose", [inputs], attr={"perm": [1, 0, 2]}, op_name_scope=name
    )
    native = graph.make_node(
        operator,
        [sequences.output[0], kernel, recurrent_kernel, bias, lengths],
        attr=attributes,
        output_count=1 + len(states),
        op_name_scope=name,
    )
    first, *finals = native.output
    axis = graph.make_const(f"{name}_axis", np.array([1], dtype=np.int64)).output[0]
    squeezed = graph.make_node("Squeeze", [first, axis], op_name_scope=name)
    graph.make_node(
        "Transpose",
        [squeezed.output[0]],
        attr={"perm": [1, 0, 2]},
        outputs=[outputs],
        name=name,
    )
    axis = graph.make_const(f"{name}_axis_0", np.array([0], dtype=np.int64)).output[0]
    for state, final in zip(states, finals, strict=True):
        graph.make_node("Squeeze", [final, axis], outputs=[state], op_name_scope=name)


CUSTOM_OP_HANDLERS: dict[str, tuple[Callable[..., None], list[str]]] = {
    PLACEHOLDER: (convert_placeholder, [])
}
"""What `tf2onnx.convert` needs to know about the placeholder."""


def _refuse_to_run(*_: Any) -> Any:
    raise RuntimeError("A model with native recurrent layers is converted, never run.")
