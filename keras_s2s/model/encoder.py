"""The encoder: source ids to everything a decoder needs of the source."""

from collections.abc import Sequence
from typing import Any, ClassVar

import keras
from keras import ops

from edge_runtime import contract
from keras_s2s.arguments import flag, positive_integer
from keras_s2s.config import ModelConfig
from keras_s2s.fast.dropout import Dropout
from keras_s2s.fast.matmul import Precision
from keras_s2s.fast.reversal import reverse_sequences
from keras_s2s.model.cells import CELLS, make_cell
from keras_s2s.model.dense import Dense
from keras_s2s.model.embedding import Embedding
from keras_s2s.model.implementation import Implementation
from keras_s2s.model.loop_layer import LoopLayer
from keras_s2s.model.padding import SourceLengths, SourceMask
from keras_s2s.model.projections import input_projection
from keras_s2s.model.token_dropout import drop_tokens


def build_encoder(
    config: ModelConfig,
    embedding: Embedding,
    implementation: Implementation = Implementation(),  # noqa: B008 (frozen)
) -> keras.Model:
    """Build the encoder graph.

    Args:
        config: The architecture.
        embedding: Source embedding (with three-way tying also the target's).
        implementation: How it is computed.

    Returns:
        A functional model from `source_ids (batch, source_length)`, int32, to a dict:
        `decoder_state_0..n (batch, units)`, and with attention `encoder_states
        (batch, source_length, value_dim)`, `attention_keys (batch, source_length,
        attention_units)` and `source_mask (batch, source_length)`.
    """
    source_ids = keras.Input((None,), dtype="int32", name=contract.SOURCE_IDS)
    lengths = SourceLengths(name="source_lengths")(source_ids)
    sequences = drop_tokens(embedding(source_ids), config, side="source")  # E x_j

    final_states: list[list[Any]] = []
    for layer in range(config.encoder_layers):
        outputs, states = _run_layer(config, layer, implementation, sequences, lengths)
        # Residual, from the second layer on: the first one's input is not as wide.
        sequences = outputs if layer == 0 else sequences + outputs
        if config.layer_norm:
            sequences = keras.layers.LayerNormalization(name=f"norm_{layer}")(sequences)
        final_states.append(states)

    outputs = {
        contract.decoder_state(index): state
        for index, state in enumerate(_bridge(config, final_states, implementation))
    }
    if config.attention == "bahdanau":
        if config.context_dropout:
            sequences = Dropout(config.context_dropout, name="context_dropout")(
                sequences
            )
        outputs[contract.ENCODER_STATES] = sequences  # h_j
        # U_a h_j depends on the source alone: once a sentence, never in a step.
        outputs[contract.ATTENTION_KEYS] = Dense(
            config.attention_units,
            matmul_precision=implementation.matmul_precision,
            use_bias=False,
            name="key_projection",
        )(sequences)
        outputs[contract.SOURCE_MASK] = SourceMask(name="source_mask")(source_ids)
    return keras.Model(source_ids, outputs, name="encoder")


def _run_layer(
    config: ModelConfig,
    layer: int,
    implementation: Implementation,
    sequences: Any,
    lengths: Any,
) -> tuple[Any, list[Any]]:
    """Return a layer's outputs `(batch, length, value_dim)` and its final states."""
    found = [
        Recurrence(
            config.cell,
            config.encoder_units,
            backward=direction == "backward",
            recurrent_dropout=config.recurrent_dropout,
            name=f"{direction}_{layer}",
            fast=implementation.fast,
            matmul_precision=implementation.matmul_precision,
        )(sequences, lengths)
        for direction in ("forward", "backward")[: 1 + config.bidirectional]
    ]
    # h_j = [h_j forward; h_j backward], and so the final states.
    outputs, *states = (
        ops.concatenate(both, axis=-1) if config.bidirectional else both[0]
        for both in zip(*found, strict=True)
    )
    return outputs, states


def _bridge(
    config: ModelConfig, final_states: Sequence[Any], implementation: Implementation
) -> list[Any]:
    """Turn the encoder's final states into the decoder's initial states `s_0`.

    Without attention, the final states *are* the context vector, and go over as they
    are wherever the shapes allow; otherwise each initial state is a projection
    `tanh(W h + b)` of its layer's final state, or of the top layer's.
    """
    as_they_are = (
        config.attention == "none"
        and config.value_dim == config.units
        and config.encoder_layers == config.decoder_layers
    )
    if as_they_are:
        return [state for states in final_states for state in states]
    return [
        Dense(
            config.units,
            matmul_precision=implementation.matmul_precision,
            activation="tanh",
            name=f"bridge_{layer * CELLS[config.cell].num_states + index}",
        )(state)
        for layer in range(config.decoder_layers)
        for index, state in enumerate(
            final_states[min(layer, config.encoder_layers - 1)]
        )
    ]


@keras.saving.register_keras_serializable(package="keras_s2s")
class Recurrence(LoopLayer):
    """A recurrent cell run over right-padded sequences, without masks in its loop.

    Padding stands to the right, so what is computed there reaches no real position: its
    outputs are zeroed, and the final states are those at the last real position. The
    backward direction reverses every sequence by its own length first. That is the
    contract of ONNX's recurrent operators with `sequence_lens`.

    Args:
        cell: "rnn", "gru" or "lstm".
        units: Width of the outputs and of each state.
        backward: Whether to read from the last real position to the first.
        recurrent_dropout: Rate at which weights of the recurrent kernel are dropped in
            training, the same at all positions ([Merity et al.,
            2018](https://arxiv.org/abs/1708.02182)).
        fast: Whether the loop has a backward pass of its own; otherwise it is the plain
            loop, differentiated by TensorFlow.
        matmul_precision: Of the matmuls while training.

    Call arguments:
        inputs: Shape `(batch, length, features)`.
        lengths: Real positions of each row, int32, shape `(batch,)`, at least 1.

    Output:
        The outputs, shape `(batch, length, units)`, zero at padding, followed by the
        final states, each of shape `(batch, units)`.
    """

    config_attributes: ClassVar = {"cell": "cell_name"}

    def __init__(
        self,
        cell: str,
        units: int,
        backward: bool = False,
        recurrent_dropout: float = 0.0,
        fast: bool = True,
        matmul_precision: Precision = "float32",
        **kwargs: Any,
    ) -> None:
        super().__init__(recurrent_dropout, fast, matmul_precision, **kwargs)
        self.cell_name = cell
        self.units = positive_integer("units", units)
        self.backward = flag("backward", backward)
        self.cell = make_cell(cell, self.units, name="cell", dtype=self.dtype_policy)
        self.projection = input_projection(self.cell, "projection", matmul_precision)
        self.add_weight_dropout()

    def build(
        self,
        inputs_shape: tuple[int | None, ...],
        lengths_shape: tuple[int | None, ...],
    ) -> None:
        """Create the weights of the projection and of the cell."""
        self.projection.build(inputs_shape)
        self.cell.build((*inputs_shape[:-1], self.cell.num_gates * self.units))
        self.built = True

    def call(
        self, inputs: Any, lengths: Any, training: bool | None = None
    ) -> tuple[Any, ...]:
        """Run the cell; see the class for the arguments."""
        if self.backward:
            inputs = reverse_sequences(inputs, lengths, training)
        # Transposed before the projection, which is wider.
        projected = self.projection(ops.transpose(inputs, (1, 0, 2)), training=training)
        zeros = ops.zeros((ops.shape(inputs)[0], self.units), dtype=projected.dtype)
        states = self.run(
            self._step,
            projected,
            [zeros] * self.cell.num_states,
            output_widths=[self.units] * self.cell.num_states,
            weights=self.cell.weights,
            invariants=[self.cell.recurrent_kernel],
            training=training,
        )
        # Each (batch, length, units), the outputs first.
        states = [ops.transpose(state, (1, 0, 2)) for state in states]
        last = ops.one_hot(lengths - 1, ops.shape(inputs)[1], dtype=projected.dtype)
        final_states = [
            ops.squeeze(ops.matmul(ops.expand_dims(last, axis=1), state), axis=1)
            for state in states
        ]
        outputs = states[0]
        positions = ops.arange(ops.shape(inputs)[1], dtype="int32")
        real = positions < ops.expand_dims(lengths, axis=1)
        outputs = outputs * ops.cast(ops.expand_dims(real, axis=-1), outputs.dtype)
        if self.backward:
            outputs = reverse_sequences(outputs, lengths, training)
        return outputs, *final_states

    def _step(
        self, inputs: Any, states: list[Any], constants: list[Any]
    ) -> tuple[list[Any], list[Any]]:
        # All states are outputs: the final ones are picked afterwards.
        _, states = self.cell(inputs, states)
        return states, states
