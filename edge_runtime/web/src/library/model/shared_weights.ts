/**
 * Weights of a decoder step that stand in the file of the encoder; the same as
 * `edge_runtime/model/shared_weights.py`.
 *
 * Reference: https://onnx.ai/onnx/repo-docs/ExternalData.html
 */

import { BundleError, messageOf } from "../errors.js";
import { fieldsOf, joined, type Value, wholeFieldsOf, written } from "./protobuf.js";

const GRAPH = 7;
const INITIALIZER = 5;
const RAW_DATA = 9;
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
const EXTERNAL = 1;
const KEY = 1;
const VALUE = 2;
const PLACE = ["location", "offset", "length"] as const;

/**
 * Returns a decoder step with the weights that it shares with the encoder.
 *
 * References to other files stay, and are refused by who checks the graph.
 *
 * @throws BundleError where the step refers to bytes that the encoder's file has not,
 *   or to more of them than there are.
 */
export function completeStep(
  step: Uint8Array,
  encoder: Uint8Array,
  encoderFile: string,
  stepFile: string,
): Uint8Array {
  if (!new TextDecoder("latin1").decode(step).includes(encoderFile)) return step;
  let left = encoder.length;
  const putIn = (tensor: Uint8Array): Uint8Array => {
    const place = placeOf(tensor);
    if (place?.location !== encoderFile) return tensor;
    const { offset, length } = place;
    left -= length;
    if (offset + length > encoder.length || left < 0) {
      throw new Error(
        `its weights in ${encoderFile} must be within ${encoder.length} bytes, together, ` +
          `too. Received: ${length} bytes at ${offset}.`,
      );
    }
    const kept = Array.from(wholeFieldsOf(tensor))
      .filter(([number]) => number !== EXTERNAL_DATA && number !== DATA_LOCATION)
      .map(([, , field]) => field);
    return joined([
      ...kept,
      written(RAW_DATA, encoder.subarray(offset, offset + length)),
    ]);
  };
  try {
    return changed(step, GRAPH, (graph) => changed(graph, INITIALIZER, putIn));
  } catch (error) {
    throw new BundleError(
      `${stepFile} is no graph that an export writes: ${messageOf(error)}`,
    );
  }
}

/** Returns a message with every field of a number changed. */
function changed(
  message: Uint8Array,
  number: number,
  change: (value: Uint8Array) => Uint8Array,
): Uint8Array {
  return joined(
    Array.from(wholeFieldsOf(message), ([found, value, field]) =>
      found === number && typeof value !== "number"
        ? written(number, change(value))
        : field,
    ),
  );
}

/** Returns where a tensor's elements are, if that is elsewhere. */
function placeOf(
  tensor: Uint8Array,
): { location: string; offset: number; length: number } | undefined {
  const entries = new Map<string, string>();
  let external = false;
  for (const [number, value] of fieldsOf(tensor)) {
    if (number === DATA_LOCATION) {
      external = value === EXTERNAL;
    } else if (number === EXTERNAL_DATA && typeof value !== "number") {
      const entry = new Map(Array.from(fieldsOf(value), ([key, text]) => [key, text]));
      entries.set(textOf(entry.get(KEY)), textOf(entry.get(VALUE)));
    }
  }
  if (!external) return undefined;
  const [location, offset, length] = PLACE.map((key) => entries.get(key) ?? "");
  const numbers = [offset!, length!];
  if (
    entries.size !== PLACE.length ||
    !numbers.every((text) => /^[0-9]{1,15}$/.test(text))
  ) {
    throw new Error(`external data must have ${PLACE.join(", ")}.`);
  }
  return { location: location!, offset: Number(offset), length: Number(length) };
}

function textOf(value: Value | undefined): string {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : "";
}
