/** Marks in a text: what is carried over, and what its translation leaves out. */

import type { Glossary } from "../library/text/glossary.js";
import { SLOT_PIECES } from "../library/text/slots.js";
import { TERM } from "../library/text/span_kinds.js";
import { findSpans, isMarkup } from "../library/text/spans.js";
import type { Span } from "../library/text/tokenizer.js";
import { strip } from "../library/text/words.js";
import type { Translation } from "../translator.js";

const EXPLANATIONS = {
  carried: "Taken over from the text or from the glossary",
  unread: "Perhaps left out of the translation",
};

export interface Mark {
  kind: keyof typeof EXPLANATIONS;
  span: Span;
}

/**
 * Returns where what is carried over stands in a text, in order.
 *
 * @param tokens The tokens of the text, some of them slots.
 * @param spans Where the tokens stand in it.
 */
export function carriedSpans(
  text: string,
  tokens: readonly string[],
  spans: readonly Span[],
): Span[] {
  return spans
    .filter((_, place) => SLOT_PIECES.includes(tokens[place]!))
    .map(([begin, end]) => strip(text, begin, end))
    .filter(([begin, end]) => begin < end);
}

/** What can be markup, and terms. */
const KINDS: ReadonlySet<string> = new Set(["tag", "code", TERM]);

/** What is carried over of a sentence: where it stands in the source and in the target. */
export interface Carried {
  source: Span[];
  target: Span[];
}

/**
 * Returns what is carried over of a sentence, tags and terms too.
 *
 * @param glossary The one that it was translated with.
 */
export function carriedOf(
  { source, sourceTokens, sourceSpans, text, tokens, spans }: Translation,
  glossary: Glossary | undefined,
): Carried {
  const carried = {
    source: carriedSpans(source, sourceTokens, sourceSpans),
    target: carriedSpans(text, tokens, spans),
  };
  for (const span of findSpans(source, KINDS, glossary)) {
    if (!isMarkup(span) && span.kind !== TERM) continue;
    const found = firstFree(text, span.translations, carried.target);
    if (!found) continue; // not all kinds are carried over
    carried.source.push([span.begin, span.end]);
    carried.target.push(found);
  }
  const inOrder = (first: Span, second: Span): number => first[0] - second[0];
  carried.source.sort(inOrder);
  carried.target.sort(inOrder);
  return carried;
}

/** Returns where one of some forms stands first beside what is taken. */
function firstFree(
  text: string,
  forms: readonly string[],
  taken: readonly Span[],
): Span | undefined {
  for (const form of forms) {
    let begin = text.indexOf(form);
    while (begin >= 0) {
      const end = begin + form.length;
      if (taken.every(([first, last]) => end <= first || last <= begin)) {
        return [begin, end];
      }
      begin = text.indexOf(form, begin + 1);
    }
  }
  return undefined;
}

/** Returns a text as what an element can hold, with marks, which may overlap. */
export function markedText(text: string, marks: readonly Mark[]): (string | Node)[] {
  const ends = new Set([0, text.length, ...marks.flatMap(({ span }) => span)]);
  const places = [...ends].sort((first, second) => first - second);
  return places.slice(1).map((end, place) => {
    const begin = places[place]!;
    const content = text.slice(begin, end);
    const kinds = marks
      .filter(({ span: [first, last] }) => first <= begin && end <= last)
      .map(({ kind }) => kind);
    if (kinds.length === 0) return content;
    const mark = document.createElement("mark");
    mark.className = kinds.join(" ");
    mark.title = kinds.map((kind) => EXPLANATIONS[kind]).join(". ");
    mark.textContent = content;
    return mark;
  });
}
