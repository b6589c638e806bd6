/**
 * How much of each word of a translation translates which tokens of the source; the same
 * as `edge_runtime/text/word_shares.py`.
 */

import type { Span, TokenizedText } from "./tokenizer.js";
import { wordOfTokens } from "./word_alignment.js";
import { CJK, SPACE } from "./words.js";

/**
 * A word, in the unit of its shares. They are whole numbers: what differs in the last bit
 * of a float, as it does in another batch, does not move a tag.
 */
const WHOLE = 1000;

/** Weight of a word that is known to translate a token: more than all others have. */
const CERTAIN = 1e6;

const PUNCTUATION =
  "!-/:-@\\[-`{-~\\u00a1-\\u00bf\\u2010-\\u205e\\u3001-\\u303f\\uff01-\\uff0f";
// Words without the marks beside them: don't, 14:30, AT&T.
const LETTERS = `[^${SPACE}${CJK}${PUNCTUATION}]+`;
const WORD = new RegExp(
  `[${CJK}]|${LETTERS}(?:['’.,:&/-]${LETTERS})*|[${PUNCTUATION}]`,
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
  /** Per word, the source token that it translates most. */
  private readonly most: number[];
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
    const shares = sums.map((row, word) =>
      Array.from(row, (sum) =>
        Math.floor((WHOLE * sum) / Math.max(totals[word]!, 1e-9) + 0.5),
      ),
    );
    this.most = shares.map((row) => row.indexOf(Math.max(...row)));
    this.before = shares.map((row) => {
      const before = [0];
      for (const [column, share] of row.entries()) before.push(before[column]! + share);
      return before;
    });
  }

  /** Returns whether it is known what a word translates. */
  isCertain(word: number): boolean {
    return this.weights[word] === CERTAIN;
  }

  /** Returns whether the token that a word translates most is one of some. */
  attendsMost(word: number, begin: number, end: number): boolean {
    const most = this.most[word]!;
    return begin <= most && most < end;
  }

  /** Returns, per word, how much more of it translates some tokens than others. */
  within(begin: number, end: number): number[] {
    return this.weights.map((weight, word) => {
      const shares = this.before[word]!;
      return weight * (2 * (shares[end]! - shares[begin]!) - WHOLE);
    });
  }
}

/**
 * Returns how many words from the first on gain most together.
 *
 * @param least The fewest words, if so many are free.
 */
export function bestPrefix(
  gains: readonly number[],
  free: readonly boolean[],
  least = 0,
): number {
  let [best, length, total] = [0, 0, 0];
  for (const [place, gain] of gains.entries()) {
    if (!free[place]) break;
    total += gain;
    if (total > best || place < least) [best, length] = [total, place + 1];
  }
  return length;
}

/**
 * Returns the free words beside each other that gain most together: at least one, where
 * one is free, as what they enclose is not empty.
 */
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
