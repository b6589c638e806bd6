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
// <A> x <B> y </B> </A>, and what the ids stand for.
const [A, B, END_B, END_A, X, Y] = [4, 5, 6, 7, 8, 9] as const;
const RESERVED = { first: A, last: Y };
const START = {
  position: { type: "float32", data: new Float32Array(1), dims: [1, 1] },
} as const;

const nested = (): SlotRules =>
  new SlotRules(
    [
      { tokenId: A, opens: true },
      { tokenId: X, parent: 0 },
      { tokenId: B, parent: 0, opens: true },
      { tokenId: Y, parent: 2 },
      { tokenId: END_B, parent: 0, closes: 2 },
      { tokenId: END_A, closes: 0 },
    ],
    RESERVED,
  );

/** Whether slots keep the nesting of the source, stated in another way. */
function isWellNested(slots: readonly number[]): boolean {
  const inOrder = (...ids: number[]): boolean =>
    ids.every(
      (id, place) => place === 0 || slots.indexOf(ids[place - 1]!) < slots.indexOf(id),
    );
  return (
    inOrder(A, X, END_A) && inOrder(A, B, Y, END_B, END_A) && !inOrder(B, X, END_B)
  );
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
    const orders = permutations([A, X, B, Y, END_B, END_A]).filter(isWellNested);
    expect(allowedOrders(nested()).sort()).toEqual(orders.map(String).sort());
  });

  test("keep what stands in pairs that are cut", () => {
    // x </A> y <B> z, where A was opened before and B is closed later.
    const rules = new SlotRules(
      [
        { tokenId: X, parent: -1 },
        { tokenId: END_A, closes: -1 },
        { tokenId: Y },
        { tokenId: END_B },
        { tokenId: B, opens: true },
        { tokenId: A, parent: 4 },
      ],
      RESERVED,
    );
    expect(allowedOrders(rules).sort()).toEqual(
      [
        [X, END_A, Y, END_B, B, A],
        [X, END_A, END_B, Y, B, A],
      ]
        .map(String)
        .sort(),
    );
  });

  test("know which slot of the source each is", () => {
    const rules = new SlotRules(
      [{ tokenId: X }, { tokenId: Y }, { tokenId: X }],
      RESERVED,
    );
    expect(rules.allowed([X, 11])).toEqual({ slotIds: [Y, X], missing: 2 });
    expect(rules.places([X, 11, X, Y])).toEqual([0, 2, 1]);
    expect(nested().places([Y, A, X, X])).toEqual([undefined, 0, 1, undefined]);
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
          expect([...slots].sort()).toEqual([A, B, END_B, END_A, X, Y]);
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
