import { describe, expect, test } from "vitest";
import { beamSearch } from "../src/library/search/beam_search.js";
import { Constraints } from "../src/library/search/constraints.js";
import {
  buildHypothesis,
  type DecoderStep,
  type Emission,
  emitTokens,
  type Hypothesis,
} from "../src/library/search/greedy_search.js";
import { beginsLoop, mostRepeats } from "../src/library/search/repetition.js";
import { SlotRules } from "../src/library/search/slot_rules.js";

const [BOS, EOS, VOCAB_SIZE] = [2, 3, 14];
// <a>A <b>B C</b> D</a> X Y
const [A, B, C, D, X, Y] = [4, 5, 6, 7, 8, 9] as const;
const RESERVED = { first: A, last: Y };
const START = {
  position: { type: "float32", data: new Float32Array(1), dims: [1, 1] },
} as const;

const nested = (): SlotRules =>
  new SlotRules(
    [A, B, C, D, X, Y],
    RESERVED,
    [],
    [
      { first: 0, end: 4 },
      { first: 1, end: 3 },
    ],
  );

/** Whether no other slot stands between those of a group. */
function standTogether(slots: readonly number[], ...group: number[]): boolean {
  const places = group.map((slot) => slots.indexOf(slot));
  return Math.max(...places) - Math.min(...places) === group.length - 1;
}

/** Whether pairs can enclose their slots and no others. */
function isWellNested(slots: readonly number[]): boolean {
  return standTogether(slots, A, B, C, D) && standTogether(slots, B, C);
}

function allowedOrders(rules: SlotRules, history: number[] = []): string[] {
  const { slotIds, missing } = rules.allowed(history);
  if (missing === 0) return [history.join()];
  return slotIds.flatMap((id) => allowedOrders(rules, [...history, id]));
}

function permutations(ids: readonly number[]): number[][] {
  if (ids.length === 0) return [[]];
  return ids.flatMap((id) =>
    permutations(ids.filter((other) => other !== id)).map((rest) => [id, ...rest]),
  );
}

describe("slot rules", () => {
  test("allow the well nested orders", () => {
    const orders = permutations([A, B, C, D, X, Y]).filter(isWellNested);
    expect(allowedOrders(nested()).sort()).toEqual(orders.map(String).sort());
  });

  test("keep what stands in pairs that are cut", () => {
    // A B</b> C</a> D <x>X, where a and b were opened before and x is closed later.
    const rules = new SlotRules(
      [A, B, C, D, X],
      RESERVED,
      [],
      [
        { first: 0, end: 3, isFirst: true },
        { first: 0, end: 2, isFirst: true },
        { first: 4, end: 5, isLast: true },
      ],
    );
    const orders = [
      [A, B, C, D, X],
      [B, A, C, D, X],
    ];
    expect(allowedOrders(rules).sort()).toEqual(orders.map(String));
  });

  test("know which slot of the source each is", () => {
    const rules = new SlotRules([X, Y, X], RESERVED);
    expect(rules.allowed([X, 11])).toEqual({ slotIds: [Y, X], missing: 2 });
    expect(rules.places([X, 11, X, Y])).toEqual([0, 2, 1]);
    expect(nested().places([Y, A, X, D, D])).toEqual([5, 0, undefined, 3, undefined]);
  });
});

/** A step whose log-probs are drawn for each last token; slots are unlikely. */
function drawnStep(seed: number): DecoderStep {
  let state = seed + 1;
  const draw = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const rows = Array.from({ length: VOCAB_SIZE }, () => {
    const weights = Array.from({ length: VOCAB_SIZE }, (_, id) =>
      Math.exp(4 * draw() - (id >= A && id <= Y ? 6 : 0)),
    );
    const sum = weights.reduce((total, weight) => total + weight);
    return weights.map((weight) => Math.log(weight / sum));
  });
  return async (tokenIds, states) => ({
    logProbs: Float32Array.from([...tokenIds].flatMap((id) => rows[id]!)),
    states,
  });
}

async function search(
  step: DecoderStep,
  beamSize: number,
  maxLength: number,
  constraints: Constraints,
): Promise<Hypothesis[]> {
  const limits = { bosId: BOS, eosId: EOS, maxLength, constraints };
  if (beamSize > 0) {
    const options = { ...limits, beamSize, numHypotheses: beamSize, alpha: 0 };
    return beamSearch(step, START, options);
  }
  const emissions: Emission[] = [];
  for await (const emission of emitTokens(step, START, limits)) {
    emissions.push(emission);
  }
  return [buildHypothesis(emissions, EOS, 0)];
}

describe.each([0, 1, 4])("a search with a beam of %d", (beamSize) => {
  test.each([6, 7, 9, 30])(
    "and at most %d tokens ends with its slots",
    async (most) => {
      for (let seed = 0; seed < 5; seed++) {
        const constraints = new Constraints(nested());
        const hypotheses = await search(drawnStep(seed), beamSize, most, constraints);
        expect(hypotheses.length).toBeGreaterThan(0);
        for (const { tokenIds } of hypotheses) {
          const slots = tokenIds.filter((id) => id >= A && id <= Y);
          expect([...slots].sort()).toEqual([A, B, C, D, X, Y]);
          expect(isWellNested(slots)).toBe(true);
        }
      }
    },
  );

  test("leaves a loop", async () => {
    // Each of 5, 6, 7 is followed by the next, and 7 by 5.
    const step: DecoderStep = async (tokenIds, states) => ({
      logProbs: Float32Array.from(
        [...tokenIds].flatMap((id) =>
          Array.from({ length: 9 }, (_, next) => {
            if (next === (id >= 5 && id < 7 ? id + 1 : 5)) return -0.1;
            return next === EOS ? -3 : -9;
          }),
        ),
      ),
      states,
    });
    if (beamSize < 2) {
      const [looping] = await search(step, beamSize, 40, new Constraints());
      expect(repeats(looping!.tokenIds)).toBe(13);
    }
    for (const most of [4, 6]) {
      const constraints = new Constraints(undefined, most);
      const [left] = await search(step, beamSize, 40, constraints);
      expect(repeats(left!.tokenIds)).toBeLessThanOrEqual(most);
      if (beamSize < 2) {
        expect(left!.tokenIds.slice(0, 3 * most)).toEqual(
          Array(most).fill([5, 6, 7]).flat(),
        );
      }
    }
  });
});

/** How often the most repeated phrase of up to 16 tokens stands there in a row. */
function repeats(tokens: readonly number[]): number {
  let most = 1;
  for (let size = 1; size <= 16; size++) {
    for (let begin = 0; begin < tokens.length - size; begin++) {
      const phrase = tokens.slice(begin, begin + size).join();
      let count = 1;
      const at = (place: number): string =>
        tokens.slice(begin + place * size, begin + (place + 1) * size).join();
      while (at(count) === phrase) count++;
      most = Math.max(most, count);
    }
  }
  return most;
}

test("loops are what is repeated more often than in the source", () => {
  let state = 1;
  for (let round = 0; round < 60; round++) {
    const tokens = Array.from({ length: 40 }, () => {
      state = (state * 48271) % 2147483647;
      return 5 + (state % (1 + (round % 3)));
    });
    expect(mostRepeats(tokens)).toBe(Math.max(4, repeats(tokens)));
    const kept: number[] = [];
    for (const token of tokens) {
      const begins = beginsLoop(kept, token, 4);
      expect(begins).toBe(repeats([...kept, token]) > 4);
      if (!begins) kept.push(token);
    }
  }
  expect(mostRepeats(Array(7).fill([5, 6]).flat())).toBe(7);
});
