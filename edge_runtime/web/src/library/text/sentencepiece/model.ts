/** A SentencePiece model file: its pieces and how it was trained to be used. */

import { type Field, readFields, WireType } from "./protobuf.js";

/** The values of `ModelProto.SentencePiece.Type`. */
export const PieceType = {
  NORMAL: 1,
  UNKNOWN: 2,
  CONTROL: 3,
  USER_DEFINED: 4,
  UNUSED: 5,
  BYTE: 6,
} as const;

const TYPES: readonly number[] = Object.values(PieceType);

/** One entry of the vocabulary; `bytes` is its text in UTF-8. */
export interface Piece {
  text: string;
  bytes: Uint8Array;
  score: number;
  type: number;
}

/** Texts of the special pieces; the defaults are those of SentencePiece. */
export interface SpecialPieces {
  pad: string;
  bos: string;
  eos: string;
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
  specialPieces: SpecialPieces;
  normalizer: NormalizerSpec;
}

const UNIGRAM = 1;
const BPE = 2;
/** Most bytes of a piece that SentencePiece itself takes. */
const LONGEST_PIECE = 7999;
const BYTES = 256;
// A byte order mark is a character like any other.
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

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
    specialPieces: { pad: "<pad>", bos: "<s>", eos: "</s>" },
    normalizer: defaultNormalizer(),
  };
  for (const field of readFields(content)) {
    if (field.wireType !== WireType.BYTES) continue;
    if (field.number === 1) model.pieces.push(readPiece(field.bytes));
    else if (field.number === 2) readTrainerSpec(field.bytes, model);
    else if (field.number === 3) readNormalizerSpec(field.bytes, model.normalizer);
    else if (field.number === 5) refuseDenormalizer(field.bytes);
  }
  checkPieces(model);
  return model;
}

/** Refuses what SentencePiece itself does, which would translate in Python nowhere. */
function checkPieces(model: SentencePieceModel): void {
  if (model.pieces.length === 0)
    throw new Error("a model must have pieces. Received: none.");
  const unknown = model.pieces.filter(
    (piece) => piece.type === PieceType.UNKNOWN,
  ).length;
  if (unknown !== 1) {
    throw new Error(`a model must have one unknown piece. Received: ${unknown}.`);
  }
  const [normal, reserved, bytes] = [new Set(), new Set(), new Set()];
  for (const piece of model.pieces) {
    const { text, type, score } = piece;
    if (text === "") throw new Error("a piece must not be empty.");
    if (piece.bytes.length > LONGEST_PIECE) {
      throw new Error(`a piece must have at most ${LONGEST_PIECE} bytes.`);
    }
    // Where bytes stand for what is unknown, a piece of this one is never used.
    if (text === "\0" && model.byteFallback) piece.type = PieceType.UNUSED;
    else if (text.includes("\0"))
      throw new Error("a piece must have no NUL character.");
    if (!Number.isFinite(score))
      throw new Error("the scores of pieces must be numbers.");
    const isReserved =
      type === PieceType.UNKNOWN ||
      type === PieceType.CONTROL ||
      type === PieceType.BYTE;
    const others = isReserved ? reserved : normal;
    if (others.has(text)) throw new Error(`there must be one piece ${text}.`);
    others.add(text);
    if (type === PieceType.BYTE) {
      if (!model.byteFallback || !/^<0x[0-9A-F]{2}>$/.test(text)) {
        throw new Error(`a piece for a byte must be one. Received: ${text}.`);
      }
      bytes.add(text);
    }
  }
  if (model.byteFallback && bytes.size !== BYTES) {
    throw new Error(
      `there must be ${BYTES} pieces for bytes. Received: ${bytes.size}.`,
    );
  }
}

function defaultNormalizer(): NormalizerSpec {
  return {
    precompiledCharsmap: new Uint8Array(),
    addDummyPrefix: true,
    removeExtraWhitespaces: true,
    escapeWhitespaces: true,
  };
}

function readPiece(message: Uint8Array): Piece {
  const piece: Piece = { text: "", bytes: message, score: 0, type: PieceType.NORMAL };
  for (const field of readFields(message)) {
    if (is(field, 1, WireType.BYTES)) {
      piece.bytes = field.bytes;
      piece.text = UTF8.decode(field.bytes);
    } else if (is(field, 2, WireType.FIXED_32)) piece.score = field.value;
    else if (is(field, 3, WireType.VARINT) && TYPES.includes(field.value)) {
      piece.type = field.value;
    }
  }
  return piece;
}

function readTrainerSpec(message: Uint8Array, model: SentencePieceModel): void {
  for (const field of readFields(message)) {
    if (is(field, 3, WireType.VARINT)) {
      if (field.value !== UNIGRAM && field.value !== BPE) {
        throw new Error(
          `model_type must be unigram (1) or bpe (2). Received: ${field.value}.`,
        );
      }
      model.algorithm = field.value === BPE ? "bpe" : "unigram";
    } else if (is(field, 24, WireType.VARINT)) {
      model.treatWhitespaceAsSuffix = field.value !== 0;
    } else if (is(field, 35, WireType.VARINT)) model.byteFallback = field.value !== 0;
    else if (field.wireType === WireType.BYTES) readText(field, model);
  }
}

function readText({ number, bytes }: Field, model: SentencePieceModel): void {
  const { specialPieces } = model;
  if (number === 44) model.unkSurface = UTF8.decode(bytes);
  // An empty name stands for the default.
  else if (number === 46) specialPieces.bos = UTF8.decode(bytes) || "<s>";
  else if (number === 47) specialPieces.eos = UTF8.decode(bytes) || "</s>";
  else if (number === 48) specialPieces.pad = UTF8.decode(bytes) || "<pad>";
}

function readNormalizerSpec(message: Uint8Array, spec: NormalizerSpec): void {
  for (const field of readFields(message)) {
    if (is(field, 2, WireType.BYTES)) spec.precompiledCharsmap = field.bytes;
    if (field.wireType !== WireType.VARINT) continue;
    if (field.number === 3) spec.addDummyPrefix = field.value !== 0;
    else if (field.number === 4) spec.removeExtraWhitespaces = field.value !== 0;
    else if (field.number === 5) spec.escapeWhitespaces = field.value !== 0;
  }
}

/** A field that is written in another way is one of another format, and passed over. */
function is(field: Field, number: number, wireType: number): boolean {
  return field.number === number && field.wireType === wireType;
}

function refuseDenormalizer(message: Uint8Array): void {
  const spec = defaultNormalizer();
  readNormalizerSpec(message, spec);
  if (spec.precompiledCharsmap.length > 0) {
    throw new Error("a model must have no denormalizer rules: they are not supported.");
  }
}
