/**
 * Slots: pieces of the vocabulary that stand for spans while a text is translated; the
 * same as `edge_runtime/text/slots.py`.
 */

import type { CarriedSpan, Role } from "./spans.js";
import { applyEdits, type Edit } from "./text_edits.js";
import type { TokenizedText, Tokenizer } from "./tokenizer.js";
import { characterAt, characterBefore, isCjk } from "./words.js";

// Unicode keeps these 32 characters free for use within a program: no text has them.
const pieces = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, place) => String.fromCharCode(first + place));

/** Slots of single spans. */
const PLAIN_PIECES = pieces(0xfdd0, 8);
/** Slots of spans that open a pair. */
const OPENING_PIECES = pieces(0xfdd8, 4);
/** Slots of spans that close a pair, each for the opening one of the same place. */
const CLOSING_PIECES = pieces(0xfddc, 4);

/** All slots, in the order in which tokenizers have them. */
export const SLOT_PIECES: readonly string[] = [
  ...PLAIN_PIECES,
  ...OPENING_PIECES,
  ...CLOSING_PIECES,
];

const RESERVED = /[\ufdd0-\ufdef]/gu;
const MARK = /[\ufdd0-\ufddf]/gu;

const PIECES: Record<Role, string[]> = {
  plain: PLAIN_PIECES,
  opening: OPENING_PIECES,
  closing: CLOSING_PIECES,
};

/** Ids of all slots of a vocabulary, from `first` to `last`. */
export interface SlotIds {
  first: number;
  last: number;
}

/** Returns the ids of all slots; `undefined` for a vocabulary without them. */
export function slotIds(tokenizer: Tokenizer): SlotIds | undefined {
  const ids = tokenizer.idsOf(SLOT_PIECES);
  const first = ids[0]!;
  const inOrder = ids.every((id, place) => id === first + place);
  return inOrder ? { first, last: first + ids.length - 1 } : undefined;
}

/** Returns a text in which nothing but slots can be taken for slots. */
export function withoutReserved(text: string): string {
  return text.replace(RESERVED, "\ufffd");
}

/** A span that is translated as one piece of the vocabulary. */
export interface Slot {
  piece: string;
  /** What it stands for. */
  span: CarriedSpan;
  /**
   * The pair that it stands in: place of the pair's opening half among the slots of its
   * sentence; negative for a pair that an earlier sentence opens.
   */
  parent: number | undefined;
  /** Whether it opens a pair. */
  opens: boolean;
  /** The pair that it closes, as in `parent`. */
  closes: number | undefined;
}

/**
 * Returns a text with a character in the place of every span: sentences can be cut out of
 * it, and no cut goes through a span.
 */
export function markSpans(source: string, spans: readonly CarriedSpan[]): string {
  const parts: string[] = [];
  let done = 0;
  for (const { begin, end, role } of spans) {
    parts.push(source.slice(done, begin), PIECES[role][0]!);
    done = end;
  }
  parts.push(source.slice(done));
  return parts.join("");
}

/** One sentence with the pieces of its slots, and the slots in order. */
export interface SlottedText {
  text: string;
  slots: readonly Slot[];
}

/** Returns the tokens of a sentence with their places in the original. */
export function originalOf(
  { slots }: SlottedText,
  tokenized: TokenizedText,
): TokenizedText {
  if (slots.length === 0) return tokenized;
  const edits = Array.from(
    tokenized.text.matchAll(MARK),
    ({ index }, place): Edit => ({
      begin: index,
      end: index + 1,
      replacement: slots[place]!.span.text,
    }),
  );
  return applyEdits(edits, tokenized);
}

/**
 * Returns a part of a marked text with numbered slots in place of its marks.
 *
 * Slots are numbered in the order of the source, pairs apart from single spans. There are
 * a few numbers only: they begin again after the last. Half of a pair whose other half
 * stands in another part has the piece of a single span.
 *
 * @param spans Spans of the whole text.
 * @param first Place of the part's first span among them.
 */
export function numberSlots(
  text: string,
  spans: readonly CarriedSpan[],
  first: number,
): SlottedText {
  const count = text.match(MARK)?.length ?? 0;
  const end = first + count;
  const isHere = (place: number | undefined): place is number =>
    place !== undefined && first <= place && place < end;
  const part = spans.slice(first, end);
  const openedBefore = part.filter(
    ({ role, partner }) => role === "closing" && !isHere(partner),
  ).length;
  const openPairs = Array.from(
    { length: openedBefore },
    (_, place) => place - openedBefore,
  );
  const slots: Slot[] = [];
  const numbers = new Map<number, number>();
  let plain = 0;
  let pairs = 0;
  part.forEach((span, place) => {
    const opens = span.role === "opening";
    const closes = span.role === "closing" ? openPairs.pop() : undefined;
    const parent = openPairs.at(-1);
    let piece: string;
    if (!isHere(span.partner)) {
      piece = PLAIN_PIECES[plain++ % PLAIN_PIECES.length]!;
    } else if (opens) {
      const number = pairs++ % OPENING_PIECES.length;
      numbers.set(first + place, number);
      piece = OPENING_PIECES[number]!;
    } else {
      piece = CLOSING_PIECES[numbers.get(span.partner)!]!;
    }
    if (opens) openPairs.push(slots.length);
    slots.push({ piece, span, parent, opens, closes });
  });
  let place = 0;
  return { text: text.replace(MARK, () => slots[place++]!.piece), slots };
}

/**
 * Returns a translation with the first translation of each span in its slot.
 *
 * What is a word of its own is not glued to the word beside it.
 *
 * @param spans Per slot of the translation, in order, what stands in its place;
 *   `undefined` for a slot that the source does not have, which is dropped.
 */
export function fillSlots(
  target: TokenizedText,
  spans: readonly (CarriedSpan | undefined)[],
): TokenizedText {
  const edits: Edit[] = [];
  // The tokens, not the text: tokens of single bytes can spell such a character too.
  const slots = target.spans.filter((_, place) =>
    SLOT_PIECES.includes(target.tokens[place]!),
  );
  slots.forEach(([begin, end], place) => {
    const span = spans[place];
    let replacement = "";
    if (span) {
      replacement = span.translations[0]!;
      const last = edits.at(-1);
      const before =
        last?.end === begin
          ? characterBefore(last.replacement, last.replacement.length)
          : characterBefore(target.text, begin);
      if (!GLUED.has(span.kind) && wouldTouch(before, characterAt(replacement, 0))) {
        replacement = ` ${replacement}`;
      }
      const lastCharacter = characterBefore(replacement, replacement.length);
      const separate = !GLUED.has(span.kind) && !INFLECTED.has(span.kind);
      if (separate && wouldTouch(lastCharacter, characterAt(target.text, end))) {
        replacement = `${replacement} `;
      }
    }
    edits.push({ begin, end, replacement });
  });
  return applyEdits(edits, target);
}

/** Kinds that stand directly beside words. */
const GLUED = new Set(["tag", "symbol"]);
/** Kinds that endings follow: 43rd, and the plural of a term. */
const INFLECTED = new Set(["term", "number"]);

const WORD_END = /^[\p{L}\p{N}_%/]/u;
// A sign before a number is part of it, as is a slash before a path.
const WORD_BEGIN = /^[\p{L}\p{N}_%/~.+\-−±$€£¥]/u;

function wouldTouch(before: string, after: string): boolean {
  return (
    WORD_END.test(before) && WORD_BEGIN.test(after) && !isCjk(before) && !isCjk(after)
  );
}
