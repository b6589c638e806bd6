/**
 * Terms of a glossary in a translation: found there, or put where they belong; the same
 * as `edge_runtime/text/term_placement.py`.
 *
 * A sentence with terms is translated as ever. Where its translation has a form of a term
 * already, nothing changes. Otherwise the form replaces the words that translate the
 * term, as the attention says; where none does, it stands between the words that
 * translate what is before and behind the term.
 */

import { isEdge } from "./glossary.js";
import { applyEdits, type Edit } from "./text_edits.js";
import type { Span, TokenizedText } from "./tokenizer.js";
import {
  type Attention,
  bestGap,
  bestStretch,
  type Known,
  WordShares,
  wholeWords,
} from "./word_shares.js";
import { characterAt, characterBefore, isCjk, isSpace } from "./words.js";

/** A term of a sentence. */
export interface Term {
  /**
   * Where it begins: a character of the sentence without markup, or a source token, see
   * `inTokens`.
   */
  begin: number;
  /** Where it ends. */
  end: number;
  /** What may stand for it in the translation. */
  forms: readonly string[];
}

/** Returns which of several translations is the best one. */
export type Choose = (candidates: readonly string[]) => Promise<number>;

const LETTER_OR_NUMBER = /^[\p{L}\p{N}]/u;

/**
 * Returns a translation in which every term has a form of its own.
 *
 * @param terms The terms in order, in source tokens, see `inTokens`.
 * @param certain Per target token, the source token that it is known to translate, if
 *   any.
 * @param choose Chooses between translations with different forms of a term.
 */
export async function placeTerms(
  terms: readonly Term[],
  target: TokenizedText,
  attention: Attention,
  certain: readonly Known[],
  choose: Choose,
): Promise<TokenizedText> {
  const words = wholeWords(target);
  const shares = new WordShares(words, target, attention, certain);
  // A form within an address that is carried over is no translation.
  const others = target.spans.filter((_, token) => certain[token] !== undefined);
  const there = findForms(terms, target.text, others);
  const used = words.map(
    (place, word) =>
      shares.isCertain(word) ||
      [...there.values()].some((span) => overlap(span, place)),
  );
  const places = placesOf(terms, there, shares, words, used, target.text);
  const edits: Edit[] = [];
  for (const [number, term] of terms.entries()) {
    const place = places.get(number);
    if (!place) continue;
    const [begin, end] = place;
    const written = term.forms.map((form) =>
      apart(form, target.text, begin, end, edits),
    );
    let best = 0;
    if (written.length > 1) {
      const candidates = written.map(
        (replacement) =>
          applyEdits(inOrder([...edits, { begin, end, replacement }]), target).text,
      );
      best = await choose(candidates);
    }
    edits.push({ begin, end, replacement: written[best]! });
  }
  return applyEdits(inOrder(edits), target);
}

function overlap(first: Span, second: Span): boolean {
  return first[0] < second[1] && second[0] < first[1];
}

function inOrder(edits: readonly Edit[]): Edit[] {
  return [...edits].sort(
    (first, second) => first.begin - second.begin || first.end - second.end,
  );
}

/**
 * Returns where a form stands already of each term that has one. The longest forms are
 * looked for first: a shorter one may be part of them.
 *
 * @param others What stands for something else.
 */
function findForms(
  terms: readonly Term[],
  text: string,
  others: readonly Span[],
): Map<number, Span> {
  const found = new Map<number, Span>();
  const taken = [...others];
  const forms = [...new Set(terms.flatMap((term) => term.forms))];
  const lengthOf = (form: string): number => Array.from(form).length;
  forms.sort(
    (first, second) => lengthOf(second) - lengthOf(first) || (first < second ? -1 : 1),
  );
  for (const form of forms) {
    const waiting = [...terms.keys()].filter(
      (number) => terms[number]!.forms.includes(form) && !found.has(number),
    );
    let begin = text.indexOf(form);
    while (begin >= 0 && waiting.length > 0) {
      const end = begin + form.length;
      const isFree = taken.every(([first, last]) => end <= first || last <= begin);
      if (isFree && isEdge(text, begin) && isEdge(text, end)) {
        taken.push([begin, end]);
        found.set(waiting.shift()!, [begin, end]);
      }
      begin = text.indexOf(form, begin + 1);
    }
  }
  return found;
}

/** Returns what a form replaces of each term that has none; its words are used then. */
function placesOf(
  terms: readonly Term[],
  there: ReadonlyMap<number, Span>,
  shares: WordShares,
  words: readonly Span[],
  used: boolean[],
  text: string,
): Map<number, Span> {
  const places = new Map<number, Span>();
  // Nothing is put into a form, whether it stood there or comes there.
  const owners = words.map(
    (word): Known => [...there].find(([, span]) => overlap(span, word))?.[0],
  );
  const missing = [...terms.keys()].filter((number) => !there.has(number));
  for (const number of missing) {
    const gains = shares.within(terms[number]!.begin, terms[number]!.end);
    const free = used.map((isUsed) => !isUsed);
    let [first, last] = bestStretch(gains, free);
    const gain = gains.slice(first, last).reduce((total, value) => total + value, 0);
    if (first === last || gain <= 0) {
      [first, last] = mostAttentive(terms[number]!, gains, shares, used);
    }
    if (first < last) {
      places.set(number, [words[first]![0], words[last - 1]![1]]);
      used.fill(true, first, last);
      owners.fill(number, first, last);
    }
  }
  for (const number of missing) {
    if (places.has(number)) continue;
    let gap = bestGap(shares.within(0, terms[number]!.begin), owners, undefined);
    // Not behind the mark that ends the sentence.
    const last = characterAt(text, words.at(-1)?.[0] ?? text.length);
    const isMark = last !== "" && !LETTER_OR_NUMBER.test(last);
    if (gap > 1 && gap === words.length && isMark && owners.at(-1) === undefined) gap--;
    const place = words[gap]?.[0] ?? words.at(-1)?.[1] ?? 0;
    places.set(number, [place, place]);
  }
  return places;
}

/** Returns the word that translates a term more than any other token, if any. */
function mostAttentive(
  { begin, end }: Term,
  gains: readonly number[],
  shares: WordShares,
  used: readonly boolean[],
): Span {
  let best: Known;
  for (const [word, isUsed] of used.entries()) {
    if (isUsed || !shares.attendsMost(word, begin, end)) continue;
    if (best === undefined || gains[word]! > gains[best]!) best = word;
  }
  return best === undefined ? [0, 0] : [best, best + 1];
}

/** Returns a form with the spaces that part it from what stands beside it. */
function apart(
  form: string,
  text: string,
  begin: number,
  end: number,
  others: readonly Edit[],
): string {
  const beside = inOrder(others);
  const preceding = beside.findLast((edit) => edit.end === begin)?.replacement;
  const following = beside.find((edit) => edit.begin === end && edit.end !== begin);
  const before =
    preceding === undefined
      ? characterBefore(text, begin)
      : characterBefore(preceding, preceding.length);
  const behind = characterAt(following?.replacement ?? text, following ? 0 : end);
  const last = characterBefore(form, form.length);
  // A bracket or a hyphen is no word.
  const partsBefore =
    before !== "" &&
    !isSpace(before) &&
    !isCjk(before) &&
    !isCjk(form) &&
    (begin === end || LETTER_OR_NUMBER.test(before));
  const partsBehind = LETTER_OR_NUMBER.test(behind) && !isCjk(behind) && !isCjk(last);
  return `${partsBefore ? " " : ""}${form}${partsBehind ? " " : ""}`;
}
