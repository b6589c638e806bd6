/**
 * The manifest `bundle.json`: what a bundle holds; see
 * `edge_runtime/bundle/manifest.py`.
 */

import {
  BUNDLE_FORMAT_VERSION,
  MANIFEST_FILE,
  SPAN_KINDS,
  SPECIAL_IDS,
} from "../contract.js";
import { BundleError } from "../errors.js";
import {
  AXES,
  AXIS_SIZE,
  BEAM_SIZE,
  FILE_BYTES,
  FILES,
  LARGEST_INTEGER,
  LENGTH_PENALTY,
  SEQUENCE_LENGTH,
  TENSORS,
} from "./bounds.js";
import { type ConfidenceModel, readConfidenceModel } from "./confidence_model.js";
import {
  parseJson,
  readFreeObject,
  readInteger,
  readName,
  readNumber,
  readObject,
} from "./json_fields.js";
import {
  canonicalJson,
  plainJson,
  type WrittenJson,
  type WrittenObject,
} from "./json_numbers.js";
import { sha256Of } from "./sha256.js";

export type JsonObject = Readonly<Record<string, unknown>>;

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
  /** Whether every sentence is translated on its own. */
  splitSentences: boolean;
  /** Kinds of spans that translations take over unchanged. */
  carry: string[];
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
  /** How the confidence of a translation is computed; null where none was fitted. */
  confidence: ConfidenceModel | null;
  files: Record<string, FileEntry>;
  quantization: string;
  architecture: JsonObject;
  scores: JsonObject;
  versions: JsonObject;
}

const KEYS_OF_FORMAT_1 = [
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
const KEYS = [...KEYS_OF_FORMAT_1, "confidence"];

/**
 * Reads the content of `bundle.json`.
 *
 * @throws BundleError where it is no manifest, is of a newer format, has missing or
 *   unknown keys or values out of bounds, or was changed after it was written.
 */
export async function readManifest(content: Uint8Array): Promise<Manifest> {
  const fields = readFreeObject(parseJson(content, MANIFEST_FILE), MANIFEST_FILE);
  const version = readFormatVersion(fields);
  readObject(fields, MANIFEST_FILE, version > 1 ? KEYS : KEYS_OF_FORMAT_1);
  const manifest = readFields(fields, version);
  const found = readName(fields.checksum, `${MANIFEST_FILE}, checksum`);
  const { checksum: _, ...covered } = fields;
  const expected = await sha256Of(new TextEncoder().encode(canonicalJson(covered)));
  if (found !== expected) {
    throw new BundleError(
      `${MANIFEST_FILE} was changed after it was written: its checksum differs. ` +
        "Export the bundle again.",
    );
  }
  return manifest;
}

function readFormatVersion(fields: WrittenObject): number {
  if (fields.format_version === undefined || fields.format_version === null) {
    throw new BundleError(`${MANIFEST_FILE} must have the key format_version.`);
  }
  const version = readInteger(
    fields.format_version,
    `${MANIFEST_FILE}, format_version`,
    1,
    LARGEST_INTEGER,
  );
  if (version > BUNDLE_FORMAT_VERSION) {
    throw new BundleError(
      `bundle format ${version} is newer than this runtime (reads 1 to ` +
        `${BUNDLE_FORMAT_VERSION}). Use a newer page or export the bundle again.`,
    );
  }
  return version;
}

function readFields(fields: WrittenObject, formatVersion: number): Manifest {
  const at = (key: string): string => `${MANIFEST_FILE}, ${key}`;
  const part = (key: string, keys: string[]): WrittenObject =>
    readObject(fields[key], at(key), keys);
  const facts = (key: string): JsonObject =>
    plainJson(readFreeObject(fields[key], at(key))) as JsonObject;
  const specialIds = part("special_ids", Object.keys(SPECIAL_IDS));
  for (const [name, id] of Object.entries(SPECIAL_IDS)) {
    if (canonicalJson(specialIds[name]!) !== String(id)) {
      throw new BundleError(
        `${at("special_ids")} must be ${JSON.stringify(SPECIAL_IDS)}. ` +
          `Received: ${canonicalJson(specialIds)}.`,
      );
    }
  }
  const graphs = part("graphs", ["encoder", "decoder_step"]);
  const tokenizers = part("tokenizers", ["source", "target"]);
  const limits = part("limits", ["max_source_length", "max_target_length"]);
  const manifest: Manifest = {
    sourceLanguage: readName(fields.source_language, at("source_language")),
    targetLanguage: readName(fields.target_language, at("target_language")),
    encoder: readGraph(graphs.encoder, at("graphs, encoder")),
    decoderStep: readGraph(graphs.decoder_step, at("graphs, decoder_step")),
    sourceTokenizer: readName(tokenizers.source, at("tokenizers, source")),
    targetTokenizer: readName(tokenizers.target, at("tokenizers, target")),
    limits: {
      // bos, one token and eos are the shortest source that says anything.
      maxSourceLength: readInteger(
        limits.max_source_length,
        at("limits, max_source_length"),
        3,
        SEQUENCE_LENGTH,
      ),
      maxTargetLength: readInteger(
        limits.max_target_length,
        at("limits, max_target_length"),
        1,
        SEQUENCE_LENGTH,
      ),
    },
    decoding: readDecoding(fields.decoding, at("decoding"), formatVersion),
    confidence: readConfidence(fields.confidence, at("confidence")),
    files: readFiles(fields.files, at("files")),
    quantization: readName(fields.quantization, at("quantization")),
    architecture: facts("architecture"),
    scores: facts("scores"),
    versions: facts("versions"),
  };
  const unlisted = usedFiles(manifest).filter(
    (name) => !Object.hasOwn(manifest.files, name),
  );
  if (unlisted.length > 0) {
    throw new BundleError(
      `${at("files")} must list every file that is used. Missing: ${unlisted.join(", ")}.`,
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

function readDecoding(
  value: WrittenJson | undefined,
  where: string,
  formatVersion: number,
): DecodingDefaults {
  const keys = ["beam_size", "length_penalty", "split_sentences", "carry"];
  const fields = readObject(
    value,
    where,
    formatVersion === 1 ? keys.slice(0, 2) : keys,
  );
  const defaults: DecodingDefaults = {
    beamSize: readInteger(fields.beam_size, `${where}, beam_size`, 1, BEAM_SIZE),
    lengthPenalty: readNumber(
      fields.length_penalty,
      `${where}, length_penalty`,
      0,
      LENGTH_PENALTY,
    ),
    splitSentences: true,
    carry: SPAN_KINDS,
  };
  if (formatVersion === 1) return defaults;
  const { split_sentences: splitSentences, carry } = fields;
  if (typeof splitSentences !== "boolean") {
    throw new BundleError(`${where}, split_sentences must be true or false.`);
  }
  const isKind = (kind: WrittenJson): kind is string =>
    typeof kind === "string" && SPAN_KINDS.includes(kind);
  if (!Array.isArray(carry) || !carry.every(isKind)) {
    throw new BundleError(
      `${where}, carry must be a list of kinds among ${SPAN_KINDS.join(", ")}.`,
    );
  }
  return { ...defaults, splitSentences, carry };
}

function readConfidence(
  value: WrittenJson | undefined,
  where: string,
): ConfidenceModel | null {
  // Manifests of the first format do not have the key.
  return value === undefined || value === null
    ? null
    : readConfidenceModel(value, where);
}

function readFiles(
  value: WrittenJson | undefined,
  where: string,
): Record<string, FileEntry> {
  const files: Record<string, FileEntry> = emptyRecord();
  for (const [name, entry] of Object.entries(readFreeObject(value, where, FILES))) {
    if (["", ".", ".."].includes(readName(name, where)) || /[/\\:]/.test(name)) {
      throw new BundleError(`${where} must be plain file names. Received: "${name}".`);
    }
    const fields = readObject(entry, `${where}, ${name}`, ["sha256", "size"]);
    files[name] = {
      sha256: readName(fields.sha256, `${where}, ${name}, sha256`),
      size: readInteger(fields.size, `${where}, ${name}, size`, 0, FILE_BYTES),
    };
  }
  return files;
}

function readGraph(value: WrittenJson | undefined, where: string): GraphSpec {
  const fields = readObject(value, where, ["file", "inputs", "outputs"]);
  return {
    file: readName(fields.file, `${where}, file`),
    inputs: readTensors(fields.inputs, `${where}, inputs`),
    outputs: readTensors(fields.outputs, `${where}, outputs`),
  };
}

function readTensors(
  value: WrittenJson | undefined,
  where: string,
): Record<string, TensorSpec> {
  const tensors: Record<string, TensorSpec> = emptyRecord();
  for (const [name, entry] of Object.entries(readFreeObject(value, where, TENSORS))) {
    const at = `${where}, ${readName(name, where)}`;
    const { shape, dtype } = readObject(entry, at, ["dtype", "shape"]);
    if (!Array.isArray(shape) || shape.length > AXES) {
      throw new BundleError(`${at}, shape must be a list of at most ${AXES} axes.`);
    }
    tensors[name] = {
      dtype: readName(dtype, `${at}, dtype`),
      shape: shape.map((axis) =>
        typeof axis === "string"
          ? readName(axis, `${at}, shape`)
          : readInteger(axis, `${at}, shape`, 1, AXIS_SIZE),
      ),
    };
  }
  return tensors;
}

/** Returns a record without a prototype: names come from strangers. */
function emptyRecord<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}
