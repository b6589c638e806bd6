import { expect, test } from "vitest";
import type { GraphSpec } from "../src/library/bundle/manifest.js";
import { BundleError } from "../src/library/errors.js";
import { checkGraphFile } from "../src/library/model/graph_check.js";
import {
  attribute,
  field,
  message,
  node,
  onnxFile,
  type Parts,
  WEIGHT,
} from "./onnx_bytes.js";

const tensor = { dtype: "float32", shape: ["batch", 2] };
const spec: GraphSpec = {
  file: "encoder.onnx",
  inputs: { a: tensor, b: tensor },
  outputs: { c: tensor, d: tensor },
};
const sum = node("Add", ["a", "b"], ["c"]);
const product = node("MatMul", ["c", "weight"], ["d"]);
const operatorSet = (domain: string, version: number): Uint8Array =>
  field(8, message(field(1, domain), field(2, version)));

const check = (changes: Partial<Parts>): void =>
  checkGraphFile(onnxFile(spec, { nodes: [sum, product], ...changes }), spec);

test.each<[string, Partial<Parts>]>([
  ["nothing else", {}],
  [
    "both operator sets",
    { model: [operatorSet("", 17), operatorSet("com.microsoft", 1)] },
  ],
  ["tensors in another order", { inputs: ["b", "a"], outputs: ["d", "c"] }],
  [
    "an input that is left out",
    { nodes: [sum, node("MatMulInteger", ["c", "weight", ""], ["d"])] },
  ],
  [
    "an axis",
    { nodes: [sum, node("Softmax", ["c"], ["d"], attribute("axis", 2, field(3, -1)))] },
  ],
  [
    "a default",
    {
      nodes: [
        sum,
        node("Gemm", ["c", "b"], ["d"], attribute("transA", 2, field(3, 0))),
      ],
    },
  ],
  [
    "an operator with its domain",
    {
      nodes: [
        sum,
        node(
          "DynamicQuantizeMatMul",
          ["c", "a", "b"],
          ["d"],
          field(7, "com.microsoft"),
        ),
      ],
    },
  ],
])("a graph with %s is taken", (_, changes) => {
  expect(() => check(changes)).not.toThrow();
});

test.each<[string, string, Partial<Parts>]>([
  [
    "another operator",
    "operators must be those",
    { nodes: [sum, node("Loop", ["c"], ["d"])] },
  ],
  [
    "an inherited name",
    "operators must be",
    { nodes: [sum, node("toString", ["c"], ["d"])] },
  ],
  [
    "another domain",
    "operators must be",
    { nodes: [sum, node("Neg", ["c"], ["d"], field(7, "x"))] },
  ],
  [
    "too many inputs",
    "must have 1 to 1 inputs",
    { nodes: [sum, node("Neg", ["c", "a"], ["d"])] },
  ],
  [
    "too few inputs",
    "must have 2 to 2 inputs",
    { nodes: [sum, node("Mul", ["c"], ["d"])] },
  ],
  [
    "an unknown attribute",
    "no attributes but none",
    {
      nodes: [sum, node("Neg", ["c"], ["d"], attribute("x", 2, field(3, 1)))],
    },
  ],
  [
    "no default",
    "no attributes but transB",
    {
      nodes: [
        sum,
        node("Gemm", ["c", "b"], ["d"], attribute("transA", 2, field(3, 1))),
      ],
    },
  ],
  [
    "a graph as attribute",
    "an attribute must have no fields but",
    {
      nodes: [sum, node("Neg", ["c"], ["d"], attribute("body", 5, field(6, "")))],
    },
  ],
  [
    "a float as attribute",
    "must be integers, a text or a tensor",
    {
      nodes: [sum, node("Neg", ["c"], ["d"], attribute("x", 1))],
    },
  ],
  [
    "an attribute twice",
    "must have one attribute axis",
    {
      nodes: [
        sum,
        node("Softmax", ["c"], ["d"], attribute("axis", 2), attribute("axis", 2)),
      ],
    },
  ],
  [
    "nodes in the wrong order",
    "c must be computed before it is read",
    { nodes: [product, sum] },
  ],
  ["a tensor twice", "there must be one tensor c", { nodes: [sum, sum, product] }],
  ["an input that is a weight too", "one tensor weight", { weights: [WEIGHT, WEIGHT] }],
  [
    "an output that nothing computes",
    "the output d must be computed",
    { nodes: [sum] },
  ],
  [
    "another input",
    "its inputs must be those of the manifest",
    { inputs: ["a", "b", "x"] },
  ],
  ["another output", "its outputs must be those of the manifest", { outputs: ["c"] }],
  ["a second output of that name", "its outputs must be", { outputs: ["c", "d", "d"] }],
  ["no operator set", "operator sets must be", { model: [] }],
  ["an old operator set", "operator sets must be", { model: [operatorSet("", 16)] }],
  [
    "an operator set twice",
    "operator sets must be",
    { model: [operatorSet("", 17), operatorSet("", 17)] },
  ],
  [
    "another operator set",
    "operator sets must be",
    { model: [operatorSet("", 17), operatorSet("x", 1)] },
  ],
  [
    "functions",
    "the model must have no fields but",
    { model: [operatorSet("", 17), field(25, "")] },
  ],
  ["a sparse weight", "the graph must have no fields but", { graph: [field(15, "")] }],
  [
    "two names",
    "the graph must have one name",
    { graph: [field(2, "x"), field(2, "x")] },
  ],
  [
    "external data",
    "a weight must have no fields but",
    {
      weights: [message(WEIGHT, field(13, message(field(1, "location"))))],
    },
  ],
  [
    "a weight of more bytes",
    "as many elements as its shape says",
    {
      weights: [message(field(1, 3), field(2, 3), field(8, "weight"), field(9, "ab"))],
    },
  ],
  [
    "a weight of negative size",
    "as many elements",
    {
      weights: [
        message(
          field(1, -1),
          field(1, -2),
          field(2, 3),
          field(8, "weight"),
          field(9, "ab"),
        ),
      ],
    },
  ],
  [
    "a weight of an unknown type",
    "as many elements",
    {
      weights: [message(field(1, 2), field(2, 8), field(8, "weight"), field(9, "ab"))],
    },
  ],
  [
    "a name that is no text",
    "output must be text in UTF-8",
    {
      graph: [],
      nodes: [
        sum,
        message(field(1, "c"), field(2, Uint8Array.of(0xff)), field(4, "Neg")),
      ],
    },
  ],
  [
    "a name that is an integer",
    "must not be an integer",
    { graph: [field(11, message(field(1, 7)))] },
  ],
  ["too many nodes", "at most 10000 nodes", { nodes: Array(10_001).fill(message()) }],
])("a graph with %s is refused", (_, complaint, changes) => {
  expect(() => check(changes)).toThrow(BundleError);
  expect(() => check(changes)).toThrow(
    "encoder.onnx is no graph that an export writes",
  );
  expect(() => check(changes)).toThrow(complaint);
});

test.each<[string, string, Uint8Array]>([
  ["a field that is cut", "beyond the end", Uint8Array.of(0x3a, 5, 1)],
  [
    "an integer that does not end",
    "within its message",
    Uint8Array.of(8, ...Array<number>(11).fill(0x80), 0),
  ],
  [
    "an integer of 70 bits",
    "64 bits",
    Uint8Array.of(8, ...Array<number>(9).fill(0xff), 0x7f),
  ],
  ["an unknown wire type", "wire type 3", Uint8Array.of(0x0b)],
])("%s is refused", (_, complaint, content) => {
  expect(() => checkGraphFile(content, spec)).toThrow(BundleError);
  expect(() => checkGraphFile(content, spec)).toThrow(complaint);
});
