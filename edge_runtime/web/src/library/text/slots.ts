/**
 * Slots: pieces of the vocabulary that stand for spans while a text is translated; the
 * same as `edge_runtime/text/slots.py`.
 */

import type { CarriedSpan } from "./spans.js";
import type { Tokenizer } from "./tokenizer.js";

// Unicode keeps 32 characters, from U+FDD0 on, free for use within a program: no text has
// them.
/** All slots, in the order in which tokenizers have them. */
export const SLOT_PIECES: readonly string[] = Array.from({ length: 8 }, (_, place) =>
  String.fromCharCode(0xfdd0 + place),
);

/** Kinds whose text the encoder reads too, before their slots. */
export const KEPT_KINDS: ReadonlySet<string> = new Set(["number"]);

/** Kinds that stand directly beside words; tags that are slots are entities. */
export const GLUED_KINDS: ReadonlySet<string> = new Set(["tag", "symbol"]);

const RESERVED = /[\ufdd0-\ufdef]/gu;
const BYTE = /^<0x[0-9A-F]{2}>$/u;
const DIGIT_BYTE = /^<0x3[0-9]>$/u;
const DIGIT = /\p{Nd}/u;

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
   * Whether text of the source stands directly behind a symbol: no space between them is
   * translated.
   */
  touches: boolean;
  /** Place among the slots of the sentence. */
  place: number;
  /**
   * White space and punctuation between the slot before and it in the source; `undefined`
   * where anything else stands there.
   */
  gap: string | undefined;
}
