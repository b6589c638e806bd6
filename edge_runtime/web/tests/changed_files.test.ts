/**
 * Python's verdicts on graphs and tokenizer models, which
 * `tests/web/test_changed_files.py` writes to a file and compares the page's to.
 */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { GraphSpec } from "../src/library/bundle/manifest.js";
import { BundleError } from "../src/library/errors.js";
import { checkGraphFile } from "../src/library/model/graph_check.js";
import { OPERATORS } from "../src/library/model/operators.js";
import { loadTokenizer } from "../src/library/model/translation_model.js";

interface Verdicts {
  kind: "graphs" | "tokenizers";
  operators: object;
  specs: Record<string, GraphSpec>;
  cases: { name: string; content: string; complaint: string | null }[];
}

/** Kinds of tokenizer models that the page does not read, which Python does. */
const UNREAD = /model_type must be|no denormalizer rules/;

const path = import.meta.env.VITE_VERDICTS as string | undefined;

test.skipIf(!path)(
  "the page accepts and refuses the files that Python does",
  () => {
    const verdicts = JSON.parse(readFileSync(path!, "utf8")) as Verdicts;
    if (verdicts.kind === "graphs") expect(OPERATORS).toEqual(verdicts.operators);
    const differing: string[] = [];
    for (const [place, { name, content, complaint }] of verdicts.cases.entries()) {
      const bytes = Uint8Array.from(atob(content), (byte) => byte.charCodeAt(0));
      const found = complaintOf(() => {
        if (verdicts.kind === "graphs") checkGraphFile(bytes, verdicts.specs[name]!);
        else loadTokenizer("source.spm", new Map([["source.spm", bytes]]));
      });
      if (complaint === null && found !== null && UNREAD.test(found)) continue;
      if ((found === null) !== (complaint === null)) {
        differing.push(
          `${place}, ${name}: Python says ${complaint}, the page says ${found}`,
        );
      }
    }
    expect(differing).toEqual([]);
  },
  300_000,
);

function complaintOf(read: () => void): string | null {
  try {
    read();
    return null;
  } catch (error) {
    // Anything else is a mistake of the page.
    if (!(error instanceof BundleError)) throw error;
    return error.message;
  }
}
