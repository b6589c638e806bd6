import { expect, test } from "vitest";
import { Charsmap } from "../src/library/text/sentencepiece/charsmap.js";

const UNITS = 256;
const VALUE = 2 ** 31;
const LEAF = 1 << 8;

/**
 * Returns a map from "a" to "b": the root, unit 0, leads to 128 ^ 97, which leads to its
 * value.
 */
function charsmap(
  changes: Record<number, number> = {},
  replacements = "b\0",
): Uint8Array {
  const units = new Uint32Array(UNITS);
  const ofA = 128 ^ 97;
  units[0] = 128 << 10;
  units[ofA] = (((ofA ^ 5) << 10) | LEAF | 97) >>> 0;
  units[5] = VALUE;
  for (const [place, unit] of Object.entries(changes)) units[Number(place)] = unit;
  const size = Uint32Array.of(4 * UNITS);
  const text = new TextEncoder().encode(replacements);
  return Uint8Array.of(
    ...new Uint8Array(size.buffer),
    ...new Uint8Array(units.buffer),
    ...text,
  );
}

test("a rule is applied where it matches", () => {
  const map = new Charsmap(charsmap());
  const bytes = new TextEncoder().encode("xa");
  expect(map.longestMatch(bytes, 0)).toBeUndefined();
  const found = map.longestMatch(bytes, 1);
  expect(found).toEqual({ length: 1, bytes: new TextEncoder().encode("b") });
});

test.each<[string, Uint8Array]>([
  ["a value behind the replacements", charsmap({ 5: VALUE + 2 })],
  ["a unit that leads out", charsmap({ 7: (UNITS << 10) | 1 })],
  ["a leaf that is no value", charsmap({ 5: 0 })],
  ["a replacement without an end", charsmap({}, "bc")],
  ["no replacements", charsmap({}, "")],
  ["half a block", Uint8Array.of(0, 2, 0, 0, ...Array<number>(600).fill(0))],
  ["a trie beyond its end", charsmap().subarray(0, 900)],
  ["hardly anything", Uint8Array.of(0, 0, 0)],
])("%s is refused", (_, content) => {
  expect(() => new Charsmap(content)).toThrow("a character map must");
});
