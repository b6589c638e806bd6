/**
 * What slots stand for, in their places in a translation; the same as
 * `edge_runtime/text/slot_filling.py`.
 */

import { GLUED_KINDS, SLOT_PIECES, type Slot } from "./slots.js";
import { applyEdits, type Edit } from "./text_edits.js";
import type { TokenizedText } from "./tokenizer.js";
import { characterAt, characterBefore, isCjk } from "./words.js";

/** Kinds that endings follow: 43rd. */
const INFLECTED = new Set(["number"]);

const NUMBER_GOES_ON = /\p{Nd}[.,:/'’–−-]$/u;
const WORD_END = /^[\p{L}\p{N}_%/]/u;
// A sign before a number is part of it, as is a slash before a path.
const WORD_BEGIN = /^[\p{L}\p{N}_%/~.+\-−±$€£¥]/u;

/** What stands in the place of a slot: its text, and the slot of the source. */
export interface Filling {
  text: string;
  slot: Slot;
}

/**
 * Returns a translation with text in its slots.
 *
 * What is a word of its own is not glued to the word beside it, and a symbol touches the
 * text that it touches in the source.
 *
 * @param fillings Per slot of the translation, in order, what stands in its place;
 *   `undefined` for a slot that the source does not have, which is dropped.
 */
export function fillSlots(
  target: TokenizedText,
  fillings: readonly (Filling | undefined)[],
): TokenizedText {
  const edits: Edit[] = [];
  const { text } = target;
  // The tokens, not the text: tokens of single bytes can spell such a character too.
  const slots = target.spans.filter((_, place) =>
    SLOT_PIECES.includes(target.tokens[place]!),
  );
  slots.forEach(([begin, end], place) => {
    const filling = fillings[place];
    const previous = edits.at(-1);
    if (!filling) {
      edits.push({ begin, end, replacement: "" });
    } else if (filling.slot.touches) {
      const space = text[end] === " " ? 1 : 0;
      edits.push({ begin, end: end + space, replacement: filling.text });
    } else {
      const between = text.slice(previous?.end ?? 0, begin);
      const before = Array.from((previous?.replacement ?? "") + between).slice(-2);
      const after = characterAt(text, end);
      const replacement = setApart(filling, before.join(""), after);
      edits.push({ begin, end, replacement });
    }
  });
  return applyEdits(edits, target);
}

/**
 * Returns the text of a slot, with a space where two words would be glued.
 *
 * @param before The two characters before the slot; fewer at the beginning.
 * @param after The character behind it; empty at the end.
 */
function setApart({ text, slot }: Filling, before: string, after: string): string {
  const { kind } = slot.span;
  if (GLUED_KINDS.has(kind)) return text;
  const beside = characterBefore(before, before.length);
  const isApart =
    wouldTouch(beside, characterAt(text, 0)) ||
    // Of "43," and "44" one would read a single number.
    (kind === "number" && NUMBER_GOES_ON.test(before));
  const first = isApart ? ` ${text}` : text;
  const last = characterBefore(first, first.length);
  return !INFLECTED.has(kind) && wouldTouch(last, after) ? `${first} ` : first;
}

function wouldTouch(before: string, after: string): boolean {
  return (
    WORD_END.test(before) && WORD_BEGIN.test(after) && !isCjk(before) && !isCjk(after)
  );
}
