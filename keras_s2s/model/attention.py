"""Bahdanau attention: the equations, and the layer that holds their weights."""

from typing import Any

import keras
from keras import ops

from keras_s2s.arguments import positive_integer
from keras_s2s.fast import gradients
from keras_s2s.fast.differentiation import differentiated_by
from keras_s2s.fast.loop_step import step_matmul
from keras_s2s.model.attention_shapes import check_attention_shapes, checked_mask


@differentiated_by(gradients.alignment)
def alignment(query: Any, keys: Any, energy_kernel: Any, mask: Any) -> Any:
    """Return `alpha_ij = softmax_j(e_ij)` with `e_ij = v_a . tanh(W_a s + U_a h_j)`.

    Args:
        query: `W_a s_{i-1}`, shape `(batch, units)`, or `(batch, target_length, units)`
            with keys and a mask that have such an axis too.
        keys: `U_a h_j`, shape `(batch, source_length, units)`.
        energy_kernel: `v_a`, shape `(units, 1)`.
        mask: `True` at real tokens, shape `(batch, source_length)`, or None.

    Returns:
        The alignment in float32, shape `(batch, source_length)`; rows sum to 1.
    """
    hidden = ops.tanh(ops.expand_dims(query, axis=-2) + keys)
    energies = ops.squeeze(ops.matmul(hidden, energy_kernel), axis=-1)  # e_ij
    # Half precision neither holds the floor below nor sums long rows exactly.
    scores = ops.cast(energies, keras.backend.result_type(energies.dtype, "float32"))
    if mask is not None:
        # A finite floor, not -inf: an all-padding row would turn softmax into NaN.
        scores = ops.where(mask, scores, -1e9)
    weights = ops.softmax(scores, axis=-1)  # alpha_ij
    return weights, (hidden, weights, energy_kernel, mask)


def context(weights: Any, values: Any) -> Any:
    """Return `c_i = sum_j alpha_ij h_j`, shape `(batch, value_dim)`.

    Args:
        weights: `alpha_ij`, shape `(batch, source_length)`.
        values: `h_j`, shape `(batch, source_length, value_dim)`.
    """
    return step_matmul(weights, values)


@keras.saving.register_keras_serializable(package="keras_s2s")
class BahdanauAttention(keras.layers.Layer):
    """Additive attention of decoder queries over projected encoder keys.

    The calculation follows the steps:

    1. Score every source position `j`: `e_j = v_a . tanh(W_a query + keys_j)`.
    2. Normalise over the real positions: `alignment = softmax(e)`.
    3. Average the values: `context = sum_j alignment_j values_j`.

    The keys (`U_a h_j` in the paper) arrive already projected, because they depend on
    the source alone: whoever encodes the source projects them once, and every decoder
    step reuses them.

    Examples:
        >>> values = keras.random.normal((2, 7, 16))
        >>> query = keras.random.normal((2, 10))
        >>> keys = keras.layers.Dense(32, use_bias=False)(values)
        >>> context, alignment = BahdanauAttention(units=32)(query, keys, values)
        >>> context.shape, alignment.shape
        (TensorShape([2, 16]), TensorShape([2, 7]))

    Args:
        units: Width of the space in which query and keys are compared.
        kernel_initializer: Initializer of `W_a` and `v_a`.

    Call arguments:
        query: One decoder state per sentence, shape `(batch, query_dim)`, or one per
            target position, shape `(batch, target_length, query_dim)`.
        keys: Projected encoder states, shape `(batch, source_length, units)`.
        values: Encoder states, shape `(batch, source_length, value_dim)`.
        mask: Shape `(batch, source_length)`; `True` at real tokens. Each row needs at
            least one `True`; a row without any attends everywhere alike.
        values_mask: The mask Keras attached to `values` (an embedding with
            `mask_zero=True` makes one); filled in by Keras, used where `mask` is not
            given.

    Output:
        The context, shape `(batch, value_dim)` or
        `(batch, target_length, value_dim)`, and the alignment, shape
        `(batch, source_length)` or `(batch, target_length, source_length)`, whose rows
        sum to 1.

    Reference:
        [Bahdanau et al., 2015](https://arxiv.org/abs/1409.0473), appendix A.1.2.
    """

    def __init__(
        self,
        units: int,
        kernel_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = positive_integer("units", units)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        # The mask of `values` ends here; outputs have the query's positions.
        self.supports_masking = True

    def build(
        self,
        query_shape: tuple[int | None, ...],
        keys_shape: tuple[int | None, ...],
        values_shape: tuple[int | None, ...],
        values_mask_shape: tuple[int | None, ...] | None = None,
    ) -> None:
        """Create `W_a` and `v_a`; refuse shapes that cannot be attended over."""
        check_attention_shapes(self.units, query_shape, keys_shape, values_shape)
        self.query_kernel = self.add_weight(
            name="query_kernel",
            shape=(query_shape[-1], self.units),
            initializer=self.kernel_initializer,
        )
        self.energy_kernel = self.add_weight(
            name="energy_kernel",
            shape=(self.units, 1),
            initializer=self.kernel_initializer,
        )
        self.built = True

    def call(
        self,
        query: Any,
        keys: Any,
        values: Any,
        mask: Any = None,
        values_mask: Any = None,
    ) -> tuple[Any, Any]:
        """Attend; see the class for the arguments."""
        mask = checked_mask(values_mask if mask is None else mask, keys.shape)
        if len(query.shape) == 2:
            projected_query = step_matmul(query, self.query_kernel)
            weights = alignment(projected_query, keys, self.energy_kernel, mask)
            weights = ops.cast(weights, values.dtype)
            return context(weights, values), weights
        projected_query = ops.matmul(query, self.query_kernel)
        # One axis more: every target position meets every source position.
        keys = ops.expand_dims(keys, axis=1)
        mask = None if mask is None else ops.expand_dims(mask, axis=1)
        weights = alignment(projected_query, keys, self.energy_kernel, mask)
        weights = ops.cast(weights, values.dtype)
        return ops.matmul(weights, values), weights

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return the query's mask for the context; the alignment has none."""
        if previous_mask is None or len(inputs.shape) == 2:
            return None
        return previous_mask, None

    def compute_output_shape(
        self,
        query_shape: tuple[int | None, ...],
        keys_shape: tuple[int | None, ...],
        values_shape: tuple[int | None, ...],
        values_mask_shape: tuple[int | None, ...] | None = None,
    ) -> tuple[tuple[int | None, ...], tuple[int | None, ...]]:
        """Return the shapes of context and alignment."""
        leading = tuple(query_shape[:-1])
        return (*leading, values_shape[-1]), (*leading, keys_shape[1])

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs to make an equal layer."""
        return {
            **super().get_config(),
            "units": self.units,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
