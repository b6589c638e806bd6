/**
 * Where the markup of a sentence stands in its translation; the same as
 * `edge_runtime/text/markup_placement.py`.
 *
 * A pair of tags encloses the words that translate those it encloses in the source, as
 * the attention says. The elements of the translation have the nesting of the source,
 * whatever the attention is.
 */

import { closedAfter, type Element, openedBefore, type Tag } from "./markup.js";
import type { Role } from "./spans.js";
import { applyEdits, type Edit } from "./text_edits.js";
import type { Span, TokenizedText } from "./tokenizer.js";
import { wordOfTokens } from "./word_alignment.js";
import { CJK, isSpace } from "./words.js";

/**
 * A word, in the unit of its shares. They are whole numbers: what differs in the last bit
 * of a float, as it does in another batch, does not move a tag.
 */
const WHOLE = 1000;

/** Weight of a word that is known to translate a token: more than all others have. */
const CERTAIN = 1e6;

// Words without the marks beside them.
const LETTERS = `(?:(?![${CJK}])[\\p{L}\\p{N}_])+`;
const WORD = new RegExp(
  `[${CJK}]|${LETTERS}(?:['’-]${LETTERS})*|[^\\p{L}\\p{N}_\\s\\x1c-\\x1f\\x85]`,
  "gu",
);

type Known = number | undefined;

/** Attention of target tokens over source tokens, row by row. */
export interface Attention {
  columns: number;
  /** Returns how much of a target token attends to a source token. */
  at(row: number, column: number): number;
}

/**
 * Returns a translation with the markup of its source.
 *
 * @param elements The elements, in source tokens, see `inTokens`.
 * @param certain Per target token, the source token that it is known to translate, if
 *   any.
 */
export function placeMarkup(
  elements: readonly Element[],
  target: TokenizedText,
  attention: Attention,
  certain: readonly Known[],
): TokenizedText {
  const words = wordsOf(target);
  const ofTokens = wordOfTokens(target.spans, words);
  const weights = new Weights(attention, ofTokens, words.length, certain);
  const byGap: [Tag, Role][][] = Array.from({ length: words.length + 1 }, () => []);
  for (const [gap, tag, role] of new Placement(elements, weights).tags()) {
    byGap[gap]!.push([tag, role]);
  }
  const edits: Edit[] = [];
  for (const [gap, tags] of byGap.entries()) {
    if (tags.length === 0) continue;
    const begin = gap > 0 ? words[gap - 1]![1] : 0;
    const end = words[gap]?.[0] ?? target.text.length;
    let replacement: string;
    if (gap === 0) replacement = writeAtBegin(tags);
    else if (gap === words.length) replacement = writeAtEnd(tags);
    else replacement = write(tags, target.text.slice(begin, end));
    edits.push({ begin, end, replacement });
  }
  // A token with the space before a word would hold the tags there.
  const spans = target.spans.map(([begin, end]): Span => {
    let first = begin;
    while (first < end && isSpace(target.text[first]!)) first++;
    return [first, end];
  });
  return applyEdits(edits, { ...target, spans });
}

/**
 * Returns the words of a translation, into which nothing is put. Words that share a token
 * are one: what a slot stands for is a token too.
 */
function wordsOf({ text, spans }: TokenizedText): Span[] {
  const words: Span[] = [];
  let token = 0;
  let reach = 0;
  for (const match of text.matchAll(WORD)) {
    const begin = match.index;
    const end = begin + match[0].length;
    const last = words.at(-1);
    while (token < spans.length && spans[token]![0] < (last?.[1] ?? 0)) {
      reach = Math.max(reach, spans[token++]![1]);
    }
    if (last && reach > begin) words[words.length - 1] = [last[0], end];
    else words.push([begin, end]);
  }
  return words;
}

/** How much of each target word translates which source tokens. */
class Weights {
  readonly length: number;
  private readonly weights: number[];
  /** Per word, shares of the source tokens before each. */
  private readonly before: number[][];

  constructor(
    attention: Attention,
    wordOfToken: readonly number[],
    numWords: number,
    certain: readonly Known[],
  ) {
    const { columns } = attention;
    const sums = Array.from({ length: numWords }, () => new Float64Array(columns));
    for (const [token, word] of wordOfToken.entries()) {
      if (word < 0) continue;
      const row = sums[word]!;
      const known = certain[token];
      if (known !== undefined) row[known] = row[known]! + CERTAIN;
      else {
        for (let column = 0; column < columns; column++) {
          row[column] = row[column]! + attention.at(token, column);
        }
      }
    }
    const totals = sums.map((row) => row.reduce((total, value) => total + value, 0));
    this.length = numWords;
    this.weights = totals.map((total) => (total >= CERTAIN ? CERTAIN : 1));
    this.before = sums.map((row, word) => {
      const shares = [0];
      for (const [column, sum] of row.entries()) {
        const share = (WHOLE * sum) / Math.max(totals[word]!, 1e-9);
        shares.push(shares[column]! + Math.floor(share + 0.5));
      }
      return shares;
    });
  }

  /** Returns, per word, how much more of it translates some tokens than others. */
  within(begin: number, end: number): number[] {
    return this.weights.map((weight, word) => {
      const shares = this.before[word]!;
      return weight * (2 * (shares[end]! - shares[begin]!) - WHOLE);
    });
  }
}

/** Chooses the words that each element encloses. */
class Placement {
  /** Between the words, from 0 before the first. */
  private readonly gaps: Span[];
  /** The innermost element so far around each word. */
  private readonly owners: Known[];
  private readonly children = new Map<Known, number[]>();

  constructor(
    private readonly elements: readonly Element[],
    private readonly weights: Weights,
  ) {
    this.gaps = elements.map(() => [0, 0]);
    this.owners = Array.from({ length: weights.length }, () => undefined);
    for (const [number, { parent }] of elements.entries()) {
      const siblings = this.children.get(parent);
      if (siblings) siblings.push(number);
      else this.children.set(parent, [number]);
    }
    const waiting: Known[] = [undefined];
    for (const parent of waiting) {
      const children = this.children.get(parent) ?? [];
      // Pairs first: a single tag must not come to stand within one.
      const turns = new Map(children.map((number) => [number, this.turn(number)]));
      const inTurn = [...children].sort(
        (first, second) => turns.get(first)! - turns.get(second)!,
      );
      for (const number of inTurn) {
        const [begin, end] = this.place(elements[number]!);
        this.gaps[number] = [begin, end];
        this.owners.fill(number, begin, end);
      }
      waiting.push(...children);
    }
  }

  /** Yields all tags from left to right, each with its gap. */
  *tags(): Generator<[gap: number, tag: Tag, role: Role]> {
    const remaining = [this.inOrder(undefined)];
    const around: number[] = [];
    while (remaining.length > 0) {
      const { done, value: number } = remaining.at(-1)!.next();
      if (!done) {
        const { opening, isPair } = this.elements[number]!;
        if (opening) {
          yield [this.gaps[number]![0], opening, isPair ? "opening" : "plain"];
        }
        around.push(number);
        remaining.push(this.inOrder(number));
        continue;
      }
      remaining.pop();
      const closed = around.pop();
      const closing = closed === undefined ? undefined : this.elements[closed]!.closing;
      if (closing) yield [this.gaps[closed!]![1], closing, "closing"];
    }
  }

  private inOrder(parent: Known): Iterator<number, undefined> {
    const children = [...(this.children.get(parent) ?? [])];
    children.sort((first, second) => {
      const [one, other] = [this.gaps[first]!, this.gaps[second]!];
      return one[0] - other[0] || one[1] - other[1] || first - second;
    });
    return children.values();
  }

  /** Returns when an element gets its place among its siblings, the least first. */
  private turn(number: number): number {
    const element = this.elements[number]!;
    const { begin, end } = element;
    const isHalved = openedBefore(element) || closedAfter(element);
    const hasSlots = this.weights.within(begin, end).some((gain) => gain >= CERTAIN);
    return (begin === end ? 4 : 0) + (isHalved ? 0 : 2) + (hasSlots ? 0 : 1);
  }

  private place(element: Element): Span {
    const { parent } = element;
    const [begin, end] =
      parent === undefined ? [0, this.weights.length] : this.gaps[parent]!;
    const owners = this.owners.slice(begin, end);
    const free = owners.map((owner) => owner === parent);
    const gains = this.weights.within(element.begin, element.end).slice(begin, end);
    if (openedBefore(element)) return [begin, begin + bestPrefix(gains, free)];
    if (closedAfter(element)) {
      return [end - bestPrefix(gains.reverse(), free.reverse()), end];
    }
    if (element.begin < element.end && free.includes(true)) {
      const [first, last] = bestStretch(gains, free);
      return [begin + first, begin + last];
    }
    const before = this.weights.within(0, element.begin).slice(begin, end);
    const gap = begin + bestGap(before, owners, parent);
    return [gap, gap];
  }
}

/** Returns how many words from the first on gain most together. */
function bestPrefix(gains: readonly number[], free: readonly boolean[]): number {
  let [best, length, total] = [0, 0, 0];
  for (const [place, gain] of gains.entries()) {
    if (!free[place]) break;
    total += gain;
    if (total > best) [best, length] = [total, place + 1];
  }
  return length;
}

/** Returns the free words beside each other that gain most together, at least one. */
function bestStretch(gains: readonly number[], free: readonly boolean[]): Span {
  let best: Known;
  let stretch: Span = [0, 0];
  let [total, begin] = [0, 0];
  for (const [place, gain] of gains.entries()) {
    if (!free[place]) {
      [total, begin] = [0, place + 1];
      continue;
    }
    if (total <= 0) [total, begin] = [0, place];
    total += gain;
    if (best === undefined || total > best) {
      best = total;
      stretch = [begin, place + 1];
    }
  }
  return stretch;
}

/**
 * Returns the gap that parts most of what stands before it from the rest.
 *
 * @param gains Per word, how much more of it translates what stands before.
 * @param owners Per word, the innermost element around it.
 * @param parent The element that the gap stands in, and in no other within that.
 */
function bestGap(
  gains: readonly number[],
  owners: readonly Known[],
  parent: Known,
): number {
  let gap: Known;
  let [best, total] = [0, 0];
  for (let place = 0; place <= gains.length; place++) {
    const isInside =
      place > 0 &&
      place < gains.length &&
      owners[place - 1] === owners[place] &&
      owners[place] !== parent;
    if (!isInside && (gap === undefined || total > best)) [best, gap] = [total, place];
    total += gains[place] ?? 0;
  }
  return gap ?? 0;
}

/** Which of its neighbours a tag touches. */
type Touch = "left" | "right" | "none" | "both";

function touchOf({ spaceBefore, spaceBehind }: Tag, role: Role): Touch {
  if (spaceBefore && spaceBehind) return "none";
  if (spaceBefore) return "right";
  if (spaceBehind) return "left";
  if (spaceBefore === false && spaceBehind === false && role === "plain") return "both";
  return role === "closing" ? "left" : "right";
}

function writeAtBegin(tags: readonly [Tag, Role][]): string {
  const space = tags.at(-1)![0].spaceBehind ? " " : "";
  return tags.map(([{ text }]) => text).join("") + space;
}

function writeAtEnd(tags: readonly [Tag, Role][]): string {
  const space = tags[0]![0].spaceBefore ? " " : "";
  return space + tags.map(([{ text }]) => text).join("");
}

/**
 * Returns the tags between two words with the white space there.
 *
 * @param space The white space that stands there without them.
 */
function write(tags: readonly [Tag, Role][], space: string): string {
  const texts = tags.map(([{ text }]) => text);
  if (!space) return texts.join("");
  const touches = tags.map(([tag, role]) => touchOf(tag, role));
  const places = new Set<number>();
  if (touches.includes("none")) {
    for (const [place, touch] of touches.entries()) {
      if (touch === "none") places.add(place).add(place + 1);
    }
  } else if (touches.includes("left")) {
    places.add(touches.lastIndexOf("left") + 1);
  } else if (touches.includes("right")) {
    places.add(touches.indexOf("right"));
  }
  return [...texts, ""]
    .map((text, place) => (places.has(place) ? space : "") + text)
    .join("");
}
