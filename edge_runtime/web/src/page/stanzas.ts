/** A sentence and its translation as lines of words that fit a narrow screen. */

/** A line of source words above a line of the translation; ends are not included. */
export interface Stanza {
  source: readonly [begin: number, end: number];
  target: readonly [begin: number, end: number];
}

/** Sentences of more words than this are cut by their proportions alone. */
const MOST_WORDS = 120;
/** How far a line of the translation may run ahead of its source, as shares of both. */
const MOST_AHEAD = 0.4;
/** What a further line costs, in words that stand below what they come from. */
const LINE_COST = 0.5;

/**
 * Cuts a sentence and its translation into as few pairs of lines as fit, so that words
 * stand below those that they attended to where they can.
 *
 * @param weights Attention of target words (rows) over source words.
 * @param widths Widths of the source's words and of the target's, gaps included.
 * @param width What a line may have.
 */
export function stanzas(
  weights: readonly (readonly number[])[],
  widths: { source: readonly number[]; target: readonly number[] },
  width: number,
): Stanza[] {
  const [sourceCount, targetCount] = [widths.source.length, widths.target.length];
  const sourceEnds = lineEnds(widths.source, width);
  const targetEnds = lineEnds(widths.target, width);
  if (sourceEnds[0] === sourceCount && targetEnds[0] === targetCount) {
    return [{ source: [0, sourceCount], target: [0, targetCount] }];
  }
  if (Math.max(sourceCount, targetCount) > MOST_WORDS) {
    return lineByLine(sourceEnds, targetEnds);
  }
  const within = sums(weights, sourceCount, targetCount);
  const columns = sourceCount + 1;
  const best = new Float64Array((targetCount + 1) * columns).fill(-Infinity);
  const from = new Int32Array(best.length).fill(-1);
  best[0] = 0;
  for (let target = 0; target <= targetCount; target++) {
    for (let source = 0; source <= sourceCount; source++) {
      const here = target * columns + source;
      if (best[here] === -Infinity) continue;
      const lastTarget = targetEnds[target] ?? targetCount;
      const lastSource = sourceEnds[source] ?? sourceCount;
      for (let nextTarget = target; nextTarget <= lastTarget; nextTarget++) {
        for (let nextSource = source; nextSource <= lastSource; nextSource++) {
          const ahead = nextTarget / targetCount - nextSource / sourceCount;
          if (Math.abs(ahead) > MOST_AHEAD) continue;
          const next = nextTarget * columns + nextSource;
          if (next === here) continue;
          const score =
            best[here]! + within(source, nextSource, target, nextTarget) - LINE_COST;
          if (score > best[next]!) {
            best[next] = score;
            from[next] = here;
          }
        }
      }
    }
  }
  const found: Stanza[] = [];
  let place = best.length - 1;
  if (best[place] === -Infinity) return lineByLine(sourceEnds, targetEnds);
  while (place > 0) {
    const before = from[place]!;
    found.push({
      source: [before % columns, place % columns],
      target: [Math.floor(before / columns), Math.floor(place / columns)],
    });
    place = before;
  }
  return found.reverse();
}

/** Returns, for every word that a line can begin with, the word behind the line. */
function lineEnds(widths: readonly number[], width: number): number[] {
  return widths.map((first, begin) => {
    let end = begin + 1; // a word that is too long for a line has its own
    let used = first;
    while (end < widths.length && used + widths[end]! <= width) used += widths[end++]!;
    return end;
  });
}

/** Returns the n-th line of each side together. */
function lineByLine(
  sourceEnds: readonly number[],
  targetEnds: readonly number[],
): Stanza[] {
  const found: Stanza[] = [];
  let [source, target] = [0, 0];
  while (source < sourceEnds.length || target < targetEnds.length) {
    const sourceEnd = sourceEnds[source] ?? source;
    const targetEnd = targetEnds[target] ?? target;
    found.push({ source: [source, sourceEnd], target: [target, targetEnd] });
    [source, target] = [sourceEnd, targetEnd];
  }
  return found;
}

/** Returns a function that adds up the weights between two stretches of words. */
function sums(
  weights: readonly (readonly number[])[],
  sourceCount: number,
  targetCount: number,
): (source: number, sourceEnd: number, target: number, targetEnd: number) => number {
  const columns = sourceCount + 1;
  const total = new Float64Array((targetCount + 1) * columns);
  weights.forEach((shares, target) => {
    let row = 0;
    shares.forEach((weight, source) => {
      row += weight;
      const above = total[target * columns + source + 1]!;
      total[(target + 1) * columns + source + 1] = above + row;
    });
  });
  const at = (source: number, target: number): number =>
    total[target * columns + source]!;
  return (source, sourceEnd, target, targetEnd) =>
    at(sourceEnd, targetEnd) -
    at(source, targetEnd) -
    at(sourceEnd, target) +
    at(source, target);
}
