/**
 * Markup of a sentence: elements that are taken out before it is translated; the same as
 * `edge_runtime/text/markup.py`.
 *
 * A model reads the words as if there were no tags, so they do not make its translation
 * worse. `markup_placement` puts the tags around the words that translate theirs.
 */

import type { CarriedSpan, Role } from "./spans.js";
import type { Span } from "./tokenizer.js";
import { isCjk, isSpace } from "./words.js";

const NUMBERED_PAIR = /^g[0-9]*$/u;
const NAME = /^<\/?([\p{L}\p{N}_:.-]+)/u;

// Elements of HTML within a word or a line, and pairs of XLIFF and of documents. Words
// around the tags of any other one are words of their own, even without a space.
const WITHIN_WORDS: ReadonlySet<string> = new Set(
  (
    "a abbr b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span " +
    "strike strong sub sup tt u var wbr"
  ).split(" "),
);

/** A tag, or half of another pair. */
export interface Tag {
  /** What stands in the source and in the translation. */
  text: string;
  /**
   * Whether white space stands before it in the source, or before the tags that it
   * follows; `undefined` at the beginning of the sentence, and in scripts without spaces.
   */
  spaceBefore: boolean | undefined;
  /** The same behind it, or at the end. */
  spaceBehind: boolean | undefined;
}

/** A pair of tags around a part of a sentence, or a single tag. */
export interface Element {
  /**
   * Where the part begins: a character of the sentence without markup, or a source
   * token, see `inTokens`.
   */
  begin: number;
  /** Where it ends; for a single tag, where it begins. */
  end: number;
  /** Place of the innermost element around it; `undefined` for none. */
  parent: number | undefined;
  /** The first tag, or the single one; `undefined` if an earlier sentence has it. */
  opening: Tag | undefined;
  /** The last tag; `undefined` for a single tag, or if a later sentence has it. */
  closing: Tag | undefined;
  /** Whether it encloses a part. */
  isPair: boolean;
}

/** Returns whether the sentence begins within an element. */
export function openedBefore({ opening }: Element): boolean {
  return opening === undefined;
}

/** Returns whether the sentence ends within an element. */
export function closedAfter({ isPair, closing }: Element): boolean {
  return isPair && closing === undefined;
}

/** Makes elements of the tags of a sentence, in order. */
export class ElementBuilder {
  /** Per slot, place of the innermost element around it; `undefined` for none. */
  readonly owners: (number | undefined)[] = [];
  private readonly elements: Element[] = [];
  private readonly open: number[] = [];
  /** Elements that stand in none so far. */
  private outermost: number[] = [];
  /** Slots that stand in none so far. */
  private free: number[] = [];

  /** Takes the next slot. */
  addSlot(): void {
    if (this.open.length === 0) this.free.push(this.owners.length);
    this.owners.push(this.open.at(-1));
  }

  /** Takes the next tag, which stands at a place of the sentence. */
  addTag(role: Role, tag: Tag, place: number): void {
    const number = this.elements.length;
    if (role !== "closing") {
      const parent = this.open.at(-1);
      if (parent === undefined) this.outermost.push(number);
      const isPair = role === "opening";
      this.elements.push({
        begin: place,
        end: place,
        parent,
        opening: tag,
        closing: undefined,
        isPair,
      });
      if (isPair) this.open.push(number);
      return;
    }
    const opened = this.open.pop();
    if (opened !== undefined) {
      Object.assign(this.elements[opened]!, { end: place, closing: tag });
      return;
    }
    // An earlier sentence opened it: everything so far stands within it.
    for (const other of this.outermost) this.elements[other]!.parent = number;
    for (const slot of this.free) this.owners[slot] = number;
    this.elements.push({
      begin: 0,
      end: place,
      parent: undefined,
      opening: undefined,
      closing: tag,
      isPair: true,
    });
    this.outermost = [number];
    this.free = [];
  }

  /** Returns the elements of a sentence of some characters. */
  finish(length: number): Element[] {
    for (const number of this.open) this.elements[number]!.end = length;
    return this.elements;
  }
}

/** Slots that a pair of tags encloses. */
export interface Enclosed {
  /** The first of them. */
  first: number;
  /** The one behind the last. */
  end: number;
  /** Whether the sentence begins within the pair. */
  isOpenedBefore: boolean;
  /** Whether the sentence ends within the pair. */
  isClosedAfter: boolean;
}

/**
 * Returns which slots pairs of tags enclose, but for those that enclose all.
 *
 * @param owners Per slot, the innermost element around it.
 */
export function enclosedSlots(
  owners: readonly (number | undefined)[],
  elements: readonly Element[],
): Enclosed[] {
  const stretches = new Map<number, Span>();
  for (const [slot, owner] of owners.entries()) {
    for (let place = owner; place !== undefined; place = elements[place]!.parent) {
      stretches.set(place, [stretches.get(place)?.[0] ?? slot, slot + 1]);
    }
  }
  const enclosed = new Map<string, Enclosed>();
  for (const [place, [first, end]] of stretches) {
    if (first === 0 && end === owners.length) continue;
    const isOpenedBefore = openedBefore(elements[place]!);
    const isClosedAfter = closedAfter(elements[place]!);
    const key = [first, end, isOpenedBefore, isClosedAfter].join();
    enclosed.set(key, { first, end, isOpenedBefore, isClosedAfter });
  }
  return [...enclosed.values()];
}

/**
 * Returns whether a space must stand where tags were taken out.
 *
 * @param spans Tags that stand beside each other.
 * @param before The character before them; empty at the beginning.
 * @param behind The character behind them; empty at the end.
 */
export function partsWords(
  spans: readonly CarriedSpan[],
  before: string,
  behind: string,
): boolean {
  if (!before || !behind || isSpace(before) || isSpace(behind)) return false;
  if (isCjk(before) || isCjk(behind)) return false;
  return !spans.every(isWithinWords);
}

function isWithinWords({ kind, text, role }: CarriedSpan): boolean {
  if (kind !== "tag") return true;
  const name = NAME.exec(text)?.[1]?.toLowerCase() ?? "";
  return WITHIN_WORDS.has(name) || (role !== "plain" && NUMBERED_PAIR.test(name));
}
