/** What a translation takes over from its source, marked in both texts. */

import { SLOT_PIECES } from "../library/text/slots.js";
import type { Span } from "../library/text/tokenizer.js";
import { strip } from "../library/text/words.js";

const EXPLANATION = "Taken over from the text or from the glossary";

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

/** Returns a text as what an element can hold, with the given spans marked. */
export function markedText(text: string, spans: readonly Span[]): (string | Node)[] {
  const parts: (string | Node)[] = [];
  let done = 0;
  for (const [begin, end] of spans) {
    const mark = document.createElement("mark");
    mark.textContent = text.slice(begin, end);
    mark.title = EXPLANATION;
    parts.push(text.slice(done, begin), mark);
    done = end;
  }
  return [...parts, text.slice(done)];
}
