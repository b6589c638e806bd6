/**
 * Beam search over one decoder step; the same search as
 * `edge_runtime/search/beam_search.py`.
 */

import { ALIGNMENT } from "../contract.js";
import {
  buildHypothesis,
  type DecoderStates,
  type DecoderStep,
  type Emission,
  type Hypothesis,
  rowOf,
  type SearchLimits,
  takeRows,
} from "./greedy_search.js";
import { lengthPenalty } from "./scoring.js";
import { topTokens } from "./top_tokens.js";

export interface BeamOptions extends SearchLimits {
  /** Hypotheses kept. */
  beamSize: number;
  /** Hypotheses to return, at most `beamSize`. */
  numHypotheses: number;
  /** Strength of the length penalty. */
  alpha: number;
}

/** A hypothesis that goes on: its last token, and the one it continues. */
interface Node {
  emission: Emission;
  parent: Node | undefined;
  /** Sum of the log-probs so far. */
  logProb: number;
}

/** A continuation of a row, before its alignment is copied. */
interface Candidate {
  row: number;
  tokenId: number;
  tokenLogProb: number;
  logProb: number;
}

/**
 * Keeps the `beamSize` most probable hypotheses of a sentence.
 *
 * At each step, of all continuations of the live hypotheses:
 *
 * 1. those among the `beamSize` most probable that end in eos are finished;
 * 2. the `beamSize` most probable of the others live on;
 * 3. the search ends at the length limit; once no live hypothesis can still be among the
 *    results; or, as soon as `beamSize` hypotheses have finished, once no live one is
 *    better, as long as it is now, than the worst of the results.
 *
 * @returns Up to `numHypotheses` hypotheses, best score first; unfinished ones only
 *   where too few finished, and after those.
 */
export async function beamSearch(
  step: DecoderStep,
  states: DecoderStates,
  options: BeamOptions,
): Promise<Hypothesis[]> {
  const { beamSize, numHypotheses, bosId, eosId, maxLength, alpha, constraints } =
    options;
  const pool = new Pool(numHypotheses);
  let nodes: (Node | undefined)[] = [undefined];
  let histories: number[][] = [[]];
  for (let length = 1; nodes.length > 0; length++) {
    const tokenIds = Int32Array.from(nodes, (node) => node?.emission.tokenId ?? bosId);
    const next = await step(tokenIds, states);
    const alignment = next.states[ALIGNMENT];
    let logProbs = constraints.apply(next.logProbs, histories, maxLength, eosId);
    let candidates = grow(logProbs, nodes, beamSize);
    const loops = ({ row, tokenId }: Candidate): boolean =>
      constraints.beginsLoop(histories[row]!, tokenId);
    while (candidates.some(loops)) {
      logProbs = logProbs.slice();
      const vocabSize = logProbs.length / nodes.length;
      for (const { row, tokenId } of candidates.filter(loops)) {
        logProbs[row * vocabSize + tokenId] = -Infinity;
      }
      candidates = grow(logProbs, nodes, beamSize);
    }
    const asNode = ({ row, tokenId, tokenLogProb, logProb }: Candidate): Node => ({
      emission: { tokenId, logProb: tokenLogProb, alignment: rowOf(alignment, row) },
      parent: nodes[row],
      logProb,
    });
    const hypothesis = (candidate: Candidate): Hypothesis =>
      buildHypothesis(trace(asNode(candidate)), eosId, alpha);

    for (const candidate of candidates.slice(0, beamSize)) {
      if (candidate.tokenId === eosId) pool.finish(hypothesis(candidate));
    }
    const live = candidates
      .filter(({ tokenId }) => tokenId !== eosId)
      .slice(0, beamSize);
    if (length >= maxLength) {
      if (pool.finished.length < numHypotheses) {
        for (const candidate of live) pool.truncate(hypothesis(candidate));
      }
      break;
    }
    if (live.length === 0) {
      // No token is possible: what was fed is all there is.
      if (pool.best().length === 0)
        pool.truncate(buildHypothesis(trace(nodes[0]), eosId, alpha));
      break;
    }
    // Every further token adds at most 0, and the penalty divides by at most its value
    // at the length limit: nothing that lives can score above this. Once the beam's
    // width has finished, what the penalty could still give is not waited for.
    const longest = pool.count >= beamSize ? length : maxLength;
    const bound = live[0]!.logProb / lengthPenalty(longest, alpha);
    if (pool.worstScore() >= bound) break;
    states = takeRows(
      next.states,
      live.map(({ row }) => row),
    );
    nodes = live.map(asNode);
    histories = live.map(({ row, tokenId }) => [...histories[row]!, tokenId]);
  }
  return pool.best();
}

/** Returns the most probable continuations of all rows, best first. */
function grow(
  logProbs: Float32Array,
  nodes: readonly (Node | undefined)[],
  beamSize: number,
): Candidate[] {
  const vocabSize = logProbs.length / nodes.length;
  // One more than the beam: with eos left out, `beamSize` tokens remain.
  const count = Math.min(beamSize + 1, vocabSize);
  const candidates = nodes.flatMap((node, row) => {
    const begin = row * vocabSize;
    return topTokens(logProbs, begin, begin + vocabSize, count).map((tokenId) => {
      const tokenLogProb = logProbs[begin + tokenId]!;
      return {
        row,
        tokenId,
        tokenLogProb,
        logProb: (node?.logProb ?? 0) + tokenLogProb,
      };
    });
  });
  return (
    candidates
      .filter(({ logProb }) => logProb > -Infinity)
      // Stable: among equals the earlier row and the more probable token come first.
      .sort((first, second) => second.logProb - first.logProb)
      // At most one of a row's tokens is eos: twice the beam leaves enough others.
      .slice(0, 2 * beamSize)
  );
}

function trace(node: Node | undefined): Emission[] {
  const emissions: Emission[] = [];
  for (; node; node = node.parent) emissions.push(node.emission);
  return emissions.reverse();
}

/** The best finished hypotheses, and how many have finished. */
class Pool {
  count = 0;
  readonly finished: Hypothesis[] = [];
  private readonly unfinished: Hypothesis[] = [];

  constructor(private readonly size: number) {}

  finish(hypothesis: Hypothesis): void {
    this.count++;
    this.add(this.finished, hypothesis);
  }

  truncate(hypothesis: Hypothesis): void {
    this.add(this.unfinished, hypothesis);
  }

  /** Returns what a finished hypothesis must exceed to be kept. */
  worstScore(): number {
    return this.finished.length === this.size ? this.finished.at(-1)!.score : -Infinity;
  }

  best(): Hypothesis[] {
    return [...this.finished, ...this.unfinished].slice(0, this.size);
  }

  private add(kept: Hypothesis[], hypothesis: Hypothesis): void {
    kept.push(hypothesis);
    kept.sort((first, second) => second.score - first.score); // stable: the earlier wins
    kept.splice(this.size);
  }
}
