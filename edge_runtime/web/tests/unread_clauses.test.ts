import { expect, test } from "vitest";
import { type Translation, unread } from "../src/library/translation/translation.js";

// The same numbers as in tests/edge_runtime/translation/test_unread_clauses.py.
const SOURCE = "I saw a dog, which was big. It ran away, well, then.";
const SPANS: [number, number][] = [[0, 0]];
for (let place = 0; place < SOURCE.length; place++) {
  if (SOURCE[place] !== " ") SPANS.push([place, place + 1]);
}
SPANS.push([SOURCE.length, SOURCE.length]);

/** A translation whose attention went to the given parts of the source alone. */
function unreadOf(read: readonly string[]): string[] {
  const weights = new Float32Array(2 * SPANS.length).fill(0.005);
  for (const part of read) {
    const begin = SOURCE.indexOf(part);
    SPANS.forEach(([place], column) => {
      if (begin > place || place >= begin + part.length) return;
      weights[column] = weights[SPANS.length + column] = 0.5; // of two target tokens
    });
  }
  const translation = {
    source: SOURCE,
    sourceSpans: SPANS,
    alignments: [{ rows: 2, columns: SPANS.length, weights }],
  } as unknown as Translation;
  return unread(translation).map((span) => SOURCE.slice(...span));
}

test("a clause without attention is marked", () => {
  expect(unreadOf(["I saw a dog,", "It ran away, well, then."])).toEqual([
    "which was big.",
  ]);
});

test("nothing is marked where all was read or nothing is known", () => {
  expect(unreadOf([SOURCE])).toEqual([]);
  const nothing = { source: SOURCE, sourceSpans: SPANS, alignments: [] };
  expect(unread(nothing as unknown as Translation)).toEqual([]);
});
