/**
 * Splitting a long text into sentences; the same as `edge_runtime/text/sentences.py`.
 */

import type { Span } from "./tokenizer.js";
import { CJK, characterBefore, isCjk, SPACE, strip } from "./words.js";

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
// after full-width marks at once, after the others where white space follows, and after
// a sentence in Chinese with an ASCII mark (甲. and 一. begin an item). A run of the
// others is tried once, at its first mark: tried at each of its marks, a run costs the
// square of its length.
// Marks of tags that close a pair, and of single ones, follow as quotes do.
const CLOSING = "\"'”’»」』）)\\]】》\ufddc-\ufddf";
/** Of spans, see `slotted_text`. What stands before and behind tags decides. */
const MARKS = "\ufdd0-\ufddf";
const TAG_MARKS = /[\ufdd8-\ufddf]/gu;
const SENTENCE_END = new RegExp(
  `[。！？｡]+[。！？｡…!?.]*[${CLOSING}]*|` +
    `(?<![.!?…])[.!?…]+[${CLOSING}]*(?=[${SPACE}])|` +
    // What follows is none of these marks: none is given back.
    `(?<=[${CJK}${MARKS}])[!?]+[${CLOSING}]*(?=[${CJK}\\p{Nd}\ufdd0-\ufddb])|` +
    `(?<=[${CJK}${MARKS}]{2})\\.[${CLOSING}]*(?=[${CJK}\ufdd0-\ufddb])`,
  "gu",
);
const LINE_ENDS = "[\\n-\\r\\x1c-\\x1e\\x85\\u2028\\u2029]"; // as Python's
const LINE_END = new RegExp(LINE_ENDS, "gu");
const HAS_LINE_END = new RegExp(LINE_ENDS, "u");
const CLAUSE_END = new RegExp(
  `[，；、：]+[${CLOSING}]*|(?<![,;:–—])[,;:–—]+[${CLOSING}]*(?=[${SPACE}])`,
  "gu",
);
const SPACES = new RegExp(`[${SPACE}]+`, "gu");
const WORD = "\\p{L}\\p{N}_";
const LETTER = "\\p{L}\\p{Nl}\\p{No}";
// Behind an apostrophe within a word a single letter is no abbreviation: "didn't."
const ABBREVIATION = new RegExp(
  `(?:^|[${SPACE}("“‘]|(?<![${WORD}])')(?:[${LETTER}]|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|` +
    `Nr|Co|Inc|Ltd|e\\.g|i\\.e|z\\.[${SPACE}]?B|d\\.[${SPACE}]?h|u\\.[${SPACE}]?a|ca|` +
    "bzw|usw|Str)\\.$",
  "u",
);
// "No. 5", but "No. It costs five."
const NUMERO = new RegExp(`(?:^|[^${WORD}])[Nn]o\\.$`, "u");
const NUMBERED = new RegExp(`^[${SPACE}]*[\\p{Nd}#\ufdd0]`, "u");
// "am 3. Mai", "der 2. Weltkrieg", and the number of an item of a list.
const ORDINAL = new RegExp(
  `(?:^|(?<![${WORD}])(?:am|ab|bis|das|dem|den|der|des|die|im|oder|seit|und|vom|zum)` +
    `[${SPACE}])\\p{Nd}{1,2}\\.$`,
  "iu",
);
// Words that end sentences, also where the next one begins with a small letter.
const LAST_WORD = new RegExp(
  `(?:[${LETTER}]{4,}|(?<![${LETTER}\\d_])(?:it|all|one|him|her|you|me|us|now|too|out|up|so|be|do)|[\ufdd0-\ufddf])` +
    `[${CLOSING}]*\\.[${CLOSING}]*$`,
  "u",
);
const LONG_ABBREVIATION = new RegExp(
  `(?<![${WORD}])(?:approx|appt|assn|bspw|dept|evtl|figs|ggfs?|govt|incl|inkl|insb|resp|` +
    "sect|temp|vols)\\.$",
  "iu",
);
const LOWER_CASE = /^\p{Lowercase}/u;
const JOINED = /^[\p{Mn}\p{Me}\p{Mc}\p{Cf}\p{Sk}]/u;
const ZERO_WIDTH_JOINER = "\u200d";

type FindEnds = (text: string) => Iterable<number>;
type CountTokens = (text: string) => number;
/** Begin and end of a stretch of text. */
type Stretch = readonly [begin: number, end: number];

/** More characters per token than any text has, but for white space and noise. */
const CHARACTERS_PER_TOKEN = 32;

/** Returns whether a text is nothing but white space. */
export function isBlank(text: string): boolean {
  const [begin, end] = strip(text, 0, text.length);
  return begin === end;
}

/**
 * Splits a text into segments of at most `maxTokens` tokens.
 *
 * A text that is short enough stays whole unless `everySentence` is set; with `everyLine`
 * that holds for each of its lines. A longer one is split at sentence ends; a sentence
 * that is still too long at clause marks, then at spaces, then anywhere. Nothing but
 * white space is left out.
 *
 * The time is proportional to the length of the text: what is far too long to fit is
 * split without being counted.
 */
export function* splitText(
  text: string,
  maxTokens: number,
  countTokens: CountTokens,
  everySentence: boolean,
  everyLine = false,
): Generator<Segment> {
  const limit = new Limit(maxTokens, countTokens);
  const whole = strip(text, 0, text.length);
  const [begin, end] = whole;
  if (begin === end) return;
  if (!everySentence && !everyLine && limit.holds(text, whole)) {
    yield { text: text.slice(begin, end), begin, gap: "" };
    return;
  }
  let previousEnd = begin;
  const lines = everyLine ? stripped(text, pieces(text, whole, lineEnds)) : [whole];
  const isWhole = (line: Span): boolean => !everySentence && limit.holds(text, line);
  function* sentences(): Generator<Span> {
    for (const line of lines) {
      if (isWhole(line)) yield line;
      else yield* stripped(text, pieces(text, line, sentenceEnds));
    }
  }
  for (const sentence of sentences()) {
    for (const clause of shorten(text, sentence, clauseEnds, limit)) {
      for (const words of shorten(text, clause, wordEnds, limit)) {
        let gap: string | undefined = text.slice(previousEnd, words[0]);
        for (const part of cutAnywhere(text, words, limit)) {
          yield { text: text.slice(...part), begin: part[0], gap };
          gap = undefined;
        }
        previousEnd = words[1];
      }
    }
  }
}

/**
 * Returns whether a text may have only `maxTokens` tokens; no longer one is counted.
 */
export function mayHold(text: string, maxTokens: number): boolean {
  return !hasMoreCharacters(text, 0, text.length, CHARACTERS_PER_TOKEN * maxTokens);
}

/**
 * Returns what stands between the translations of two neighbouring segments.
 *
 * The white space of the source is kept, except that its absence and a single space are
 * decided by the translations: a space, unless Chinese or Japanese stands on both
 * sides. Beside a translation that is empty only line breaks are kept.
 *
 * @param before The last translation that is not empty; empty if there is none.
 */
export function separator(
  before: string,
  after: string,
  gap: string | undefined,
): string {
  if (gap === undefined) return "";
  if (HAS_LINE_END.test(gap)) return gap;
  if (before === "" || after === "") return "";
  if (gap !== "" && gap !== " ") return gap;
  return isCjk(characterBefore(before, before.length)) && isCjk(after) ? "" : " ";
}

/** Yields the positions behind the sentences of a text, except the last. */
export function* sentenceEnds(text: string): Generator<number> {
  for (const match of text.matchAll(SENTENCE_END)) {
    const end = match.index + match[0].length;
    // Long enough to see the abbreviation, short enough for a page in one line.
    const before = withoutTags(
      characters(text.slice(Math.max(0, match.index - 24), match.index))
        .slice(-12)
        .join(""),
    );
    if (match[0].startsWith(".")) {
      const marked = `${before}.`;
      if (ABBREVIATION.test(marked) || ORDINAL.test(marked)) continue;
      if (NUMERO.test(marked) && NUMBERED.test(text.slice(end))) continue;
    }
    const following = withoutTags(
      characters(text.slice(end, end + 32))
        .slice(0, 16)
        .join(""),
    );
    if (LOWER_CASE.test(following.replace(SPACES, ""))) {
      // "… and so on", "approx. five", but not "in some cases. every time".
      const whole = before + withoutTags(match[0]);
      if (!LAST_WORD.test(whole) || LONG_ABBREVIATION.test(whole)) continue;
    }
    yield end;
  }
}

function withoutTags(text: string): string {
  return text.replace(TAG_MARKS, "");
}

/** Yields where the clauses of `text[begin:end]` stand, without white space. */
export function* clauses(text: string, begin = 0, end = text.length): Generator<Span> {
  for (const sentence of pieces(text, [begin, end], sentenceEnds)) {
    yield* stripped(text, pieces(text, sentence, clauseEnds));
  }
}

function* lineEnds(text: string): Generator<number> {
  for (const match of text.matchAll(LINE_END)) yield match.index + 1;
}

function* clauseEnds(text: string): Generator<number> {
  for (const match of text.matchAll(CLAUSE_END)) yield match.index + match[0].length;
}

function* wordEnds(text: string): Generator<number> {
  for (const match of text.matchAll(SPACES)) yield match.index;
}

/** How long a segment may be. */
class Limit {
  readonly maxCharacters: number;

  constructor(
    readonly maxTokens: number,
    private readonly countTokens: CountTokens,
  ) {
    this.maxCharacters = CHARACTERS_PER_TOKEN * maxTokens;
  }

  /** Returns the number of tokens, or any that is too large for a long text. */
  count(text: string, stretch: Stretch): number {
    const counted = this.isTooLong(text, stretch) ? strip(text, ...stretch) : stretch;
    if (this.isTooLong(text, counted)) return this.maxTokens + 1;
    return this.countTokens(text.slice(...counted));
  }

  /** Returns whether a stretch is short enough. */
  holds(text: string, stretch: Stretch): boolean {
    return (
      !this.isTooLong(text, stretch) &&
      this.countTokens(text.slice(...stretch)) <= this.maxTokens
    );
  }

  /** Returns whether a stretch is too long to be counted. */
  isTooLong(text: string, [begin, end]: Stretch): boolean {
    return hasMoreCharacters(text, begin, end, this.maxCharacters);
  }
}

/** Yields what is left of stretches without white space around them. */
function* stripped(text: string, stretches: Iterable<Stretch>): Generator<Stretch> {
  for (const stretch of stretches) {
    const [begin, end] = strip(text, ...stretch);
    if (begin < end) yield [begin, end];
  }
}

/** Yields the pieces of a stretch between all the ends in it. */
function* pieces(
  text: string,
  [begin, end]: Stretch,
  findEnds: FindEnds,
): Generator<Stretch> {
  let pieceBegin = begin;
  for (const place of findEnds(text.slice(begin, end))) {
    yield [pieceBegin, begin + place];
    pieceBegin = begin + place;
  }
  yield [pieceBegin, end];
}

/** Cuts a stretch that is too long into as few parts as fit one after another. */
function* shorten(
  text: string,
  stretch: Stretch,
  findEnds: FindEnds,
  limit: Limit,
): Generator<Stretch> {
  if (limit.holds(text, stretch)) yield stretch;
  else yield* stripped(text, parts(text, stretch, findEnds, limit));
}

function* parts(
  text: string,
  stretch: Stretch,
  findEnds: FindEnds,
  limit: Limit,
): Generator<Stretch> {
  let partBegin = stretch[0];
  let total = 0;
  for (const [begin, end] of pieces(text, stretch, findEnds)) {
    const count = limit.count(text, [begin, end]);
    const tooMany = total > 0 && total + count > limit.maxTokens;
    if (tooMany || (begin > partBegin && limit.isTooLong(text, [partBegin, end]))) {
      yield [partBegin, begin];
      partBegin = begin;
      total = 0;
    }
    total += count;
  }
  yield [partBegin, stretch[1]];
}

/** Cuts a stretch that no mark and no space divides. */
function* cutAnywhere(
  text: string,
  [begin, end]: Stretch,
  limit: Limit,
): Generator<Stretch> {
  while (limit.isTooLong(text, [begin, end])) {
    const middle = cuttable(text, begin, forward(text, begin, limit.maxCharacters));
    yield* halve(text, [begin, middle], limit);
    begin = middle;
  }
  yield* halve(text, [begin, end], limit);
}

/** Halves a stretch until its parts fit or are single characters. */
function* halve(text: string, stretch: Stretch, limit: Limit): Generator<Stretch> {
  const [begin, end] = stretch;
  const count = characters(text.slice(begin, end)).length;
  if (count < 2 || limit.holds(text, stretch)) {
    yield stretch;
    return;
  }
  const middle = cuttable(text, begin, forward(text, begin, Math.floor(count / 2)));
  yield* halve(text, [begin, middle], limit);
  yield* halve(text, [middle, end], limit);
}

/** Returns a place near `middle` that parts no visible character, if there is one. */
function cuttable(text: string, begin: number, middle: number): number {
  let place = middle;
  for (let tried = 0; tried < 16 && place > begin; tried++) {
    const following = String.fromCodePoint(text.codePointAt(place)!);
    if (!JOINED.test(following) && text[place - 1] !== ZERO_WIDTH_JOINER) return place;
    place -= isPair(text, place - 2) ? 2 : 1;
  }
  return middle;
}

/** Returns the place so many characters behind `begin`. */
function forward(text: string, begin: number, count: number): number {
  let place = begin;
  for (let passed = 0; passed < count; passed++) place += isPair(text, place) ? 2 : 1;
  return place;
}

/** Returns whether `text[begin:end]` has more than so many characters. */
function hasMoreCharacters(
  text: string,
  begin: number,
  end: number,
  count: number,
): boolean {
  if (end - begin <= count) return false;
  return end - begin > 2 * count || forward(text, begin, count) < end;
}

/** Returns whether one character beyond U+FFFF stands at a place. */
function isPair(text: string, place: number): boolean {
  return (text.codePointAt(place) ?? 0) > 0xffff;
}

/** Characters as Python counts them; JavaScript counts those beyond U+FFFF twice. */
function characters(text: string): string[] {
  return Array.from(text);
}
