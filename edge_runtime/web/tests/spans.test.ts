import { describe, expect, test } from "vitest";
import { SPAN_KINDS } from "../src/library/contract.js";
import { Glossary } from "../src/library/text/glossary.js";
import { type Filling, fillSlots } from "../src/library/text/slot_filling.js";
import { withoutReserved } from "../src/library/text/slots.js";
import {
  markSpans,
  numberSlots,
  originalOf,
} from "../src/library/text/slotted_text.js";
import { findSpans } from "../src/library/text/spans.js";
import { applyEdits } from "../src/library/text/text_edits.js";
import type { Span } from "../src/library/text/tokenizer.js";

const KINDS = new Set(SPAN_KINDS);
const found = (text: string): string[] =>
  findSpans(text, KINDS).map((span) => span.text);

// That they are Python's on thousands of lines is tested beside Python.
describe("spans", () => {
  test.each([
    ["a < b and c > d, x<3", ["3"]],
    [":func:`range` ``a`b`` `x`_", [":func:`range`", "``a`b``", "`x`_"]],
    ["` <x>`_", ["`", " <x>`_"]],
    ["见https://a.b/c。好", ["https://a.b/c"]],
    ["a.txt/b ../a/b C:\\x\\y", ["../a/b", "C:\\x\\y"]],
    ["1.000.000 and 3.11.2", ["1.000.000", "3.11.2"]],
    ["３万 3月 1999年 ٣٥", ["1999", "٣٥"]],
    ["👍🏽🇩🇪👨‍👩‍👧❤️→©", ["👍🏽", "🇩🇪", "👨‍👩‍👧", "❤️", "→", "©"]],
    ["No spans here, Tom's dog said.", []],
  ])("of %j", (text, spans) => {
    expect(found(text)).toEqual(spans);
  });

  test("count UTF-16 units", () => {
    const [span] = findSpans("😀\u{20000} {x}", new Set(["placeholder"]));
    expect([span!.begin, span!.end]).toEqual([5, 8]);
  });

  test("that are pairs know their partners, what crosses has none", () => {
    const roles = findSpans("<b>x <i>y</b></i><br>", KINDS).map((span) => [
      span.text,
      span.role,
      span.partner,
    ]);
    expect(roles).toEqual([
      ["<b>", "opening", 2],
      ["<i>", "plain", undefined],
      ["</b>", "closing", 0],
      ["</i>", "plain", undefined],
      ["<br>", "plain", undefined],
    ]);
  });

  test("of terms go before figures and not into addresses", () => {
    const glossary = Glossary.fromText("43\tXLIII\nname\tnom");
    const spans = findSpans("{name} name 43 44", KINDS, glossary);
    expect(spans.map(({ kind, translations }) => [kind, ...translations])).toEqual([
      ["placeholder", "{name}"],
      ["term", "nom"],
      ["term", "XLIII"],
      ["number", "44"],
    ]);
  });

  test("of a tag with a million attributes are found too", () => {
    expect(found(`<a ${"b=c ".repeat(1_000_000)}> 43`)).toEqual(["43"]);
  });

  // 40,000 marks cost a quadratic form 1,600,000,000 steps.
  test.each([
    ...["<", "<!", "<a ", '<a b="', "<a b=c ", "`", "``a", "`a <b", ":a:`", "{", "{{"],
    ...["%(", "a/", "a.", "/a", "1.", "1-", "1 ", "a_", "http://", "www.", "a@b.", "$"],
    ...[
      "a-1",
      "v1.",
      "1.2.",
      "&a",
      "😀\u200d",
      "C:\\a",
      "1年",
      "${",
      "~/a",
      "__a",
      "a1",
    ],
    ...["<a b ", "<a\u3000", "``a`b", "a.py/", "1.000"],
  ])("of a long run of %j take time proportional to its length", (piece) => {
    const milliseconds = (count: number): number => {
      const text = piece.repeat(count);
      const begin = performance.now();
      findSpans(text, KINDS);
      return performance.now() - begin;
    };
    const least = (count: number): number =>
      Math.min(...[1, 2, 3].map(() => milliseconds(count)));
    // A quadratic form takes sixteen times as long; the rest is for noisy machines.
    const short = least(10_000);
    expect(least(40_000)).toBeLessThan(10 * short + 50);
  });
});

describe("slots", () => {
  const slotted = (text: string) => {
    const spans = findSpans(text, KINDS);
    return numberSlots(markSpans(text, spans), spans, 0);
  };

  test("are numbered, and markup is taken out", () => {
    const { text, slots, owners, elements } = slotted("<b>{x} <i>y</i></b> {z}");
    expect(text).toBe("\ufdd0 y \ufdd1");
    expect(slots.map(({ span }) => span.text)).toEqual(["{x}", "{z}"]);
    expect(owners).toEqual([0, undefined]);
    expect(elements.map(({ begin, end, parent }) => [begin, end, parent])).toEqual([
      [0, 3, undefined],
      [2, 3, 0],
    ]);
  });

  test("stand in pairs of which a sentence has one half", () => {
    const spans = findSpans("<b>one {x}. {y} two</b> {z}", KINDS);
    const first = numberSlots("\ufdd8one \ufdd0.", spans, 0);
    const second = numberSlots(" \ufdd0 two\ufddc \ufdd0", spans, 2);
    expect([first.text, second.text]).toEqual(["one \ufdd0.", " \ufdd0 two \ufdd1"]);
    expect([first.owners, second.owners]).toEqual([[0], [0, undefined]]);
    expect(first.elements[0]!.closing).toBeUndefined();
    expect(second.elements[0]!.opening).toBeUndefined();
  });

  test("begin again after the last number", () => {
    expect(slotted("1 2 3 4 5 6 7 8 9").text).toMatch(/^1\ufdd0 .* 9\ufdd0$/);
  });

  test("give way to the source's own characters", () => {
    const sentence = slotted("x {name} 43");
    const spans: Span[] = [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 6],
      [6, 7],
    ];
    const tokenized = { text: sentence.text, tokenIds: [], tokens: [], spans };
    const original = originalOf(sentence, tokenized);
    expect(original.text).toBe("x {name} 43");
    expect(original.spans.map((span) => original.text.slice(...span))).toEqual([
      "x",
      " ",
      "{name}",
      " ",
      "43",
      "",
    ]);
  });

  const filled = (pieces: string[], fillings: (Filling | undefined)[]) => {
    let end = 0;
    const places = pieces.map((piece): Span => {
      const begin = end;
      end += piece.length;
      return [begin, end];
    });
    const target = {
      text: pieces.join(""),
      tokenIds: pieces.map(() => 0),
      tokens: pieces,
      spans: places,
    };
    return fillSlots(target, fillings).text;
  };
  const fillingsOf = (source: string) => {
    const spans = findSpans(source, KINDS);
    const { slots } = numberSlots(markSpans(source, spans), spans, 0);
    return slots.map((slot) => ({ text: slot.span.text, slot }));
  };
  const [name, number, symbol] = ["{name}", "43", "👍"].map(
    (text) => fillingsOf(text)[0]!,
  );

  test("are filled without gluing words together", () => {
    expect(filled(["a", "\ufdd0", "b"], [number])).toBe("a 43b");
    expect(filled(["爱", "\ufdd0", "b"], [number])).toBe("爱43b");
    expect(filled(["a", "\ufdd0", "b"], [symbol])).toBe("a👍b");
    expect(filled(["4", ",", "\ufdd0"], [number])).toBe("4, 43");
    expect(filled(["\ufdd0", "\ufdd1"], [number, number])).toBe("43 43");
    expect(filled(["a", "\ufdd0"], [name])).toBe("a{name}");
  });

  test.each([
    ["10 000–20 000 €", "\ufdd0 – \ufdd1", "10 000–20 000 €"],
    ["5 – 10", "\ufdd0–\ufdd1", "5 – 10"],
    ["{x}/{y}", "(\ufdd0 / \ufdd1)", "({x}/{y})"],
    ["{x} or {y}", "\ufdd0, \ufdd1", "{x}, {y}"],
    ["5 to 10", "\ufdd0–\ufdd1", "5–10"],
    ["5 and 10", "a  \ufdd0,\ufdd1", "a 5, 10"],
    ["3.11.2", "Python-\ufdd0.", "Python-3.11.2."],
  ])("of %j keep the spaces beside punctuation", (source, target, text) => {
    expect(filled([...target], fillingsOf(source))).toBe(text);
  });

  test("of symbols touch what they touch in the source", () => {
    const written = (source: string, target: string) =>
      filled([...target], fillingsOf(source));
    expect(written("👍好", "\ufdd0 good")).toBe("👍good");
    expect(written("👍 好", "\ufdd0 good")).toBe("👍 good");
  });

  test.each([
    ["-12", "-\ufdd0", "- -12"],
    ["12", "-\ufdd0", "- 12"],
    ["me@example.org", "met.\ufdd0", "met. me@example.org"],
    ["me@example.org", "\ufdd0.So", "me@example.org .So"],
    ["me@example.org", "met.\ufdd0.So", "met. me@example.org .So"],
    ["me@example.org", "met \ufdd0.", "met me@example.org."],
    ["user_id", "Haupt-\ufdd0-Feld.", "Haupt-user_id-Feld."],
    ["43", "$\ufdd0%.", "$43%."],
  ])(
    "of %s are set apart from punctuation that changes them",
    (source, target, text) => {
      expect(filled([...target], fillingsOf(source))).toBe(text);
    },
  );

  test("that the source does not have are dropped", () => {
    expect(filled(["a", "\ufdd0", "b"], [undefined])).toBe("ab");
    expect(filled(["a ", "\ufdd0", " b"], [undefined])).toBe("a b");
    expect(filled(["\ufdd0", " b"], [undefined])).toBe("b");
    expect(filled(["a", "\ufdd0", "b"], [])).toBe("ab");
  });

  test("are not what bytes spell", () => {
    const target = {
      text: "\ufdd0a\ufdd0",
      tokenIds: [5, 6, 7, 8, 9],
      tokens: ["<0xEF>", "<0xB7>", "<0x90>", "a", "\ufdd0"],
      spans: [
        [0, 0],
        [0, 0],
        [0, 1],
        [1, 2],
        [2, 3],
      ] as Span[],
    };
    expect(fillSlots(target, [number]).text).toBe("\ufdd0a 43");
  });

  test("are not what a text reserves", () => {
    expect(withoutReserved("a\ufdd0b\ufdefc")).toBe("a\ufffdb\ufffdc");
  });
});

test("edits move the tokens, and the first of two wins", () => {
  const text = {
    text: "abcdef",
    tokenIds: [],
    tokens: [],
    spans: [
      [0, 1],
      [1, 3],
      [2, 5],
      [5, 6],
      [6, 6],
    ] as Span[],
  };
  const edited = applyEdits(
    [
      { begin: 1, end: 3, replacement: "XYZ" },
      { begin: 2, end: 4, replacement: "-" },
      { begin: 5, end: 6, replacement: "" },
    ],
    text,
  );
  expect(edited.text).toBe("aXYZde");
  expect(edited.spans).toEqual([
    [0, 1],
    [1, 4],
    [1, 6],
    [6, 6],
    [6, 6],
  ]);
});
