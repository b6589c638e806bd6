import { describe, expect, test } from "vitest";
import { pharaoh } from "../src/library/text/word_alignment.js";
import {
  type Translation,
  wordAlignment,
} from "../src/library/translation/translation.js";
import { alignedSentences } from "../src/page/alignment_units.js";

// 我爱 is one token and two words, apples. two tokens and one word.
const TRANSLATION: Translation = {
  source: "我爱苹果",
  text: "I love apples.",
  score: 0,
  logProb: 0,
  finished: true,
  sourceTokens: ["<s>", "▁我爱", "苹果", "</s>"],
  tokens: ["▁I", "▁love", "▁apple", "s.", "</s>"],
  tokenLogProbs: [],
  sourceSpans: [
    [0, 0],
    [0, 2],
    [2, 4],
    [4, 4],
  ],
  spans: [
    [0, 1],
    [1, 6],
    [6, 12],
    [12, 14],
    [14, 14],
  ],
  alignments: [
    {
      rows: 5,
      columns: 4,
      weights: Float32Array.of(
        ...[0, 1, 0, 0],
        ...[0, 0.75, 0.25, 0],
        ...[0, 0, 1, 0],
        ...[0, 0, 0.5, 0.5],
        ...[0, 0, 0, 1],
      ),
    },
  ],
  alternatives: [],
  confidence: null,
};

describe("alignment", () => {
  test("units are whole words and whole tokens, and share their attention", () => {
    const [sentence] = alignedSentences(TRANSLATION);
    expect(sentence!.source.map(({ text }) => text)).toEqual(["我爱", "苹果"]);
    expect(sentence!.target.map(({ text }) => text)).toEqual(["I", "love", "apples."]);
    expect(sentence!.weights).toEqual([
      [1, 0],
      [0.75, 0.25],
      [0, 0.75],
    ]);
  });

  test("words are linked to what they attended to most", () => {
    // Characters of equal share: the token belongs to the first, 我; 苹果 to 苹.
    expect(pharaoh(wordAlignment(TRANSLATION))).toBe("0-0 0-1 2-2");
  });

  test("a model without attention has none", () => {
    const plain = { ...TRANSLATION, alignments: [] };
    expect(alignedSentences(plain)).toEqual([]);
    expect(wordAlignment(plain)).toEqual([]);
  });

  test("of two sentences stays within each", () => {
    const block = TRANSLATION.alignments[0]!;
    const moved = (spans: Translation["spans"], by: number): Translation["spans"] =>
      spans.map(([begin, end]) => [begin + by, end + by]);
    const both: Translation = {
      ...TRANSLATION,
      source: TRANSLATION.source.repeat(2),
      text: `${TRANSLATION.text} ${TRANSLATION.text}`,
      sourceSpans: [...TRANSLATION.sourceSpans, ...moved(TRANSLATION.sourceSpans, 4)],
      spans: [...TRANSLATION.spans, ...moved(TRANSLATION.spans, 15)],
      alignments: [block, block],
    };
    const [first, second] = alignedSentences(both);
    expect(second!.weights).toEqual(first!.weights);
    expect(second!.target[2]!.begin).toBe(first!.target[2]!.begin + 15);
    expect(pharaoh(wordAlignment(both))).toBe("0-0 0-1 2-2 4-3 4-4 6-5");
  });

  test("of a word that was cut is linked once", () => {
    const block = { rows: 1, columns: 1, weights: Float32Array.of(1) };
    const cut: Translation = {
      ...TRANSLATION,
      source: "abcd",
      text: "efgh",
      sourceSpans: [
        [0, 2],
        [2, 4],
      ],
      spans: [
        [0, 2],
        [2, 4],
      ],
      alignments: [block, block],
    };
    expect(wordAlignment(cut)).toEqual([[0, 0]]);
  });
});
