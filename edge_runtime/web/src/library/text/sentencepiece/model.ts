/** A SentencePiece model file: its pieces and how it was trained to be used. */

import { readFields } from "./protobuf.js";

/** The values of `ModelProto.SentencePiece.Type`. */
export const PieceType = {
  NORMAL: 1,
  UNKNOWN: 2,
  CONTROL: 3,
  USER_DEFINED: 4,
  UNUSED: 5,
  BYTE: 6,
} as const;

/** One entry of the vocabulary; `bytes` is its text in UTF-8. */
export interface Piece {
  text: string;
  bytes: Uint8Array;
  score: number;
  type: number;
}

/** How text is normalised; the defaults are those of SentencePiece. */
export interface NormalizerSpec {
  precompiledCharsmap: Uint8Array;
  addDummyPrefix: boolean;
  removeExtraWhitespaces: boolean;
  escapeWhitespaces: boolean;
}

export interface SentencePieceModel {
  pieces: Piece[];
  algorithm: "unigram" | "bpe";
  treatWhitespaceAsSuffix: boolean;
  byteFallback: boolean;
  unkSurface: string;
  normalizer: NormalizerSpec;
}

const UNIGRAM = 1;
const BPE = 2;
// A byte order mark is a character like any other.
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads the content of a SentencePiece model file.
 *
 * @throws Error where the bytes are no such file, or ask for what is not supported.
 */
export function readModel(content: Uint8Array): SentencePieceModel {
  const model: SentencePieceModel = {
    pieces: [],
    algorithm: "unigram",
    treatWhitespaceAsSuffix: false,
    byteFallback: false,
    unkSurface: " \u2047 ",
    normalizer: {
      precompiledCharsmap: new Uint8Array(),
      addDummyPrefix: true,
      removeExtraWhitespaces: true,
      escapeWhitespaces: true,
    },
  };
  for (const field of readFields(content)) {
    if (field.number === 1) model.pieces.push(readPiece(field.bytes));
    else if (field.number === 2) readTrainerSpec(field.bytes, model);
    else if (field.number === 3) model.normalizer = readNormalizerSpec(field.bytes);
    else if (field.number === 5) refuseDenormalizer(field.bytes);
  }
  if (model.pieces.length === 0)
    throw new Error("a model must have pieces. Received: none.");
  const unknown = model.pieces.filter(
    (piece) => piece.type === PieceType.UNKNOWN,
  ).length;
  if (unknown !== 1) {
    throw new Error(`a model must have one unknown piece. Received: ${unknown}.`);
  }
  return model;
}

function readPiece(message: Uint8Array): Piece {
  const piece: Piece = { text: "", bytes: message, score: 0, type: PieceType.NORMAL };
  for (const field of readFields(message)) {
    if (field.number === 1) {
      piece.bytes = field.bytes;
      piece.text = UTF8.decode(field.bytes);
    } else if (field.number === 2) piece.score = field.value;
    else if (field.number === 3) piece.type = field.value;
  }
  if (piece.text === "") throw new Error("a piece must not be empty.");
  return piece;
}

function readTrainerSpec(message: Uint8Array, model: SentencePieceModel): void {
  for (const field of readFields(message)) {
    if (field.number === 3) {
      if (field.value !== UNIGRAM && field.value !== BPE) {
        throw new Error(
          `model_type must be unigram (1) or bpe (2). Received: ${field.value}.`,
        );
      }
      model.algorithm = field.value === BPE ? "bpe" : "unigram";
    } else if (field.number === 24) model.treatWhitespaceAsSuffix = field.value !== 0;
    else if (field.number === 35) model.byteFallback = field.value !== 0;
    else if (field.number === 44) model.unkSurface = UTF8.decode(field.bytes);
  }
}

function readNormalizerSpec(message: Uint8Array): NormalizerSpec {
  const spec: NormalizerSpec = {
    precompiledCharsmap: new Uint8Array(),
    addDummyPrefix: true,
    removeExtraWhitespaces: true,
    escapeWhitespaces: true,
  };
  for (const field of readFields(message)) {
    if (field.number === 2) spec.precompiledCharsmap = field.bytes;
    else if (field.number === 3) spec.addDummyPrefix = field.value !== 0;
    else if (field.number === 4) spec.removeExtraWhitespaces = field.value !== 0;
    else if (field.number === 5) spec.escapeWhitespaces = field.value !== 0;
  }
  return spec;
}

function refuseDenormalizer(message: Uint8Array): void {
  if (readNormalizerSpec(message).precompiledCharsmap.length > 0) {
    throw new Error("a model must have no denormalizer rules: they are not supported.");
  }
}
