/**
 * The manifest `bundle.json`: what a bundle holds; see
 * `edge_runtime/bundle/manifest.py`.
 */

import { BUNDLE_FORMAT_VERSION, MANIFEST_FILE, SPECIAL_IDS } from "../contract.js";
import { BundleError } from "../errors.js";
import {
  type JsonObject,
  readFreeObject,
  readInteger,
  readNumber,
  readObject,
  readString,
} from "./json_fields.js";
import {
  canonicalJson,
  plainJson,
  readJson,
  type WrittenJson,
} from "./json_numbers.js";
import { sha256Of } from "./sha256.js";

/**
 * Type and shape of one tensor; an axis is a fixed size or the name of a dynamic one.
 */
export interface TensorSpec {
  dtype: string;
  shape: (number | string)[];
}

/** One ONNX file with the names and shapes of its tensors. */
export interface GraphSpec {
  file: string;
  inputs: Record<string, TensorSpec>;
  outputs: Record<string, TensorSpec>;
}

export interface FileEntry {
  sha256: string;
  size: number;
}

/** What the exporter recommends where the caller leaves an option unset. */
export interface DecodingDefaults {
  beamSize: number;
  lengthPenalty: number;
}

/** Longest sequences the model was made for: bos and eos included, and eos included. */
export interface Limits {
  maxSourceLength: number;
  maxTargetLength: number;
}

export interface Manifest {
  sourceLanguage: string;
  targetLanguage: string;
  encoder: GraphSpec;
  decoderStep: GraphSpec;
  sourceTokenizer: string;
  targetTokenizer: string;
  limits: Limits;
  decoding: DecodingDefaults;
  files: Record<string, FileEntry>;
  quantization: string;
  architecture: JsonObject;
  scores: JsonObject;
  versions: JsonObject;
}

const KEYS = [
  "format_version",
  "source_language",
  "target_language",
  "architecture",
  "quantization",
  "special_ids",
  "tokenizers",
  "graphs",
  "limits",
  "decoding",
  "files",
  "scores",
  "versions",
  "checksum",
];

/**
 * Reads the text of `bundle.json`.
 *
 * @throws BundleError where the text is no manifest, is of a newer format, has missing
 *   or unknown keys, or was changed after it was written.
 */
export async function readManifest(text: string): Promise<Manifest> {
  let written: WrittenJson;
  try {
    written = readJson(text);
  } catch (error) {
    throw new BundleError(
      `${MANIFEST_FILE} is not valid JSON: ${(error as Error).message}`,
    );
  }
  const fields = readFreeObject(plainJson(written), MANIFEST_FILE);
  checkFormatVersion(fields);
  readObject(fields, MANIFEST_FILE, KEYS);
  const manifest = readFields(fields);
  const { checksum: _, ...covered } = written as { [key: string]: WrittenJson };
  const expected = await sha256Of(new TextEncoder().encode(canonicalJson(covered)));
  if (fields.checksum !== expected) {
    throw new BundleError(
      `${MANIFEST_FILE} was changed after it was written: its checksum differs. ` +
        "Export the bundle again.",
    );
  }
  return manifest;
}

function checkFormatVersion(fields: JsonObject): void {
  if (fields.format_version === undefined) {
    throw new BundleError(`${MANIFEST_FILE} must have the key format_version.`);
  }
  const version = readInteger(
    fields.format_version,
    `${MANIFEST_FILE}, format_version`,
    1,
  );
  if (version > BUNDLE_FORMAT_VERSION) {
    throw new BundleError(
      `bundle format ${version} is newer than this runtime (reads 1 to ` +
        `${BUNDLE_FORMAT_VERSION}). Use a newer page or export the bundle again.`,
    );
  }
}

function readFields(fields: JsonObject): Manifest {
  const at = (key: string): string => `${MANIFEST_FILE}, ${key}`;
  const part = (key: string, keys: string[]): JsonObject =>
    readObject(fields[key], at(key), keys);
  const specialIds = part("special_ids", Object.keys(SPECIAL_IDS));
  for (const [name, id] of Object.entries(SPECIAL_IDS)) {
    if (specialIds[name] !== id) {
      throw new BundleError(
        `${at("special_ids")} must be ${JSON.stringify(SPECIAL_IDS)}. ` +
          `Received: ${JSON.stringify(specialIds)}.`,
      );
    }
  }
  const graphs = part("graphs", ["encoder", "decoder_step"]);
  const tokenizers = part("tokenizers", ["source", "target"]);
  const limits = part("limits", ["max_source_length", "max_target_length"]);
  const decoding = part("decoding", ["beam_size", "length_penalty"]);
  const manifest: Manifest = {
    sourceLanguage: readString(fields.source_language, at("source_language")),
    targetLanguage: readString(fields.target_language, at("target_language")),
    encoder: readGraph(graphs.encoder, at("graphs, encoder")),
    decoderStep: readGraph(graphs.decoder_step, at("graphs, decoder_step")),
    sourceTokenizer: readString(tokenizers.source, at("tokenizers, source")),
    targetTokenizer: readString(tokenizers.target, at("tokenizers, target")),
    limits: {
      // bos, one token and eos are the shortest source that says anything.
      maxSourceLength: readInteger(
        limits.max_source_length,
        at("limits, max_source_length"),
        3,
      ),
      maxTargetLength: readInteger(
        limits.max_target_length,
        at("limits, max_target_length"),
        1,
      ),
    },
    decoding: {
      beamSize: readInteger(decoding.beam_size, at("decoding, beam_size"), 1),
      lengthPenalty: readNumber(
        decoding.length_penalty,
        at("decoding, length_penalty"),
        0,
      ),
    },
    files: readFiles(fields.files, at("files")),
    quantization: readString(fields.quantization, at("quantization")),
    architecture: readFreeObject(fields.architecture, at("architecture")),
    scores: readFreeObject(fields.scores, at("scores")),
    versions: readFreeObject(fields.versions, at("versions")),
  };
  const unlisted = usedFiles(manifest).filter((name) => !(name in manifest.files));
  if (unlisted.length > 0) {
    throw new BundleError(
      `${at("files")} must list every file of the bundle. Missing: ${unlisted.join(", ")}.`,
    );
  }
  return manifest;
}

/** Returns the files that translating needs, each once. */
export function usedFiles(manifest: Manifest): string[] {
  const { encoder, decoderStep, sourceTokenizer, targetTokenizer } = manifest;
  return [
    ...new Set([sourceTokenizer, targetTokenizer, encoder.file, decoderStep.file]),
  ];
}

function readFiles(value: unknown, where: string): Record<string, FileEntry> {
  const files: Record<string, FileEntry> = {};
  for (const [name, entry] of Object.entries(readFreeObject(value, where))) {
    if (["", ".", ".."].includes(name) || /[/\\:\0]/.test(name)) {
      throw new BundleError(`${where} must be plain file names. Received: "${name}".`);
    }
    const fields = readObject(entry, `${where}, ${name}`, ["sha256", "size"]);
    files[name] = {
      sha256: readString(fields.sha256, `${where}, ${name}, sha256`),
      size: readInteger(fields.size, `${where}, ${name}, size`, 0),
    };
  }
  return files;
}

function readGraph(value: unknown, where: string): GraphSpec {
  const fields = readObject(value, where, ["file", "inputs", "outputs"]);
  return {
    file: readString(fields.file, `${where}, file`),
    inputs: readTensors(fields.inputs, `${where}, inputs`),
    outputs: readTensors(fields.outputs, `${where}, outputs`),
  };
}

function readTensors(value: unknown, where: string): Record<string, TensorSpec> {
  const tensors: Record<string, TensorSpec> = {};
  for (const [name, entry] of Object.entries(readFreeObject(value, where))) {
    const at = `${where}, ${name}`;
    const fields = readObject(entry, at, ["dtype", "shape"]);
    if (!Array.isArray(fields.shape))
      throw new BundleError(`${at}, shape must be a list.`);
    tensors[name] = {
      dtype: readString(fields.dtype, `${at}, dtype`),
      shape: fields.shape.map((axis: unknown) =>
        typeof axis === "string" ? axis : readInteger(axis, `${at}, shape`, 1),
      ),
    };
  }
  return tensors;
}
