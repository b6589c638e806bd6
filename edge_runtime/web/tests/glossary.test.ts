import { describe, expect, test } from "vitest";
import { Glossary, GlossaryError } from "../src/library/text/glossary.js";

const found = (glossary: Glossary, text: string): [string, ...string[]][] =>
  [...glossary.find(text)].map(([begin, end, forms]) => [
    text.slice(begin, end),
    ...forms,
  ]);

describe("a glossary", () => {
  test("finds the longest term, as a word of its own", () => {
    const glossary = Glossary.fromText(
      "苹果\tapple\n苹果手机\tiPhone\nart\tKunst\n𠀀\t10",
    );
    expect(found(glossary, "苹果手机和苹果𠀀𠀀")).toEqual([
      ["苹果手机", "iPhone"],
      ["苹果", "apple"],
      ["𠀀", "10"],
      ["𠀀", "10"],
    ]);
    expect(found(glossary, "art, Art-work start arts ART2 part")).toEqual([
      ["art", "Kunst"],
      ["Art", "Kunst"],
    ]);
  });

  test("finds terms in any case, but those with capitals as they are written", () => {
    const glossary = Glossary.fromText("US\tUSA\nus\tuns\nοδος\tstreet\nΦΩΣ\tlight");
    expect(found(glossary, "US us Us ΟΔΟΣ ΦΩΣ φως")).toEqual([
      ["US", "USA"],
      ["us", "uns"],
      ["Us", "uns"],
      ["ΟΔΟΣ", "street"],
      ["ΦΩΣ", "light"],
    ]);
  });

  test("counts a character whose lower case is two once", () => {
    const glossary = Glossary.fromText("i\u0307stanbul\tIstanbul");
    expect(found(glossary, "in İstanbul.")).toEqual([["İstanbul", "Istanbul"]]);
  });

  test("has comments, forms and a byte order mark", () => {
    const glossary = Glossary.fromText(
      "\ufeff# terms\r\napple\tApfel | Äpfel\r\n\r\nyes\tja\tx\n",
    );
    expect(glossary.size).toBe(2);
    expect(found(glossary, "yes apple")).toEqual([
      ["yes", "ja"],
      ["apple", "Apfel", "Äpfel"],
    ]);
  });

  test.each([
    ['"one, two","eins, ""zwei"""', "one, two", 'eins, "zwei"'],
    ['one,"two"x', "one", '"two"x'],
    ['a"b,c', 'a"b', "c"],
  ])("reads the columns of %j", (line, term, target) => {
    const { terms } = Glossary.fromText(line, "Terms.CSV");
    expect([...terms]).toEqual([[term, [target]]]);
  });

  test.each([
    ["apple", "", "a tab. Received in line 1"],
    ["# x\na\t \n", "", "line 2"],
    ["a\tb", "x.csv", "a comma. Received in x.csv, line 1"],
    ["a\t|", "", "text on both sides"],
  ])("refuses %j", (text, name, message) => {
    expect(() => Glossary.fromText(text, name)).toThrow(GlossaryError);
    expect(() => Glossary.fromText(text, name)).toThrow(message);
  });

  test("without text on both sides is refused", () => {
    for (const [term, form] of [
      ["a", " "],
      ["\u3000", "a"],
    ] as const) {
      expect(() => new Glossary(new Map([[term, [form]]]))).toThrow("both sides");
    }
  });

  test("of ten thousand terms is read in time proportional to its length", () => {
    const lines = Array.from({ length: 10_000 }, (_, place) => `term${place}\tx`);
    const begin = performance.now();
    const glossary = Glossary.fromText(lines.join("\n"));
    expect(found(glossary, "term7 ".repeat(10_000))).toHaveLength(10_000);
    expect(performance.now() - begin).toBeLessThan(5_000);
  });
});
