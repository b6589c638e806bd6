/**
 * Python's verdicts on graphs, which `tests/web/test_graphs.py` writes to a file and
 * compares the page's to.
 */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { GraphSpec } from "../src/library/bundle/manifest.js";
import { BundleError } from "../src/library/errors.js";
import { checkGraphFile } from "../src/library/model/graph_check.js";
import { OPERATORS } from "../src/library/model/operators.js";

interface Verdicts {
  operators: object;
  specs: Record<string, GraphSpec>;
  cases: { name: string; spec: string; content: string; complaint: string | null }[];
}

const path = import.meta.env.VITE_VERDICTS as string | undefined;

test.skipIf(!path)(
  "the page accepts and refuses the graphs that Python does",
  () => {
    const verdicts = JSON.parse(readFileSync(path!, "utf8")) as Verdicts;
    expect(OPERATORS).toEqual(verdicts.operators);
    const differing: string[] = [];
    for (const { name, spec, content, complaint } of verdicts.cases) {
      const bytes = Uint8Array.from(atob(content), (byte) => byte.charCodeAt(0));
      const found = complaintOf(bytes, verdicts.specs[spec]!);
      if ((found === null) !== (complaint === null)) {
        differing.push(`${name}: Python says ${complaint}, the page says ${found}`);
      }
    }
    expect(differing).toEqual([]);
  },
  100_000,
);

function complaintOf(content: Uint8Array, spec: GraphSpec): string | null {
  try {
    checkGraphFile(content, spec);
    return null;
  } catch (error) {
    // Anything else is a mistake of the page.
    if (!(error instanceof BundleError)) throw error;
    return error.message;
  }
}
