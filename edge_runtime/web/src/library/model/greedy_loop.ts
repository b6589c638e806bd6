/** Greedy search for one sentence within one call of onnxruntime. */

import type { InferenceSession, Tensor } from "onnxruntime-web/wasm";
import type { GraphSpec } from "../bundle/manifest.js";
import {
  ALIGNMENT,
  ATTENTION_TENSORS,
  BOS_ID,
  DECODER_STATE_PREFIX,
} from "../contract.js";
import type { DecoderStates, Emission, GreedySearch } from "../search/greedy_search.js";
import { decoderStateCount } from "./graph_contract.js";
import {
  ALIGNMENTS,
  FIRST_TOKEN,
  greedyGraph,
  MAX_LENGTH,
  startOf,
  TOKEN_LOG_PROBS,
  TOKENS,
} from "./greedy_graph.js";
import { type Onnxruntime, run, startSession } from "./onnx_session.js";

/** Sentences before the loop is made: it takes as long as some of them, and memory. */
const CALLS_BEFORE = 8;

/**
 * Returns the decoder step in a loop, which is made once it pays to have one.
 *
 * @param model Content of the step's ONNX file.
 * @param spec What the manifest says about the step.
 * @param callsBefore Sentences before the loop is made.
 */
export function greedyLoop(
  runtime: Onnxruntime,
  model: Uint8Array,
  spec: GraphSpec,
  callsBefore = CALLS_BEFORE,
): GreedySearch {
  const states = Array.from(
    { length: decoderStateCount(spec.inputs) },
    (_, index) => `${DECODER_STATE_PREFIX}${index}`,
  );
  const read = ATTENTION_TENSORS.filter((name) => name in spec.inputs);
  const outputs = [TOKENS, TOKEN_LOG_PROBS];
  if (ALIGNMENT in spec.outputs) outputs.push(ALIGNMENTS);
  let calls = 0;
  let session: Promise<InferenceSession | undefined> | undefined;

  async function prepare(): Promise<InferenceSession | undefined> {
    try {
      return await startSession(runtime, greedyGraph(model, spec), spec.file);
    } catch {
      return undefined; // builds of onnxruntime without loops
    }
  }

  return async (given: DecoderStates, maxLength: number) => {
    if (!session && ++calls > callsBefore) session = prepare();
    const ready = await session;
    if (!ready) return undefined;
    const feeds: Record<string, Tensor> = {
      [MAX_LENGTH]: new runtime.Tensor(
        "int64",
        BigInt64Array.of(BigInt(maxLength)),
        [],
      ),
      [FIRST_TOKEN]: new runtime.Tensor("int32", Int32Array.of(BOS_ID), [1]),
    };
    const feed = (input: string, name: string): void => {
      const { type, data, dims } = given[name]!;
      feeds[input] = new runtime.Tensor(type, data, dims);
    };
    for (const name of read) feed(name, name);
    for (const name of states) feed(startOf(name), name);
    const results = await run(ready, feeds, outputs, spec.file);
    const tokenIds = results[TOKENS]!.data as BigInt64Array;
    const logProbs = results[TOKEN_LOG_PROBS]!.data as Float32Array;
    if (!logProbs.every(Number.isFinite)) return undefined;
    const alignments = results[ALIGNMENTS]?.data as Float32Array | undefined;
    const width = (alignments?.length ?? 0) / tokenIds.length;
    return Array.from(
      tokenIds,
      (tokenId, place): Emission => ({
        tokenId: Number(tokenId),
        logProb: logProbs[place]!,
        alignment: alignments?.slice(place * width, (place + 1) * width),
      }),
    );
  };
}
