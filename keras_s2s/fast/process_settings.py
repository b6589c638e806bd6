"""What TensorFlow is told once in a process, before it computes anything."""

import logging
import os

import tensorflow as tf

logger = logging.getLogger(__name__)

_PREPARED_PRODUCTS = 8192
"""Many more than an epoch has; they take memory only once they are there."""


def prepare_process(operator_threads: int) -> None:
    """Make this process one that trains.

    Args:
        operator_threads: Threads that one TensorFlow operator may use; 0 leaves it to
            TensorFlow.
    """
    _limit_operator_threads(operator_threads)
    _keep_prepared_products()
    _keep_memory()


def _limit_operator_threads(threads: int) -> None:
    threading = tf.config.threading
    if not threads or threading.get_intra_op_parallelism_threads() == threads:
        return
    try:
        threading.set_intra_op_parallelism_threads(threads)
    except RuntimeError:
        logger.warning(
            "operator_threads=%d has no effect: TensorFlow runs already.", threads
        )


def _keep_prepared_products() -> None:
    """Let oneDNN keep the code that it makes for each shape of a product.

    Batches differ in rows and lengths, so an epoch has more shapes than the 1,024 that
    are kept otherwise, and making the code anew took a quarter of a step.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(_PREPARED_PRODUCTS))


def _keep_memory() -> None:
    """Let TensorFlow keep what it has allocated.

    The allocator of the C library gives large tensors back to the system and asks for
    them again, page by page: some ten thousand times in a step.
    """
    os.environ.setdefault("TF_CPU_ALLOCATOR_USE_BFC", "true")
