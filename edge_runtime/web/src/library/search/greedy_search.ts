/** Greedy search over one decoder step; knows nothing about ONNX or text. */

import { ALIGNMENT } from "../contract.js";
import type { Constraints } from "./constraints.js";
import { lengthPenalty } from "./scoring.js";

/** An array with its shape; the first axis is the row. */
export interface StateArray {
  readonly type: "float32" | "int32" | "bool";
  readonly data: Float32Array | Int32Array | Uint8Array;
  readonly dims: readonly number[];
}

export type DecoderStates = Readonly<Record<string, StateArray>>;

/**
 * One decoder step: the only thing search asks of a model.
 *
 * It is given the last token of each row and the states, and returns log-probs
 * `(rows, vocab_size)` and the next states. The entry `alignment` of these, of shape
 * `(rows, source_length)`, is recorded with the token where it is present.
 */
export interface DecoderStep {
  (
    tokenIds: Int32Array,
    states: DecoderStates,
  ): Promise<{ logProbs: Float32Array; states: DecoderStates }>;
  /** All steps of a sentence at once, where that is possible. */
  searchGreedily?: GreedySearch;
}

/**
 * From the states of one sentence and the most tokens to what greedy search emits without
 * constraints; `undefined` where the steps have to be taken one by one.
 */
export type GreedySearch = (
  states: DecoderStates,
  maxLength: number,
) => Promise<Emission[] | undefined>;

/** What one step adds to a hypothesis. */
export interface Emission {
  tokenId: number;
  logProb: number;
  alignment: Float32Array | undefined;
}

/**
 * A finished or truncated target sequence.
 *
 * `tokenIds` has neither bos nor eos; `logProb` is the sum of the token log-probs, eos
 * included; `score` ranks, higher is better; `finished` says whether eos was reached
 * before the length limit. `tokenLogProbs` and `alignment` have one entry per token,
 * and a last one for eos where finished; `alignment` is empty for a model without
 * attention.
 */
export interface Hypothesis {
  tokenIds: number[];
  logProb: number;
  score: number;
  finished: boolean;
  tokenLogProbs: number[];
  alignment: Float32Array[];
}

export interface SearchLimits {
  bosId: number;
  eosId: number;
  /** Most tokens to produce, eos included. */
  maxLength: number;
  /** Rules that exclude tokens. */
  constraints: Constraints;
}

/** Yields the most probable token of each step, until eos or the length limit. */
export async function* emitTokens(
  step: DecoderStep,
  states: DecoderStates,
  { bosId, eosId, maxLength, constraints }: SearchLimits,
): AsyncGenerator<Emission> {
  if (!constraints.active) {
    const found = await step.searchGreedily?.(states, maxLength);
    if (found && !hasLoop(found, constraints)) {
      yield* found;
      return;
    }
  }
  const history: number[] = [];
  let tokenId = bosId;
  for (let length = 0; length < maxLength && tokenId !== eosId; length++) {
    const next = await step(Int32Array.of(tokenId), states);
    states = next.states;
    let logProbs = constraints.apply(next.logProbs, [history], maxLength, eosId);
    tokenId = argmax(logProbs);
    while (logProbs[tokenId]! > -Infinity && constraints.beginsLoop(history, tokenId)) {
      logProbs = logProbs.slice();
      logProbs[tokenId] = -Infinity;
      tokenId = argmax(logProbs);
    }
    const logProb = logProbs[tokenId]!;
    if (!(logProb > -Infinity)) return; // nothing is allowed, or the step returned NaN
    history.push(tokenId);
    yield { tokenId, logProb, alignment: rowOf(states[ALIGNMENT], 0) };
  }
}

function hasLoop(emissions: readonly Emission[], constraints: Constraints): boolean {
  const history: number[] = [];
  return emissions.some(({ tokenId }) => {
    if (constraints.beginsLoop(history, tokenId)) return true;
    history.push(tokenId);
    return false;
  });
}

/** Returns the hypothesis that the emitted tokens make, eos among them. */
export function buildHypothesis(
  emissions: readonly Emission[],
  eosId: number,
  alpha: number,
): Hypothesis {
  const tokenIds = emissions.map((emission) => emission.tokenId);
  const finished = tokenIds.at(-1) === eosId;
  const logProb = emissions.reduce((sum, emission) => sum + emission.logProb, 0);
  return {
    tokenIds: finished ? tokenIds.slice(0, -1) : tokenIds,
    logProb,
    score: logProb / lengthPenalty(tokenIds.length, alpha),
    finished,
    tokenLogProbs: emissions.map((emission) => emission.logProb),
    alignment: emissions.flatMap((emission) => emission.alignment ?? []),
  };
}

/** Returns the given rows of every array; the alignment was recorded and is left. */
export function takeRows(
  states: DecoderStates,
  rows: readonly number[],
): DecoderStates {
  const taken: Record<string, StateArray> = {};
  for (const [name, array] of Object.entries(states)) {
    if (name === ALIGNMENT) continue;
    const size = array.data.length / array.dims[0]!;
    const data = new (array.data.constructor as Float32ArrayConstructor)(
      rows.length * size,
    );
    rows.forEach((row, place) => {
      data.set(array.data.subarray(row * size, (row + 1) * size), place * size);
    });
    taken[name] = {
      type: array.type,
      data,
      dims: [rows.length, ...array.dims.slice(1)],
    };
  }
  return taken;
}

/** Returns a copy of one row: what a step returned is not kept alive by it. */
export function rowOf(
  array: StateArray | undefined,
  row: number,
): Float32Array | undefined {
  if (!array) return undefined;
  const size = array.data.length / array.dims[0]!;
  return (array.data as Float32Array).slice(row * size, (row + 1) * size);
}

/** Returns the place of the largest value, the first among equals. */
function argmax(values: Float32Array): number {
  let best = 0;
  for (let place = 1; place < values.length; place++) {
    if (values[place]! > values[best]!) best = place;
  }
  return best;
}
