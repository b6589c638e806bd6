"""Projections `x W + b` of a cell's inputs to its gates."""

from typing import Any

from keras_s2s.fast.matmul import Precision
from keras_s2s.model.dense import Dense, StepDense
from keras_s2s.model.initializers import GatewiseInitializer
from keras_s2s.model.recurrent_cell import RecurrentCell


def input_projection(
    cell: RecurrentCell, name: str, matmul_precision: Precision = "float32"
) -> Dense:
    """Return the layer that projects inputs at all positions in one matmul."""
    return Dense(name=name, matmul_precision=matmul_precision, **_arguments(cell))


def step_projection(cell: RecurrentCell, name: str, use_bias: bool = True) -> StepDense:
    """Return the layer that projects inputs within a step."""
    return StepDense(name=name, use_bias=use_bias, **_arguments(cell))


def _arguments(cell: RecurrentCell) -> dict[str, Any]:
    return {
        "units": cell.num_gates * cell.units,
        "kernel_initializer": GatewiseInitializer("glorot_uniform", cell.num_gates),
        "bias_initializer": cell.input_bias_initializer(cell.units),
        "dtype": cell.dtype_policy,
    }
