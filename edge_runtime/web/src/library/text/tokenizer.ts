/** Text to token ids and back; gives exactly the pieces of SentencePiece itself. */

import { BpeSegmenter } from "./sentencepiece/bpe.js";
import {
  PieceType,
  readModel,
  type SentencePieceModel,
} from "./sentencepiece/model.js";
import { Normalizer } from "./sentencepiece/normalizer.js";
import { PieceTrie } from "./sentencepiece/piece_trie.js";
import type { Segmenter } from "./sentencepiece/segmenter.js";
import { UnigramSegmenter } from "./sentencepiece/unigram.js";
import { characterLength, encodeUtf8, textPositions } from "./sentencepiece/utf8.js";

/** Begin and end of a piece of text, as JavaScript counts characters. */
export type Span = readonly [begin: number, end: number];

/**
 * A text and its tokens, each with its place in the text.
 *
 * An unknown token of a source is written as it stands in the text. The space before a
 * word belongs to the word's first token.
 */
export interface TokenizedText {
  text: string;
  tokenIds: number[];
  tokens: string[];
  spans: Span[];
}

const SPACE_SYMBOL = "\u2581";
// A byte order mark is a character like any other.
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

export class Tokenizer {
  private readonly model: SentencePieceModel;
  private readonly normalizer: Normalizer;
  private readonly segmenter: Segmenter;
  private readonly unknownId: number;
  /** The vocabulary in the order of the ids. */
  readonly pieces: readonly string[];
  /** Id of the piece for each byte; empty without byte fallback. */
  private readonly byteIds: number[] = [];

  /** @param content Content of a SentencePiece model file. */
  constructor(content: Uint8Array) {
    this.model = readModel(content);
    const { pieces } = this.model;
    this.pieces = pieces.map(({ text }) => text);
    this.unknownId = pieces.findIndex((piece) => piece.type === PieceType.UNKNOWN);
    const userDefined = new PieceTrie();
    pieces.forEach((piece, id) => {
      if (piece.type === PieceType.USER_DEFINED) userDefined.add(piece.bytes, id);
      if (piece.type === PieceType.BYTE) this.byteIds[byteOf(piece.text)] = id;
    });
    this.normalizer = new Normalizer(
      this.model.normalizer,
      this.model.treatWhitespaceAsSuffix,
      userDefined,
    );
    this.segmenter =
      this.model.algorithm === "bpe"
        ? new BpeSegmenter(pieces, this.unknownId)
        : new UnigramSegmenter(pieces, this.unknownId);
  }

  /** Number of pieces, the special ones included. */
  get vocabSize(): number {
    return this.model.pieces.length;
  }

  /** Ids of pad, unk, bos and eos as the model has them; -1 where it has none. */
  get specialIds(): { pad: number; unk: number; bos: number; eos: number } {
    const control = (text: string): number =>
      this.model.pieces.findIndex(
        (piece) => piece.text === text && piece.type === PieceType.CONTROL,
      );
    const { pad, bos, eos } = this.model.specialPieces;
    return {
      pad: control(pad),
      unk: this.unknownId,
      bos: control(bos),
      eos: control(eos),
    };
  }

  /** Returns a piece of the vocabulary, as it is written there. */
  piece(id: number): string {
    return this.pieces[id] ?? "";
  }

  /** Returns the ids of pieces; that of the unknown token where there is none. */
  idsOf(pieces: readonly string[]): number[] {
    const ids = new Map(pieces.map((piece) => [piece, this.unknownId]));
    this.model.pieces.forEach(({ text }, id) => {
      if (ids.has(text)) ids.set(text, id);
    });
    return pieces.map((piece) => ids.get(piece)!);
  }

  /** Returns the token ids of a text, without bos and eos. */
  encode(text: string): number[] {
    return this.tokenize(text).tokenIds;
  }

  /** Returns the tokens of a text with their places in it, without bos and eos. */
  tokenize(text: string): TokenizedText {
    text = replaceSurrogates(text);
    const given = encodeUtf8(text);
    const positions = textPositions(given);
    const { bytes, origins } = this.normalizer.normalize(given);
    const result: TokenizedText = { text, tokenIds: [], tokens: [], spans: [] };
    const add = (id: number, token: string, begin: number, end: number): void => {
      result.tokenIds.push(id);
      result.tokens.push(token);
      result.spans.push([positions[begin]!, positions[end]!]);
    };
    let afterUnknown = false;
    for (const { begin, end, id } of this.segmenter.segment(bytes)) {
      const unknown = id === this.unknownId;
      const [from, to] = [origins[begin]!, origins[end]!];
      if (unknown && this.byteIds.length > 0) {
        // The last byte of a character stands for all of it.
        for (let place = begin; place < end; place++) {
          const byteId = this.byteIds[bytes[place]!]!;
          add(byteId, this.piece(byteId), from, place === end - 1 ? to : from);
        }
      } else if (unknown && afterUnknown) {
        // Neighbouring unknown characters are one token.
        const last = result.spans.length - 1;
        const span: [number, number] = [result.spans[last]![0], positions[to]!];
        result.spans[last] = span;
        result.tokens[last] = text.slice(...span); // no copy, however long it grows
      } else if (unknown) {
        add(id, text.slice(positions[from]!, positions[to]!), from, to);
      } else {
        add(id, UTF8.decode(bytes.subarray(begin, end)), from, to);
      }
      afterUnknown = unknown;
    }
    return result;
  }

  /** Returns the text of token ids; pad, bos and eos leave no trace. */
  decode(tokenIds: readonly number[]): string {
    return this.detokenize(tokenIds).text;
  }

  /** Returns the text of token ids with the place of each token in it. */
  detokenize(tokenIds: readonly number[]): TokenizedText {
    const { addDummyPrefix, removeExtraWhitespaces } = this.model.normalizer;
    const strips = addDummyPrefix || removeExtraWhitespaces;
    const result: TokenizedText = {
      text: "",
      tokenIds: [...tokenIds],
      tokens: [],
      spans: [],
    };
    const write = (surface: string): void => {
      const begin = result.text.length;
      result.text += surface;
      result.spans.push([begin, result.text.length]);
    };
    let atBegin = true;
    let sawSpace = false;
    for (let place = 0; place < tokenIds.length; place++) {
      const id = tokenIds[place]!;
      const piece = this.model.pieces[id];
      if (!piece) {
        throw new RangeError(
          `token ids must be at least 0 and below ${this.vocabSize}. Received: ${id}.`,
        );
      }
      result.tokens.push(piece.text);
      if (piece.type === PieceType.BYTE) {
        const run = this.byteRun(tokenIds, place);
        result.tokens.push(...run.slice(1).map((byteId) => this.piece(byteId)));
        writeBytes(
          Uint8Array.from(run, (byteId) => byteOf(this.piece(byteId))),
          write,
        );
        place += run.length - 1;
        continue;
      }
      if (sawSpace || result.text !== "") atBegin = false;
      sawSpace = false;
      let surface = piece.text;
      if (piece.type === PieceType.CONTROL) surface = "";
      else if (piece.type === PieceType.UNKNOWN) surface = this.model.unkSurface;
      else if (atBegin && strips && surface.startsWith(SPACE_SYMBOL)) {
        surface = surface.slice(SPACE_SYMBOL.length);
        // Where extra spaces go, every space at the beginning does.
        sawSpace = !removeExtraWhitespaces;
      }
      write(
        piece.type === PieceType.UNKNOWN
          ? surface
          : surface.replaceAll(SPACE_SYMBOL, " "),
      );
    }
    return result;
  }

  private byteRun(tokenIds: readonly number[], begin: number): number[] {
    let end = begin;
    while (this.model.pieces[tokenIds[end] ?? -1]?.type === PieceType.BYTE) end++;
    return tokenIds.slice(begin, end);
  }
}

/** Writes byte tokens: the last byte of a character writes it, a stray one U+FFFD. */
function writeBytes(bytes: Uint8Array, write: (surface: string) => void): void {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  for (let begin = 0; begin < bytes.length; ) {
    const end = begin + characterLength(bytes[begin]!);
    let character = "\ufffd";
    let length = 1;
    try {
      if (end <= bytes.length) {
        character = strict.decode(bytes.subarray(begin, end));
        length = end - begin;
      }
    } catch {
      // Not a character: one byte of it is replaced.
    }
    for (let place = 1; place < length; place++) write("");
    write(character);
    begin += length;
  }
}

/** Returns text that can be written as UTF-8: a lone surrogate becomes U+FFFD. */
export function replaceSurrogates(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

function byteOf(piece: string): number {
  return Number.parseInt(piece.slice(3, 5), 16); // <0x41>
}
