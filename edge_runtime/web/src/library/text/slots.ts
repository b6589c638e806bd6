/**
 * Slots: pieces of the vocabulary that stand for spans while a text is translated; the
 * same as `edge_runtime/text/slots.py`.
 */

import type { CarriedSpan, Role } from "./spans.js";
import { applyEdits, type Edit } from "./text_edits.js";
import type { TokenizedText, Tokenizer } from "./tokenizer.js";
import { characterAt, characterBefore, isCjk, SPACE } from "./words.js";

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
const WHITE_SPACE = new RegExp(`^[${SPACE}]`, "u");
const BYTE = /^<0x[0-9A-F]{2}>$/u;
const DIGIT_BYTE = /^<0x3[0-9]>$/u;
const DIGIT = /\p{Nd}/u;
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

/** Ids of all pieces with digits, those of single bytes among them. */
export function digitIds(tokenizer: Tokenizer): number[] {
  return Array.from({ length: tokenizer.vocabSize }, (_, id) => id).filter((id) => {
    const piece = tokenizer.piece(id);
    return BYTE.test(piece) ? DIGIT_BYTE.test(piece) : DIGIT.test(piece);
  });
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
  /**
   * Whether text of the source stands directly behind a tag or symbol, before one that
   * closes a pair: no space between them is translated.
   */
  touches: boolean;
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
  /** Whether there are slots of numbers, and no digits elsewhere. */
  hasAllNumbers: boolean;
}

/** Returns the tokens of a sentence with their places in the original. */
export function originalOf(
  { slots }: SlottedText,
  tokenized: TokenizedText,
): TokenizedText {
  if (slots.length === 0) return tokenized;
  const { text } = tokenized;
  const edits = Array.from(text.matchAll(MARK), ({ index }, place): Edit => {
    const slot = slots[place]!;
    // The space that was put behind it goes as well.
    const end = index + (leads(slot) && text[index + 1] === " " ? 2 : 1);
    const replacement = KEPT.has(slot.span.kind) ? "" : slot.span.text;
    return { begin: index, end, replacement };
  });
  return applyEdits(edits, tokenized);
}

/**
 * Returns the space between a tag or symbol and the character behind it, which may be
 * none.
 *
 * Vocabularies have words as they stand behind a space. A word that follows a slot
 * without one is made of small pieces, which no sentence of the training text holds.
 */
function spaceBehind(following: string): string {
  const standsApart =
    following === "" || WHITE_SPACE.test(following) || isCjk(following);
  return standsApart || SLOT_PIECES.includes(following) ? "" : " ";
}

/** Returns whether a tag or symbol touches the text that belongs to it. */
function touches(text: string, place: number, { kind, role }: CarriedSpan): boolean {
  if (!GLUED.has(kind)) return false;
  const beside =
    role === "closing" ? characterBefore(text, place) : characterAt(text, place + 1);
  return beside !== "" && !WHITE_SPACE.test(beside);
}

/** Returns whether a slot touches the text behind it. */
function leads(slot: Slot): boolean {
  return slot.touches && slot.span.role !== "closing";
}

/**
 * Returns a part of a marked text with numbered slots in place of its marks.
 *
 * Slots are numbered in the order of the source, pairs apart from single spans. There are
 * a few numbers only: they begin again after the last. Half of a pair whose other half
 * stands in another part has the piece of a single span. Behind tags and symbols a space
 * is put, so that the words there are those of the vocabulary. Numbers and terms stay
 * before their slots: they say how the words around them are inflected.
 *
 * @param spans Spans of the whole text.
 * @param first Place of the part's first span among them.
 */
export function numberSlots(
  text: string,
  spans: readonly CarriedSpan[],
  first: number,
): SlottedText {
  const marks = Array.from(text.matchAll(MARK), ({ index }) => index);
  const end = first + marks.length;
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
  const parts: string[] = [];
  let done = 0;
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
    const mark = marks[place]!;
    const slot: Slot = {
      piece,
      span,
      parent,
      opens,
      closes,
      touches: touches(text, mark, span),
    };
    slots.push(slot);
    parts.push(text.slice(done, mark));
    if (KEPT.has(span.kind)) parts.push(span.text);
    parts.push(piece);
    done = mark + 1;
    if (leads(slot)) {
      const next = part[place + 1];
      const isKept = next && KEPT.has(next.kind) && marks[place + 1] === done;
      parts.push(
        spaceBehind(characterAt(isKept ? next.text : text, isKept ? 0 : done)),
      );
    }
  });
  return {
    text: [...parts, text.slice(done)].join(""),
    slots,
    hasAllNumbers: part.some(({ kind }) => kind === "number") && !DIGIT.test(text),
  };
}

/** What stands in the place of a slot: its text, and the slot of the source. */
export interface Filling {
  text: string;
  slot: Slot;
}

/**
 * Returns a translation with text in its slots.
 *
 * What is a word of its own is not glued to the word beside it, and a tag touches the text
 * that it touches in the source.
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
      const leading = leads(filling.slot);
      const space = text[leading ? end : begin - 1] === " ";
      const free = begin > (previous?.end ?? 0);
      edits.push({
        begin: begin - (space && !leading && free ? 1 : 0),
        end: end + (space && leading ? 1 : 0),
        replacement: filling.text,
      });
    } else {
      const before =
        previous?.end === begin
          ? characterBefore(previous.replacement, previous.replacement.length)
          : characterBefore(text, begin);
      const replacement = setApart(filling, before, characterAt(text, end));
      edits.push({ begin, end, replacement });
    }
  });
  return applyEdits(edits, target);
}

/**
 * Returns the text of a slot, with a space where two words would be glued.
 *
 * @param before The character before the slot; empty at the beginning.
 * @param after The character behind it; empty at the end.
 */
export function setApart(
  { text, slot }: Filling,
  before: string,
  after: string,
): string {
  const { kind } = slot.span;
  if (GLUED.has(kind)) return text;
  const first = wouldTouch(before, characterAt(text, 0)) ? ` ${text}` : text;
  const last = characterBefore(first, first.length);
  return !INFLECTED.has(kind) && wouldTouch(last, after) ? `${first} ` : first;
}

/** Kinds whose text the encoder reads too, before their slots. */
const KEPT = new Set(["term", "number"]);
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
