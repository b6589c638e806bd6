/**
 * Returns the ids of the `count` largest of `values[begin:end]`, best first.
 *
 * Among equals the lowest id comes first. A beam needs few: they are kept in a sorted
 * list, and almost every value is done with after one comparison with its last entry.
 */
export function topTokens(
  values: Float32Array,
  begin: number,
  end: number,
  count: number,
): number[] {
  const best: number[] = [];
  let threshold = -Infinity;
  for (let place = begin; place < end; place++) {
    const value = values[place]!;
    if (best.length === count && !(value > threshold)) continue;
    let rank = best.length;
    while (rank > 0 && value > values[begin + best[rank - 1]!]!) rank--;
    best.splice(rank, 0, place - begin);
    if (best.length > count) best.pop();
    threshold = values[begin + best.at(-1)!]!;
  }
  return best;
}
