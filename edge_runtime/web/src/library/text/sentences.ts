/**
 * Splitting a long text into sentences; the same as `edge_runtime/text/sentences.py`.
 */

import { isCjk, SPACE } from "./words.js";

/**
 * A part of a text that is translated on its own.
 *
 * `gap` is the white space between it and the segment before; `undefined` where a word
 * had to be cut, so that nothing may come between the translations.
 */
export interface Segment {
  text: string;
  begin: number;
  gap: string | undefined;
}

// A sentence ends after these marks and the closing quotes and brackets behind them:
// after full-width marks at once, after the others only where white space follows.
const CLOSING = "\"'”’»」』）)\\]】》";
const SENTENCE_END = new RegExp(
  `[。！？｡]+[。！？｡…!?.]*[${CLOSING}]*|[.!?…]+[${CLOSING}]*(?=[${SPACE}])`,
  "gu",
);
const CLAUSE_END = new RegExp(
  `[，；、：]+[${CLOSING}]*|[,;:–—]+[${CLOSING}]*(?=[${SPACE}])`,
  "gu",
);
const SPACES = new RegExp(`[${SPACE}]+`, "gu");
const AROUND = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "gu");
const ABBREVIATION = new RegExp(
  `(?:^|[${SPACE}("'“‘])(?:[\\p{L}\\p{N}_]|\\p{Nd}{1,2}|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|No|Nr|` +
    `Co|Inc|Ltd|e\\.g|i\\.e|z\\.[${SPACE}]?B|d\\.[${SPACE}]?h|u\\.[${SPACE}]?a|ca|bzw|usw|` +
    "Str)\\.$",
  "u",
);
const LOWER_CASE = /^\p{Lowercase}/u;
const JOINED = /^[\p{Mn}\p{Me}\p{Mc}\p{Cf}\p{Sk}]/u;
const ZERO_WIDTH_JOINER = "\u200d";

type FindEnds = (text: string) => number[];
type CountTokens = (text: string) => number;

/** Returns a text without white space around it. */
export function strip(text: string): string {
  return text.replace(AROUND, "");
}

/**
 * Splits a text into segments of at most `maxTokens` tokens.
 *
 * A text that is short enough stays whole unless `everySentence` is set. A longer one
 * is split at sentence ends; a sentence that is still too long at clause marks, then at
 * spaces, then anywhere. Nothing but white space is left out.
 */
export function splitText(
  text: string,
  maxTokens: number,
  countTokens: CountTokens,
  everySentence: boolean,
): Segment[] {
  const whole = part(text, 0, text.length, "");
  if (
    !everySentence &&
    whole.every((segment) => countTokens(segment.text) <= maxTokens)
  ) {
    return whole;
  }
  return whole
    .flatMap((segment) => cut(segment))
    .flatMap((segment) => shorten(segment, clauseEnds, maxTokens, countTokens))
    .flatMap((segment) => shorten(segment, wordEnds, maxTokens, countTokens))
    .flatMap((segment) => cutAnywhere(segment, maxTokens, countTokens));
}

/**
 * Returns what stands between the translations of two neighbouring segments.
 *
 * The white space of the source is kept, except that its absence and a single space are
 * decided by the translations: a space, unless Chinese or Japanese stands on both
 * sides.
 */
export function separator(
  before: string,
  after: string,
  gap: string | undefined,
): string {
  if (gap === undefined || before === "" || after === "") return "";
  if (gap !== "" && gap !== " ") return gap;
  const last = Array.from(before.slice(-2)).at(-1)!;
  return isCjk(last) && isCjk(after) ? "" : " ";
}

/** Returns the positions behind the sentences of a text, except the last. */
export function sentenceEnds(text: string): number[] {
  const ends: number[] = [];
  for (const match of text.matchAll(SENTENCE_END)) {
    const end = match.index + match[0].length;
    const following = characters(text.slice(end, end + 32))
      .slice(0, 16)
      .join("");
    if (LOWER_CASE.test(following.replace(SPACES, ""))) continue; // "… and so on"
    if (match[0].startsWith(".")) {
      // Long enough to see the abbreviation, short enough for a page in one line.
      const before = characters(text.slice(Math.max(0, match.index - 24), match.index));
      if (ABBREVIATION.test(`${before.slice(-12).join("")}.`)) continue;
    }
    ends.push(end);
  }
  return ends;
}

function clauseEnds(text: string): number[] {
  return Array.from(
    text.matchAll(CLAUSE_END),
    (match) => match.index + match[0].length,
  );
}

function wordEnds(text: string): number[] {
  return Array.from(text.matchAll(SPACES), (match) => match.index);
}

/** Returns `text[begin:end]` without white space around it, or nothing. */
function part(
  text: string,
  begin: number,
  end: number,
  gap: string | undefined,
): Segment[] {
  const whole = text.slice(begin, end);
  const stripped = strip(whole);
  if (stripped === "") return [];
  return [{ text: stripped, begin: begin + whole.indexOf(stripped), gap }];
}

function cut(segment: Segment): Segment[] {
  const bounds = [0, ...sentenceEnds(segment.text), segment.text.length];
  const pieces = bounds
    .slice(1)
    .flatMap((end, place) => part(segment.text, bounds[place]!, end, ""));
  return placed(segment, pieces);
}

/** Returns pieces of a segment with their places in the whole text and their gaps. */
function placed(segment: Segment, pieces: readonly Segment[]): Segment[] {
  let previousEnd = 0;
  return pieces.map((piece, number) => {
    const gap =
      number === 0 ? segment.gap : segment.text.slice(previousEnd, piece.begin);
    previousEnd = piece.begin + piece.text.length;
    return { text: piece.text, begin: segment.begin + piece.begin, gap };
  });
}

/** Cuts a segment that is too long into as few parts as fit one after another. */
function shorten(
  segment: Segment,
  findEnds: FindEnds,
  maxTokens: number,
  countTokens: CountTokens,
): Segment[] {
  const { text } = segment;
  if (countTokens(text) <= maxTokens) return [segment];
  const bounds = [0, ...findEnds(text), text.length];
  const pieces: Segment[] = [];
  let begin = 0;
  let total = 0;
  bounds.slice(1).forEach((end, place) => {
    const pieceBegin = bounds[place]!;
    const count = countTokens(text.slice(pieceBegin, end));
    if (total > 0 && total + count > maxTokens) {
      pieces.push(...part(text, begin, pieceBegin, ""));
      begin = pieceBegin;
      total = 0;
    }
    total += count;
  });
  pieces.push(...part(text, begin, text.length, ""));
  return placed(segment, pieces);
}

/** Halves a segment until its parts fit or are single characters. */
function cutAnywhere(
  segment: Segment,
  maxTokens: number,
  countTokens: CountTokens,
): Segment[] {
  const all = characters(segment.text);
  if (all.length < 2 || countTokens(segment.text) <= maxTokens) return [segment];
  const first = all.slice(0, cuttable(all, Math.floor(all.length / 2))).join("");
  const halves: Segment[] = [
    { text: first, begin: segment.begin, gap: segment.gap },
    {
      text: segment.text.slice(first.length),
      begin: segment.begin + first.length,
      gap: undefined,
    },
  ];
  return halves.flatMap((half) => cutAnywhere(half, maxTokens, countTokens));
}

/** Returns a place near `middle` that parts no visible character, if there is one. */
function cuttable(all: readonly string[], middle: number): number {
  for (let place = middle; place > Math.max(0, middle - 16); place--) {
    if (!JOINED.test(all[place]!) && all[place - 1] !== ZERO_WIDTH_JOINER) return place;
  }
  return middle;
}

/** Characters as Python counts them; JavaScript counts those beyond U+FFFF twice. */
function characters(text: string): string[] {
  return Array.from(text);
}
