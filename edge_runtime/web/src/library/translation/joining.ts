/** One translation of a text from the translations of its segments. */

import { type Segment, separator } from "../text/sentences.js";
import type { Span } from "../text/tokenizer.js";
import { jointConfidence } from "./confidence.js";
import type { Translation } from "./translation.js";

/**
 * Returns the translation of a whole text from those of its segments.
 *
 * The n-th alternative joins the n-th alternatives of all segments, or the last one
 * where a segment has fewer. Log-probs and scores are added up; confidences are
 * multiplied.
 *
 * @param confident Whether translations have a confidence, which an empty text has too.
 */
export function joinTranslations(
  source: string,
  segments: readonly Segment[],
  parts: readonly Translation[],
  confident = false,
): Translation {
  if (parts.length === 1 && segments[0]!.text === source) return parts[0]!;
  // A reduction: a call has not room for one argument per segment of a long text.
  const count = parts.reduce(
    (most, part) => Math.max(most, part.alternatives.length),
    0,
  );
  const alternatives = Array.from({ length: count }, (_, rank) =>
    join(
      source,
      segments,
      parts.map((part) => part.alternatives[rank] ?? part.alternatives.at(-1) ?? part),
      confident,
    ),
  );
  return { ...join(source, segments, parts, confident), alternatives };
}

function join(
  source: string,
  segments: readonly Segment[],
  parts: readonly Translation[],
  confident: boolean,
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
    confidence: confident
      ? jointConfidence(parts.map((part) => part.confidence))
      : null,
  };
  let before = ""; // reading the end of a growing text would copy all of it
  parts.forEach((part, place) => {
    const segment = segments[place]!;
    whole.text += separator(before, part.text, segment.gap);
    before = part.text || before;
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
