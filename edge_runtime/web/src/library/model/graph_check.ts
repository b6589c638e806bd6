/**
 * Whether a graph is one that an export could have written, told by its file.
 *
 * It holds known operators alone, each of which reads what was computed before: no loops,
 * conditions, functions or weights that are stored elsewhere. How much memory and time
 * shapes ask for is not followed here; `edge_runtime/model/graph_check.py` does that, and
 * `edge-translate serve` runs it before it serves anything.
 */

import type { GraphSpec } from "../bundle/manifest.js";
import { BundleError, messageOf } from "../errors.js";
import { type Attribute, type GraphFile, type Node, readOnnx } from "./onnx_file.js";
import { OPERATORS } from "./operators.js";

/** Where and how a file begins that is no ONNX file, but made of one for small builds. */
const ORT_PLACE = 4;
const ORT_IDENTIFIER = "ORTM";

/**
 * Refuses an ONNX file that no export writes, before onnxruntime sees it.
 *
 * @throws BundleError where the file is malformed, or holds what no export writes.
 */
export function checkGraphFile(content: Uint8Array, spec: GraphSpec): void {
  const begin = content.subarray(ORT_PLACE, ORT_PLACE + ORT_IDENTIFIER.length);
  if (String.fromCharCode(...begin) === ORT_IDENTIFIER) return;
  try {
    check(readOnnx(content), spec);
  } catch (error) {
    throw new BundleError(
      `${spec.file} is no graph that an export writes: ${messageOf(error)}`,
    );
  }
}

function check(graph: GraphFile, spec: GraphSpec): void {
  checkNames(graph.inputs, Object.keys(spec.inputs), "inputs");
  const tensors = new Set<string>(graph.inputs);
  const add = (name: string): void => {
    if (tensors.has(name)) throw new Error(`there must be one tensor ${name}.`);
    tensors.add(name);
  };
  graph.weights.forEach(add);
  for (const node of graph.nodes) {
    checkNode(node);
    const missing = node.inputs.find((name) => name && !tensors.has(name));
    if (missing !== undefined) {
      throw new Error(`${missing} must be computed before it is read.`);
    }
    node.outputs.filter(Boolean).forEach(add);
  }
  checkNames(graph.outputs, Object.keys(spec.outputs), "outputs");
  const missing = graph.outputs.find((name) => !tensors.has(name));
  if (missing !== undefined) throw new Error(`the output ${missing} must be computed.`);
}

function checkNode({ operator, inputs, attributes }: Node): void {
  if (!Object.hasOwn(OPERATORS, operator)) {
    throw new Error(
      `its operators must be those of exports. Received: ${operator.slice(0, 80)}.`,
    );
  }
  const known = OPERATORS[operator]!;
  const [fewest, most] = known.inputs;
  const isDefault = (name: string, value: Attribute): boolean =>
    Object.hasOwn(known.defaults, name) &&
    known.defaults[name]!.some((one) => JSON.stringify(one) === JSON.stringify(value));
  const unknown = [...attributes].filter(
    ([name, value]) => !known.attributes.includes(name) && !isDefault(name, value),
  );
  if (inputs.length < fewest || inputs.length > most || unknown.length > 0) {
    throw new Error(
      `${operator} must have ${fewest} to ${most} inputs and no attributes but ` +
        `${known.attributes.join(", ") || "none"}. Received: ${inputs.length} and ` +
        `${[...attributes.keys()].join(", ").slice(0, 80)}.`,
    );
  }
}

function checkNames(
  found: readonly string[],
  expected: readonly string[],
  what: string,
): void {
  if (JSON.stringify([...found].sort()) === JSON.stringify([...expected].sort()))
    return;
  throw new Error(
    `its ${what} must be those of the manifest, ${[...expected].sort().join(", ")}. ` +
      `Received: ${[...found].sort().join(", ").slice(0, 200)}.`,
  );
}
