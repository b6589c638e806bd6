/**
 * The operators that exports use, with their inputs and attributes: the same table as
 * `edge_runtime/model/operators.py`, which also says what shapes and how much work they
 * make.
 */

import type { Attribute } from "./onnx_file.js";

/**
 * An operator: fewest and most inputs, attributes that it may have, and attributes that
 * it may have with the one value that stands for their absence.
 */
export interface Operator {
  inputs: readonly [fewest: number, most: number];
  attributes: readonly string[];
  defaults: Readonly<Record<string, readonly Attribute[]>>;
}

function operator(
  fewest: number,
  most: number,
  attributes: readonly string[] = [],
  defaults: Record<string, readonly Attribute[]> = {},
): Operator {
  return { inputs: [fewest, most], attributes, defaults };
}

const ELEMENTWISE = operator(1, 1);
const PAIRWISE = operator(2, 2);
const REDUCTION = operator(1, 2, ["axes", "keepdims", "noop_with_empty_axes"]);
const GEMM_DEFAULTS = { alpha: [[]], beta: [[]], transA: [0] };
const RECURRENT = ["direction", "hidden_size"];

export const OPERATORS: Readonly<Record<string, Operator>> = {
  Abs: ELEMENTWISE,
  Add: PAIRWISE,
  Cast: operator(1, 1, ["to"]),
  Concat: operator(1, 16, ["axis"]),
  ConstantOfShape: operator(1, 1, ["value"]),
  DequantizeLinear: operator(2, 3, [], { axis: [1] }),
  Div: PAIRWISE,
  DynamicQuantizeLinear: operator(1, 1),
  Equal: PAIRWISE,
  GRU: operator(5, 5, [...RECURRENT, "linear_before_reset"], { layout: [0] }),
  Gather: operator(2, 2, ["axis"]),
  Gemm: operator(2, 3, ["transB"], GEMM_DEFAULTS),
  GlobalAveragePool: operator(1, 1),
  Identity: ELEMENTWISE,
  LSTM: operator(5, 5, RECURRENT, { layout: [0], input_forget: [0] }),
  LogSoftmax: operator(1, 1, ["axis"]),
  MatMul: operator(2, 2),
  MatMulInteger: operator(2, 4),
  Max: PAIRWISE,
  Mul: PAIRWISE,
  Neg: ELEMENTWISE,
  Not: ELEMENTWISE,
  QuantizeLinear: operator(2, 3, [], { axis: [1] }),
  RNN: operator(5, 5, RECURRENT, { layout: [0], activations: ["Tanh", "Tanh,Tanh"] }),
  Reciprocal: ELEMENTWISE,
  ReduceMax: REDUCTION,
  ReduceMean: REDUCTION,
  ReduceSum: REDUCTION,
  Reshape: operator(2, 2, [], { allowzero: [0] }),
  Shape: operator(1, 1, [], { start: [0] }),
  Sigmoid: ELEMENTWISE,
  Slice: operator(4, 4),
  Softmax: operator(1, 1, ["axis"]),
  Split: operator(1, 2, ["axis", "num_outputs"]),
  Sqrt: ELEMENTWISE,
  Squeeze: operator(2, 2),
  Sub: PAIRWISE,
  Tanh: ELEMENTWISE,
  Transpose: operator(1, 1, ["perm"]),
  Unsqueeze: operator(2, 2),
  Where: operator(3, 3),
  "com.microsoft.DynamicQuantizeMatMul": operator(3, 5),
  "com.microsoft.FusedGemm": operator(2, 3, ["activation", "transB"], GEMM_DEFAULTS),
  "com.microsoft.GatherBlockQuantized": operator(3, 3, [
    "bits",
    "block_size",
    "gather_axis",
    "quantize_axis",
  ]),
  "com.microsoft.MatMulNBits": operator(
    3,
    6,
    ["K", "N", "accuracy_level", "bits", "block_size"],
    { weight_prepacked: [0] },
  ),
};
