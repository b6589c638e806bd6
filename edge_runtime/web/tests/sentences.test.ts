import { describe, expect, test } from "vitest";
import { sentenceEnds, separator, splitText } from "../src/library/text/sentences.js";
import { wordSpans } from "../src/library/text/words.js";

const parts = (text: string): string[] => {
  const bounds = [0, ...sentenceEnds(text), text.length];
  return bounds.slice(1).map((end, place) => text.slice(bounds[place], end));
};
const characters = (text: string): number => Array.from(text).length;

describe("sentences", () => {
  test.each([
    ["你好。再见！", ["你好。", "再见！", ""]],
    ["Mr. Smith left. He was late.", ["Mr. Smith left.", " He was late."]],
    ["So … and so on. “Yes.” No.", ["So … and so on.", " “Yes.”", " No."]],
    ["e.g. this is one", ["e.g. this is one"]],
  ])("of %j end where they end", (text, expected) => {
    expect(parts(text)).toEqual(expected);
  });

  test("that are short enough stay together unless asked for", () => {
    expect(splitText(" An apple. No. ", 99, characters, false)).toEqual([
      { text: "An apple. No.", begin: 1, gap: "" },
    ]);
    expect(
      splitText(" An apple. It is. ", 99, characters, true).map(({ text }) => text),
    ).toEqual(["An apple.", "It is."]);
  });

  test("that are too long are cut at clauses, spaces, then anywhere", () => {
    const text = "one two, three four。五六七八九十甲乙丙丁";
    const segments = splitText(text, 8, characters, false);
    for (const segment of segments) {
      expect(characters(segment.text)).toBeLessThanOrEqual(8);
      expect(text.slice(segment.begin, segment.begin + segment.text.length)).toBe(
        segment.text,
      );
    }
    const joined = segments.map((segment) => segment.text).join("");
    expect(joined.replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    expect(segments.at(-1)!.gap).toBeUndefined();
  });

  test("no emoji is cut in two", () => {
    const segments = splitText("👍🏽👍🏽👍🏽👍🏽", 3, characters, false);
    expect(segments.map(({ text }) => text)).toEqual(["👍🏽", "👍🏽", "👍🏽", "👍🏽"]);
  });

  test.each([
    ["One.", "Two.", "", " "],
    ["一。", "二。", " ", ""],
    ["One.", "Two.", "\n\n", "\n\n"],
    ["One", "Two", undefined, ""],
    ["", "Two", " ", ""],
  ])("%j and %j are joined over a gap of %j", (before, after, gap, expected) => {
    expect(separator(before, after, gap)).toBe(expected);
  });
});

test("words are runs without white space, Chinese characters one by one", () => {
  const text = "我爱 New York。𠀀";
  expect(wordSpans(text).map(([begin, end]) => text.slice(begin, end))).toEqual([
    "我",
    "爱",
    "New",
    "York",
    "。",
    "𠀀",
  ]);
});
