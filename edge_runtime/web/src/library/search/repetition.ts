/**
 * Loops: the same phrase time after time, which a decoder falls into; the same as
 * `edge_runtime/search/repetition.py`.
 */

/** In tokens; some eight words. */
const LONGEST_PHRASE = 16;

/** What language repeats on purpose, as in "ha ha ha ha". */
const MOST_REPEATS = 4;

/**
 * Returns how often a phrase may stand in a translation, time after time: what the source
 * repeats may be repeated as often.
 */
export function mostRepeats(sourceIds: readonly number[]): number {
  let most = MOST_REPEATS;
  const longest = Math.min(LONGEST_PHRASE, Math.floor(sourceIds.length / (most + 1)));
  for (let phrase = 1; phrase <= longest; phrase++) {
    let same = 0;
    for (let place = phrase; place < sourceIds.length; place++) {
      same = sourceIds[place] === sourceIds[place - phrase] ? same + 1 : 0;
      most = Math.max(most, Math.floor(same / phrase) + 1);
    }
  }
  return most;
}

/**
 * Returns whether a token repeats a phrase more often than is allowed.
 *
 * @param history Ids of the hypothesis so far.
 * @param tokenId The token that would follow.
 * @param most How often a phrase may stand there, time after time.
 */
export function beginsLoop(
  history: readonly number[],
  tokenId: number,
  most: number,
): boolean {
  const { length } = history;
  const longest = Math.min(LONGEST_PHRASE, Math.floor((length + 1) / (most + 1)));
  for (let phrase = 1; phrase <= longest; phrase++) {
    if (history[length - phrase] !== tokenId) continue;
    let place = 1;
    while (
      place < phrase * most &&
      history[length - place] === history[length - place - phrase]
    ) {
      place++;
    }
    if (place === phrase * most) return true;
  }
  return false;
}
