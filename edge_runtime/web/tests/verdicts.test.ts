/**
 * Python's verdicts on manifests, which `tests/web/test_manifests.py` writes to a file
 * and compares the page's to.
 */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as bounds from "../src/library/bundle/bounds.js";
import { readManifest } from "../src/library/bundle/manifest.js";
import { BundleError } from "../src/library/errors.js";
import { checkGraphs } from "../src/library/model/graph_contract.js";

interface Verdicts {
  bounds: Record<string, number>;
  cases: { name: string; content: string; complaint: string | null }[];
}

const path = import.meta.env.VITE_VERDICTS as string | undefined;

test.skipIf(!path)(
  "the page accepts and refuses what Python does",
  async () => {
    const verdicts = JSON.parse(readFileSync(path!, "utf8")) as Verdicts;
    expect({ ...bounds }).toEqual(verdicts.bounds);
    const differing: string[] = [];
    for (const { name, content, complaint } of verdicts.cases) {
      const bytes = Uint8Array.from(atob(content), (byte) => byte.charCodeAt(0));
      const found = await complaintOf(bytes);
      if ((found === null) !== (complaint === null)) {
        differing.push(`${name}: Python says ${complaint}, the page says ${found}`);
      }
    }
    expect(differing).toEqual([]);
  },
  300_000,
);

async function complaintOf(content: Uint8Array): Promise<string | null> {
  try {
    checkGraphs(await readManifest(content));
    return null;
  } catch (error) {
    // Anything else is a mistake of the page.
    if (!(error instanceof BundleError)) throw error;
    return error.message;
  }
}
