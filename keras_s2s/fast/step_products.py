"""The products of a step with what stays the same in all steps.

The gradient of such a factor is a sum over all steps, and best taken once, after the
backward loop, of what each step multiplied it with.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from keras_s2s.fast.products import (
    batched_product,
    matrix_product,
    prepared_factor,
    weight_gradient,
)


def step_product(inputs: Any, factor: Any) -> Any:
    """Multiply what changes in every step by what stays the same.

    Args:
        inputs: Shape `(batch, n)`.
        factor: A weight of shape `(n, m)`, or one matrix for each row, shape
            `(batch, n, m)`.

    Returns:
        The product, shape `(batch, m)`.
    """
    products = _products_of_step.get()
    if products is not None:
        return products.product(inputs, factor)
    return _product(inputs, factor)


def _product(inputs: Any, factor: Any) -> Any:
    if len(factor.shape) == 2:
        return matrix_product(inputs, factor)
    product = batched_product(ops.expand_dims(inputs, axis=1), factor)
    return ops.squeeze(product, axis=1)


class StepProducts:
    """Multiplies by the factors in a step, and remembers what each was multiplied with.

    Args:
        factors: Matrices, or one matrix for each row.
        backward: Whether gradients are taken of the products.

    Attributes:
        operands: What the step multiplied by each factor.
        results: The products.
    """

    def __init__(self, factors: Sequence[Any], backward: bool = False) -> None:
        self._places = {id(factor): place for place, factor in enumerate(factors)}
        # Prepared here, before the loop.
        self._prepared = [
            prepared_factor(factor) if len(factor.shape) == 2 else factor
            for factor in factors
        ]
        # A product of one row a matrix takes three times as long with a transposed one.
        self._turned = [
            tf.transpose(factor, (0, 2, 1))
            if backward and len(factor.shape) == 3
            else None
            for factor in factors
        ]
        self.operands: list[Any] = []
        self.results: list[Any] = []

    @contextmanager
    def of_step(self) -> Iterator[None]:
        """Multiply, and remember, in the step that is taken inside."""
        self.operands = [None] * len(self._places)
        self.results = [None] * len(self._places)
        token = _products_of_step.set(self)
        try:
            yield
        finally:
            _products_of_step.reset(token)
        if any(result is None for result in self.results):
            raise ValueError("A factor of a scan is not used in its step.")

    def product(self, inputs: Any, factor: Any) -> Any:
        """Multiply, and note it unless the factor gets its gradient another way."""
        tensor = factor.value if isinstance(factor, keras.Variable) else factor
        place = self._places.get(id(tensor))
        if place is None:
            return _product(inputs, factor)
        if self.results[place] is not None:
            raise ValueError("A factor of a scan is used twice in a step.")
        result = _product_of_constant(
            inputs, self._prepared[place], self._turned[place]
        )
        self.operands[place], self.results[place] = inputs, result
        return result


_products_of_step: ContextVar[StepProducts | None] = ContextVar(
    "products_of_step", default=None
)


def _product_of_constant(inputs: Any, factor: Any, turned: Any) -> Any:
    """Multiply by a factor that gets its gradient elsewhere.

    Args:
        inputs: Shape `(batch, n)`.
        factor: A matrix, or one for each row.
        turned: The transposed matrices of all rows, where gradients are taken.
    """

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def multiply(inputs: Any) -> Any:
        def gradient(upstream: Any) -> Any:
            if len(factor.shape) == 2:
                return matrix_product(upstream, factor, transposed=True)
            return _product(upstream, turned)

        return _product(inputs, factor), gradient

    return multiply(inputs)


def factor_gradient(factor: Any, operand: Any, product_gradient: Any) -> Any:
    """Return `sum_t operand_t^T product_gradient_t`, of the shape of the factor."""
    if len(factor.shape) == 2:
        return weight_gradient(operand, product_gradient)
    return batched_product(
        tf.transpose(operand, (1, 2, 0)), tf.transpose(product_gradient, (1, 0, 2))
    )
