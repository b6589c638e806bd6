/**
 * Which of several translations a model prefers; the same as
 * `edge_runtime/translation/preference.py`.
 */

import { BOS_ID, EOS_ID, PAD_ID } from "../contract.js";
import { padSource } from "../model/batches.js";
import type { TranslationModel } from "../model/translation_model.js";
import { takeRows } from "../search/greedy_search.js";

/**
 * Returns which of several translations of a text is the most probable one.
 *
 * @param source The text, as the model reads it.
 * @param targets Its translations, as the model writes them.
 * @param beforeStep Awaited before every step; throws where nobody waits any more.
 */
export async function mostProbableTarget(
  model: TranslationModel,
  source: string,
  targets: readonly string[],
  beforeStep?: () => Promise<void> | void,
): Promise<number> {
  const scores = await logProbsOf(model, source, targets, beforeStep);
  return scores.indexOf(Math.max(...scores));
}

/** Returns the log-prob of each target. */
async function logProbsOf(
  model: TranslationModel,
  source: string,
  targets: readonly string[],
  beforeStep?: () => Promise<void> | void,
): Promise<number[]> {
  const sourceIds = [BOS_ID, ...model.sourceTokenizer.encode(source), EOS_ID];
  const rows = targets.map((target) => [
    ...model.targetTokenizer.encode(target),
    EOS_ID,
  ]);
  await beforeStep?.();
  const encoded = await model.encode(padSource(sourceIds));
  let states = takeRows(
    encoded,
    rows.map(() => 0),
  );
  const totals = rows.map(() => 0);
  const longest = Math.max(...rows.map((row) => row.length));
  let fed = Int32Array.from(rows, () => BOS_ID);
  for (let position = 0; position < longest; position++) {
    await beforeStep?.();
    const next = await model.step(fed, states);
    states = next.states;
    const vocabSize = next.logProbs.length / rows.length;
    fed = Int32Array.from(rows, (row) => row[position] ?? PAD_ID);
    rows.forEach((row, place) => {
      if (position < row.length) {
        totals[place]! += next.logProbs[place * vocabSize + fed[place]!]!;
      }
    });
  }
  return totals;
}
