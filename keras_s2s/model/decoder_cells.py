"""One decoder step of each system; teacher forcing and the exported step share it."""

from typing import Any, ClassVar, NamedTuple

import keras
from keras import ops

from keras_s2s.arguments import flag, positive_integer
from keras_s2s.fast.sums import add
from keras_s2s.model.attention import BahdanauAttention
from keras_s2s.model.cells import CELLS, make_cell
from keras_s2s.model.configured_layer import ConfiguredLayer
from keras_s2s.model.projections import step_projection
from keras_s2s.model.recurrent_cell import RecurrentCell


class StepOutputs(NamedTuple):
    """What a decoder step returns.

    Attributes:
        features: What the prediction is made from: `s_i`, and with attention `c_i`.
        states: The new decoder states.
        alignment: With attention, `alpha_ij`, shape `(batch, source_length)`.
    """

    features: list[Any]
    states: list[Any]
    alignment: Any = None


class DecoderCell(ConfiguredLayer):
    """A stack of recurrent cells; both decoder cells run in `keras.layers.RNN` too.

    Args:
        cell: "rnn", "gru" or "lstm".
        units: Width of each decoder state.
        num_layers: Recurrent cells above one another; those above the first add their
            input to their output.
    """

    config_attributes: ClassVar = {"cell": "cell_name"}

    def __init__(
        self, cell: str, units: int, num_layers: int = 1, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.cell_name = cell
        self.units = positive_integer("units", units)
        self.num_layers = positive_integer("num_layers", num_layers)
        self.cells: list[RecurrentCell] = [
            make_cell(cell, self.units, name=f"cell_{layer}", dtype=self.dtype_policy)
            for layer in range(self.num_layers)
        ]
        self.upper_projections = [
            step_projection(upper, name=f"projection_{layer}")
            for layer, upper in enumerate(self.cells[1:], start=1)
        ]
        self.num_states = self.num_layers * CELLS[cell].num_states
        self.state_size = [self.units] * self.num_states
        self.feature_sizes = [self.units]
        self.output_size = self.units

    def build(self, projected_inputs_shape: Any, states_shape: Any = None) -> None:
        """Create the weights of every cell."""
        for cell in self.cells:
            cell.build((None, cell.num_gates * self.units))
        for projection in self.upper_projections:
            projection.build((None, self.units))
        self.built = True

    @property
    def invariant_kernels(self) -> list[Any]:
        """The weights that a step multiplies with, each once."""
        return [cell.recurrent_kernel for cell in self.cells] + [
            projection.kernel for projection in self.upper_projections
        ]

    def take_step(self, projected_inputs: Any, states: Any) -> StepOutputs:
        """Take one step; see `call` for the arguments."""
        output, new_states = self.advance(projected_inputs, states)
        return StepOutputs([output], new_states)

    def advance(self, projected_inputs: Any, states: Any) -> tuple[Any, list[Any]]:
        """Return the top output and the new states of the whole stack."""
        per_cell = self.cells[0].num_states
        output, new_states = self.cells[0](projected_inputs, list(states[:per_cell]))
        for layer, projection in enumerate(self.upper_projections, start=1):
            own = list(states[layer * per_cell : (layer + 1) * per_cell])
            upper_output, upper_states = self.cells[layer](projection(output), own)
            output = add(output, upper_output)  # residual
            new_states = [*new_states, *upper_states]
        return output, new_states

    def call(self, projected_inputs: Any, states: Any) -> tuple[Any, list[Any]]:
        """Take one step; states beyond the decoder's own come back as they were."""
        outputs = self.take_step(projected_inputs, states)
        output = ops.concatenate(outputs.features, axis=-1)
        return output, [*outputs.states, *states[self.num_states :]]


@keras.saving.register_keras_serializable(package="keras_s2s")
class FixedContextDecoderCell(DecoderCell):
    """A decoder step that knows the source only through its initial state.

    `s_i = cell(E y_{i-1}, s_{i-1})`, and the output is `s_i`.

    Call arguments:
        projected_inputs: The previous target token, embedded and projected, shape
            `(batch, num_gates * units)`.
        states: Decoder states, each of shape `(batch, units)`.

    Output:
        The top output, shape `(batch, units)`, and the new states.

    Reference:
        [Sutskever et al., 2014](https://arxiv.org/abs/1409.3215).
    """


@keras.saving.register_keras_serializable(package="keras_s2s")
class AttentionDecoderCell(DecoderCell):
    """A decoder step that looks back at the source.

    Step `i`, in this order:

    1. the alignment and the context `c_i` come from the state *before* the step;
    2. `s_i = cell([E y_{i-1}; c_i], s_{i-1})`;
    3. the output is `[s_i; c_i]`.

    With `conditional=True` another cell comes first: it reads `E y_{i-1}` alone, and
    its output is the query and the state the main cell starts from (the conditional GRU
    of [Sennrich et al., 2017](https://arxiv.org/abs/1703.04357)).

    Args:
        cell: "rnn", "gru" or "lstm".
        units: Width of each decoder state.
        num_layers: Recurrent cells above one another.
        attention_units: Width in which query and keys are compared.
        value_dim: Width of the encoder states.
        conditional: Whether a cell of its own makes the query.

    Call arguments:
        projected_inputs: The previous target token, embedded and projected, shape
            `(batch, num_gates * units)`.
        states: Decoder states, each of shape `(batch, units)`, then what the encoder
            computed once: `encoder_states (batch, source_length, value_dim)`,
            `attention_keys (batch, source_length, attention_units)` and
            `source_mask (batch, source_length)`.

    Output:
        `[s_i; c_i]`, shape `(batch, units + value_dim)`, and the new states: the
        encoder's come back as they were, which is how `keras.layers.RNN` carries what
        every step reads.

    Reference:
        [Bahdanau et al., 2015](https://arxiv.org/abs/1409.0473), appendix A.2.2.
    """

    def __init__(
        self,
        cell: str,
        units: int,
        num_layers: int = 1,
        *,
        attention_units: int,
        value_dim: int,
        conditional: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(cell, units, num_layers, **kwargs)
        self.attention_units = positive_integer("attention_units", attention_units)
        self.value_dim = positive_integer("value_dim", value_dim)
        self.conditional = flag("conditional", conditional)
        self.attention = BahdanauAttention(
            attention_units, name="attention", dtype=self.dtype_policy
        )
        # The token's projection carries the bias of the sum.
        self.context_projection = step_projection(
            self.cells[0], name="context_projection", use_bias=conditional
        )
        self.query_cell = (
            make_cell(cell, self.units, name="query_cell", dtype=self.dtype_policy)
            if conditional
            else None
        )
        self.state_size = [*self.state_size, value_dim, attention_units, 1]
        self.feature_sizes = [self.units, value_dim]
        self.output_size = self.units + value_dim

    def build(self, projected_inputs_shape: Any, states_shape: Any = None) -> None:
        """Create the weights of the cells and of the attention."""
        super().build(projected_inputs_shape)
        if self.query_cell is not None:
            self.query_cell.build(projected_inputs_shape)
        self.attention.build(
            (None, self.units),
            (None, None, self.attention_units),
            (None, None, self.value_dim),
        )
        self.context_projection.build((None, self.value_dim))
        self.built = True

    @property
    def invariant_kernels(self) -> list[Any]:
        """The weights that a step multiplies with, each once."""
        kernels = [
            *super().invariant_kernels,
            self.attention.query_kernel,
            self.context_projection.kernel,
        ]
        if self.query_cell is not None:
            kernels.append(self.query_cell.recurrent_kernel)
        return kernels

    def take_step(self, projected_inputs: Any, states: Any) -> StepOutputs:
        """Attend with the state of before, then advance; see `call`."""
        encoder_states, attention_keys, source_mask = states[self.num_states :]
        own_states = list(states[: self.num_states])
        per_cell = self.cells[0].num_states
        query = own_states[self.num_states - per_cell]  # s_{i-1}, the top layer's
        if self.query_cell is not None:
            query, own_states[:per_cell] = self.query_cell(
                projected_inputs, own_states[:per_cell]
            )
        context, alignment = self.attention(  # c_i, alpha_ij
            query, attention_keys, encoder_states, mask=source_mask
        )
        # [E y_{i-1}; c_i] W is E y_{i-1} W_y + c_i W_c, the first projected before.
        inputs = self.context_projection(context)
        if self.query_cell is None:
            inputs = add(inputs, projected_inputs)
        output, new_states = self.advance(inputs, own_states)  # s_i
        return StepOutputs([output, context], new_states, alignment)
