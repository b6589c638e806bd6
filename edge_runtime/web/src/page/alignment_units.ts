/** From attention over tokens to attention between words that a person can point at. */

import type { Span } from "../library/text/tokenizer.js";
import { wordSpans } from "../library/text/words.js";
import type { Translation } from "../library/translation/translation.js";
import { carriedSpans } from "./carried_marks.js";

/**
 * What is pointed at: the smallest part of a text made of whole words and whole tokens.
 */
export interface Unit {
  text: string;
  begin: number;
  end: number;
  /** Whether it, or a part of it, is carried over. */
  carried: boolean;
}

/**
 * One sentence: `weights[target][source]` are shares of attention, at most 1 per row.
 */
export interface AlignedSentence {
  source: Unit[];
  target: Unit[];
  weights: number[][];
}

/** Returns the sentences of a translation with what each word attended to. */
export function alignedSentences(translation: Translation): AlignedSentence[] {
  let row = 0;
  let column = 0;
  const { source: sourceText, text } = translation;
  return translation.alignments.map(({ rows, columns, weights }) => {
    const sourceTokens = translation.sourceTokens.slice(column, column + columns);
    const targetTokens = translation.tokens.slice(row, row + rows);
    const sourceSpans = trimmed(
      sourceText,
      translation.sourceSpans.slice(column, column + columns),
    );
    const targetSpans = trimmed(text, translation.spans.slice(row, row + rows));
    column += columns;
    row += rows;
    const source = unitsOf(sourceText, sourceTokens, sourceSpans);
    const target = unitsOf(text, targetTokens, targetSpans);
    const sums = target.map(() => source.map(() => 0));
    const tokens = target.map(() => 0);
    targetSpans.forEach((span, targetToken) => {
      const unit = placeOf(span, target);
      if (unit < 0) return;
      tokens[unit] = tokens[unit]! + 1;
      sourceSpans.forEach((sourceSpan, sourceToken) => {
        const sourceUnit = placeOf(sourceSpan, source);
        if (sourceUnit < 0) return;
        sums[unit]![sourceUnit] =
          sums[unit]![sourceUnit]! + weights[targetToken * columns + sourceToken]!;
      });
    });
    return {
      source,
      target,
      weights: sums.map((shares, unit) =>
        shares.map((sum) => sum / Math.max(1, tokens[unit]!)),
      ),
    };
  });
}

/**
 * Spans without the white space at their ends: a word's first token has the space
 * before.
 */
function trimmed(text: string, spans: readonly Span[]): Span[] {
  return spans.map(([begin, end]) => {
    const part = text.slice(begin, end);
    const inner = part.trim();
    if (inner === "") return [end, end];
    const first = begin + part.indexOf(inner);
    return [first, first + inner.length];
  });
}

function unitsOf(
  text: string,
  tokens: readonly string[],
  spans: readonly Span[],
): Unit[] {
  const covered = spans.filter(([begin, end]) => end > begin);
  if (covered.length === 0) return [];
  const first = Math.min(...covered.map(([begin]) => begin));
  const last = Math.max(...covered.map(([, end]) => end));
  const words = wordSpans(text.slice(first, last)).map(
    ([begin, end]): Span => [begin + first, end + first],
  );
  const units: { begin: number; end: number }[] = [];
  for (const [begin, end] of [...covered, ...words].sort(
    (a, b) => a[0] - b[0] || b[1] - a[1],
  )) {
    const unit = units.at(-1);
    if (unit && begin < unit.end) unit.end = Math.max(unit.end, end);
    else units.push({ begin, end });
  }
  const carried = carriedSpans(text, tokens, spans);
  return units.map(({ begin, end }) => ({
    text: text.slice(begin, end),
    begin,
    end,
    carried: carried.some(([first, last]) => first < end && begin < last),
  }));
}

/**
 * Returns the unit that a token is part of; one without text of its own joins the next.
 */
function placeOf([begin, end]: Span, units: readonly Unit[]): number {
  const isMark = begin === end && (begin === 0 || begin >= (units.at(-1)?.end ?? 0));
  // bos and eos, which are no part of the text.
  if (isMark) return -1;
  return units.findIndex(
    (unit) => begin < unit.end && unit.begin <= Math.max(begin, end - 1),
  );
}
