import { describe, expect, test } from "vitest";
import { replaceSurrogates, Tokenizer } from "../src/library/text/tokenizer.js";

const [NORMAL, UNKNOWN, CONTROL, UNUSED, BYTE] = [1, 2, 3, 5, 6] as const;
const SPECIALS: [string, number, number][] = [
  ["<pad>", 0, CONTROL],
  ["<unk>", 0, UNKNOWN],
  ["<s>", 0, CONTROL],
  ["</s>", 0, CONTROL],
];

/** Writes a SentencePiece model file without normalisation rules. */
function modelFile(
  algorithm: number,
  pieces: [string | Uint8Array, number, number][],
): Uint8Array {
  const field = (number: number, content: Uint8Array): number[] => {
    if (content.length > 127) throw new Error("a field must be short.");
    return [number * 8 + 2, content.length, ...content];
  };
  const bytes = [...SPECIALS, ...pieces].flatMap(([text, score, type]) => {
    const number = new Uint8Array(Float32Array.of(score).buffer);
    const utf8 = typeof text === "string" ? new TextEncoder().encode(text) : text;
    return field(
      1,
      Uint8Array.of(...field(1, utf8), 2 * 8 + 5, ...number, 3 * 8, type),
    );
  });
  // unk_surface, field 44, has a tag of two bytes.
  return Uint8Array.of(
    ...bytes,
    ...field(2, Uint8Array.of(3 * 8, algorithm, 0xe2, 0x02, 0)),
  );
}

const UNIGRAM = modelFile(1, [
  ["▁", -2, NORMAL],
  ["a", -3, NORMAL],
  ["b", -3, NORMAL],
  ["ab", -4, NORMAL],
  ["▁ab", -7, NORMAL],
  ["😀", -5, NORMAL],
]);
const BPE = modelFile(2, [
  ["ab", -1, NORMAL],
  ["▁ab", -2, NORMAL],
  ["bc", 0, NORMAL],
  ["▁", -10, NORMAL],
  ["a", -11, NORMAL],
  ["b", -12, NORMAL],
  ["c", -13, NORMAL],
]);

describe("a tokenizer", () => {
  test("takes the most probable segmentation of a unigram model", () => {
    const tokens = new Tokenizer(UNIGRAM).tokenize(" ab  a");
    expect(tokens.tokens).toEqual(["▁", "ab", "▁", "a"]);
    expect(tokens.spans).toEqual([
      [1, 1],
      [1, 3],
      [3, 5],
      [5, 6],
    ]);
  });

  test("merges the best-ranked neighbours of a BPE model first", () => {
    expect(new Tokenizer(BPE).tokenize("abc ab").tokens).toEqual([
      "▁",
      "a",
      "bc",
      "▁ab",
    ]);
  });

  test("makes one token of neighbouring unknown characters, and counts as JavaScript", () => {
    const tokens = new Tokenizer(UNIGRAM).tokenize("😀xyz😀");
    expect(tokens.tokenIds).toEqual([4, 9, 1, 9]);
    expect(tokens.tokens).toEqual(["▁", "😀", "xyz", "😀"]);
    expect(tokens.spans.slice(1)).toEqual([
      [0, 2],
      [2, 5],
      [5, 7],
    ]);
  });

  test("writes text, without a trace of special tokens", () => {
    const tokenizer = new Tokenizer(UNIGRAM);
    expect(tokenizer.decode([2, 8, 4, 5, 1, 0, 3])).toBe("ab a");
    expect(tokenizer.detokenize([8, 4, 5]).spans).toEqual([
      [0, 2],
      [2, 3],
      [3, 4],
    ]);
    expect(() => tokenizer.decode([99])).toThrow("below 10. Received: 99");
  });

  test("knows its special ids", () => {
    expect(new Tokenizer(BPE).specialIds).toEqual({ pad: 0, unk: 1, bos: 2, eos: 3 });
  });

  test("refuses what is no model", () => {
    expect(() => new Tokenizer(new Uint8Array())).toThrow("must have pieces");
    expect(() => new Tokenizer(UNIGRAM.subarray(0, 20))).toThrow(RangeError);
    expect(() => new Tokenizer(modelFile(4, []))).toThrow("model_type must be");
  });

  test.each<[string, string, [string | Uint8Array, number, number][]]>([
    ["an empty piece", "must not be empty", [["", -1, NORMAL]]],
    ["a NUL", "must have no NUL", [["a\0", -1, NORMAL]]],
    ["a score that is no number", "must be numbers", [["a", Number.NaN, NORMAL]]],
    ["an endless score", "must be numbers", [["a", -Infinity, CONTROL]]],
    [
      "the same piece twice",
      "one piece a",
      [
        ["a", -1, NORMAL],
        ["a", -2, UNUSED],
      ],
    ],
    ["a special piece twice", "one piece <s>", [["<s>", 0, CONTROL]]],
    ["a second unknown piece", "one unknown piece", [["?", 0, UNKNOWN]]],
    ["a piece for a byte alone", "a piece for a byte", [["<0x41>", 0, BYTE]]],
    ["a piece that is no text", "not valid", [[Uint8Array.of(0xff), -1, NORMAL]]],
  ])("refuses %s, as SentencePiece does", (_, complaint, pieces) => {
    expect(() => new Tokenizer(modelFile(1, pieces))).toThrow(complaint);
  });

  test("takes one text for a normal and a special piece, as SentencePiece does", () => {
    const content = modelFile(1, [["<s>", -1, NORMAL]]);
    expect(new Tokenizer(content).specialIds.bos).toBe(2);
  });

  test("refuses fields that protocol buffers do not have", () => {
    for (const bytes of [[0, 0], [0x0b], [8, ...Array<number>(10).fill(0x80), 0]]) {
      const content = Uint8Array.of(...UNIGRAM, ...bytes);
      expect(() => new Tokenizer(content)).toThrow(RangeError);
    }
  });

  test("passes over a field that is written as another", () => {
    // The pieces as an integer, which is a field that another format may have.
    const content = Uint8Array.of(...UNIGRAM, 8, 1);
    expect(new Tokenizer(content).vocabSize).toBe(new Tokenizer(UNIGRAM).vocabSize);
  });
});

test("lone surrogates become U+FFFD, pairs stay", () => {
  expect(replaceSurrogates("a\ud800b😀\udc00")).toBe("a\ufffdb😀\ufffd");
});
