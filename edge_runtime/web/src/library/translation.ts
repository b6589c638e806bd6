/** What a translation consists of, and how those of sentences make that of a text. */

import { separator, type Segment } from "./sentences.js";
import type { Span } from "./tokenizer.js";

/** Attention of one sentence's tokens over its source tokens, row by row. */
export interface SentenceAlignment {
  rows: number;
  columns: number;
  weights: Float32Array;
}

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
}

/** One token of a growing translation; `text` is what it adds to the text. */
export interface StreamedToken {
  text: string;
  token: string;
  logProb: number;
}

/**
 * Returns the translation of a whole text from those of its segments.
 *
 * The n-th alternative joins the n-th alternatives of all segments, or the last one where
 * a segment has fewer. Log-probs and scores are added up.
 */
export function joinTranslations(
  source: string,
  segments: readonly Segment[],
  parts: readonly Translation[],
): Translation {
  if (parts.length === 1 && segments[0]!.text === source) return parts[0]!;
  const count = Math.max(0, ...parts.map((part) => part.alternatives.length));
  const alternatives = Array.from({ length: count }, (_, rank) =>
    join(
      source,
      segments,
      parts.map((part) => part.alternatives[rank] ?? part.alternatives.at(-1) ?? part),
    ),
  );
  return { ...join(source, segments, parts), alternatives };
}

function join(
  source: string,
  segments: readonly Segment[],
  parts: readonly Translation[],
): Translation {
  const whole: Translation = {
    source,
    text: "",
    score: 0,
    logProb: 0,
    finished: parts.every((part) => part.finished),
    sourceTokens: parts.flatMap((part) => part.sourceTokens),
    tokens: parts.flatMap((part) => part.tokens),
    tokenLogProbs: parts.flatMap((part) => part.tokenLogProbs),
    alignments: parts.flatMap((part) => part.alignments),
    sourceSpans: [],
    spans: [],
    alternatives: [],
  };
  parts.forEach((part, place) => {
    const segment = segments[place]!;
    if (place > 0) whole.text += separator(parts[place - 1]!.text, part.text, segment.gap);
    whole.sourceSpans.push(...moved(part.sourceSpans, segment.begin));
    whole.spans.push(...moved(part.spans, whole.text.length));
    whole.text += part.text;
    whole.score += part.score;
    whole.logProb += part.logProb;
  });
  return whole;
}

function moved(spans: readonly Span[], offset: number): Span[] {
  return spans.map(([begin, end]) => [begin + offset, end + offset]);
}
