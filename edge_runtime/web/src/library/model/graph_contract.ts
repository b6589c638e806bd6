/** Whether a manifest's graphs have the tensors that a runtime needs. */

import type { Manifest, TensorSpec } from "../bundle/manifest.js";
import {
  ALIGNMENT,
  ATTENTION_FEATURES,
  ATTENTION_KEYS,
  ATTENTION_TENSORS,
  DECODER_STATE_PREFIX,
  ENCODER_STATES,
  LOG_PROBS,
  NEXT_DECODER_STATE_PREFIX,
  SOURCE_IDS,
  SOURCE_MASK,
  TOKEN_IDS,
} from "../contract.js";
import { BundleError } from "../errors.js";

/** Type and number of axes of every tensor that is no decoder state. */
const KINDS: Record<string, [dtype: string, rank: number]> = {
  [SOURCE_IDS]: ["int32", 2],
  [ENCODER_STATES]: ["float32", 3],
  [ATTENTION_KEYS]: ["float32", 3],
  [SOURCE_MASK]: ["bool", 2],
  [TOKEN_IDS]: ["int32", 1],
  [LOG_PROBS]: ["float32", 2],
  [ALIGNMENT]: ["float32", 2],
};

/**
 * Checks names, types and ranks of all tensors; outputs beyond the contract are not
 * read.
 *
 * @throws BundleError where a tensor is missing, unknown, or of another kind.
 */
export function checkGraphs(manifest: Manifest): void {
  const { encoder, decoderStep } = manifest;
  const count = decoderStateCount(decoderStep.inputs);
  const states = numbered(DECODER_STATE_PREFIX, Math.max(count, 1));
  const nextStates = numbered(NEXT_DECODER_STATE_PREFIX, Math.max(count, 1));
  const attends = ATTENTION_TENSORS.some((name) => name in decoderStep.inputs);
  const passed = [...states, ...(attends ? ATTENTION_TENSORS : [])];
  const predicted = [LOG_PROBS, ...nextStates, ...(attends ? [ALIGNMENT] : [])];
  check(encoder.inputs, [SOURCE_IDS], `${encoder.file}, inputs`, true);
  check(encoder.outputs, passed, `${encoder.file}, outputs`, false);
  check(
    decoderStep.inputs,
    [TOKEN_IDS, ...passed],
    `${decoderStep.file}, inputs`,
    true,
  );
  check(decoderStep.outputs, predicted, `${decoderStep.file}, outputs`, false);
  for (const name of passed) {
    checkSame(encoder.outputs[name]!, decoderStep.inputs[name]!, name);
  }
  states.forEach((name, index) => {
    checkSame(
      decoderStep.inputs[name]!,
      decoderStep.outputs[nextStates[index]!]!,
      name,
    );
  });
  const vocabSize = decoderStep.outputs[LOG_PROBS]!.shape.at(-1);
  if (typeof vocabSize !== "number") {
    throw new BundleError(
      `${decoderStep.file}, outputs, ${LOG_PROBS} must have a fixed vocabulary size. ` +
        `Received: ${vocabSize}.`,
    );
  }
  const unmeasured = (manifest.confidence?.features ?? []).filter((name) =>
    ATTENTION_FEATURES.includes(name),
  );
  if (unmeasured.length > 0 && !(ALIGNMENT in decoderStep.outputs)) {
    throw new BundleError(
      "confidence must not go by attention, which the decoder step does not return. " +
        `Received: ${unmeasured.sort().join(", ")}.`,
    );
  }
}

/** Returns how many decoder states a step takes. */
export function decoderStateCount(inputs: Record<string, unknown>): number {
  return Object.keys(inputs).filter((name) => name.startsWith(DECODER_STATE_PREFIX))
    .length;
}

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

function check(
  tensors: Record<string, TensorSpec>,
  required: string[],
  where: string,
  exactly: boolean,
): void {
  const found = Object.keys(tensors);
  const missing = required.some((name) => !found.includes(name));
  if (missing || (exactly && found.length !== required.length)) {
    throw new BundleError(
      `${where} must be ${[...required].sort().join(", ")}. ` +
        `Received: ${found.sort().join(", ") || "none"}.`,
    );
  }
  for (const name of required) {
    const [dtype, rank] = KINDS[name] ?? ["float32", 2];
    const spec = tensors[name]!;
    if (spec.dtype !== dtype || spec.shape.length !== rank) {
      throw new BundleError(
        `${where}, ${name} must be ${dtype} with ${rank} axes. ` +
          `Received: ${spec.dtype} [${spec.shape.join(", ")}].`,
      );
    }
  }
}

function checkSame(first: TensorSpec, second: TensorSpec, name: string): void {
  const differ = first.shape.some((size, axis) => {
    const other = second.shape[axis];
    return typeof size === "number" && typeof other === "number" && size !== other;
  });
  if (differ) {
    throw new BundleError(
      `${name} must keep its shape from one graph to the next. ` +
        `Received: [${first.shape.join(", ")}], then [${second.shape.join(", ")}].`,
    );
  }
}
