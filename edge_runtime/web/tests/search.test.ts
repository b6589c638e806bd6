import { describe, expect, test } from "vitest";
import { beamSearch } from "../src/library/search/beam_search.js";
import { Constraints } from "../src/library/search/constraints.js";
import {
  buildHypothesis,
  type DecoderStep,
  type Emission,
  emitTokens,
} from "../src/library/search/greedy_search.js";
import { topTokens } from "../src/library/search/top_tokens.js";

const BOS = 2;
const EOS = 3;
const LIMITS = {
  bosId: BOS,
  eosId: EOS,
  maxLength: 8,
  constraints: new Constraints(),
};
const START = {
  position: { type: "float32", data: new Float32Array(1), dims: [1, 1] },
} as const;

/**
 * A step over the vocabulary of `table`, whose log-probs depend on the last token
 * alone.
 */
function chain(table: Record<number, number[]>): DecoderStep {
  return async (tokenIds, states) => ({
    logProbs: Float32Array.from(
      [...tokenIds].flatMap((id) => table[id]!.map(Math.log)),
    ),
    states,
  });
}

// Going to 4 first looks better and ends worse.
const TRAP = chain({
  2: [0, 0, 0, 0.1, 0.5, 0.4],
  4: [0, 0, 0, 0.3, 0.35, 0.35],
  5: [0, 0, 0, 0.9, 0.05, 0.05],
});

async function greedy(step: DecoderStep, maxLength = 8) {
  const emissions: Emission[] = [];
  for await (const emission of emitTokens(step, START, { ...LIMITS, maxLength })) {
    emissions.push(emission);
  }
  return buildHypothesis(emissions, EOS, 0);
}

const beam = (
  step: DecoderStep,
  beamSize: number,
  numHypotheses = 1,
  alpha = 0,
  maxLength = 8,
) => beamSearch(step, START, { ...LIMITS, maxLength, beamSize, numHypotheses, alpha });

describe("greedy search", () => {
  test("follows the most probable token until eos and drops it", async () => {
    const hypothesis = await greedy(
      chain({ 2: [0, 0, 0, 0.1, 0.9], 4: [0, 0, 0, 0.8, 0.2] }),
    );
    expect(hypothesis.tokenIds).toEqual([4]);
    expect(hypothesis.finished).toBe(true);
    expect(hypothesis.logProb).toBeCloseTo(Math.log(0.9 * 0.8), 5);
    expect(hypothesis.tokenLogProbs).toHaveLength(2);
  });

  test("stops at the length limit, unfinished", async () => {
    const hypothesis = await greedy(TRAP, 3);
    expect(hypothesis.tokenIds).toHaveLength(3);
    expect(hypothesis.finished).toBe(false);
  });

  test("ends where the step returns NaN", async () => {
    const step: DecoderStep = async (_, states) => ({
      logProbs: new Float32Array(5).fill(NaN),
      states,
    });
    expect((await greedy(step)).tokenIds).toEqual([]);
  });
});

describe("beam search", () => {
  test("of one is greedy search", async () => {
    expect(await beam(TRAP, 1)).toEqual([await greedy(TRAP)]);
  });

  test("finds what greedy search walks past", async () => {
    const [best] = await beam(TRAP, 2);
    expect(best!.tokenIds).toEqual([5]);
    expect(best!.logProb).toBeCloseTo(Math.log(0.4 * 0.9), 5);
    expect(best!.logProb).toBeGreaterThan((await greedy(TRAP)).logProb);
  });

  test("returns hypotheses best first, all different", async () => {
    const found = await beam(TRAP, 4, 4);
    const scores = found.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((first, second) => second - first));
    expect(new Set(found.map(({ tokenIds }) => tokenIds.join())).size).toBe(4);
  });

  test("lets long hypotheses win with a length penalty", async () => {
    const step = chain({ 2: [0, 0, 0, 0.5, 0.5], 4: [0, 0, 0, 0.9, 0.1] });
    expect((await beam(step, 2, 1, 0))[0]!.tokenIds).toEqual([]);
    expect((await beam(step, 2, 1, 5))[0]!.tokenIds.length).toBeGreaterThan(0);
  });

  test("fills up with unfinished hypotheses at the length limit", async () => {
    const step = chain({
      2: [0, 0, 0, 0, 0.6, 0.4],
      4: [0, 0, 0, 0, 0.5, 0.5],
      5: [0, 0, 0, 0, 1, 0],
    });
    const found = await beam(step, 2, 2, 0, 2);
    expect(found.map(({ finished }) => finished)).toEqual([false, false]);
    expect(found[0]!.tokenIds).toHaveLength(2);
  });
});

describe("top tokens", () => {
  test("come best first, the lowest id first among equals", () => {
    const values = Float32Array.of(9, 1, 5, 5, 2, 5, 9);
    expect(topTokens(values, 1, 6, 3)).toEqual([1, 2, 4]);
    expect(topTokens(values, 0, 7, 2)).toEqual([0, 6]);
    expect(topTokens(values, 1, 3, 5)).toEqual([1, 0]);
  });
});
