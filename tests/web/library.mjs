// What the page's library makes of lines: `node library.mjs < task.json > result.json`.
//
// A task names the packages, lines, the kinds of spans, the lines of a glossary, a target
// to place markup in, what stands beside slots of a translation, and numbers, each with two languages.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";

const task = JSON.parse(readFileSync(0, "utf8"));
const vite = createRequire(task.packages).resolve("vite");
const { createServer } = await import(pathToFileURL(vite));
const server = await createServer({
  root: dirname(task.packages),
  configFile: false,
  logLevel: "error",
  server: { middlewareMode: true, hmr: false, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true },
});
const load = (name) => server.ssrLoadModule(`/src/library/text/${name}.ts`);
try {
  const [{ Glossary }, { findSpans }, { withoutReserved }, { clauses, splitText }] =
    await Promise.all(["glossary", "spans", "slots", "sentences"].map(load));
  const slottedText = await load("slotted_text");
  const [letters, numbers, { inTokens }, { placeMarkup }] = await Promise.all(
    ["letter_case", "number_format", "source_parts", "markup_placement"].map(load),
  );
  const { placeTerms } = await load("term_placement");
  const { fillSlots, settledText } = await load("slot_filling");
  const lastOf = (candidates) => Promise.resolve(candidates.length - 1);
  const written = ([text, source, target]) =>
    numbers.rewriteNumber(
      text,
      numbers.numberFormat(source),
      numbers.numberFormat(target),
    );
  // Pieces of up to three characters, each behind its space.
  const tokensOf = (text) => {
    const matches = [...text.matchAll(/ *[^ ]{1,3}/gu)];
    return {
      text,
      tokenIds: matches.map(() => 9),
      tokens: matches.map(([piece]) => piece),
      spans: matches.map(({ 0: piece, index }) => [index, index + piece.length]),
    };
  };
  const filled = (slots) => {
    const parts = slots.flatMap(({ piece }, number) => [
      ...task.beside[(slots.length + number) % task.beside.length],
      piece,
    ]);
    let length = 0;
    const ends = parts.map((part) => (length += part.length));
    const target = {
      text: parts.join(""),
      tokenIds: parts.map(() => 9),
      tokens: parts,
      spans: parts.map((part, number) => [ends[number] - part.length, ends[number]]),
    };
    const found = fillSlots(
      target,
      slots.map((slot) => ({ text: slot.span.text, slot })),
    );
    return [found.text, found.spans, settledText(found)];
  };
  const attentionAt = (row, column) => ((row * 7 + column * 3) % 5) + 1;
  const glossary = Glossary.fromText(task.glossary);
  const kinds = new Set(task.kinds);
  const resultOf = async (line) => {
    const text = withoutReserved(line);
    const spans = findSpans(text, kinds, glossary);
    const marked = slottedText.markSpans(text, spans);
    let place = 0;
    const sentenceOf = async (segment) => {
      const slotted = slottedText.numberSlots(segment.text, spans, place);
      place += slottedText.countSpans(slotted);
      const numbered = slotted.slots.map((slot, number) => [
        slotted.owners[number] ?? null,
        slot.touches,
        slot.gap ?? null,
      ]);
      const tokens = tokensOf(slotted.text);
      const original = slottedText.originalOf(slotted, tokens);
      const target = tokensOf(task.target);
      const attention = { columns: tokens.spans.length, at: attentionAt };
      const known = target.spans.map(() => undefined);
      const terms = inTokens(slotted.terms, tokens.spans);
      const elements = inTokens(slotted.elements, tokens.spans);
      const translated = await placeTerms(terms, target, attention, known, lastOf);
      const placed = placeMarkup(elements, translated, attention, known);
      const letterCase = letters.letterCase(slotted.text);
      return [
        segment.begin,
        segment.gap ?? null,
        slotted.text,
        numbered,
        slotted.hasAllNumbers,
        original.text,
        original.spans,
        slottedText.contentOf(slotted, tokens).text,
        placed.text,
        letterCase,
        letters.inSentenceCase(slotted.text),
        letters.inLetterCase(slotted.text, letterCase),
        filled(slotted.slots),
      ];
    };
    const segments = [...splitText(marked, 30, (part) => part.length, true)];
    const sentences = [];
    for (const segment of segments) sentences.push(await sentenceOf(segment));
    return {
      clauses: [...clauses(line)],
      spans: spans.map((span) => [
        span.kind,
        span.begin,
        span.end,
        span.role,
        span.partner ?? null,
        span.translations,
      ]),
      sentences,
    };
  };
  const results = [];
  for (const line of task.lines) results.push(await resultOf(line));
  const numbersWritten = task.numbers.map(written);
  process.stdout.write(JSON.stringify({ results, numbers: numbersWritten }));
} finally {
  await server.close();
}
