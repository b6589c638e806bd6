"""What the processor multiplies fast; the same answer on every machine of a kind."""

import functools
from pathlib import Path

from keras_s2s.fast.matmul import Precision

_PROCESSOR_FILE = Path("/proc/cpuinfo")
_BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16"}


@functools.cache
def _flags() -> frozenset[str]:
    """Return the names of the processor's instruction sets, as Linux gives them."""
    try:
        lines = _PROCESSOR_FILE.read_text(encoding="utf-8").splitlines()
    except OSError:
        return frozenset()
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip() in ("flags", "Features"):
            return frozenset(value.split())
    return frozenset()


def fastest_precision() -> Precision:
    """Return the precision in which this kind of processor multiplies fastest.

    By what the processor is, not by a clock: the same recipe and seed give the same
    weights on every machine of its kind. Where the system does not tell what the
    processor has, it is float32.
    """
    return "bfloat16" if _flags() & _BFLOAT16_FLAGS else "float32"


def chosen_precision(wanted: str) -> Precision:
    """Return the precision that a recipe asks for: "auto" goes by the processor."""
    if wanted == "auto":
        return fastest_precision()
    return "bfloat16" if wanted == "bfloat16" else "float32"


def features_at_once() -> int:
    """Return how many features a bfloat16 matmul takes at a time: 32 with AMX."""
    return 32 if "amx_bf16" in _flags() else 2
