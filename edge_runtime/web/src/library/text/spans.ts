/**
 * Spans of a text that its translation carries over, and how they belong together; the
 * same as `edge_runtime/text/spans.py`.
 */

import type { Glossary } from "./glossary.js";
import {
  ADDRESS,
  FIGURE,
  kindOf,
  LINK,
  MAY_HOLD_SPANS,
  NOT_CARRIED,
  TERM,
} from "./span_kinds.js";
import { SPACE, strip, stripEnd } from "./words.js";

/** Place of a span among the others. */
export type Role = "plain" | "opening" | "closing";

/** One span of a text. */
export interface CarriedSpan {
  /** Where it begins, as JavaScript counts characters. */
  begin: number;
  end: number;
  /** Name of its kind. */
  kind: string;
  /** What it holds. */
  text: string;
  /** What may stand for it in the translation; its text, unless it is a term. */
  translations: readonly string[];
  /** Whether it opens or closes a pair. */
  role: Role;
  /** Place of the other half of the pair among the spans of the text. */
  partner: number | undefined;
}

/** Returns whether a span is a tag, or half of another pair around words. */
export function isMarkup({ role, kind, text }: CarriedSpan): boolean {
  return role !== "plain" || (kind === "tag" && text.startsWith("<"));
}

// In XLIFF and in documents, what is not translated.
const STANDS_FOR_TEXT = new RegExp(`^<(?:x|ph)[0-9]*(?:[${SPACE}][^<>]*)?/>$`, "u");

const CODE = "code";

/**
 * Returns the spans of a text, in order; no two share a character.
 *
 * The time is proportional to the length of the text.
 *
 * @param kinds Names of the kinds to look for.
 * @param glossary Terms to look for, if the kind "term" is among them.
 */
export function findSpans(
  text: string,
  kinds: ReadonlySet<string>,
  glossary?: Glossary,
): CarriedSpan[] {
  if (!glossary?.size && !MAY_HOLD_SPANS.test(text)) return [];
  const spans: CarriedSpan[] = [];
  const addBetween = (begin: number, end: number): void => {
    const terms = glossary && kinds.has(TERM) ? glossary.find(text, begin, end) : [];
    let place = begin;
    for (const [found, termEnd, translations] of terms) {
      addFigures(spans, text, place, found, kinds);
      const term = spanOf(text, found, termEnd, TERM);
      spans.push({ ...term, translations });
      place = termEnd;
    }
    addFigures(spans, text, place, end, kinds);
  };
  let place = 0;
  for (const match of matches(ADDRESS, text, 0, text.length)) {
    const isText = kindOf(match) === "tag" && STANDS_FOR_TEXT.test(match[0]);
    const kind = isText ? "placeholder" : kindOf(match);
    if (!kinds.has(kind === LINK ? CODE : kind)) continue;
    const begin = match.index;
    const end = begin + match[0].length;
    addBetween(place, begin);
    if (kind === LINK) {
      const words = text.indexOf("`", begin) + 1;
      const target = stripEnd(text, words, text.indexOf("<", words));
      spans.push(spanOf(text, begin, words, CODE));
      addBetween(words, target);
      spans.push(spanOf(text, target, end, CODE));
    } else {
      spans.push(spanOf(text, begin, end, kind));
    }
    place = end;
  }
  addBetween(place, text.length);
  linkPairs(spans);
  return spans;
}

function spanOf(text: string, begin: number, end: number, kind: string): CarriedSpan {
  const content = text.slice(begin, end);
  return {
    begin,
    end,
    kind,
    text: content,
    translations: [content],
    role: "plain",
    partner: undefined,
  };
}

function addFigures(
  spans: CarriedSpan[],
  text: string,
  begin: number,
  end: number,
  kinds: ReadonlySet<string>,
): void {
  for (const match of matches(FIGURE, text, begin, end)) {
    const kind = kindOf(match);
    if (kind === NOT_CARRIED || !kinds.has(kind)) continue;
    spans.push(spanOf(text, match.index, match.index + match[0].length, kind));
  }
}

/** Yields what a pattern finds in `text[begin:end]`; it looks back beyond `begin`. */
function* matches(
  pattern: RegExp,
  text: string,
  begin: number,
  end: number,
): Generator<RegExpExecArray> {
  if (begin >= end) return;
  const part = end === text.length ? text : text.slice(0, end); // no copy
  let place = begin;
  for (;;) {
    pattern.lastIndex = place; // others use the pattern in between
    const match = pattern.exec(part);
    if (!match) return;
    place = match.index + match[0].length;
    yield match;
  }
}

// Elements of HTML without content.
const VOID = new Set(
  "area base br col embed hr img input link meta param source track wbr".split(" "),
);
const SPACE_CHARACTER = new RegExp(`[${SPACE}]`, "u");

/**
 * Links the two halves of every pair.
 *
 * A closing half belongs to the last opening one of its name that is still open; what
 * was opened in between and not closed has no partner.
 */
function linkPairs(spans: CarriedSpan[]): void {
  const open: { place: number; name: string }[] = [];
  const openNames = new Map<string, number>(); // how many of each name are open
  const count = (name: string, change: number): void => {
    openNames.set(name, (openNames.get(name) ?? 0) + change);
  };
  spans.forEach((span, place) => {
    const [role, name] = roleOf(span);
    if (role === "opening") {
      open.push({ place, name });
      count(name, 1);
    } else if (role === "closing" && openNames.get(name)) {
      for (;;) {
        const opening = open.pop()!;
        count(opening.name, -1);
        if (opening.name !== name) continue;
        spans[opening.place]!.role = "opening";
        spans[opening.place]!.partner = place;
        span.role = "closing";
        span.partner = opening.place;
        break;
      }
    }
  });
}

/** Returns what a span can be by its form, and the name that its partner has. */
function roleOf({ kind, text }: CarriedSpan): [Role, string] {
  if (kind === "tag" && text.startsWith("<") && !text.startsWith("<!")) {
    if (text.startsWith("</")) {
      return ["closing", text.slice(...strip(text, 2, text.length - 1))];
    }
    const name = text.slice(1, -1).split(SPACE_CHARACTER, 1)[0]!.replace(/\/+$/u, "");
    if (text.endsWith("/>") || VOID.has(name.toLowerCase())) return ["plain", ""];
    return ["opening", name];
  }
  if (kind === CODE) {
    const ticks = text.split("`").length - 1;
    if (text.endsWith("`") && ticks === 1 && !text.includes("<")) {
      return ["opening", "`"];
    }
    if (text.slice(strip(text, 0, text.length)[0]).startsWith("<")) {
      return ["closing", "`"];
    }
  }
  return ["plain", ""];
}
