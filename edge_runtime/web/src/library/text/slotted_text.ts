/**
 * A sentence as a model reads it: with slots for its spans, and without markup; the same
 * as `edge_runtime/text/slotted_text.py`.
 */

import { type Element, ElementBuilder, partsWords } from "./markup.js";
import { GLUED_KINDS, KEPT_KINDS, SLOT_PIECES, type Slot } from "./slots.js";
import { TERM } from "./span_kinds.js";
import { type CarriedSpan, isMarkup } from "./spans.js";
import type { Term } from "./term_placement.js";
import { applyEdits, type Edit } from "./text_edits.js";
import type { TokenizedText } from "./tokenizer.js";
import { characterAt, characterBefore, isCjk, isSpace } from "./words.js";

// What stands for a span while a text is cut into sentences. Behind the end of one, a
// closing tag and a single one belong to it, see `sentences`.
const SLOT_MARK = "\ufdd0";
/** Of a span whose text the encoder reads. */
export const READ_MARK = "\ufdd1";
const OPENING_MARK = "\ufdd8";
const CLOSING_MARK = "\ufddc";
const SINGLE_MARK = "\ufddd";
const MARK = /[\ufdd0\ufdd1\ufdd8\ufddc\ufddd]/gu;
const MARKS = [SLOT_MARK, READ_MARK, OPENING_MARK, CLOSING_MARK, SINGLE_MARK];

const DIGIT = /\p{Nd}/u;
const HAS_WORDS = /[\p{L}\p{N}\ufdd0\ufdd1\ufdd8\ufddc\ufddd]/u;

/** Kinds whose text the encoder reads. */
export const READ_KINDS: ReadonlySet<string> = new Set([TERM, ...KEPT_KINDS]);

/**
 * Returns a text with a character in the place of every span: sentences can be cut out of
 * it, and no cut goes through a span.
 */
export function markSpans(source: string, spans: readonly CarriedSpan[]): string {
  const parts: string[] = [];
  let done = 0;
  for (const span of spans) {
    parts.push(source.slice(done, span.begin), markOf(span));
    done = span.end;
  }
  parts.push(source.slice(done));
  return parts.join("");
}

function markOf(span: CarriedSpan): string {
  if (span.role === "plain") {
    if (isMarkup(span)) return SINGLE_MARK;
    return READ_KINDS.has(span.kind) ? READ_MARK : SLOT_MARK;
  }
  return span.role === "opening" ? OPENING_MARK : CLOSING_MARK;
}

/** One sentence as a model reads it: slots for spans, and no markup. */
export interface SlottedText {
  /** The sentence with the pieces of its slots. */
  text: string;
  slots: readonly Slot[];
  /** Per slot, place of the innermost element around it; `undefined` for none. */
  owners: readonly (number | undefined)[];
  /** The markup that was taken out. */
  elements: readonly Element[];
  /** The terms of a glossary, which stay in the text. */
  terms: readonly Term[];
  /** Whether there are slots of numbers, and no digits elsewhere. */
  hasAllNumbers: boolean;
  /** What gives slots back what they stand for. */
  slotEdits: readonly Edit[];
  /** What gives the sentence its markup back. */
  markupEdits: readonly Edit[];
}

/** Returns how many slots, terms and tags a sentence has. */
export function countSpans({ slots, terms, markupEdits }: SlottedText): number {
  return slots.length + terms.length + markupEdits.length;
}

/** Returns the tokens of a sentence with their places in it without markup. */
export function contentOf(
  { slotEdits }: SlottedText,
  tokenized: TokenizedText,
): TokenizedText {
  return slotEdits.length > 0 ? applyEdits(slotEdits, tokenized) : tokenized;
}

/** Returns the tokens of a sentence with their places in the original. */
export function originalOf(
  { slotEdits, markupEdits }: SlottedText,
  tokenized: TokenizedText,
): TokenizedText {
  // Of two at one place, what was taken out stood before the slot.
  const edits = [...markupEdits, ...slotEdits];
  edits.sort((first, second) => first.begin - second.begin);
  return edits.length > 0 ? applyEdits(edits, tokenized) : tokenized;
}

/**
 * Returns the space between a symbol and the character behind it, which may be none.
 *
 * Vocabularies have words as they stand behind a space. A word that follows a slot
 * without one is made of small pieces, which no sentence of the training text holds.
 */
function spaceBehind(following: string): string {
  const standsApart = following === "" || isSpace(following) || isCjk(following);
  return standsApart || MARKS.includes(following) ? "" : " ";
}

/**
 * Returns a part of a marked text with numbered slots and without markup.
 *
 * Slots are numbered in the order of the source. There are a few numbers only: they begin
 * again after the last. Behind symbols a space is put, so that the words there are those
 * of the vocabulary. Numbers stay before their slots: they say how the words around them
 * are inflected.
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
  const part = spans.slice(first, first + marks.length);
  /** Returns the end of the markup that begins at a place, without anything between. */
  const endOfMarkup = (place: number, mark: number): number => {
    let end = place;
    while (
      end < part.length &&
      marks[end] === mark + end - place &&
      isMarkup(part[end]!)
    )
      end++;
    return end;
  };
  const writer = new SlotWriter(text);
  let place = 0;
  while (place < part.length) {
    const mark = marks[place]!;
    const span = part[place]!;
    if (isMarkup(span)) {
      const end = endOfMarkup(place, mark);
      writer.takeOut(mark, part.slice(place, end));
      place = end;
      continue;
    }
    if (span.kind === TERM) {
      writer.putTerm(mark, span);
      place++;
      continue;
    }
    const behind = endOfMarkup(place + 1, mark + 1); // the next that is not taken out
    const after = mark + behind - place;
    const isRead = marks[behind] === after && READ_KINDS.has(part[behind]!.kind);
    const following = isRead
      ? characterAt(part[behind]!.text, 0)
      : characterAt(text, after);
    writer.putSlot(mark, span, following);
    place++;
  }
  return writer.finish();
}

/** Writes a sentence part by part. */
class SlotWriter {
  private done = 0;
  /** Where the mark of the last slot ends. */
  private lastSlot = -1;
  private written = "";
  private readonly slots: Slot[] = [];
  private readonly terms: Term[] = [];
  private readonly builder = new ElementBuilder();
  private readonly slotEdits: Edit[] = [];
  private readonly markupEdits: Edit[] = [];

  constructor(private readonly text: string) {}

  /** Puts a slot in the place of a mark that a character follows. */
  putSlot(mark: number, span: CarriedSpan, following: string): void {
    this.writeUntil(mark);
    this.done = mark + 1;
    const beside = characterAt(this.text, mark + 1);
    const touches = GLUED_KINDS.has(span.kind) && beside !== "" && !isSpace(beside);
    const between = this.text.slice(this.lastSlot, mark);
    const isJoined = this.lastSlot >= 0 && !HAS_WORDS.test(between);
    const gap = isJoined ? between : undefined;
    this.lastSlot = mark + 1;
    const place = this.slots.length;
    const piece = SLOT_PIECES[place % SLOT_PIECES.length]!;
    this.slots.push({ piece, span, touches, place, gap });
    this.builder.addSlot();
    const isKept = KEPT_KINDS.has(span.kind);
    if (isKept) this.written += span.text;
    const begin = this.written.length;
    this.written += piece + (touches ? spaceBehind(following) : "");
    this.slotEdits.push({
      begin,
      end: this.written.length,
      replacement: isKept ? "" : span.text,
    });
  }

  /** Writes a term as it is. */
  putTerm(mark: number, span: CarriedSpan): void {
    this.writeUntil(mark);
    this.done = mark + 1;
    const begin = this.written.length;
    this.written += span.text;
    this.terms.push({ begin, end: this.written.length, forms: span.translations });
  }

  /** Leaves out tags that stand beside each other, the first in the place of a mark. */
  takeOut(mark: number, spans: readonly CarriedSpan[]): void {
    this.writeUntil(mark);
    this.done = mark + spans.length;
    const beside = characterBefore(this.text, mark);
    const before = characterBefore(this.written, this.written.length);
    const behind = characterAt(this.text, this.done);
    const place = this.written.length;
    for (const { role, text } of spans) {
      const tag = { text, spaceBefore: spaceAt(beside), spaceBehind: spaceAt(behind) };
      this.builder.addTag(role, tag, place);
    }
    const texts = spans.map(({ text }) => text);
    if (partsWords(spans, before, behind)) {
      this.written += " ";
    } else if (isSpace(behind) && (before === "" || isSpace(before))) {
      this.done++; // one space is enough
      texts.push(texts.pop()! + behind);
    }
    for (const [number, replacement] of texts.entries()) {
      const end = number < texts.length - 1 ? place : this.written.length;
      this.markupEdits.push({ begin: place, end, replacement });
    }
  }

  /** Returns the sentence. */
  finish(): SlottedText {
    this.writeUntil(this.text.length);
    const hasNumbers = this.slots.some(({ span }) => span.kind === "number");
    const terms = this.terms.map(({ begin, end }) => this.written.slice(begin, end));
    return {
      text: this.written,
      slots: this.slots,
      owners: this.builder.owners,
      elements: this.builder.finish(this.written.length),
      terms: this.terms,
      hasAllNumbers: hasNumbers && !DIGIT.test([this.text, ...terms].join("")),
      slotEdits: this.slotEdits,
      markupEdits: this.markupEdits,
    };
  }

  private writeUntil(mark: number): void {
    this.written += this.text.slice(this.done, mark);
  }
}

function spaceAt(character: string): boolean | undefined {
  return character === "" || isCjk(character) ? undefined : isSpace(character);
}
