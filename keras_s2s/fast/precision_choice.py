"""The precision of a training's matrix products: what is there, and what is fastest."""

import functools
import logging
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from keras_s2s.fast.products import (
    Precision,
    can_round,
    matrix_product,
    prepared_factor,
    products_in,
)

logger = logging.getLogger(__name__)

_WORTHWHILE = 1.2
"""How much faster a product must be in bfloat16 to be less exact."""

_ROUNDS = 15

DESCRIPTIONS = {
    Precision.FLOAT32: "float32",
    Precision.ROUNDED: "bfloat16, rounded by the processor",
    Precision.CAST: "bfloat16",
}
"""What is logged of each precision."""


def choose_precision(products: str) -> Precision:
    """Return how a training is to multiply; to be called before anything is multiplied.

    Args:
        products: "float32", "bfloat16" in the faster of its two ways, or "auto" for
            what is measured to be fastest.
    """
    if products == "float32":
        return Precision.FLOAT32
    candidates = [Precision.CAST]
    if can_round():
        candidates.append(Precision.ROUNDED)
    seconds = measure_products([Precision.FLOAT32, *candidates])
    fastest = min(candidates, key=lambda precision: seconds[precision])
    if products == "auto":
        worthwhile = seconds[Precision.FLOAT32] > _WORTHWHILE * seconds[fastest]
        fastest = fastest if worthwhile else Precision.FLOAT32
        logger.info("Matrix products: %s.", DESCRIPTIONS[fastest])
    return fastest


def available_precision(precision: Precision) -> Precision:
    """Return what a run began with, or the fastest where this process does not have it.

    A run may be resumed, or a worker started, on another machine.
    """
    if precision != Precision.ROUNDED or can_round():
        return precision
    logger.warning(
        "Matrix products cannot be rounded as in this run so far: the processor does "
        "not do so, or TensorFlow has multiplied before."
    )
    return choose_precision("auto")


def measure_products(precisions: Sequence[Precision]) -> dict[Precision, float]:
    """Measure, in some tenths of a second, how long products of a loop's step take.

    Returns:
        Seconds for each precision.
    """
    inputs = tf.constant(np.ones((256, 256), np.float32))
    products: dict[Precision, Any] = {}
    for precision in precisions:
        with products_in(precision):
            # Weights are prepared once, before the loop.
            matrix = prepared_factor(tf.constant(np.ones((256, 1024), np.float32)))
            product = tf.function(matrix_product).get_concrete_function(inputs, matrix)
        products[precision] = functools.partial(product, inputs, matrix)
    # Taken in turn: whatever else the machine does slows all down alike.
    seconds = dict.fromkeys(products, float("inf"))
    for _ in range(_ROUNDS):
        for precision, product in products.items():
            start = time.perf_counter()
            product().numpy()
            seconds[precision] = min(seconds[precision], time.perf_counter() - start)
    return seconds
