"""Settings of TensorFlow that must be made before it computes anything."""

import logging
import os

import tensorflow as tf

logger = logging.getLogger(__name__)

_CACHED_KERNELS = 8192
"""Many more than an epoch needs; only kernels in use take memory."""


def prepare_process(operator_threads: int) -> None:
    """Configure this process for training; settings made by the user stay.

    Args:
        operator_threads: Threads of one TensorFlow operator; 0 leaves the default.
    """
    _limit_operator_threads(operator_threads)
    _enlarge_kernel_cache()
    _use_caching_allocator()


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


def _enlarge_kernel_cache() -> None:
    """Let oneDNN cache the kernels of all matmul shapes of an epoch.

    oneDNN compiles a kernel for every shape and caches 1,024 by default. Batches differ
    in rows and lengths, so an epoch has more shapes, and compiling them again took a
    quarter of a step.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(_CACHED_KERNELS))


def _use_caching_allocator() -> None:
    """Let TensorFlow reuse the memory it has allocated.

    The allocator of the C library returns large tensors to the system and allocates
    them again, with some ten thousand page faults in a step.
    """
    os.environ.setdefault("TF_CPU_ALLOCATOR_USE_BFC", "true")
