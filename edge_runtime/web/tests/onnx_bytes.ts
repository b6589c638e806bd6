/** ONNX files for tests, made of the few fields that exports write. */

import type { GraphSpec } from "../src/library/bundle/manifest.js";

type Content = number | string | Uint8Array;

/** Returns one field of a message as protocol buffers write it. */
export function field(number: number, content: Content): Uint8Array {
  if (typeof content === "number") {
    return Uint8Array.from([...varint(number * 8), ...varint(content)]);
  }
  const bytes =
    typeof content === "string" ? new TextEncoder().encode(content) : content;
  return Uint8Array.from([
    ...varint(number * 8 + 2),
    ...varint(bytes.length),
    ...bytes,
  ]);
}

/** Returns a message of fields. */
export function message(...fields: Uint8Array[]): Uint8Array {
  return Uint8Array.from(fields.flatMap((each) => [...each]));
}

export function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  ...more: Uint8Array[]
): Uint8Array {
  return message(
    ...inputs.map((name) => field(1, name)),
    ...outputs.map((name) => field(2, name)),
    field(4, operator),
    ...more,
  );
}

export const attribute = (
  name: string,
  type: number,
  ...more: Uint8Array[]
): Uint8Array => field(5, message(field(1, name), field(20, type), ...more));

/** A weight of two bytes, called `weight`. */
export const WEIGHT: Uint8Array = message(
  field(1, 2),
  field(2, 3),
  field(8, "weight"),
  field(9, Uint8Array.of(1, 2)),
);

export interface Parts {
  nodes: readonly Uint8Array[];
  inputs: readonly string[];
  outputs: readonly string[];
  weights: readonly Uint8Array[];
  graph: readonly Uint8Array[];
  model: readonly Uint8Array[];
}

/**
 * Returns the file of a graph with the tensors of a manifest.
 *
 * @param changes What is another than in a good file: its outputs come from `Identity`.
 */
export function onnxFile(
  spec: Pick<GraphSpec, "inputs" | "outputs">,
  changes: Partial<Parts> = {},
): Uint8Array {
  const inputs = changes.inputs ?? Object.keys(spec.inputs);
  const outputs = changes.outputs ?? Object.keys(spec.outputs);
  const nodes =
    changes.nodes ?? outputs.map((output) => node("Identity", [inputs[0]!], [output]));
  const value = (name: string): Uint8Array => message(field(1, name));
  const graph = message(
    ...nodes.map((each) => field(1, each)),
    ...(changes.weights ?? [WEIGHT]).map((each) => field(5, each)),
    ...inputs.map((name) => field(11, value(name))),
    ...outputs.map((name) => field(12, value(name))),
    ...(changes.graph ?? []),
  );
  const operatorSet = field(8, message(field(1, ""), field(2, 18)));
  return message(...(changes.model ?? [operatorSet]), field(7, graph));
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}
