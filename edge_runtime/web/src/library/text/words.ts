/**
 * Words of a text, on which alignments are reported; see `edge_runtime/text/words.py`.
 */

import type { Span } from "./tokenizer.js";

/** Ranges of characters whose scripts do not put spaces between words. */
export const CJK =
  "\u2e80-\u2fdf\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf" +
  "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\u{20000}-\u{3ffff}";

const MARKS = "。，、；：？！…「」『』（）《》〈〉“”‘’";

/** The same and their punctuation, which touches words. */
export const CJK_TEXT = `${CJK}${MARKS}\uff00-\uff65`;

/** White space as Python counts it, which differs from JavaScript's `\s`. */
export const SPACE =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const WORD = new RegExp(`[${CJK}]|[${MARKS}]+|[^${SPACE}${CJK}${MARKS}]+`, "gu");
const SPACE_BEGIN = new RegExp(`^[${SPACE}]`, "u");
const CJK_CHARACTER = new RegExp(`^[${CJK_TEXT}]`, "u");

/**
 * Returns where the words of a text stand.
 *
 * A word is a run of characters without white space; every Chinese or Japanese
 * character, and every run of their punctuation marks, is a word of its own.
 */
export function wordSpans(text: string): Span[] {
  return Array.from(text.matchAll(WORD), (match) => [
    match.index,
    match.index + match[0].length,
  ]);
}

/**
 * Returns whether a text begins with a character written without spaces around its
 * word.
 */
export function isCjk(text: string): boolean {
  return CJK_CHARACTER.test(text);
}

/** Returns whether a text begins with white space. */
export function isSpace(text: string): boolean {
  return SPACE_BEGIN.test(text);
}

/** Returns the place of `text[begin:end]` without white space around it. */
export function strip(
  text: string,
  begin: number,
  end: number,
): readonly [begin: number, end: number] {
  // By hand: a regular expression for the end of a text begins anew at every space.
  while (begin < end && isSpace(text[begin]!)) begin++;
  return [begin, stripEnd(text, begin, end)];
}

/** Returns the end of `text[begin:end]` without white space behind it. */
export function stripEnd(text: string, begin: number, end: number): number {
  while (end > begin && isSpace(text[end - 1]!)) end--;
  return end;
}

/** Returns the character that begins at a place; those beyond U+FFFF take two. */
export function characterAt(text: string, place: number): string {
  const code = text.codePointAt(place);
  return code === undefined ? "" : String.fromCodePoint(code);
}

/** Returns the character that ends at a place. */
export function characterBefore(text: string, place: number): string {
  return Array.from(text.slice(Math.max(0, place - 2), place)).at(-1) ?? "";
}
