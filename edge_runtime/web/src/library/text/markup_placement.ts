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
import {
  type Attention,
  bestGap,
  bestPrefix,
  bestStretch,
  type Known,
  WordShares,
  wholeWords,
} from "./word_shares.js";
import { isSpace } from "./words.js";

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
  const words = wholeWords(target);
  const shares = new WordShares(words, target, attention, certain);
  const byGap: [Tag, Role][][] = Array.from({ length: words.length + 1 }, () => []);
  for (const [gap, tag, role] of new Placement(elements, shares).tags()) {
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

/** Chooses the words that each element encloses. */
class Placement {
  /** Between the words, from 0 before the first. */
  private readonly gaps: Span[];
  /** The innermost element so far around each word. */
  private readonly owners: Known[];
  private readonly children = new Map<Known, number[]>();
  /** Those of the elements that the sentence has one half of. */
  private readonly halved: number[] = [];

  constructor(
    private readonly elements: readonly Element[],
    private readonly shares: WordShares,
  ) {
    this.gaps = elements.map(() => [0, 0]);
    this.owners = Array.from({ length: shares.length }, () => undefined);
    for (const [number, { parent }] of elements.entries()) {
      const siblings = this.children.get(parent);
      if (siblings) siblings.push(number);
      else this.children.set(parent, [number]);
    }
    const waiting: Known[] = [undefined];
    for (const parent of waiting) {
      const children = this.children.get(parent) ?? [];
      const turns = new Map(children.map((number) => [number, this.turn(number)]));
      const inTurn = [...children].sort(
        (first, second) => turns.get(first)! - turns.get(second)!,
      );
      for (const number of inTurn) {
        const [begin, end] = this.place(elements[number]!);
        this.gaps[number] = [begin, end];
        this.owners.fill(number, begin, end);
        const element = elements[number]!;
        if (openedBefore(element) || closedAfter(element)) this.halved.push(number);
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

  /**
   * Returns when an element gets its place among its siblings, the least first.
   *
   * Single tags come last, as they must not come to stand within a pair. Pairs of which
   * the sentence has one half begin or end it. Those with slots go before others, which
   * would take the words between their slots.
   */
  private turn(number: number): number {
    const element = this.elements[number]!;
    const { begin, end } = element;
    const isHalved = openedBefore(element) || closedAfter(element);
    const hasSlots = this.shares
      .within(begin, end)
      .some((gain, word) => gain > 0 && this.shares.isCertain(word));
    return (begin === end ? 4 : 0) + (isHalved ? 0 : 2) + (hasSlots ? 0 : 1);
  }

  /**
   * Returns the gaps among which an element may begin and end.
   *
   * They are those within its parent, but for siblings that stay open beyond an end of
   * the sentence: what stands there would be within them. They have been placed.
   */
  private room({ parent }: Element): Span {
    let [begin, end] =
      parent === undefined ? [0, this.shares.length] : this.gaps[parent]!;
    for (const number of this.halved) {
      const sibling = this.elements[number]!;
      if (sibling.parent !== parent) continue;
      if (openedBefore(sibling)) begin = Math.max(begin, this.gaps[number]![1]);
      if (closedAfter(sibling)) end = Math.min(end, this.gaps[number]![0]);
    }
    return [begin, Math.max(begin, end)];
  }

  private place(element: Element): Span {
    const { parent } = element;
    const [begin, end] = this.room(element);
    const owners = this.owners.slice(begin, end);
    const gains = this.shares.within(element.begin, element.end).slice(begin, end);
    const free = owners.map(
      (owner, place) =>
        owner === parent &&
        // What is known to translate something else is never enclosed.
        !(this.shares.isCertain(begin + place) && gains[place]! < 0),
    );
    const least = element.begin < element.end ? 1 : 0;
    if (openedBefore(element)) return [begin, begin + bestPrefix(gains, free, least)];
    if (closedAfter(element)) {
      return [end - bestPrefix(gains.reverse(), free.reverse(), least), end];
    }
    if (element.begin < element.end && free.includes(true)) {
      const [first, last] = bestStretch(gains, free);
      return [begin + first, begin + last];
    }
    const before = this.shares.within(0, element.begin).slice(begin, end);
    const gap = begin + bestGap(before, owners, parent);
    return [gap, gap];
  }
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
