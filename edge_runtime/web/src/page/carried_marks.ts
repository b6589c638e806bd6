/** Marks in a text: what is carried over, and what its translation leaves out. */

import { SLOT_PIECES } from "../library/text/slots.js";
import type { Span } from "../library/text/tokenizer.js";
import { strip } from "../library/text/words.js";

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
