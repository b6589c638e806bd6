/**
 * Parts of a sentence, in the tokens that the encoder reads; the same as
 * `edge_runtime/text/source_parts.py`.
 */

import type { Span } from "./tokenizer.js";

/**
 * Returns elements or terms with tokens for characters.
 *
 * Each holds the tokens that end within it, and at least the one that it ends in, where
 * it holds any character.
 *
 * @param spans Where the tokens stand in the sentence without markup, in order.
 */
export function inTokens<Part extends { begin: number; end: number }>(
  parts: readonly Part[],
  spans: readonly Span[],
): Part[] {
  /** Returns how many tokens end at a place or before it. */
  const passedBy = (place: number): number => {
    let [low, high] = [0, spans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (spans[middle]![1] <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return parts.map((part) => {
    const begin = passedBy(part.begin);
    let end = passedBy(part.end);
    if (part.begin < part.end && begin === end) end = Math.min(begin + 1, spans.length);
    return { ...part, begin, end };
  });
}
