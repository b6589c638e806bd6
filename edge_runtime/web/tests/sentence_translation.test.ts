import { expect, test } from "vitest";
import { EOS_ID, PAD_ID } from "../src/library/contract.js";
import type { TranslationModel } from "../src/library/model/translation_model.js";
import { numberSlots } from "../src/library/text/slotted_text.js";
import { resolveOptions } from "../src/library/translation/decoding_options.js";
import { translateSentence } from "../src/library/translation/sentence_translation.js";

/** A model that emits two tokens and eos, with attention on the first position. */
function modelOf(encoded: number[][]): TranslationModel {
  const tokenIds = [5, 6, EOS_ID];
  const positions = () => encoded.at(-1)!.length;
  let step = 0;
  return {
    encode: async (sourceIds: readonly number[]) => {
      encoded.push([...sourceIds]);
      return {};
    },
    step: async () => {
      const logProbs = new Float32Array(7).fill(-9);
      logProbs[tokenIds[step++]!] = -0.5;
      const data = new Float32Array(positions()).fill(0.25);
      const alignment = { type: "float32", data, dims: [1, positions()] };
      return { logProbs, states: { alignment } };
    },
    targetTokenizer: {
      detokenize: (ids: number[]) => ({
        text: "ab",
        tokenIds: ids,
        tokens: ["a", "b"],
        spans: [
          [0, 1],
          [1, 2],
        ],
      }),
    },
    manifest: { limits: { maxTargetLength: 9, maxSourceLength: 99 } },
    attends: true,
  } as unknown as TranslationModel;
}

const sourceOf = (length: number) => ({
  text: "x".repeat(length),
  tokenIds: Array.from({ length }, (_, place) => 4 + place),
  tokens: Array.from({ length }, () => "x"),
  spans: Array.from({ length }, (_, place) => [place, place + 1] as const),
});

test.each([
  [4, 4],
  [5, 5],
  [6, 6],
  [7, 8],
  [8, 8],
  [11, 12],
])("a source of %i ids is encoded with %i", async (length, encodedLength) => {
  const encoded: number[][] = [];
  const options = resolveOptions(
    { beamSize: 1 },
    { beamSize: 1, lengthPenalty: 0, splitSentences: true, carry: [] },
  );
  const source = sourceOf(length);
  const sentence = {
    segment: { text: source.text, begin: 0, gap: "" },
    source,
    content: source,
    slotted: numberSlots(source.text, [], 0),
    elements: [],
    terms: [],
    hasWords: true,
    looseSpans: [],
    letters: "ordinary",
  } as const;
  const [found] = await translateSentence(modelOf(encoded), sentence, options, {});
  const padding = Array<number>(encodedLength - length).fill(PAD_ID);
  expect(encoded).toEqual([[...source.tokenIds, ...padding]]);
  // The alignment has the sentence's own columns.
  const [alignment] = found!.alignments;
  expect([alignment!.rows, alignment!.columns]).toEqual([3, length]);
  expect([...alignment!.weights]).toEqual(Array(3 * length).fill(0.25));
});
