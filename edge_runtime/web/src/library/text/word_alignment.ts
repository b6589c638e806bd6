/** From attention over tokens to links between words, in Pharaoh's format. */

import type { Span } from "./tokenizer.js";

/** Attention of one sentence's tokens over its source tokens, row by row. */
export interface SentenceAlignment {
  rows: number;
  columns: number;
  weights: Float32Array;
}

/** Pair of source and target word, counted from 0. */
export type WordLink = readonly [source: number, target: number];

/**
 * Links every target word to the source word it attended to most.
 *
 * The attention of a target word is the sum over its tokens, what a source word
 * receives is the sum over its tokens. A target word that attended most to something
 * that is no word, such as bos or eos, stays unlinked.
 */
export function linkWords(
  alignment: SentenceAlignment,
  sourceWords: readonly number[],
  targetWords: readonly number[],
): WordLink[] {
  // Sorted, so that among equals the same word wins as in Python.
  const sources = [...new Set(sourceWords)].sort((first, second) => first - second);
  const placeOf = new Map(sources.map((word, place) => [word, place]));
  const received = new Map<number, Float64Array>();
  targetWords.forEach((word, row) => {
    const sums = received.get(word) ?? new Float64Array(sources.length);
    received.set(word, sums);
    sourceWords.forEach((source, column) => {
      const place = placeOf.get(source)!;
      sums[place] = sums[place]! + alignment.weights[row * alignment.columns + column]!;
    });
  });
  const links: WordLink[] = [];
  for (const [target, sums] of received) {
    const source = sources[sums.indexOf(Math.max(...sums))] ?? -1;
    if (source >= 0 && target >= 0) links.push([source, target]);
  }
  return links;
}

/** Returns the word that each token shares most characters with, or -1. */
export function wordOfTokens(
  tokenSpans: readonly Span[],
  words: readonly Span[],
): number[] {
  let first = 0;
  return tokenSpans.map(([begin, end]) => {
    while (first < words.length && words[first]![1] <= begin) first++;
    let most = 0;
    let found = -1;
    for (let word = first; word < words.length && words[word]![0] < end; word++) {
      const shared = Math.min(end, words[word]![1]) - Math.max(begin, words[word]![0]);
      if (shared > most) {
        most = shared;
        found = word;
      }
    }
    return found;
  });
}

/** Returns links as text: `0-0 1-2`. */
export function pharaoh(links: readonly WordLink[]): string {
  return links.map(([source, target]) => `${source}-${target}`).join(" ");
}
