/**
 * Constraints on hypotheses: slots and loops; of `edge_runtime/search/constraints.py`
 * what this library has.
 */

import { beginsLoop } from "./repetition.js";
import type { SlotRules } from "./slot_rules.js";

/** Rules that exclude tokens, given the tokens emitted before. */
export class Constraints {
  /**
   * @param slots The slots that the hypothesis must have.
   * @param mostRepeats How often a phrase may stand in it, time after time.
   */
  constructor(
    private readonly slots?: SlotRules,
    private readonly mostRepeats = Infinity,
  ) {}

  /** Whether `apply` excludes any token. */
  get active(): boolean {
    return this.slots !== undefined;
  }

  /**
   * Returns log-probs with `-Infinity` for every excluded token.
   *
   * @param logProbs Shape `(rows, vocab_size)`; not changed.
   * @param histories Per row, the ids emitted so far.
   * @param maxLength Most tokens of a hypothesis, eos included.
   */
  apply(
    logProbs: Float32Array,
    histories: readonly (readonly number[])[],
    maxLength: number,
    eosId: number,
  ): Float32Array {
    const rules = this.slots;
    if (!rules) return logProbs;
    const allowed = logProbs.slice();
    const vocabSize = logProbs.length / histories.length;
    histories.forEach((history, place) => {
      const begin = place * vocabSize;
      const row = allowed.subarray(begin, begin + vocabSize);
      const { slotIds, missing } = rules.allowed(history);
      const tokensLeft = maxLength - history.length;
      // Made to go on, a hypothesis that would end only writes nonsense.
      const due = tokensLeft <= missing + 1 || isLargest(row, eosId);
      if (missing > 0 && due) row.fill(-Infinity);
      else {
        row.fill(-Infinity, rules.reserved.first, rules.reserved.last + 1);
        for (const id of rules.excluded) row[id] = -Infinity;
      }
      for (const id of slotIds) row[id] = logProbs[begin + id]!;
      if (missing > 0) row[eosId] = -Infinity;
    });
    return allowed;
  }

  /**
   * Returns whether a token would repeat a phrase more often than is allowed.
   *
   * @param history The ids emitted so far.
   */
  beginsLoop(history: readonly number[], tokenId: number): boolean {
    return beginsLoop(history, tokenId, this.mostRepeats);
  }
}

/** Returns whether no log-prob is larger, and none of a lower id as large. */
function isLargest(logProbs: Float32Array, id: number): boolean {
  const most = logProbs[id]!;
  return logProbs.every((logProb, other) =>
    other < id ? logProb < most : logProb <= most,
  );
}
