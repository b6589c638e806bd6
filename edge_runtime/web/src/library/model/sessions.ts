/** The two onnxruntime sessions of a bundle, checked against its manifest. */

import type { InferenceSession, Tensor } from "onnxruntime-web/wasm";
import type { GraphSpec, TensorSpec } from "../bundle/manifest.js";
import {
  ALIGNMENT,
  ATTENTION_TENSORS,
  DECODER_STATE_PREFIX,
  LOG_PROBS,
  NEXT_DECODER_STATE_PREFIX,
  SOURCE_IDS,
  SOURCE_MASK,
  TOKEN_IDS,
} from "../contract.js";
import { BundleError } from "../errors.js";
import type {
  DecoderStates,
  DecoderStep,
  StateArray,
} from "../search/greedy_search.js";
import { checkGraphFile } from "./graph_check.js";
import { decoderStateCount } from "./graph_contract.js";
import { greedyLoop } from "./greedy_loop.js";
import { type Onnxruntime, run, startSession } from "./onnx_session.js";

/** From the ids of one sentence, with bos and eos, to the decoder's initial states. */
export type Encode = (sourceIds: readonly number[]) => Promise<DecoderStates>;

/** Opens the encoder graph as a function from source ids to decoder states. */
export async function openEncoder(
  runtime: Onnxruntime,
  model: Uint8Array,
  spec: GraphSpec,
): Promise<Encode> {
  const session = await openSession(runtime, model, spec);
  const outputs = Object.keys(spec.outputs).filter(
    (name) => ATTENTION_TENSORS.includes(name) || name.startsWith(DECODER_STATE_PREFIX),
  );
  return async (sourceIds) => {
    const ids = new runtime.Tensor("int32", Int32Array.from(sourceIds), [
      1,
      sourceIds.length,
    ]);
    const results = await run(session, { [SOURCE_IDS]: ids }, outputs, spec.file);
    return Object.fromEntries(
      outputs.map((name) => {
        // Open axes are those of the ids: rows, then positions.
        const shape = spec.outputs[name]!.shape.map((axis, place) =>
          typeof axis === "number" ? axis : ids.dims[place],
        );
        return [name, checked(results[name]!, name, shape, spec.file)];
      }),
    );
  };
}

/**
 * Opens the decoder step graph as search's `DecoderStep`.
 *
 * What the encoder computed passes through unchanged; only the decoder states are new
 * after each step.
 */
export async function openDecoderStep(
  runtime: Onnxruntime,
  model: Uint8Array,
  spec: GraphSpec,
): Promise<DecoderStep> {
  const session = await openSession(runtime, model, spec);
  const count = decoderStateCount(spec.inputs);
  const passedThrough = ATTENTION_TENSORS.filter((name) => name in spec.inputs);
  /** The name of each state among the step's outputs. */
  const states = new Map(
    Array.from({ length: count }, (_, index) => [
      `${DECODER_STATE_PREFIX}${index}`,
      `${NEXT_DECODER_STATE_PREFIX}${index}`,
    ]),
  );
  const inputs = [...states.keys(), ...passedThrough];
  if (ALIGNMENT in spec.outputs) states.set(ALIGNMENT, ALIGNMENT);
  const outputs = [LOG_PROBS, ...states.values()];
  const widths = new Map(outputs.map((name) => [name, spec.outputs[name]!.shape[1]!]));
  const takeStep: DecoderStep = async (tokenIds, given) => {
    const feeds: Record<string, Tensor> = {
      [TOKEN_IDS]: new runtime.Tensor("int32", tokenIds, [tokenIds.length]),
    };
    for (const name of inputs) {
      const { type, data, dims } = given[name]!;
      feeds[name] = new runtime.Tensor(type, data, dims);
    }
    const results = await run(session, feeds, outputs, spec.file);
    const positions = given[SOURCE_MASK]?.dims[1];
    const read = (output: string): StateArray => {
      const width = output === ALIGNMENT ? positions : widths.get(output);
      return checked(results[output]!, output, [tokenIds.length, width], spec.file);
    };
    const logProbs = read(LOG_PROBS).data as Float32Array;
    // The softmax makes a whole row no numbers where one of it is none.
    const vocabSize = logProbs.length / tokenIds.length;
    for (let place = 0; place < logProbs.length; place += vocabSize) {
      if (Number.isNaN(logProbs[place])) {
        throw new BundleError(
          `${spec.file}, ${LOG_PROBS} must be numbers. Received: NaN.`,
        );
      }
    }
    const next: Record<string, StateArray> = {};
    for (const name of passedThrough) next[name] = given[name]!;
    for (const [name, output] of states) next[name] = read(output);
    return { logProbs, states: next };
  };
  takeStep.searchGreedily = greedyLoop(runtime, model, spec);
  return takeStep;
}

async function openSession(
  runtime: Onnxruntime,
  model: Uint8Array,
  spec: GraphSpec,
): Promise<InferenceSession> {
  checkGraphFile(model, spec);
  const session = await startSession(runtime, model, spec.file);
  compareTensors(session.inputMetadata, spec.inputs, `${spec.file}, inputs`);
  compareTensors(session.outputMetadata, spec.outputs, `${spec.file}, outputs`);
  return session;
}

function compareTensors(
  found: readonly InferenceSession.ValueMetadata[],
  expected: Record<string, TensorSpec>,
  where: string,
): void {
  const names = found.map((tensor) => tensor.name).sort();
  const wanted = Object.keys(expected).sort();
  if (names.join() !== wanted.join()) {
    throw new BundleError(
      `${where} must be those of the manifest: ${wanted.join(", ")}. Received: ${names.join(", ")}.`,
    );
  }
  for (const tensor of found) {
    const { dtype, shape } = expected[tensor.name]!;
    const same =
      tensor.isTensor &&
      tensor.type === dtype &&
      tensor.shape.length === shape.length &&
      // Names of dynamic axes are for people.
      tensor.shape.every((size, axis) => {
        const other = shape[axis];
        return typeof size !== "number" || typeof other !== "number" || size === other;
      });
    if (!same) {
      const received = tensor.isTensor
        ? `${tensor.type} [${tensor.shape.join(", ")}]`
        : "no tensor";
      throw new BundleError(
        `${where}, ${tensor.name} must be ${dtype} [${shape.join(", ")}] as the manifest says. ` +
          `Received: ${received}.`,
      );
    }
  }
}

function checked(
  { type, data, dims }: Tensor,
  name: string,
  shape: readonly (number | string | undefined)[],
  file: string,
): StateArray {
  if (dims.length !== shape.length || dims.some((size, axis) => size !== shape[axis])) {
    throw new BundleError(
      `${file}, ${name} must have the shape [${shape.join(", ")}]. ` +
        `Received: [${dims.join(", ")}].`,
    );
  }
  return { type: type as StateArray["type"], data: data as StateArray["data"], dims };
}
