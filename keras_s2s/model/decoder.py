"""The decoder over a whole target, and one step of it, from the same layers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

from edge_runtime import contract
from keras_s2s.config import ModelConfig
from keras_s2s.fast.dropout import Dropout
from keras_s2s.fast.matmul import Precision
from keras_s2s.fast.scan import scan
from keras_s2s.model.arguments import rate
from keras_s2s.model.decoder_cells import (
    AttentionDecoderCell,
    DecoderCell,
    FixedContextDecoderCell,
)
from keras_s2s.model.dense import Dense
from keras_s2s.model.embedding import Embedding
from keras_s2s.model.implementation import Implementation
from keras_s2s.model.loop import plain_loop
from keras_s2s.model.projections import input_projection
from keras_s2s.model.readout import OutputBias, Readout
from keras_s2s.model.token_dropout import drop_tokens


@dataclass(frozen=True)
class DecoderLayers:
    """The layers that teacher forcing and the single step share.

    Attributes:
        embedding: Target ids to embedded tokens `E y_{i-1}`.
        token_projection: Embedded tokens to the recurrent cell's gates, for all
            positions in one matmul.
        cell: One recurrent step, with or without attention.
        readout: What a step knows to what the output layer reads, `t_i`.
        output_projection: `t_i W`; None where `W` is the embedding, transposed.
        output_bias: `t_i W + b`, the logits.
    """

    embedding: Embedding
    token_projection: Dense
    cell: DecoderCell
    readout: Readout
    output_projection: Dense | None
    output_bias: OutputBias

    def logits(self, readout_features: Any) -> Any:
        """Return a logit for every target token: `t_i W + b`, in float32."""
        if self.output_projection is None:
            return self.output_bias(self.embedding(readout_features, reverse=True))
        return self.output_bias(self.output_projection(readout_features))


def make_decoder_layers(
    config: ModelConfig,
    vocab_size: int,
    embedding: Embedding,
    implementation: Implementation = Implementation(),  # noqa: B008 (frozen)
) -> DecoderLayers:
    """Make the layers of one decoder.

    Args:
        config: The architecture.
        vocab_size: Number of target tokens.
        embedding: Target embedding; also the output weights where they are tied.
        implementation: How they are computed.
    """
    precision = implementation.matmul_precision
    cell = _make_cell(config)
    tied = config.tied_embeddings != "none"
    return DecoderLayers(
        embedding=embedding,
        token_projection=input_projection(
            cell.cells[0], name="token_projection", matmul_precision=precision
        ),
        cell=cell,
        readout=Readout(
            # With attention the prediction comes from s_i, c_i and E y_{i-1} together;
            # without, from the state alone.
            hidden_dim=config.embedding_dim if config.attention != "none" else None,
            dropout=config.output_dropout,
            layer_norm=config.layer_norm,
            matmul_precision=precision,
            name="readout",
        ),
        output_projection=None
        if tied
        else Dense(
            vocab_size,
            matmul_precision=precision,
            use_bias=False,
            name="output_projection",
        ),
        output_bias=OutputBias(name="output_bias"),
    )


def _make_cell(config: ModelConfig) -> DecoderCell:
    if config.attention == "none":
        return FixedContextDecoderCell(
            config.cell, config.units, config.decoder_layers, name="decoder_cell"
        )
    return AttentionDecoderCell(
        config.cell,
        config.units,
        config.decoder_layers,
        attention_units=config.attention_units,
        value_dim=config.value_dim,
        conditional=config.conditional,
        name="decoder_cell",
    )


def decode_sequence(
    config: ModelConfig,
    layers: DecoderLayers,
    target_input_ids: Any,
    encoder_outputs: Mapping[str, Any],
    implementation: Implementation = Implementation(),  # noqa: B008 (frozen)
) -> Any:
    """Return what every target position is predicted from, given the true tokens.

    Args:
        config: The architecture.
        layers: The decoder's layers.
        target_input_ids: bos and the target, shape `(batch, target_length)`.
        encoder_outputs: What the encoder returned.
        implementation: How the loop is computed.

    Returns:
        `t_i`, shape `(target_length, batch, readout_dim)`: the loop goes through it
        position by position, and ids cost least to transpose.
    """
    embedded = layers.embedding(ops.transpose(target_input_ids))  # E y_{i-1}
    embedded = drop_tokens(embedded, config, side="target")
    loop = DecoderLoop(
        layers.cell,
        recurrent_dropout=config.recurrent_dropout,
        fast=implementation.fast,
        matmul_precision=implementation.matmul_precision,
        name="decoder_loop",
    )
    features = loop(
        layers.token_projection(embedded), _states(layers.cell, encoder_outputs)
    )
    return layers.readout(_readout_inputs(config, features, embedded))


def build_decoder_step(config: ModelConfig, layers: DecoderLayers) -> keras.Model:
    """Build one decoding step from the layers of teacher forcing.

    Returns:
        A functional model from a dict of `token_ids (batch,)`, `decoder_state_0..n` and
        with attention the encoder's other outputs, to a dict of `log_probs
        (batch, vocab_size)`, `next_decoder_state_0..n` and with attention `alignment
        (batch, source_length)`.
    """
    inputs = {
        contract.TOKEN_IDS: keras.Input((), dtype="int32", name=contract.TOKEN_IDS)
    }
    shapes: dict[str, tuple[int | None, ...]] = {
        contract.decoder_state(index): (config.units,)
        for index in range(layers.cell.num_states)
    }
    if config.attention == "bahdanau":
        shapes[contract.ENCODER_STATES] = (None, config.value_dim)
        shapes[contract.ATTENTION_KEYS] = (None, config.attention_units)
    dtype = layers.cell.compute_dtype
    for name, shape in shapes.items():
        inputs[name] = keras.Input(shape, dtype=dtype, name=name)
    if config.attention == "bahdanau":
        inputs[contract.SOURCE_MASK] = keras.Input(
            (None,), dtype="bool", name=contract.SOURCE_MASK
        )
    embedded = layers.embedding(inputs[contract.TOKEN_IDS])
    features, states, *alignment = CellStep(layers.cell, name="cell_step")(
        layers.token_projection(embedded), _states(layers.cell, inputs)
    )
    logits = layers.logits(layers.readout(_readout_inputs(config, features, embedded)))
    outputs = {contract.LOG_PROBS: ops.log_softmax(logits, axis=-1)}
    for index, state in enumerate(states):
        outputs[contract.next_decoder_state(index)] = state
    if alignment:
        (outputs[contract.ALIGNMENT],) = alignment
    return keras.Model(inputs, outputs, name="decoder_step")


def _states(cell: DecoderCell, tensors: Mapping[str, Any]) -> list[Any]:
    """Return the states a decoder cell starts from, in its order."""
    states = [
        tensors[contract.decoder_state(index)] for index in range(cell.num_states)
    ]
    if isinstance(cell, AttentionDecoderCell):
        states += [tensors[name] for name in contract.ATTENTION_TENSORS]
    return states


def _readout_inputs(config: ModelConfig, features: Sequence[Any], embedded: Any) -> Any:
    """Join what a prediction is made from: `[s_i; c_i; E y_{i-1}]`, or `s_i` alone."""
    if config.attention == "none":
        return features[0]
    return ops.concatenate([*features, embedded], axis=-1)


class _CellLayer(keras.layers.Layer):
    """A layer around a decoder cell."""

    def __init__(self, cell: DecoderCell, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cell = cell

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


@keras.saving.register_keras_serializable(package="keras_s2s")
class CellStep(_CellLayer):
    """One call of a decoder cell, with the alignment where there is one.

    Args:
        cell: Either decoder cell.

    Call arguments:
        projected_inputs: The token before, embedded and projected, shape
            `(batch, num_gates * units)`.
        states: What the cell reads, in its order.

    Output:
        The features, the new decoder states, and with attention the alignment.
    """

    def call(self, projected_inputs: Any, states: Any) -> tuple[Any, ...]:
        """Take the step; see the class for the arguments."""
        features, new_states, alignment = self.cell.take_step(projected_inputs, states)
        if alignment is None:
            return features, new_states
        return features, new_states, alignment


@keras.saving.register_keras_serializable(package="keras_s2s")
class DecoderLoop(_CellLayer):
    """A decoder cell over all target positions, as teacher forcing runs it.

    Args:
        cell: Either decoder cell.
        recurrent_dropout: Rate at which weights of the recurrent kernels are dropped in
            training, the same at all positions.
        fast: Whether the loop has a backward pass of its own.
        matmul_precision: Of the matmuls while training.

    Call arguments:
        projected_inputs: The tokens before each position, embedded and projected, shape
            `(target_length, batch, num_gates * units)`.
        states: What the cell starts from, in its order.

    Output:
        The features of all positions, a list of tensors of shape `(target_length,
        batch, width)`, their widths those of the cell's `feature_sizes`.
    """

    def __init__(
        self,
        cell: DecoderCell,
        recurrent_dropout: float = 0.0,
        fast: bool = True,
        matmul_precision: Precision = "float32",
        **kwargs: Any,
    ) -> None:
        super().__init__(cell, **kwargs)
        self.recurrent_dropout = rate("recurrent_dropout", recurrent_dropout)
        self.fast = fast
        self.matmul_precision = matmul_precision
        self.weight_dropout = Dropout(recurrent_dropout) if recurrent_dropout else None

    def call(
        self, projected_inputs: Any, states: Any, training: bool | None = None
    ) -> list[Any]:
        """Run the cell; see the class for the arguments."""
        count = self.cell.num_states
        initial_states, constants = list(states[:count]), list(states[count:])
        arguments: dict[str, Any] = {
            "output_widths": self.cell.feature_sizes,
            "constants": constants,
            "weights": self.cell.weights,
            "dropout": self.weight_dropout if training else None,
        }
        if not self.fast:
            return plain_loop(self._step, projected_inputs, initial_states, **arguments)
        # A context is a matmul with the encoder states, the same in all steps.
        invariants = [*self.cell.invariant_kernels, *constants[:1]]
        return scan(
            self._step,
            projected_inputs,
            initial_states,
            invariants=invariants,
            precision=self.matmul_precision if training else "float32",
            training=training,
            **arguments,
        )

    def _step(
        self, inputs: Any, states: list[Any], constants: list[Any]
    ) -> tuple[list[Any], list[Any]]:
        outputs = self.cell.take_step(inputs, [*states, *constants])
        return outputs.features, outputs.states

    def compute_output_shape(
        self, projected_inputs_shape: Any, states_shape: Any
    ) -> list[tuple[int | None, ...]]:
        """Return the shapes of the features."""
        leading = tuple(projected_inputs_shape[:2])
        return [(*leading, width) for width in self.cell.feature_sizes]

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs to make an equal layer."""
        return {
            **super().get_config(),
            "recurrent_dropout": self.recurrent_dropout,
            "fast": self.fast,
            "matmul_precision": self.matmul_precision,
        }
