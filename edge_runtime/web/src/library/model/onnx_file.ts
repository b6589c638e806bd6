/**
 * Reading the nodes and the names of weights from an ONNX file; accepts what
 * `edge_runtime/model/onnx_file.py` does, which says why.
 *
 * Reference: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */

import { fieldsOf, readVarint, signed, type Value } from "./protobuf.js";

/** An attribute's value: an integer, a text, or integers (also those of a tensor). */
export type Attribute = number | string | readonly number[];

/** One operator; `operator` is its type, behind a dot and a domain where it has one. */
export interface Node {
  operator: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: ReadonlyMap<string, Attribute>;
}

export interface GraphFile {
  inputs: readonly string[];
  outputs: readonly string[];
  weights: readonly string[];
  nodes: readonly Node[];
}

const MOST_NODES = 10_000;
const MOST_WEIGHTS = 10_000;
const MOST_ENTRIES = 64;
const OPERATOR_SETS: Record<string, readonly [oldest: number, newest: number]> = {
  "": [17, 26],
  "com.microsoft": [1, 1],
};
/** Bytes of an element: float32, uint8, int8, int32, int64, bool, float16. */
const ELEMENT_SIZES: Record<number, number> = {
  1: 4,
  2: 1,
  3: 1,
  6: 4,
  7: 8,
  9: 1,
  10: 2,
};
const INT64 = 7;
/** Most elements of a weight whose values are read. */
const LARGEST_SHAPE = 64;

type Fields = Readonly<Record<number, string>>;
type Message = ReadonlyMap<string, readonly Value[]>;

const MODEL: Fields = {
  1: "ir_version",
  2: "producer_name",
  3: "producer_version",
  4: "domain",
  5: "model_version",
  6: "doc_string",
  7: "graph",
  8: "opset_import",
  14: "metadata_props",
};
const OPERATOR_SET: Fields = { 1: "domain", 2: "version" };
const GRAPH: Fields = {
  1: "node",
  2: "name",
  5: "initializer",
  10: "doc_string",
  11: "input",
  12: "output",
};
const NODE: Fields = {
  1: "input",
  2: "output",
  3: "name",
  4: "op_type",
  5: "attribute",
  6: "doc_string",
  7: "domain",
};
const ATTRIBUTE: Fields = {
  1: "name",
  2: "f",
  3: "i",
  4: "s",
  5: "t",
  8: "ints",
  13: "doc_string",
  20: "type",
};
const TENSOR: Fields = {
  1: "dims",
  2: "data_type",
  7: "int64_data",
  8: "name",
  9: "raw_data",
};
const VALUE_INFO: Fields = { 1: "name", 2: "type", 3: "doc_string" };
const TYPE: Fields = { 1: "tensor_type", 6: "denotation" };
const TENSOR_TYPE: Fields = { 1: "elem_type", 2: "shape" };
const SHAPE: Fields = { 1: "dim" };
const DIMENSION: Fields = { 1: "dim_value", 2: "dim_param", 3: "denotation" };
const REPEATED = [
  "opset_import",
  "metadata_props",
  "node",
  "initializer",
  "input",
  "output",
  "attribute",
  "ints",
  "dims",
  "int64_data",
  "dim",
];

const NO_BYTES = new Uint8Array();
// A byte order mark is a character like any other.
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Returns what an ONNX file declares.
 *
 * @throws Error where it is no ONNX file, or holds what no export writes.
 */
export function readOnnx(content: Uint8Array): GraphFile {
  const model = readMessage(content, MODEL, "the model");
  checkOperatorSets(allBytes(model, "opset_import"));
  const graph = readMessage(theBytes(model, "graph"), GRAPH, "the graph");
  const nodes = atMost(allBytes(graph, "node"), MOST_NODES, "nodes");
  const weights = atMost(allBytes(graph, "initializer"), MOST_WEIGHTS, "weights");
  return {
    inputs: allBytes(graph, "input").map(readValueName),
    outputs: allBytes(graph, "output").map(readValueName),
    weights: weights.map((weight) => readWeight(weight).name),
    nodes: nodes.map(readNode),
  };
}

function checkOperatorSets(entries: readonly Uint8Array[]): void {
  const versions = new Map<string, number>();
  for (const entry of entries) {
    const fields = readMessage(entry, OPERATOR_SET, "an operator set");
    versions.set(theText(fields, "domain"), theInteger(fields, "version"));
  }
  const known = [...versions].every(([domain, version]) => {
    if (!Object.hasOwn(OPERATOR_SETS, domain)) return false;
    const [oldest, newest] = OPERATOR_SETS[domain]!;
    return oldest <= version && version <= newest;
  });
  if (!known || !versions.has("") || versions.size < entries.length) {
    throw new Error("operator sets must be those of an export.");
  }
}

/** Returns the name of an input or output; onnxruntime tells those of its axes. */
function readValueName(message: Uint8Array): string {
  const fields = readMessage(message, VALUE_INFO, "an input or output");
  const type = readMessage(theBytes(fields, "type"), TYPE, "a type");
  const tensorType = theBytes(type, "tensor_type");
  const tensor = readMessage(tensorType, TENSOR_TYPE, "a tensor type");
  const shape = readMessage(theBytes(tensor, "shape"), SHAPE, "a shape");
  for (const axis of atMost(allBytes(shape, "dim"), MOST_ENTRIES, "axes")) {
    theText(readMessage(axis, DIMENSION, "an axis"), "dim_param");
  }
  return theText(fields, "name");
}

function readNode(message: Uint8Array): Node {
  const fields = readMessage(message, NODE, "a node");
  const domain = theText(fields, "domain");
  const type = theText(fields, "op_type");
  const operator = domain ? `${domain}.${type}` : type;
  const attributes = new Map<string, Attribute>();
  for (const entry of atMost(
    allBytes(fields, "attribute"),
    MOST_ENTRIES,
    "attributes",
  )) {
    const [name, value] = readAttribute(entry);
    if (attributes.has(name)) {
      throw new Error(`${operator} must have one attribute ${name}.`);
    }
    attributes.set(name, value);
  }
  return {
    operator,
    inputs: atMost(allTexts(fields, "input"), MOST_ENTRIES, "inputs"),
    outputs: atMost(allTexts(fields, "output"), MOST_ENTRIES, "outputs"),
    attributes,
  };
}

function readAttribute(message: Uint8Array): [name: string, value: Attribute] {
  const fields = readMessage(message, ATTRIBUTE, "an attribute");
  const name = theText(fields, "name");
  switch (theInteger(fields, "type")) {
    case 2:
      return [name, theInteger(fields, "i")];
    case 3:
      return [name, theText(fields, "s")];
    case 4:
      return [name, readWeight(theBytes(fields, "t")).values];
    case 7:
      return [name, allIntegers(fields, "ints")];
    default:
      throw new Error(
        `the attribute ${name} must be integers, a text or a tensor. ` +
          `Received: type ${theInteger(fields, "type")}.`,
      );
  }
}

function readWeight(message: Uint8Array): { name: string; values: readonly number[] } {
  const fields = readMessage(message, TENSOR, "a weight");
  const name = theText(fields, "name");
  const type = theInteger(fields, "data_type");
  const shape = atMost(allIntegers(fields, "dims"), MOST_ENTRIES, "axes");
  const raw = theBytes(fields, "raw_data");
  let values: readonly number[];
  let complete: boolean;
  if (fields.has("int64_data")) {
    // Only the value of `ConstantOfShape` is written like this.
    values = allIntegers(fields, "int64_data");
    complete =
      raw.length === 0 &&
      type === INT64 &&
      shape.length === 1 &&
      shape[0] === values.length;
  } else {
    values = type === INT64 ? readIntegers(raw) : [];
    complete = fits(shape, type, raw.length);
  }
  if (!complete) {
    throw new Error(
      `the weight ${name} must hold as many elements as its shape says. Received: ` +
        `type ${type}, [${shape.join(", ")}], ${raw.length} bytes.`,
    );
  }
  return { name, values };
}

function fits(shape: readonly number[], type: number, size: number): boolean {
  const width = ELEMENT_SIZES[type];
  if (width === undefined || shape.some((axis) => axis < 0)) return false;
  // Zero times infinity is no number.
  const count = shape.includes(0) ? 0 : shape.reduce((a, b) => a * b, 1);
  return count * width === size;
}

/** Returns the elements of a small weight; none of a large one chooses a shape. */
function readIntegers(raw: Uint8Array): number[] {
  if (raw.length > 8 * LARGEST_SHAPE || raw.length % 8 !== 0) return [];
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Array.from({ length: raw.length / 8 }, (_, place) =>
    Number(view.getBigInt64(8 * place, true)),
  );
}

function atMost<T>(entries: readonly T[], most: number, what: string): readonly T[] {
  if (entries.length > most) throw new Error(`there must be at most ${most} ${what}.`);
  return entries;
}

/**
 * Returns the values of every field of a message, by name.
 *
 * Stricter than protocol buffers are: a field that is not known, and a second value for
 * a field that has one, would be read by others in ways that this reader cannot foresee.
 */
function readMessage(message: Uint8Array, known: Fields, kind: string): Message {
  const fields = new Map<string, Value[]>();
  for (const [number, value] of fieldsOf(message)) {
    if (!Object.hasOwn(known, number)) {
      throw new Error(
        `${kind} must have no fields but ${Object.values(known).join(", ")}. ` +
          `Received: field ${number}.`,
      );
    }
    const name = known[number]!;
    const values = fields.get(name);
    if (!values) fields.set(name, [value]);
    else if (REPEATED.includes(name)) values.push(value);
    else throw new Error(`${kind} must have one ${name}.`);
  }
  return fields;
}

function theInteger(fields: Message, name: string): number {
  const value = fields.get(name)?.[0] ?? 0;
  if (typeof value !== "number") throw new Error(`${name} must be an integer.`);
  return value;
}

/** Returns a repeated field of integers, whether it is packed or not. */
function allIntegers(fields: Message, name: string): number[] {
  const found: number[] = [];
  for (const value of fields.get(name) ?? []) {
    if (typeof value === "number") {
      found.push(value);
      continue;
    }
    for (let place = 0; place < value.length; ) {
      let entry: bigint;
      [entry, place] = readVarint(value, place);
      found.push(signed(entry));
    }
  }
  return found;
}

function theBytes(fields: Message, name: string): Uint8Array {
  return bytesOf(fields.get(name)?.[0] ?? NO_BYTES, name);
}

function allBytes(fields: Message, name: string): Uint8Array[] {
  return (fields.get(name) ?? []).map((value) => bytesOf(value, name));
}

function theText(fields: Message, name: string): string {
  return textOf(theBytes(fields, name), name);
}

function allTexts(fields: Message, name: string): string[] {
  return allBytes(fields, name).map((value) => textOf(value, name));
}

function bytesOf(value: Value, name: string): Uint8Array {
  if (typeof value === "number") throw new Error(`${name} must not be an integer.`);
  return value;
}

function textOf(value: Uint8Array, name: string): string {
  try {
    return UTF8.decode(value);
  } catch {
    throw new Error(`${name} must be text in UTF-8.`);
  }
}
