/**
 * Copying spans from the source through the alignment; of
 * `edge_runtime/translation/copying.py` what this library has: no unknown words.
 */

import type { CarriedSpan } from "../text/spans.js";
import { applyEdits, type Edit } from "../text/text_edits.js";
import type { Span, TokenizedText } from "../text/tokenizer.js";
import {
  linkWords,
  type SentenceAlignment,
  wordOfTokens,
} from "../text/word_alignment.js";
import { wordSpans } from "../text/words.js";

const NUMBER = /\p{Nd}+(?:[.,:/-]\p{Nd}+)*/u;
const NUMBERS = new RegExp(NUMBER, "gu");

/**
 * Returns the target with spans copied from the source.
 *
 * Each target word is linked to the source word it attended to most. Then
 *
 * - a span of the source that the target does not have replaces the target words linked
 *   to it;
 * - so does a number, where those target words are numbers too ("3" may well have become
 *   "three").
 *
 * @param source Text and tokens that the encoder read, bos and eos with empty spans.
 * @param target Text and tokens that the decoder wrote, eos with an empty span.
 * @param spans Spans of the source that are carried over.
 */
export function copyFromSource(
  source: TokenizedText,
  target: TokenizedText,
  alignment: SentenceAlignment,
  spans: readonly CarriedSpan[],
): TokenizedText {
  const copied = new Map<string, CarriedSpan>();
  for (const span of spans) {
    if (span.kind !== "number") copied.set(keyOf([span.begin, span.end]), span);
  }
  const carriesNumbers = spans.some(({ kind }) => kind === "number");
  const numbers = new Set(target.text.match(NUMBERS));
  const sourceWords = unitsOf(source.text, copied);
  const targetWords = wordSpans(target.text);
  const links = linkWords(
    alignment,
    wordOfTokens(source.spans, sourceWords),
    wordOfTokens(target.spans, targetWords),
  );
  links.sort((first, second) => first[0] - second[0] || first[1] - second[1]);
  const linked = new Map<number, Span[]>();
  for (const [sourceWord, targetWord] of links) {
    const places = linked.get(sourceWord) ?? [];
    linked.set(sourceWord, places);
    places.push(targetWords[targetWord]!);
  }
  const edits: Edit[] = [];
  for (const [sourceWord, places] of linked) {
    const word = sourceWords[sourceWord]!;
    const span = copied.get(keyOf(word));
    if (span) edits.push(...spanEdits(span, places, target.text));
    else if (carriesNumbers) {
      const written = source.text.slice(...word);
      edits.push(...numberEdits(written, places, target.text, numbers));
    }
  }
  edits.sort((first, second) => first.begin - second.begin);
  return applyEdits(edits, target);
}

function keyOf([begin, end]: Span): string {
  return `${begin} ${end}`;
}

/** Returns the words of a text, each address or placeholder as one word. */
function unitsOf(text: string, addresses: ReadonlyMap<string, CarriedSpan>): Span[] {
  const spans = [...addresses.values()].map(({ begin, end }): Span => [begin, end]);
  const candidates = [...wordSpans(text), ...spans];
  candidates.sort((first, second) => first[0] - second[0] || first[1] - second[1]);
  const units: Span[] = [];
  for (const unit of candidates) {
    const last = units.at(-1);
    const overlaps = last !== undefined && last[1] > unit[0];
    if (addresses.has(keyOf(unit))) {
      if (overlaps) units.pop(); // a word that the address begins in
    } else if (overlaps) {
      continue;
    }
    units.push(unit);
  }
  return units;
}

/** Returns what a span replaces: all the target words linked to it. */
function spanEdits(
  { translations }: CarriedSpan,
  places: readonly Span[],
  target: string,
): Edit[] {
  if (translations.some((form) => target.includes(form))) return [];
  // An address is translated into a row of fragments: all of them go.
  const [begin, end] = [places[0]![0], places.at(-1)![1]];
  return [{ begin, end, replacement: translations[0]! }];
}

/** Returns where a number replaces another among the target words linked to it. */
function numberEdits(
  written: string,
  places: readonly Span[],
  target: string,
  numbers: ReadonlySet<string>,
): Edit[] {
  const number = NUMBER.exec(written)?.[0];
  if (number === undefined || numbers.has(number)) return [];
  return places.flatMap(([begin, end]) => {
    const found = NUMBER.exec(target.slice(begin, end));
    if (!found) return [];
    const first = begin + found.index;
    return [{ begin: first, end: first + found[0].length, replacement: number }];
  });
}
