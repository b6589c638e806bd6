import { describe, expect, test } from "vitest";
import type { Segment } from "../src/library/text/sentences.js";
import { joinTranslations } from "../src/library/translation/joining.js";
import type { Translation } from "../src/library/translation/translation.js";

function part(source: string, text: string, score: number): Translation {
  return {
    source,
    text,
    score,
    logProb: 2 * score,
    finished: score > -2,
    sourceTokens: [source],
    tokens: [text],
    tokenLogProbs: [score],
    alignments: [],
    sourceSpans: [[0, source.length]],
    spans: [[0, text.length]],
    alternatives: [],
    confidence: 0.5,
  };
}

const segment = (text: string, begin: number): Segment => ({ text, begin, gap: "" });

describe("joining", () => {
  test("moves tokens and adds up scores", () => {
    const joined = joinTranslations(
      " 你好。再见。",
      [segment("你好。", 1), segment("再见。", 4)],
      [part("你好。", "Hello.", -1), part("再见。", "Bye.", -2)],
    );
    expect(joined.text).toBe("Hello. Bye.");
    expect([joined.score, joined.logProb, joined.finished]).toEqual([-3, -6, false]);
    expect(joined.confidence).toBe(null); // the bundle has none
    expect(joined.sourceSpans.map((span) => joined.source.slice(...span))).toEqual([
      "你好。",
      "再见。",
    ]);
    expect(joined.spans.map((span) => joined.text.slice(...span))).toEqual([
      "Hello.",
      "Bye.",
    ]);
  });

  test("multiplies confidences, and a text without sentences has one too", () => {
    const parts = [part("一。", "One.", -1), part("二。", "Two.", -1)];
    const segments = [segment("一。", 0), segment("二。", 2)];
    expect(joinTranslations("一。二。", segments, parts, true).confidence).toBe(0.25);
    expect(joinTranslations(" ", [], [], true).confidence).toBe(1);
  });

  test("an empty translation does not glue its neighbours together", () => {
    const joined = joinTranslations(
      "一。二。三。",
      [segment("一。", 0), segment("二。", 2), segment("三。", 4)],
      [part("一。", "One.", -1), part("二。", "", -1), part("三。", "Three.", -1)],
    );
    expect(joined.text).toBe("One. Three.");
  });

  test("hundreds of thousands of segments are joined in proportion to their number", () => {
    const count = 300_000;
    const segments = Array.from({ length: count }, (_, place) =>
      segment("一。", 2 * place),
    );
    const parts = segments.map(() => part("一。", "One.", -1));
    const begin = performance.now();
    const joined = joinTranslations("一。".repeat(count), segments, parts);
    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(joined.text.length).toBe(5 * count - 1);
  });
});
