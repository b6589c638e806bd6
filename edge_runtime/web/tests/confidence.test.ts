import { expect, test } from "vitest";
import { CONFIDENCE_FEATURES } from "../src/library/contract.js";
import type { Hypothesis } from "../src/library/search/greedy_search.js";
import {
  confidence,
  hypothesisFeatures,
  jointConfidence,
} from "../src/library/translation/confidence.js";

// The same numbers as in tests/edge_runtime/translation/test_confidence.py.
const SOURCE_IDS = [2, 7, 1, 9, 3];
const PIECES = ["<pad>", "⁇", "<s>", "</s>", "", "▁love", "▁"];

function hypothesis(changes: Partial<Hypothesis> = {}): Hypothesis {
  return {
    tokenIds: [5, 1],
    logProb: -3,
    score: 0,
    finished: true,
    tokenLogProbs: [-0.5, -1.5, -1],
    alignment: [],
    ...changes,
  };
}

function modelOf(weights: Record<string, number>) {
  const features = Object.keys(weights);
  return {
    features,
    means: features.map(() => 0),
    scales: features.map(() => 2),
    weights: Object.values(weights),
    bias: 0.5,
  };
}

const logistic = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

test("features are those of their formulas", () => {
  const alignment = [
    Float32Array.of(0, 1, 0, 0, 0, 0.5),
    Float32Array.of(0, 0.5, 0.5, 0, 0, 0.5),
    Float32Array.of(0, 0, 0, 0, 1, 0.5),
  ]; // the last column is padding
  const found = hypothesisFeatures(SOURCE_IDS, hypothesis({ alignment }), PIECES);
  const probs = [-0.5, -1.5, -1].map(Math.exp);
  const expected: Record<string, number> = {
    mean_log_prob: -1,
    mean_prob: (probs[0]! + probs[1]! + probs[2]!) / 3,
    character_log_prob: (4 * -0.5 - 1.5 - 1) / 6,
    character_prob: (4 * probs[0]! + probs[1]! + probs[2]!) / 6,
    log_surprise: Math.log(1.001),
    lowest_log_prob: -1.5,
    log_prob: -3,
    end_log_prob: -1,
    unknown_source: 1 / 4,
    unknown_target: 1 / 3,
    length_ratio: Math.log(3 / 4),
    length: Math.log(3),
    characters_per_token: 2,
    coverage: 1.5 / 3,
    attention_entropy: Math.log(2) / 3,
  };
  expect(Object.keys(found)).toEqual(CONFIDENCE_FEATURES);
  for (const [name, value] of Object.entries(expected)) {
    expect(found[name], name).toBeCloseTo(value, 6);
  }
});

test("a confidence is the logistic function of weighted features", () => {
  const model = modelOf({ mean_log_prob: 3, unknown_source: -4 });
  const found = confidence(model, SOURCE_IDS, hypothesis(), PIECES);
  expect(found).toBeCloseTo(logistic(0.5 + (3 * -1) / 2 - (4 * 0.25) / 2), 12);
});

test("a feature beyond what was seen has no more weight than a far one", () => {
  for (const weight of [-1, 1]) {
    for (const logProb of [-9, -1e300]) {
      const model = modelOf({ log_prob: weight });
      const found = confidence(model, SOURCE_IDS, hypothesis({ logProb }), PIECES);
      expect(found).toBeCloseTo(logistic(0.5 - 4 * weight), 12);
    }
  }
});

test("what was cut is no translation, and NaN makes no NaN", () => {
  const cut = hypothesis({ finished: false });
  expect(confidence(modelOf({ length: 1 }), SOURCE_IDS, cut, PIECES)).toBe(0);
  const alignment = [0, 1, 2].map(() => new Float32Array(5).fill(Number.NaN));
  const model = modelOf({ coverage: 1, attention_entropy: 1 });
  const found = confidence(model, SOURCE_IDS, hypothesis({ alignment }), PIECES);
  expect(found).toBeGreaterThanOrEqual(0);
  expect(found).toBeLessThanOrEqual(1);
});

test("a text is accepted where every sentence is", () => {
  expect(jointConfidence([0.5, 0.5, 0.8])).toBeCloseTo(0.2, 12);
  expect(jointConfidence([])).toBe(1);
  expect(jointConfidence([0.5, null])).toBeNull();
});
