/**
 * A graph that searches greedily: the decoder step as the body of a loop; the same, byte
 * for byte, as `edge_runtime/model/greedy_graph.py` makes, which explains it.
 */

import type { GraphSpec, TensorSpec } from "../bundle/manifest.js";
import {
  ALIGNMENT,
  DECODER_STATE_PREFIX,
  EOS_ID,
  LOG_PROBS,
  NEXT_DECODER_STATE_PREFIX,
  TOKEN_IDS,
} from "../contract.js";
import { decoderStateCount } from "./graph_contract.js";
import { joined, wholeFieldsOf, written } from "./protobuf.js";

/** Most tokens, int64, shape `()`. */
export const MAX_LENGTH = "greedy.max_length";

/** What is fed first, int32, shape `(1,)`. */
export const FIRST_TOKEN = "greedy.first_token";

/** Tokens with eos, int64, shape `(target_length, 1, 1)`. */
export const TOKENS = "greedy.tokens";

/** Log-prob of each token, float32, shape `(target_length, 1, 1)`. */
export const TOKEN_LOG_PROBS = "greedy.token_log_probs";

/** Alignment of each token, float32, shape `(target_length, 1, source_length)`. */
export const ALIGNMENTS = "greedy.alignments";

const MODEL_GRAPH = 7;
const [NODE, GRAPH_NAME, INITIALIZER, INPUT, OUTPUT] = [1, 2, 5, 11, 12] as const;
const DTYPES: Record<string, number> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
};
const INT_ATTRIBUTE = 2;
const GRAPH_ATTRIBUTE = 5;

/** A tensor of the graph, whose type need not be one of a manifest's. */
interface Declared {
  dtype: string;
  shape: TensorSpec["shape"];
}

/** Returns the name of the input that a decoder state begins with. */
export function startOf(state: string): string {
  return `greedy.${state}`;
}

/**
 * Returns an ONNX file that searches greedily for one sentence.
 *
 * @param step Content of the step's ONNX file.
 * @param spec What the manifest says about the step.
 * @throws Error where the file is no ONNX file.
 */
export function greedyGraph(step: Uint8Array, spec: GraphSpec): Uint8Array {
  const around: Uint8Array[] = [];
  let graph = new Uint8Array();
  for (const [number, value, field] of wholeFieldsOf(step)) {
    if (number === MODEL_GRAPH && typeof value !== "number") {
      graph = value as Uint8Array<ArrayBuffer>;
    } else around.push(field);
  }
  return joined([...around, written(MODEL_GRAPH, loopGraph(graph, spec))]);
}

/** Returns the graph around the loop. */
function loopGraph(graph: Uint8Array, spec: GraphSpec): Uint8Array {
  const states = Array.from(
    { length: decoderStateCount(spec.inputs) },
    (_, index) => `${DECODER_STATE_PREFIX}${index}`,
  );
  const read = Object.keys(spec.inputs).filter(
    (name) => name !== TOKEN_IDS && !states.includes(name),
  );
  const unread = [TOKEN_IDS, ...states].map((name) => `greedy.last.${name}`);
  const outputs: [name: string, tensor: Declared][] = [
    [TOKENS, rowsOf("int64", 1)],
    [TOKEN_LOG_PROBS, rowsOf("float32", 1)],
  ];
  if (ALIGNMENT in spec.outputs)
    outputs.push([ALIGNMENTS, rowsOf("float32", "source")]);
  const loop = node(
    "Loop",
    [MAX_LENGTH, "greedy.true", FIRST_TOKEN, ...states.map(startOf)],
    [...unread, ...outputs.map(([name]) => name)],
    graphAttribute("body", body(graph, spec, states)),
  );
  return joined([
    written(NODE, loop),
    written(GRAPH_NAME, "greedy search"),
    written(INITIALIZER, tensor("greedy.true", "bool", [], Uint8Array.of(1))),
    declared(INPUT, MAX_LENGTH, { dtype: "int64", shape: [] }),
    declared(INPUT, FIRST_TOKEN, { dtype: "int32", shape: [1] }),
    ...states.map((name) => declared(INPUT, startOf(name), spec.inputs[name]!)),
    ...read.map((name) => declared(INPUT, name, spec.inputs[name]!)),
    ...outputs.map(([name, of]) => declared(OUTPUT, name, of)),
  ]);
}

/** Returns what has one row a token. */
function rowsOf(dtype: string, width: number | string): Declared {
  return { dtype, shape: ["target", 1, width] };
}

/** Returns what is computed for every token: the step, and its choice. */
function body(
  graph: Uint8Array,
  spec: GraphSpec,
  states: readonly string[],
): Uint8Array {
  const kept: Uint8Array[] = [];
  for (const [number, , field] of wholeFieldsOf(graph)) {
    if (number === NODE || number === INITIALIZER) kept.push(field);
  }
  const following = states.map((_, index) => `${NEXT_DECODER_STATE_PREFIX}${index}`);
  const choice = [
    node(
      "TopK",
      [LOG_PROBS, "greedy.one"],
      ["greedy.log_prob", "greedy.token"],
      // Among equals it chooses the lowest id, as every search here does.
      intAttribute("sorted", 1),
    ),
    node("Reshape", ["greedy.token", "greedy.one"], ["greedy.chosen"]),
    node(
      "Cast",
      ["greedy.chosen"],
      ["greedy.next_token"],
      intAttribute("to", DTYPES.int32!),
    ),
    node("Equal", ["greedy.next_token", "greedy.eos"], ["greedy.is_eos"]),
    node("Not", ["greedy.is_eos"], ["greedy.not_eos"]),
    node("Squeeze", ["greedy.not_eos"], ["greedy.goes_on"]),
  ];
  const constants = [
    tensor("greedy.one", "int64", [1], Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)),
    tensor("greedy.eos", "int32", [1], Uint8Array.of(EOS_ID, 0, 0, 0)),
  ];
  const inputs: [name: string, tensor: Declared][] = [
    ["greedy.iteration", { dtype: "int64", shape: [] }],
    ["greedy.continues", { dtype: "bool", shape: [] }],
    ...[TOKEN_IDS, ...states].map((name): [string, Declared] => [
      name,
      spec.inputs[name]!,
    ]),
  ];
  const outputs: [name: string, tensor: Declared][] = [
    ["greedy.goes_on", { dtype: "bool", shape: [] }],
    ["greedy.next_token", { dtype: "int32", shape: [1] }],
    ...following.map((name): [string, Declared] => [name, spec.outputs[name]!]),
    ["greedy.token", { dtype: "int64", shape: [1, 1] }],
    ["greedy.log_prob", { dtype: "float32", shape: [1, 1] }],
  ];
  if (ALIGNMENT in spec.outputs) outputs.push([ALIGNMENT, spec.outputs[ALIGNMENT]!]);
  return joined([
    ...kept,
    ...choice.map((each) => written(NODE, each)),
    written(GRAPH_NAME, "step"),
    ...constants.map((each) => written(INITIALIZER, each)),
    ...inputs.map(([name, of]) => declared(INPUT, name, of)),
    ...outputs.map(([name, of]) => declared(OUTPUT, name, of)),
  ]);
}

function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attribute?: Uint8Array,
): Uint8Array {
  return joined([
    ...inputs.map((name) => written(1, name)),
    ...outputs.map((name) => written(2, name)),
    written(4, operator),
    ...(attribute ? [written(5, attribute)] : []),
  ]);
}

function intAttribute(name: string, value: number): Uint8Array {
  return joined([written(1, name), written(3, value), written(20, INT_ATTRIBUTE)]);
}

function graphAttribute(name: string, graph: Uint8Array): Uint8Array {
  return joined([written(1, name), written(6, graph), written(20, GRAPH_ATTRIBUTE)]);
}

function tensor(
  name: string,
  dtype: string,
  shape: readonly number[],
  content: Uint8Array,
): Uint8Array {
  return joined([
    ...shape.map((size) => written(1, size)),
    written(2, DTYPES[dtype]!),
    written(8, name),
    written(9, content),
  ]);
}

/** Returns an input or output of a graph: its name, type and shape. */
function declared(field: number, name: string, { dtype, shape }: Declared): Uint8Array {
  const axes = shape.map((axis) =>
    written(1, typeof axis === "number" ? written(1, axis) : written(2, axis)),
  );
  const type = joined([written(1, DTYPES[dtype]!), written(2, joined(axes))]);
  return written(field, joined([written(1, name), written(2, written(1, type))]));
}
