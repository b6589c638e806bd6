// What the page's library makes of lines: `node library.mjs < task.json > result.json`.
//
// A task names the packages, lines, the kinds of spans, the lines of a glossary, a target
// to place markup in, and numbers, each with two languages.

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
  const [{ Glossary }, { findSpans }, slots, { clauses, splitText }] =
    await Promise.all(["glossary", "spans", "slots", "sentences"].map(load));
  const [letters, numbers, { inTokens }, { placeMarkup }] = await Promise.all(
    ["letter_case", "number_format", "markup", "markup_placement"].map(load),
  );
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
  const attentionAt = (row, column) => ((row * 7 + column * 3) % 5) + 1;
  const glossary = Glossary.fromText(task.glossary);
  const kinds = new Set(task.kinds);
  const results = task.lines.map((line) => {
    const text = slots.withoutReserved(line);
    const spans = findSpans(text, kinds, glossary);
    const marked = slots.markSpans(text, spans);
    let place = 0;
    const segments = [...splitText(marked, 30, (part) => part.length, true)];
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
      sentences: segments.map((segment) => {
        const slotted = slots.numberSlots(segment.text, spans, place);
        place += slotted.slots.length + slotted.markupEdits.length;
        const numbered = slotted.slots.map((slot, number) => [
          slotted.owners[number] ?? null,
          slot.touches,
        ]);
        const tokens = tokensOf(slotted.text);
        const original = slots.originalOf(slotted, tokens);
        const target = tokensOf(task.target);
        const placed = placeMarkup(
          inTokens(slotted.elements, tokens.spans),
          target,
          { columns: tokens.spans.length, at: attentionAt },
          target.spans.map(() => undefined),
        );
        const letterCase = letters.letterCase(slotted.text);
        return [
          segment.begin,
          segment.gap ?? null,
          slotted.text,
          numbered,
          slotted.hasAllNumbers,
          original.text,
          original.spans,
          slots.contentOf(slotted, tokens).text,
          placed.text,
          letterCase,
          letters.inSentenceCase(slotted.text),
          letters.inLetterCase(slotted.text, letterCase),
        ];
      }),
    };
  });
  const numbersWritten = task.numbers.map(written);
  process.stdout.write(JSON.stringify({ results, numbers: numbersWritten }));
} finally {
  await server.close();
}
