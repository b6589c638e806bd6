/** What is worth knowing of a loaded model, as names and values. */

import type { Manifest } from "../translator.js";
import { megabytes } from "./numbers.js";

const WEIGHTS: Record<string, string> = {
  none: "32-bit numbers",
  fp16: "16-bit numbers",
  int8: "8-bit integers",
  int4: "4-bit integers",
};

/** Returns the facts that a manifest has; those that are free form may be missing. */
export function modelFacts(
  manifest: Manifest,
  size: number,
): [name: string, value: string][] {
  const { architecture, scores, versions } = manifest;
  const attention =
    architecture.attention === "bahdanau" ? "with attention" : "one fixed context";
  const cell =
    typeof architecture.cell === "string" ? architecture.cell.toUpperCase() : undefined;
  const parameters =
    typeof architecture.parameters === "number"
      ? `${(architecture.parameters / 1e6).toFixed(1)} million`
      : undefined;
  const facts: [string, string | undefined][] = [
    ["Size", megabytes(size)],
    ["Weights", WEIGHTS[manifest.quantization] ?? manifest.quantization],
    ["Network", cell && `${cell}, ${attention}`],
    ["Parameters", parameters],
    ["Vocabulary", vocabulary(manifest)],
    ["Quality", quality(scores)],
    ["Longest sentence", `${manifest.limits.maxSourceLength - 2} tokens`],
    [
      "Made by",
      typeof versions.keras_s2s === "string"
        ? `keras-s2s ${versions.keras_s2s}`
        : undefined,
    ],
  ];
  return facts.flatMap(([name, value]) => (value ? [[name, value]] : []));
}

function vocabulary({ architecture }: Manifest): string | undefined {
  const { source_vocab_size: source, target_vocab_size: target } = architecture;
  if (typeof source !== "number" || typeof target !== "number") return undefined;
  return `${source} source, ${target} target tokens`;
}

/** Returns BLEU on the data the export was verified with, or on the validation data. */
function quality(scores: Manifest["scores"]): string | undefined {
  const verified = at(scores, "verification", "systems");
  const exported = Object.values((verified ?? {}) as Record<string, unknown>).at(-1);
  const bleu = at(exported, "bleu", "value") ?? at(scores, "validation", "val_bleu");
  return typeof bleu === "number" ? `BLEU ${bleu.toFixed(1)}` : undefined;
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null
        ? (inner as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}
