/** A translation model as the translator sees it: two functions and two tokenizers. */

import type { Manifest } from "../bundle/manifest.js";
import { ALIGNMENT, BOS_ID, EOS_ID, LOG_PROBS, SPECIAL_IDS } from "../contract.js";
import { BundleError, messageOf } from "../errors.js";
import type { DecoderStep } from "../search/greedy_search.js";
import { digitIds, type SlotIds, slotIds } from "../text/slots.js";
import { Tokenizer } from "../text/tokenizer.js";
import { checkGraphs } from "./graph_contract.js";
import type { Onnxruntime } from "./onnx_session.js";
import { type Encode, openDecoderStep, openEncoder } from "./sessions.js";
import { completeStep } from "./shared_weights.js";

export interface TranslationModel {
  encode: Encode;
  step: DecoderStep;
  sourceTokenizer: Tokenizer;
  targetTokenizer: Tokenizer;
  manifest: Manifest;
  /** Whether steps return an alignment. */
  attends: boolean;
  /** Ids of the slots in the target vocabulary; `undefined` without slots. */
  slotIds: SlotIds | undefined;
  /** Ids of the target pieces with digits. */
  digitIds: readonly number[];
}

/**
 * Loads tokenizers and graphs, and checks that they fit each other.
 *
 * @param files Content of the bundle's files by name, checked against the manifest.
 * @throws BundleError where something does not match.
 */
export async function loadModel(
  manifest: Manifest,
  files: ReadonlyMap<string, Uint8Array>,
  runtime: Onnxruntime,
): Promise<TranslationModel> {
  checkGraphs(manifest);
  const { encoder, decoderStep } = manifest;
  const sourceTokenizer = loadTokenizer(manifest.sourceTokenizer, files);
  const targetTokenizer =
    manifest.targetTokenizer === manifest.sourceTokenizer
      ? sourceTokenizer
      : loadTokenizer(manifest.targetTokenizer, files);
  const vocabSize = decoderStep.outputs[LOG_PROBS]!.shape.at(-1);
  if (targetTokenizer.vocabSize !== vocabSize) {
    throw new BundleError(
      `${manifest.targetTokenizer} must have as many pieces as ${decoderStep.file} predicts, ` +
        `${vocabSize}. Received: ${targetTokenizer.vocabSize}.`,
    );
  }
  const encoderGraph = files.get(encoder.file)!;
  const stepGraph = completeStep(
    files.get(decoderStep.file)!,
    encoderGraph,
    encoder.file,
    decoderStep.file,
  );
  const model: TranslationModel = {
    encode: await openEncoder(runtime, encoderGraph, encoder),
    step: await openDecoderStep(runtime, stepGraph, decoderStep),
    sourceTokenizer,
    targetTokenizer,
    manifest,
    attends: ALIGNMENT in decoderStep.outputs,
    slotIds: slotIds(sourceTokenizer) && slotIds(targetTokenizer),
    digitIds: digitIds(targetTokenizer),
  };
  await tryOut(model);
  return model;
}

/** @throws BundleError where a model is none, or has other special ids. */
export function loadTokenizer(
  name: string,
  files: ReadonlyMap<string, Uint8Array>,
): Tokenizer {
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(files.get(name)!);
  } catch (error) {
    throw new BundleError(
      `${name} is no SentencePiece model that can be used: ${messageOf(error)}`,
    );
  }
  const found = JSON.stringify(tokenizer.specialIds);
  const expected = JSON.stringify(SPECIAL_IDS);
  if (found !== expected) {
    throw new BundleError(
      `${name} must have the special ids ${expected}. Received: ${found}.`,
    );
  }
  return tokenizer;
}

/** Runs both graphs once with the highest ids, which catches what shapes cannot. */
async function tryOut(model: TranslationModel): Promise<void> {
  const lastSource = model.sourceTokenizer.vocabSize - 1;
  const lastTarget = model.targetTokenizer.vocabSize - 1;
  let logProbs: Float32Array;
  try {
    const states = await model.encode([BOS_ID, lastSource, EOS_ID]);
    ({ logProbs } = await model.step(Int32Array.of(lastTarget), states));
  } catch (error) {
    throw new BundleError(
      `the graphs of the bundle cannot be run: ${messageOf(error)}`,
    );
  }
  if (logProbs.length !== lastTarget + 1 || !logProbs.some(Number.isFinite)) {
    throw new BundleError(
      `the decoder step must return ${lastTarget + 1} finite log-probs. ` +
        `Received: ${logProbs.filter(Number.isFinite).length} of ${logProbs.length} finite.`,
    );
  }
}
