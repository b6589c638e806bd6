/** What a translation consists of. */

import type { Span } from "../text/tokenizer.js";
import {
  linkWords,
  type SentenceAlignment,
  type WordLink,
  wordOfTokens,
} from "../text/word_alignment.js";
import { wordSpans } from "../text/words.js";
import { unreadClauses } from "./unread_clauses.js";

/** One translation of one text, and the evidence for it. */
export interface Translation {
  /** The text that was translated. */
  source: string;
  /** Its translation. */
  text: string;
  /** Rank value, higher is better; for a text of several sentences, the sum. */
  score: number;
  /** Sum of the token log-probs. */
  logProb: number;
  /** Whether every sentence ended by itself, not at a length limit. */
  finished: boolean;
  /** What the encoder read, bos and eos of each sentence included. */
  sourceTokens: string[];
  /** What the decoder wrote, eos of each finished sentence included. */
  tokens: string[];
  /** One per entry of `tokens`. */
  tokenLogProbs: number[];
  /** One per sentence; none if the model has no attention. */
  alignments: SentenceAlignment[];
  /** Where each source token stands in `source`. */
  sourceSpans: Span[];
  /** Where each token stands in `text`. */
  spans: Span[];
  /** Further translations, the best first, where asked for. */
  alternatives: Translation[];
  /**
   * Chance, between 0 and 1, that a person would accept every sentence unchanged or
   * nearly so. For a text of several sentences, the product; 1 for an empty text; null
   * if the bundle has no confidence.
   */
  confidence: number | null;
}

/**
 * Returns the clauses of the source that a translation seems to leave out, as places in
 * the source; none if the model has no attention.
 */
export function unread(translation: Translation): Span[] {
  let column = 0;
  return translation.alignments.flatMap(({ rows, columns, weights }) => {
    const spans = translation.sourceSpans.slice(column, column + columns);
    column += columns;
    const attention = new Float64Array(columns);
    for (let place = 0; place < rows * columns; place++) {
      attention[place % columns]! += weights[place]!;
    }
    return unreadClauses(translation.source, spans, attention);
  });
}

/** Returns the links between source and target words, sorted; see `linkWords`. */
export function wordAlignment(translation: Translation): WordLink[] {
  const sourceWords = wordOfTokens(
    translation.sourceSpans,
    wordSpans(translation.source),
  );
  const targetWords = wordOfTokens(translation.spans, wordSpans(translation.text));
  let row = 0;
  let column = 0;
  // By their text: two parts of one long word that was cut may link the same words.
  const links = new Map<string, WordLink>();
  for (const block of translation.alignments) {
    const columns = sourceWords.slice(column, column + block.columns);
    const rows = targetWords.slice(row, row + block.rows);
    for (const link of linkWords(block, columns, rows)) links.set(link.join(), link);
    row += block.rows;
    column += block.columns;
  }
  return [...links.values()].sort(
    (first, second) => first[0] - second[0] || first[1] - second[1],
  );
}
