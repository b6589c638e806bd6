"""How a training's matrix products are computed: precision, and what oneDNN keeps."""

import logging
import os
import time
from typing import Any

import numpy as np
import tensorflow as tf

from keras_s2s.layers.products import can_round, matrix_product, products_in

logger = logging.getLogger(__name__)

_WORTHWHILE = 1.2
"""How much faster a product must be in bfloat16 to be less exact."""

_ROUNDS = 15

_PREPARED_PRODUCTS = 8192
"""Many more than an epoch has; they take memory only once they are there."""


def keep_prepared_products() -> None:
    """Let oneDNN keep the code that it makes for each shape of a product.

    To be called before anything is multiplied. Batches differ in rows and lengths, so
    an epoch has more shapes than the 1,024 that are kept otherwise, and making the code
    anew took a quarter of a step.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(_PREPARED_PRODUCTS))


def uses_bfloat16(products: str) -> bool:
    """Return what a training is to use; to be called before anything is multiplied.

    Args:
        products: "float32", "bfloat16", or "auto" for what is measured to be faster.
    """
    if products != "auto":
        return products == "bfloat16"
    faster = can_round() and bfloat16_is_faster()
    logger.info("Matrix products: %s.", "bfloat16" if faster else "float32")
    return faster


def bfloat16_is_faster() -> bool:
    """Measure, in some tenths of a second, a product as large as an output layer's."""
    inputs = tf.constant(np.ones((1024, 256), np.float32))
    matrix = tf.constant(np.ones((256, 4096), np.float32))
    products: dict[bool, Any] = {}
    for bfloat16 in (False, True):
        with products_in(bfloat16):
            products[bfloat16] = tf.function(matrix_product).get_concrete_function(
                inputs, matrix
            )
    # Taken in turn: whatever else the machine does slows both down alike.
    seconds = dict.fromkeys(products, float("inf"))
    for _ in range(_ROUNDS):
        for bfloat16, product in products.items():
            start = time.perf_counter()
            product(inputs, matrix).numpy()
            seconds[bfloat16] = min(seconds[bfloat16], time.perf_counter() - start)
    return seconds[False] > _WORTHWHILE * seconds[True]
