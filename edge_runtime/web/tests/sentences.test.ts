import { describe, expect, test } from "vitest";
import {
  isBlank,
  type Segment,
  sentenceEnds,
  separator,
  splitText,
} from "../src/library/text/sentences.js";
import { wordSpans } from "../src/library/text/words.js";

const parts = (text: string): string[] => {
  const bounds = [0, ...sentenceEnds(text), text.length];
  return bounds.slice(1).map((end, place) => text.slice(bounds[place], end));
};
const characters = (text: string): number => Array.from(text).length;
const split = (text: string, maxTokens: number, everySentence = false): Segment[] => [
  ...splitText(text, maxTokens, characters, everySentence),
];

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
    expect(split(" An apple. No. ", 99)).toEqual([
      { text: "An apple. No.", begin: 1, gap: "" },
    ]);
    expect(split(" An apple. It is. ", 99, true).map(({ text }) => text)).toEqual([
      "An apple.",
      "It is.",
    ]);
  });

  test("of other lines are other segments where asked for", () => {
    const found = [...splitText("\n a\nb. c \r\n\n d\n", 99, characters, false, true)];
    expect(found.map(({ text, gap }) => [text, gap])).toEqual([
      ["a", ""],
      ["b. c", "\n"],
      ["d", " \r\n\n "],
    ]);
    const every = [...splitText("a\nIt is. No\u2028d", 99, characters, true, true)];
    expect(every.map(({ text }) => text)).toEqual(["a", "It is.", "No", "d"]);
  });

  test("that are too long are cut at clauses, spaces, then anywhere", () => {
    const text = "one two, three four。五六七八九十甲乙丙丁";
    const segments = split(text, 8);
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
    const segments = split("👍🏽👍🏽👍🏽👍🏽", 3);
    expect(segments.map(({ text }) => text)).toEqual(["👍🏽", "👍🏽", "👍🏽", "👍🏽"]);
  });

  // 100,000 marks cost a quadratic form 5,000,000,000 steps, which are minutes.
  test.each([
    "a",
    "\u0301",
    "我。",
    ".",
    "—",
    ",",
    "!…",
    " ",
    "\u3000",
    '"',
    '."',
    "，",
    "😀",
    "x. ",
  ])("of a long run of %j are found in time proportional to its length", (filler) => {
    const text = `x${filler.repeat(100_000 / filler.length)}x`;
    for (const everySentence of [false, true]) {
      const begin = performance.now();
      const found = split(text, 90, everySentence);
      expect(performance.now() - begin).toBeLessThan(5_000);
      const joined = found.map((segment) => segment.text).join("");
      expect(joined.replace(/[ \u3000]/g, "")).toBe(text.replace(/[ \u3000]/g, ""));
    }
  });

  test("what is far too long is never counted as a whole", () => {
    const counted: number[] = [];
    const count = (text: string): number => counted.push(text.length) && text.length;
    for (const text of ["a".repeat(10_000), `a.${" ".repeat(10_000)}b`]) {
      expect([...splitText(text, 20, count, false)].length).toBeGreaterThan(1);
    }
    expect(Math.max(...counted)).toBeLessThanOrEqual(32 * 20);
  });

  test("white space is told from text, however long it is", () => {
    expect(isBlank(" \u3000\t".repeat(50_000))).toBe(true);
    expect(isBlank(`${" ".repeat(100_000)}x`)).toBe(false);
    expect(isBlank("")).toBe(true);
  });

  test.each([
    ["One.", "Two.", "", " "],
    ["一。", "二。", " ", ""],
    ["One.", "Two.", "\n\n", "\n\n"],
    ["One", "Two", undefined, ""],
    ["", "Two", " ", ""],
    ["One", "", " \n", " \n"],
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
