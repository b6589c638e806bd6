/**
 * Whether a graph ends, told by its file: it holds no other graph.
 *
 * Loops and conditions are attributes or functions that are graphs, which no export
 * writes. `edge_runtime/model/graph_check.py` checks far more, and `edge-translate serve`
 * runs it before it serves anything.
 *
 * Reference: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */

import type { GraphSpec } from "../bundle/manifest.js";
import { BundleError, messageOf } from "../errors.js";
import { readFields } from "../text/sentencepiece/protobuf.js";

const GRAPH = 7;
const FUNCTIONS = 25;
const NODE = 1;
const ATTRIBUTE = 5;
const GRAPHS_OF_ATTRIBUTE = [6, 11];
/** Where and how a file begins that is no ONNX file, but made of one for small builds. */
const ORT_PLACE = 4;
const ORT_IDENTIFIER = "ORTM";

/**
 * Refuses an ONNX file with graphs within its graph.
 *
 * @throws BundleError where there is one, or the file is malformed.
 */
export function checkGraphFile(content: Uint8Array, spec: GraphSpec): void {
  const begin = content.subarray(ORT_PLACE, ORT_PLACE + ORT_IDENTIFIER.length);
  if (String.fromCharCode(...begin) === ORT_IDENTIFIER) return;
  let holdsGraph: boolean;
  try {
    holdsGraph = holdsAnother(content);
  } catch (error) {
    throw new BundleError(
      `${spec.file} is no graph that an export writes: ${messageOf(error)}`,
    );
  }
  if (holdsGraph) {
    throw new BundleError(
      `${spec.file} is no graph that an export writes: it holds another graph.`,
    );
  }
}

function holdsAnother(model: Uint8Array): boolean {
  const fields = [...readFields(model)];
  if (fields.some(({ number }) => number === FUNCTIONS)) return true;
  for (const graph of fields.filter(({ number }) => number === GRAPH)) {
    for (const node of readFields(graph.bytes)) {
      if (node.number !== NODE) continue;
      for (const attribute of readFields(node.bytes)) {
        if (attribute.number !== ATTRIBUTE) continue;
        for (const { number } of readFields(attribute.bytes)) {
          if (GRAPHS_OF_ATTRIBUTE.includes(number)) return true;
        }
      }
    }
  }
  return false;
}
