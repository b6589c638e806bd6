/**
 * Which of the forms of a term a model prefers in a translation; the same as
 * `edge_runtime/translation/term_forms.py`.
 */

import { BOS_ID, EOS_ID, PAD_ID } from "../contract.js";
import { padSource } from "../model/batches.js";
import type { TranslationModel } from "../model/translation_model.js";
import { takeRows } from "../search/greedy_search.js";
import { SLOT_PIECES, type SlottedText, setApart } from "../text/slots.js";
import { characterAt, characterBefore } from "../text/words.js";

/**
 * Chooses among several translations of a term, one term after the other.
 *
 * The source without the term's slot is translated into the target with each form in its
 * slot; the most probable one is chosen.
 *
 * @param source The sentence with slots.
 * @param target Its translation with slots.
 * @param places Which slot of the source each slot of the target is.
 * @param beforeStep Awaited before every step; throws where nobody waits any more.
 * @returns The chosen form of each slot of the source that has several.
 */
export async function chooseForms(
  model: TranslationModel,
  source: SlottedText,
  target: string,
  places: readonly (number | undefined)[],
  beforeStep?: () => Promise<void> | void,
): Promise<Map<number, string>> {
  const chosen = new Map<number, string>();
  for (const [number, place] of places.entries()) {
    if (place === undefined) continue;
    const slot = source.slots[place]!;
    const forms = slot.span.translations;
    if (forms.length < 2) continue;
    // The term itself stands before its slot.
    const plain = around(source.text, place).join("");
    const [before, after] = around(target, number);
    const candidates = forms.map((text) => {
      const last = characterBefore(before, before.length);
      return before + setApart({ text, slot }, last, characterAt(after, 0)) + after;
    });
    const scores = await logProbsOf(model, plain, candidates, beforeStep);
    chosen.set(place, forms[scores.indexOf(Math.max(...scores))]!);
  }
  return chosen;
}

/** Returns what stands before and behind one of the slots of a text, counted from 0. */
function around(text: string, number: number): [string, string] {
  let passed = 0;
  for (let place = 0; place < text.length; place++) {
    if (!SLOT_PIECES.includes(text[place]!)) continue;
    if (passed === number) return [text.slice(0, place), text.slice(place + 1)];
    passed++;
  }
  throw new RangeError(`the text must have ${number + 1} slots. Received: ${passed}.`);
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
