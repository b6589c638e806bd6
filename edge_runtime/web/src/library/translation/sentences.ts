/**
 * A text as sentences that are ready for the encoder, with slots for its spans; the same
 * as `edge_runtime/translation/sentences.py`.
 */

import { BOS_ID, EOS_ID } from "../contract.js";
import type { TranslationModel } from "../model/translation_model.js";
import { inSentenceCase, type LetterCase, letterCase } from "../text/letter_case.js";
import { isBlank, mayHold, type Segment, splitText } from "../text/sentences.js";
import {
  markSpans,
  numberSlots,
  originalOf,
  type SlottedText,
  withoutReserved,
} from "../text/slots.js";
import { type CarriedSpan, findSpans } from "../text/spans.js";
import type { TokenizedText } from "../text/tokenizer.js";
import type { ResolvedOptions } from "./decoding_options.js";

/** One segment of a text, ready for the encoder. */
export interface Sentence {
  /** Its text and its place in the whole. */
  segment: Segment;
  /** Its tokens, with bos and eos, which have empty spans. */
  source: TokenizedText;
  /** Its text with slots in place of what is carried over. */
  slotted: SlottedText;
  /**
   * What is carried over by the alignment, because the vocabulary has no slots.
   */
  looseSpans: readonly CarriedSpan[];
  /** How its letters are written; the encoder reads ordinary case. */
  letters: LetterCase;
}

/** Splits a text into sentences, if the options or the model's limit require it. */
export function readSentences(
  model: TranslationModel,
  text: string,
  options: ResolvedOptions,
): Sentence[] {
  if (isBlank(text)) return [];
  const { carriedKinds, glossary } = options;
  const spansOf = (part: string): CarriedSpan[] =>
    findSpans(part, carriedKinds, glossary);
  let spans: CarriedSpan[] = [];
  if (model.slotIds) {
    text = withoutReserved(text);
    spans = spansOf(text);
  }
  const marked = spans.length > 0 ? markSpans(text, spans) : text;
  const sentences: Sentence[] = [];
  let place = 0; // of the next span
  let added = 0; // characters that the spans so far are longer than their marks
  for (const { segment, tokenized } of segmentsOf(model, marked, options)) {
    // A text without spans may hold characters that stand for slots elsewhere.
    const slotted =
      spans.length > 0
        ? numberSlots(segment.text, spans, place)
        : { text: segment.text, slots: [], hasAllNumbers: false };
    const letters = letterCase(slotted.text);
    const read = letters === "ordinary" ? slotted.text : inSentenceCase(slotted.text);
    const tokens =
      read === segment.text && tokenized
        ? tokenized
        : { ...model.sourceTokenizer.tokenize(read), text: slotted.text };
    const source = originalOf(slotted, tokens);
    const begin = segment.begin + added;
    place += slotted.slots.length;
    added += source.text.length - segment.text.length;
    if (source.tokenIds.length === 0) continue;
    sentences.push({
      segment: { text: source.text, begin, gap: segment.gap },
      source: enclose(source),
      slotted,
      letters,
      looseSpans: !model.slotIds && model.attends ? spansOf(source.text) : [],
    });
  }
  return sentences;
}

/** Yields the segments of a text, with their tokens where these are known already. */
function* segmentsOf(
  model: TranslationModel,
  text: string,
  { splitSentences }: ResolvedOptions,
): Generator<{ segment: Segment; tokenized?: TokenizedText }> {
  const tokenizer = model.sourceTokenizer;
  const maxTokens = model.manifest.limits.maxSourceLength - 2; // bos and eos
  if (!splitSentences && mayHold(text, maxTokens)) {
    const tokenized = tokenizer.tokenize(text);
    if (tokenized.tokenIds.length <= maxTokens) {
      yield { segment: { text, begin: 0, gap: "" }, tokenized };
      return;
    }
  }
  const countTokens = (part: string): number => tokenizer.encode(part).length;
  for (const segment of splitText(text, maxTokens, countTokens, splitSentences)) {
    yield { segment };
  }
}

function enclose(source: TokenizedText): TokenizedText {
  const end = source.text.length;
  return {
    text: source.text,
    tokenIds: [BOS_ID, ...source.tokenIds, EOS_ID],
    tokens: ["<s>", ...source.tokens, "</s>"],
    spans: [[0, 0], ...source.spans, [end, end]],
  };
}
