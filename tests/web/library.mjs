// What the page's library makes of lines: `node library.mjs < task.json > result.json`.
//
// A task names the packages, lines, the kinds of spans, the lines of a glossary, and
// numbers, each with two languages.

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
  const [{ Glossary }, { findSpans }, slots, { clauses, splitText }, letters, numbers] =
    await Promise.all(
      ["glossary", "spans", "slots", "sentences", "letter_case", "number_format"].map(
        load,
      ),
    );
  const written = ([text, source, target]) =>
    numbers.rewriteNumber(
      text,
      numbers.numberFormat(source),
      numbers.numberFormat(target),
    );
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
        place += slotted.slots.length;
        const numbered = slotted.slots.map((slot) => [
          slot.parent ?? null,
          slot.opens,
          slot.closes ?? null,
          slot.touches,
        ]);
        const letterCase = letters.letterCase(slotted.text);
        return [
          segment.begin,
          segment.gap ?? null,
          slotted.text,
          numbered,
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
