import { describe, expect, test } from "vitest";
import { isEdit } from "../src/page/history_store.js";
import {
  languageName,
  languageTag,
  textDirection,
} from "../src/page/language_names.js";
import {
  shownOnly,
  wholeText,
  withChoice,
  withOthers,
} from "../src/page/sentence_choices.js";
import { stanzas } from "../src/page/stanzas.js";
import type { Part, Translation } from "../src/translator.js";

describe("languages", () => {
  test.each([
    ["zh", "中文", "ltr"],
    ["de", "Deutsch", "ltr"],
    ["fr", "Français", "ltr"],
    ["ru", "Русский", "ltr"],
    ["ar", "العربية", "rtl"],
    ["he", "עברית", "rtl"],
    ["uz_Arab", "اوزبیک (عربی)", "rtl"],
    ["pt_BR", "Português (Brasil)", "ltr"],
    ["no code", "no code", "auto"],
  ])("%s has its own name and direction", (code, name, direction) => {
    expect(languageName(code)).toBe(name);
    expect(textDirection(code)).toBe(direction);
  });

  test("what is no code makes no attribute", () => {
    expect([languageTag("de_CH"), languageTag("no code")]).toEqual(["de-CH", ""]);
  });
});

describe("lines of words", () => {
  const even = (count: number): number[] => Array<number>(count).fill(10);
  /** Attention of every word on one word. */
  const on = (sources: readonly number[], count: number): number[][] =>
    sources.map((source) => even(count).map((_, place) => (place === source ? 1 : 0)));

  test("what fits stays in one pair of lines", () => {
    const found = stanzas(on([2, 1, 0], 3), { source: even(3), target: even(3) }, 30);
    expect(found).toEqual([{ source: [0, 3], target: [0, 3] }]);
  });

  test("words stand below those that they come from", () => {
    // Four words come from the first two, two from the last four.
    const weights = on([0, 0, 1, 1, 2, 5], 6);
    const found = stanzas(weights, { source: even(6), target: even(6) }, 40);
    expect(found).toEqual([
      { source: [0, 2], target: [0, 4] },
      { source: [2, 6], target: [4, 6] },
    ]);
  });

  test.each([1, 7, 40, 200])("%i words are all there, in order, and fit", (count) => {
    const weights = on(
      Array.from({ length: count }, (_, place) => (place * 7) % 30),
      30,
    );
    const widths = { source: even(30), target: even(count) };
    const found = stanzas(weights, widths, 45);
    for (const [side, length] of [
      ["source", 30],
      ["target", count],
    ] as const) {
      expect(found.map((stanza) => stanza[side][0]).slice(1)).toEqual(
        found.map((stanza) => stanza[side][1]).slice(0, -1),
      );
      expect(found[0]![side][0]).toBe(0);
      expect(found.at(-1)![side][1]).toBe(length);
      for (const stanza of found) {
        expect(stanza[side][1] - stanza[side][0]).toBeLessThanOrEqual(4);
      }
    }
  });

  test("a word that is wider than the screen has a line of its own", () => {
    const widths = { source: [10, 99, 10], target: [10] };
    const found = stanzas(on([0], 3), widths, 30);
    expect(found.map(({ source }) => source)).toContainEqual([1, 2]);
  });
});

describe("choices", () => {
  const translation = (text: string, alternatives: Translation[] = []): Translation =>
    ({ text, alternatives }) as unknown as Translation;
  const part = (text: string, begin: number, others: string[] = []): Part => ({
    segment: { text: "一。", begin, gap: begin ? "\n" : "" },
    translation: translation(
      text,
      others.map((other) => translation(other)),
    ),
  });

  test("every sentence has its own, and none twice", () => {
    const shown = shownOnly([part("One.", 0), part("Two.", 3)]);
    const found = [part("One.", 0, ["A.", " ", "A."]), part("To.", 3, ["Two."])];
    const sentences = withOthers(shown, found);
    expect(sentences.map(({ choices }) => choices.map(({ text }) => text))).toEqual([
      ["One.", "A."],
      ["Two.", "To."],
    ]);
    const chosen = withChoice(sentences, 1, sentences[1]!.choices[1]!);
    expect(wholeText(chosen)).toBe("One.\nTo.");
    expect(chosen[1]!.choices.map(({ text }) => text)).toEqual(["To.", "Two."]);
  });
});

test("a text that was edited is the same text, another one is not", () => {
  expect(isEdit("我爱吃苹", "我爱吃苹果。")).toBe(true);
  expect(isEdit("I love apples.", "I really love apples.")).toBe(true);
  expect(isEdit("I love apples.", "Where is the school?")).toBe(false);
  expect(isEdit("", "I love apples.")).toBe(true);
});
