/**
 * How sure a translation is: the chance that a person would accept it as it is.
 *
 * The same formulas as `edge_runtime/translation/confidence.py`, which explains them.
 */

import type { ConfidenceModel } from "../bundle/confidence_model.js";
import { UNK_ID } from "../contract.js";
import type { Hypothesis } from "../search/greedy_search.js";

const FARTHEST = 4;
const SPACE = /\u2581/gu;
const LEAST_SURPRISE = 1e-3;

/**
 * Returns the confidence of one sentence, between 0 and 1.
 *
 * @param model The fitted numbers.
 * @param sourceIds Source ids with bos and eos.
 * @param hypothesis Its translation; one that was cut at a length limit has 0.
 * @param pieces The target vocabulary in the order of the ids.
 */
export function confidence(
  model: ConfidenceModel,
  sourceIds: ArrayLike<number>,
  hypothesis: Hypothesis,
  pieces: readonly string[],
): number {
  if (!hypothesis.finished) return 0;
  const found = hypothesisFeatures(sourceIds, hypothesis, pieces);
  let logOdds = model.bias;
  model.features.forEach((name, place) => {
    const standardised = (found[name]! - model.means[place]!) / model.scales[place]!;
    const known = Number.isNaN(standardised) ? -FARTHEST : standardised;
    logOdds += model.weights[place]! * Math.min(Math.max(known, -FARTHEST), FARTHEST);
  });
  return logistic(logOdds);
}

/** Returns the confidence of a text: that of every sentence, 1 for none. */
export function jointConfidence(parts: readonly (number | null)[]): number | null {
  return parts.reduce<number | null>(
    (product, part) => (product === null || part === null ? null : product * part),
    1,
  );
}

/** Returns what a confidence can go by, under the names of `CONFIDENCE_FEATURES`. */
export function hypothesisFeatures(
  sourceIds: ArrayLike<number>,
  hypothesis: Hypothesis,
  pieces: readonly string[],
): Record<string, number> {
  const { tokenIds, tokenLogProbs: logProbs, logProb, alignment } = hypothesis;
  const length = logProbs.length; // eos included, as in that of the source
  const sourceLength = sourceIds.length - 1;
  const probs = logProbs.map((each) => Math.exp(Math.min(each, 0)));
  const written = tokenIds.map((id) => pieces[id]!);
  // Space and eos take part as one character, where nothing else is written.
  const sizes = written.map((piece) => characters(piece.replace(SPACE, "")) || 1);
  sizes.push(1);
  const size = sum(sizes);
  const weighted = (values: number[]): number =>
    sum(values.map((value, place) => value * sizes[place]!)) / size;
  const meanLogProb = logProb / length;
  const features: Record<string, number> = {
    mean_log_prob: meanLogProb,
    mean_prob: sum(probs) / length,
    character_log_prob: weighted(logProbs),
    character_prob: weighted(probs),
    log_surprise: Math.log(LEAST_SURPRISE + Math.max(-meanLogProb, 0)),
    lowest_log_prob: logProbs.reduce((least, each) => Math.min(least, each)),
    log_prob: logProb,
    end_log_prob: logProbs.at(-1)!,
    unknown_source: count(sourceIds, UNK_ID) / sourceLength,
    unknown_target: count(tokenIds, UNK_ID) / length,
    length_ratio: Math.log(length / sourceLength),
    length: Math.log(length),
    characters_per_token: sum(written.map(characters)) / length,
  };
  if (alignment.length === 0) return features;
  const inner = sourceIds.length - 2;
  let covered = 0;
  for (let column = 1; column <= inner; column++) {
    covered += Math.min(sum(alignment.map((row) => row[column]!)), 1);
  }
  features.coverage = inner > 0 ? covered / inner : 1;
  const entropies = alignment.map((row) => entropy(row.subarray(0, sourceIds.length)));
  features.attention_entropy = sum(entropies) / length;
  return features;
}

function entropy(weights: Float32Array): number {
  let total = 0;
  for (const weight of weights) total -= weight * Math.log(Math.max(weight, 1e-10));
  return total;
}

function logistic(logOdds: number): number {
  if (logOdds >= 0) return 1 / (1 + Math.exp(-logOdds));
  const odds = Math.exp(logOdds);
  return odds / (1 + odds);
}

/** Returns the number of characters, as Python counts them. */
function characters(text: string): number {
  return [...text].length;
}

function count(ids: ArrayLike<number>, wanted: number): number {
  let found = 0;
  for (let place = 0; place < ids.length; place++) {
    if (ids[place] === wanted) found++;
  }
  return found;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
