/**
 * A text as sentences that are ready for the encoder, without markup and with slots; the
 * same as `edge_runtime/translation/sentences.py`.
 */

import { BOS_ID, EOS_ID } from "../contract.js";
import type { TranslationModel } from "../model/translation_model.js";
import { inSentenceCase, type LetterCase, letterCase } from "../text/letter_case.js";
import type { Element } from "../text/markup.js";
import { isBlank, mayHold, type Segment, splitText } from "../text/sentences.js";
import { withoutReserved } from "../text/slots.js";
import {
  contentOf,
  countSpans,
  markSpans,
  numberSlots,
  originalOf,
  READ_KINDS,
  READ_MARK,
  type SlottedText,
} from "../text/slotted_text.js";
import { inTokens } from "../text/source_parts.js";
import { TERM } from "../text/span_kinds.js";
import { type CarriedSpan, findSpans, isMarkup } from "../text/spans.js";
import type { Term } from "../text/term_placement.js";
import type { TokenizedText } from "../text/tokenizer.js";
import type { ResolvedOptions } from "./decoding_options.js";

const LETTER = /\p{L}/u;
const LETTER_OR_NUMBER = /[\p{L}\p{N}]/u;

/** One segment of a text, ready for the encoder. */
export interface Sentence {
  /** Its text and its place in the whole. */
  segment: Segment;
  /** Its tokens, with bos and eos, which have empty spans. */
  source: TokenizedText;
  /** The same tokens with their places in the text without markup. */
  content: TokenizedText;
  /** Its text as the model reads it, and what was taken out of it. */
  slotted: SlottedText;
  /** The markup, in tokens of the source without bos. */
  elements: readonly Element[];
  /** The terms of a glossary, likewise. */
  terms: readonly Term[];
  /**
   * What is carried over by the alignment, because the vocabulary has no slots: spans of
   * the text without markup.
   */
  looseSpans: readonly CarriedSpan[];
  /** Whether it holds anything to translate beside spans. */
  hasWords: boolean;
  /** How its letters are written; the encoder reads ordinary case. */
  letters: LetterCase;
}

/**
 * Returns whether a model translates a sentence.
 *
 * It needs letters or digits, and beside spans letters: a line of punctuation, such as a
 * rule or a fence of code, would be translated into words.
 */
function hasWords(
  { text, slots, elements }: SlottedText,
  loose: readonly CarriedSpan[],
  { numberFormat }: ResolvedOptions,
): boolean {
  if (slots.length + elements.length + loose.length === 0) {
    return LETTER_OR_NUMBER.test(text);
  }
  if (numberFormat && slots.some(({ span }) => span.kind === "number")) return true;
  const rest: string[] = [];
  let done = 0;
  for (const { begin, end } of loose) {
    rest.push(text.slice(done, begin));
    done = end;
  }
  return LETTER.test([...rest, text.slice(done)].join(""));
}

/** Splits a text into sentences, if the options or the model's limit require it. */
export function readSentences(
  model: TranslationModel,
  text: string,
  options: ResolvedOptions,
): Sentence[] {
  if (isBlank(text)) return [];
  const { carriedKinds, glossary } = options;
  text = withoutReserved(text);
  let spans = findSpans(text, carriedKinds, glossary);
  if (!model.slotIds) {
    // Tags that stand for text go where tags go: no slot does better. What is left is
    // found once more, in the text without markup.
    spans = spans
      .map((span) => (span.text.startsWith("<") ? { ...span, kind: "tag" } : span))
      .filter((span) => isMarkup(span) || span.kind === TERM);
  }
  const marked = spans.length > 0 ? markSpans(text, spans) : text;
  const sentences: Sentence[] = [];
  let place = 0; // of the next span
  let added = 0; // characters that the spans so far are longer than their marks
  for (const { segment, tokenized } of segmentsOf(model, marked, spans, options)) {
    const slotted = numberSlots(segment.text, spans, place);
    const letters = letterCase(slotted.text);
    const read = letters === "ordinary" ? slotted.text : inSentenceCase(slotted.text);
    const tokens =
      read === segment.text && tokenized
        ? tokenized
        : { ...model.sourceTokenizer.tokenize(read), text: slotted.text };
    const source = originalOf(slotted, tokens);
    const content = contentOf(slotted, tokens);
    const elements = inTokens(slotted.elements, tokens.spans);
    const begin = segment.begin + added;
    place += countSpans(slotted);
    added += source.text.length - segment.text.length;
    const looseSpans =
      !model.slotIds && model.attends ? findSpans(content.text, carriedKinds) : [];
    sentences.push({
      segment: { text: source.text, begin, gap: segment.gap },
      source: enclose(source),
      content: enclose(content),
      slotted,
      elements,
      terms: inTokens(slotted.terms, tokens.spans),
      letters,
      looseSpans,
      hasWords: hasWords(slotted, looseSpans, options),
    });
  }
  return sentences;
}

/** Yields the segments of a text, with their tokens where these are known already. */
function* segmentsOf(
  model: TranslationModel,
  text: string,
  spans: readonly CarriedSpan[],
  { splitSentences, splitLines }: ResolvedOptions,
): Generator<{ segment: Segment; tokenized?: TokenizedText }> {
  const tokenizer = model.sourceTokenizer;
  const maxTokens = model.manifest.limits.maxSourceLength - 2; // bos and eos
  // The most tokens of a span whose text the encoder reads.
  const longestSpan = spans
    .filter(({ kind }) => READ_KINDS.has(kind))
    .reduce((most, span) => Math.max(most, tokenizer.encode(span.text).length), 0);
  // At most: which span a mark stands for is not seen here.
  const ofSpans = (part: string): number =>
    longestSpan > 0 ? longestSpan * (part.split(READ_MARK).length - 1) : 0;
  if (!splitSentences && !splitLines && mayHold(text, maxTokens)) {
    const tokenized = tokenizer.tokenize(text);
    if (tokenized.tokenIds.length + ofSpans(text) <= maxTokens) {
      yield { segment: { text, begin: 0, gap: "" }, tokenized };
      return;
    }
  }
  const countTokens = (part: string): number =>
    tokenizer.encode(part).length + ofSpans(part);
  const segments = splitText(text, maxTokens, countTokens, splitSentences, splitLines);
  for (const segment of segments) {
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
