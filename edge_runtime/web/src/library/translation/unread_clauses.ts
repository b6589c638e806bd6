/**
 * Clauses of a source that a translation has left out, as attention tells; the same as
 * `edge_runtime/translation/unread_clauses.py`.
 */

import { clauses } from "../text/sentences.js";
import type { Span } from "../text/tokenizer.js";
import { wordOfTokens } from "../text/word_alignment.js";

/** Mean attention per token that a clause has at least where it is translated. */
const LEAST_ATTENTION = 0.15;
/** Shorter clauses, such as "well,", are left out by people too. */
const FEWEST_TOKENS = 3;

/**
 * Returns the clauses of a sentence that got next to no attention.
 *
 * @param source The text that the sentence is part of.
 * @param sourceSpans Where the sentence's tokens stand in it.
 * @param attention What each token got from all target tokens.
 */
export function unreadClauses(
  source: string,
  sourceSpans: readonly Span[],
  attention: ArrayLike<number>,
): Span[] {
  const places = sourceSpans.filter(([begin, end]) => begin < end);
  if (places.length === 0) return [];
  const found = [...clauses(source, places[0]![0], places.at(-1)![1])];
  if (found.length < 2) return [];
  const sums = found.map(() => 0);
  const tokens = found.map(() => 0);
  wordOfTokens(sourceSpans, found).forEach((clause, column) => {
    if (clause < 0) return;
    sums[clause]! += attention[column]!;
    tokens[clause]! += 1;
  });
  return found.filter(
    (_, place) =>
      tokens[place]! >= FEWEST_TOKENS &&
      sums[place]! / tokens[place]! < LEAST_ATTENTION,
  );
}
