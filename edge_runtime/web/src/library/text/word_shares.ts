/**
 * How much of each word of a translation translates which tokens of the source; the same
 * as `edge_runtime/text/word_shares.py`.
 */

import type { Span, TokenizedText } from "./tokenizer.js";
import { wordOfTokens } from "./word_alignment.js";
import { CJK } from "./words.js";

/**
 * A word, in the unit of its shares. They are whole numbers: what differs in the last bit
 * of a float, as it does in another batch, does not move a tag.
 */
const WHOLE = 1000;

/** Weight of a word that is known to translate a token: more than all others have. */
const CERTAIN = 1e6;

// Words without the marks beside them.
const LETTERS = `(?:(?![${CJK}])[\\p{L}\\p{N}_])+`;
const WORD = new RegExp(
  `[${CJK}]|${LETTERS}(?:['’-]${LETTERS})*|[^\\p{L}\\p{N}_\\s\\x1c-\\x1f\\x85]`,
  "gu",
);

export type Known = number | undefined;

/** Attention of target tokens over source tokens, row by row. */
export interface Attention {
  columns: number;
  /** Returns how much of a target token attends to a source token. */
  at(row: number, column: number): number;
}

/**
 * Returns the words of a translation, into which nothing is put. Words that share a token
 * are one: what a slot stands for is a token too.
 */
export function wholeWords({ text, spans }: TokenizedText): Span[] {
  const words: Span[] = [];
  let token = 0;
  let reach = 0;
  for (const match of text.matchAll(WORD)) {
    const begin = match.index;
    const end = begin + match[0].length;
    const last = words.at(-1);
    while (token < spans.length && spans[token]![0] < (last?.[1] ?? 0)) {
      reach = Math.max(reach, spans[token++]![1]);
    }
    if (last && reach > begin) words[words.length - 1] = [last[0], end];
    else words.push([begin, end]);
  }
  return words;
}

/** How much of each target word translates which source tokens. */
export class WordShares {
  readonly length: number;
  private readonly weights: number[];
  /** Per word, shares of the source tokens before each. */
  private readonly before: number[][];

  /**
   * @param words The words of the translation, see `wholeWords`.
   * @param certain Per target token, the source token that it is known to translate, if
   *   any.
   */
  constructor(
    words: readonly Span[],
    target: TokenizedText,
    attention: Attention,
    certain: readonly Known[],
  ) {
    const numWords = words.length;
    const wordOfToken = wordOfTokens(target.spans, words);
    const { columns } = attention;
    const sums = Array.from({ length: numWords }, () => new Float64Array(columns));
    for (const [token, word] of wordOfToken.entries()) {
      if (word < 0) continue;
      const row = sums[word]!;
      const known = certain[token];
      if (known !== undefined) row[known] = row[known]! + CERTAIN;
      else {
        for (let column = 0; column < columns; column++) {
          row[column] = row[column]! + attention.at(token, column);
        }
      }
    }
    const totals = sums.map((row) => row.reduce((total, value) => total + value, 0));
    this.length = numWords;
    this.weights = totals.map((total) => (total >= CERTAIN ? CERTAIN : 1));
    this.before = sums.map((row, word) => {
      const shares = [0];
      for (const [column, sum] of row.entries()) {
        const share = (WHOLE * sum) / Math.max(totals[word]!, 1e-9);
        shares.push(shares[column]! + Math.floor(share + 0.5));
      }
      return shares;
    });
  }

  /** Returns whether it is known what a word translates. */
  isCertain(word: number): boolean {
    return this.weights[word] === CERTAIN;
  }

  /** Returns, per word, how much more of it translates some tokens than others. */
  within(begin: number, end: number): number[] {
    return this.weights.map((weight, word) => {
      const shares = this.before[word]!;
      return weight * (2 * (shares[end]! - shares[begin]!) - WHOLE);
    });
  }
}

/** Returns how many words from the first on gain most together. */
export function bestPrefix(gains: readonly number[], free: readonly boolean[]): number {
  let [best, length, total] = [0, 0, 0];
  for (const [place, gain] of gains.entries()) {
    if (!free[place]) break;
    total += gain;
    if (total > best) [best, length] = [total, place + 1];
  }
  return length;
}

/** Returns the free words beside each other that gain most together, at least one. */
export function bestStretch(gains: readonly number[], free: readonly boolean[]): Span {
  let best: Known;
  let stretch: Span = [0, 0];
  let [total, begin] = [0, 0];
  for (const [place, gain] of gains.entries()) {
    if (!free[place]) {
      [total, begin] = [0, place + 1];
      continue;
    }
    if (total <= 0) [total, begin] = [0, place];
    total += gain;
    if (best === undefined || total > best) {
      best = total;
      stretch = [begin, place + 1];
    }
  }
  return stretch;
}

/**
 * Returns the gap that parts most of what stands before it from the rest.
 *
 * @param gains Per word, how much more of it translates what stands before.
 * @param owners Per word, the innermost element around it.
 * @param parent The element that the gap stands in, and in no other within that.
 */
export function bestGap(
  gains: readonly number[],
  owners: readonly Known[],
  parent: Known,
): number {
  let gap: Known;
  let [best, total] = [0, 0];
  for (let place = 0; place <= gains.length; place++) {
    const isInside =
      place > 0 &&
      place < gains.length &&
      owners[place - 1] === owners[place] &&
      owners[place] !== parent;
    if (!isInside && (gap === undefined || total > best)) [best, gap] = [total, place];
    total += gains[place] ?? 0;
  }
  return gap ?? 0;
}
