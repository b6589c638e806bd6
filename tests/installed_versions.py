"""Marks of tests that the lowest versions allowed cannot run."""

import pytest

from edge_runtime.bundle.manifest import oldest_onnxruntime
from edge_runtime.model.required_onnxruntime import is_new_enough

RUNS_INT4 = is_new_enough(oldest_onnxruntime("int4"))
needs_int4 = pytest.mark.skipif(
    not RUNS_INT4, reason="int4 needs a newer onnxruntime than is installed"
)
INT4 = pytest.param("int4", marks=needs_int4)
