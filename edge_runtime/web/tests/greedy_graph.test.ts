import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { InferenceSession } from "onnxruntime-web/wasm";
import { expect, test } from "vitest";
import { type GraphSpec, readManifest } from "../src/library/bundle/manifest.js";
import {
  ALIGNMENTS,
  greedyGraph,
  TOKEN_LOG_PROBS,
  TOKENS,
} from "../src/library/model/greedy_graph.js";
import { greedyLoop } from "../src/library/model/greedy_loop.js";
import type { Onnxruntime } from "../src/library/model/onnx_session.js";
import { Constraints } from "../src/library/search/constraints.js";
import {
  type DecoderStep,
  type Emission,
  emitTokens,
} from "../src/library/search/greedy_search.js";
import { onnxFile } from "./onnx_bytes.js";

const BUNDLE = new URL(
  "../../../tests/edge_runtime/bundles/version_1/fixed_context_int8/",
  import.meta.url,
);
const STATES = {
  decoder_state_0: {
    type: "float32" as const,
    data: new Float32Array(2),
    dims: [1, 2],
  },
};
const LIMITS = { bosId: 2, eosId: 3, maxLength: 9 };
const STEP: GraphSpec = {
  file: "decoder_step.onnx",
  inputs: {
    token_ids: { dtype: "int32", shape: ["batch"] },
    decoder_state_0: { dtype: "float32", shape: ["batch", 2] },
  },
  outputs: {
    log_probs: { dtype: "float32", shape: ["batch", 5] },
    next_decoder_state_0: { dtype: "float32", shape: ["batch", 2] },
    alignment: { dtype: "float32", shape: ["batch", "length"] },
  },
};

test("the graph is the one that Python makes", async () => {
  const read = (file: string) => readFileSync(new URL(file, BUNDLE));
  const { decoderStep } = await readManifest(read("bundle.json"));
  const graph = greedyGraph(read(decoderStep.file), decoderStep);
  // The same stands in `tests/edge_runtime/model/test_greedy_loop.py`.
  expect(createHash("sha256").update(graph).digest("hex")).toBe(
    "bbf9eeb10cd3d726fb78de9f5c5458718989720eadef190a95664737486e1eeb",
  );
});

/** A runtime whose loop emits what it is told, or which has none. */
function runtimeOf(logProbs: readonly number[] | undefined): Onnxruntime {
  const session = {
    run: async () => ({
      [TOKENS]: { data: BigInt64Array.from([4n, 4n, 3n]) },
      [TOKEN_LOG_PROBS]: { data: Float32Array.from(logProbs!) },
      [ALIGNMENTS]: { data: Float32Array.from([1, 0, 0.5, 0.5, 0, 1]) },
    }),
  };
  return {
    InferenceSession: {
      create: async () => {
        if (!logProbs) throw new Error("no operator Loop");
        return session as unknown as InferenceSession;
      },
    },
    Tensor: class {},
  } as unknown as Onnxruntime;
}

const loopOf = (logProbs?: readonly number[], callsBefore = 0) =>
  greedyLoop(runtimeOf(logProbs), onnxFile(STEP), STEP, callsBefore);

test("what the loop emits is read token by token", async () => {
  expect(await loopOf([-1, -2, -0.5])(STATES, 9)).toEqual([
    { tokenId: 4, logProb: -1, alignment: Float32Array.of(1, 0) },
    { tokenId: 4, logProb: -2, alignment: Float32Array.of(0.5, 0.5) },
    { tokenId: 3, logProb: -0.5, alignment: Float32Array.of(0, 1) },
  ]);
});

test("the loop is made once it pays, if there can be one", async () => {
  const search = loopOf([-1, -2, -0.5], 2);
  expect(await search(STATES, 9)).toBeUndefined();
  expect(await search(STATES, 9)).toBeUndefined();
  expect(await search(STATES, 9)).toHaveLength(3);
  expect(await loopOf()(STATES, 9)).toBeUndefined();
  expect(await loopOf([-1, NaN, -0.5])(STATES, 9)).toBeUndefined();
});

async function emitted(
  found: Emission[] | undefined,
  constraints: Constraints,
): Promise<number[]> {
  const step: DecoderStep = async () => ({
    logProbs: Float32Array.of(-9, -9, -9, -0.1, -3),
    states: {},
  });
  step.searchGreedily = async () => found;
  const tokenIds: number[] = [];
  for await (const emission of emitTokens(step, STATES, { ...LIMITS, constraints })) {
    tokenIds.push(emission.tokenId);
  }
  return tokenIds;
}

test("steps are taken where the loop does not do", async () => {
  const found = [4, 4, 4, 3].map((tokenId) => ({
    tokenId,
    logProb: -1,
    alignment: undefined,
  }));
  expect(await emitted(found, new Constraints())).toEqual([4, 4, 4, 3]);
  expect(await emitted(found, new Constraints(undefined, 3))).toEqual([4, 4, 4, 3]);
  // A phrase that may stand twice.
  expect(await emitted(found, new Constraints(undefined, 2))).toEqual([3]);
  expect(await emitted(undefined, new Constraints())).toEqual([3]);
});
