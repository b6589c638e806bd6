/**
 * Words of a text, on which alignments are reported; see `edge_runtime/text/words.py`.
 */

import type { Span } from "./tokenizer.js";

/** Ranges of characters whose scripts do not put spaces between words. */
const CJK =
  "\u2e80-\u2fdf\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf" +
  "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\u{20000}-\u{3ffff}";

const MARKS = "。，、；：？！…「」『』（）《》〈〉“”‘’";

/** White space as Python counts it, which differs from JavaScript's `\s`. */
export const SPACE =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const WORD = new RegExp(`[${CJK}]|[${MARKS}]+|[^${SPACE}${CJK}${MARKS}]+`, "gu");
const CJK_CHARACTER = new RegExp(`^[${CJK}${MARKS}\uff00-\uff65]`, "u");

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
