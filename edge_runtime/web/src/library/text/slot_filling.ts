/**
 * What slots stand for, in their places in a translation; the same as
 * `edge_runtime/text/slot_filling.py`.
 */

import { SPAN_KINDS } from "../contract.js";
import { GLUED_KINDS, SLOT_PIECES, type Slot } from "./slots.js";
import { DATE_CHARACTERS } from "./span_kinds.js";
import { findSpans } from "./spans.js";
import { applyEdits, type Edit } from "./text_edits.js";
import type { Span, TokenizedText } from "./tokenizer.js";
import {
  CJK_TEXT,
  characterAt,
  characterBefore,
  isCjk,
  SPACE,
  strip,
  stripEnd,
} from "./words.js";

/** Kinds that endings follow: 43rd. */
const INFLECTED = new Set(["number"]);

const NUMBER_GOES_ON = /\p{Nd}[.,:/'’−-]$/u;
const WORD_END = /^[\p{L}\p{N}_%/]/u;
// A sign before a number is part of it, as is a slash before a path.
const SLOT_BEGIN = /^[\p{L}\p{N}_%/~.+\-−±$€£¥]/u;
const WORD_BEGIN = /^[\p{L}\p{N}_]/u;

/** Characters to each side of a slot that can be read as a part of what it holds. */
const WINDOW = 40;

const ALL_KINDS: ReadonlySet<string> = new Set(SPAN_KINDS);
const BEGINS_WITH_SIGN = /^[+\-\u2212\u2013±]/u;
const ENDS_WITH_SIGN = /[+\-\u2212\u2013±]$/u;
const PART_OF_NUMBER = /[\p{Nd}+\u2212\u2013±.,:/'’-]/u;

/** Joins words (Typ-2) or makes a range (5–10): no sign of what follows. */
const HYPHEN = new RegExp(
  `(?:(?![${CJK_TEXT}])[\\p{L}\\p{Nl}\\p{No}][-–]|\\p{Nd}–)$`,
  "u",
);
const HYPHENATED = new Set(["number", "version"]);
const WORD_OR_NUMBER = /^[\p{L}\p{N}]/u;
const HAS_WORD_OR_NUMBER = /[\p{L}\p{N}]/u;

// Reserved characters are the slots that follow.
const BETWEEN_WORDS = new RegExp(`[${SPACE}\\ufdd0-\\ufdef]`, "u");
/** Ends what is read as a part of a span: white space, and Chinese but for dates. */
const READ_UNTIL = new RegExp(
  `[${SPACE}\\ufdd0-\\ufdef]|(?![${DATE_CHARACTERS}])[${CJK_TEXT}]`,
  "u",
);

const SPACES_TOO_MANY = /(?<= ) +/gu;

/** What stands in the place of a slot: its text, and the slot of the source. */
export interface Filling {
  text: string;
  slot: Slot;
}

/**
 * Returns a translation with text in its slots.
 *
 * What is a word of its own is not glued to the word beside it, nor to punctuation that
 * would be read as a part of it, and a symbol touches the text that it touches in the
 * source. Punctuation between two slots that the source has too keeps the spaces of the
 * source.
 *
 * @param fillings Per slot of the translation, in order, what stands in its place;
 *   `undefined` for a slot that the source does not have, which is dropped.
 */
export function fillSlots(
  target: TokenizedText,
  fillings: readonly (Filling | undefined)[],
): TokenizedText {
  target = withSingleSpaces(target);
  const edits: Edit[] = [];
  const { text } = target;
  const places = slotSpans(target);
  const joined = places.slice(1).map(([begin], place) => {
    const between = text.slice(places[place]![1], begin);
    return isJoined(fillings[place], fillings[place + 1], between);
  });
  places.forEach(([begin, end], place) => {
    const filling = fillings[place];
    const previous = edits.at(-1);
    if (filling && previous && joined[place - 1]) {
      const replacement = filling.slot.gap ?? "";
      edits.push({ begin: previous.end, end: begin, replacement });
    }
    if (!filling) {
      // Of two spaces around it one goes, too.
      const space = text[end] === " " && (begin === 0 || text[begin - 1] === " ");
      edits.push({ begin, end: end + (space ? 1 : 0), replacement: "" });
    } else if (filling.slot.touches) {
      const space = text[end] === " " ? 1 : 0;
      edits.push({ begin, end: end + space, replacement: filling.text });
    } else {
      const between = text.slice(previous?.end ?? 0, begin);
      const before = Array.from((previous?.replacement ?? "") + between).slice(-WINDOW);
      // A character takes two places at most.
      const after = Array.from(text.slice(end, end + 2 * WINDOW)).slice(0, WINDOW);
      const replacement = setApart(
        filling,
        joined[place - 1] ? "" : before.join(""),
        joined[place] ? "" : after.join(""),
      );
      edits.push({ begin, end, replacement });
    }
  });
  return applyEdits(edits, target);
}

/**
 * Returns the beginning of a filled translation that further tokens do not change.
 *
 * What is written behind a slot decides whether it is set apart, and with the next slot
 * what stands between both.
 *
 * @param target What `fillSlots` made of the tokens so far.
 */
export function settledText(target: TokenizedText): string {
  const { text } = target;
  const last = slotSpans(target).at(-1);
  if (!last) return text;
  const [begin, end] = last;
  const behind = text.slice(end);
  const isRead = READ_UNTIL.test(behind) && HAS_WORD_OR_NUMBER.test(behind);
  if (isRead || Array.from(behind).length >= WINDOW) return text;
  const word = text.slice(0, begin).split(BETWEEN_WORDS).at(-1)!;
  return text.slice(0, stripEnd(text, 0, begin - word.length));
}

/** Returns a text in which no space stands beside another: no training text has that. */
function withSingleSpaces(target: TokenizedText): TokenizedText {
  const { text } = target;
  if (!text.includes("  ")) return target;
  const runs = Array.from(text.matchAll(SPACES_TOO_MANY), ({ index, 0: run }) => ({
    begin: index,
    end: index + run.length,
    replacement: "",
  }));
  return applyEdits(runs, target);
}

/**
 * Returns whether the source has two slots with the same punctuation between them.
 *
 * @param filling What stands in the place of the first.
 * @param following What stands in the place of the second.
 * @param between What stands between them in the translation.
 */
function isJoined(
  filling: Filling | undefined,
  following: Filling | undefined,
  between: string,
): boolean {
  if (!filling || following?.slot.gap === undefined) return false;
  const [first, second] = [filling.slot, following.slot];
  return (
    second.place === first.place + 1 &&
    stripped(following.slot.gap) === stripped(between) &&
    !GLUED_KINDS.has(first.span.kind) &&
    !GLUED_KINDS.has(second.span.kind)
  );
}

function stripped(text: string): string {
  return text.slice(...strip(text, 0, text.length));
}

/** Returns where slots stand: tokens of single bytes can spell such a character too. */
function slotSpans({ tokens, spans }: TokenizedText): Span[] {
  return spans.filter((_, place) => SLOT_PIECES.includes(tokens[place]!));
}

/**
 * Returns the text of a slot, with a space where two words would be glued.
 *
 * @param before What stands before the slot.
 * @param after What stands behind it.
 */
function setApart(filling: Filling, before: string, after: string): string {
  const { text, slot } = filling;
  const { kind } = slot.span;
  if (GLUED_KINDS.has(kind)) return text;
  const beside = characterBefore(before, before.length);
  const isApart =
    isGlued(beside, characterAt(text, 0), SLOT_BEGIN) ||
    // Of "43," and "44" one would read a single number.
    (kind === "number" && NUMBER_GOES_ON.test(before));
  const end = characterBefore(text, text.length);
  const isApartBehind =
    !INFLECTED.has(kind) && isGlued(end, characterAt(after, 0), WORD_BEGIN);
  const touching = {
    before: before.split(BETWEEN_WORDS).at(-1)!,
    after: after.split(READ_UNTIL, 1)[0]!,
  };
  const first = isApart ? " " : "";
  const last = isApartBehind ? " " : "";
  const usual = first + text + last;
  const alone = { before: "", after: "" };
  if (isRead(filling, touching, first, last) || !isRead(filling, alone, "", "")) {
    return usual;
  }
  // What is before it is set apart first: punctuation behind a word is usual.
  const spaces: [string, string][] = [
    [" ", last],
    [first, " "],
    [" ", " "],
  ];
  const found = spaces.find((both) => isRead(filling, touching, ...both));
  return found ? found[0] + text + found[1] : usual;
}

/**
 * Returns whether one reads the text of a slot there, and not a longer span.
 *
 * @param touching What stands at its sides, without white space.
 * @param first White space between it and what is before it.
 * @param last White space between it and what is behind it.
 */
function isRead(
  { text, slot }: Filling,
  touching: { before: string; after: string },
  first: string,
  last: string,
): boolean {
  const { kind } = slot.span;
  const isHyphenated =
    HYPHENATED.has(kind) &&
    WORD_OR_NUMBER.test(text) &&
    first === "" &&
    HYPHEN.test(touching.before);
  const before = isHyphenated ? "" : touching.before;
  const { after } = touching;
  const begin = before.length + first.length;
  const end = begin + text.length;
  const spans = findSpans(before + first + text + last + after, ALL_KINDS);
  const span = spans.find((one) => one.begin <= begin && end <= one.end);
  if (!span) return false;
  const added =
    span.text.slice(0, begin - span.begin) + span.text.slice(end - span.begin);
  if (kind !== "number") return added === "";
  const isSignedTwice =
    first === "" && ENDS_WITH_SIGN.test(before) && BEGINS_WITH_SIGN.test(text);
  // A percent sign or a currency leaves a number what it is.
  return !isSignedTwice && !PART_OF_NUMBER.test(added);
}

/** Returns whether two characters, or none, would be a part of one word. */
function isGlued(before: string, after: string, begin: RegExp): boolean {
  return WORD_END.test(before) && begin.test(after) && !isCjk(before) && !isCjk(after);
}
