/** Text as the pieces of a vocabulary are written: normalised, spaces made visible. */

import { Charsmap } from "./charsmap.js";
import type { NormalizerSpec } from "./model.js";
import type { PieceTrie } from "./piece_trie.js";
import { characterLength } from "./utf8.js";

const SPACE = 0x20;
const SPACE_SYMBOL = [0xe2, 0x96, 0x81]; // U+2581

/**
 * A normalised text.
 *
 * `origins[i]` is where in the given bytes normalised byte `i` comes from; it has one
 * entry more than there are bytes, for the end.
 */
export interface NormalizedText {
  bytes: Uint8Array;
  origins: Uint32Array;
}

export class Normalizer {
  private readonly charsmap: Charsmap | undefined;
  private readonly space: number[];

  /**
   * @param userDefined Pieces that stand for themselves: no rule changes them.
   */
  constructor(
    private readonly spec: NormalizerSpec,
    private readonly treatWhitespaceAsSuffix: boolean,
    private readonly userDefined: PieceTrie,
  ) {
    if (spec.precompiledCharsmap.length > 0) {
      this.charsmap = new Charsmap(spec.precompiledCharsmap);
    }
    this.space = spec.escapeWhitespaces ? SPACE_SYMBOL : [SPACE];
  }

  normalize(text: Uint8Array): NormalizedText {
    const trims = this.spec.removeExtraWhitespaces;
    let position = trims ? this.skipSpaces(text) : 0;
    if (position === text.length)
      return { bytes: new Uint8Array(), origins: new Uint32Array(1) };
    const bytes: number[] = [];
    const origins: number[] = [];
    const append = (byte: number): void => {
      for (const written of byte === SPACE ? this.space : [byte]) {
        bytes.push(written);
        origins.push(position);
      }
    };
    if (this.spec.addDummyPrefix && !this.treatWhitespaceAsSuffix) append(SPACE);
    let afterSpace = trims;
    while (position < text.length) {
      const { length, bytes: replacement } = this.replace(text, position);
      let begin = 0;
      while (afterSpace && replacement[begin] === SPACE) begin++;
      for (let place = begin; place < replacement.length; place++)
        append(replacement[place]!);
      if (begin < replacement.length)
        afterSpace = trims && replacement.at(-1) === SPACE;
      position += length;
    }
    while (trims && endsWith(bytes, this.space)) {
      bytes.length -= this.space.length;
      position = origins[bytes.length]!;
      origins.length = bytes.length;
    }
    if (this.spec.addDummyPrefix && this.treatWhitespaceAsSuffix) append(SPACE);
    origins.push(position);
    return { bytes: Uint8Array.from(bytes), origins: Uint32Array.from(origins) };
  }

  private skipSpaces(text: Uint8Array): number {
    let position = 0;
    while (position < text.length) {
      const { length, bytes } = this.replace(text, position);
      if (bytes.length !== 1 || bytes[0] !== SPACE) break;
      position += length;
    }
    return position;
  }

  /**
   * Returns what becomes of the characters at `begin`, and how many bytes they take.
   */
  private replace(
    text: Uint8Array,
    begin: number,
  ): { length: number; bytes: Uint8Array } {
    const end = this.userDefined.longestMatch(text, begin);
    if (end > begin) return { length: end - begin, bytes: text.subarray(begin, end) };
    const replacement = this.charsmap?.longestMatch(text, begin);
    if (replacement) return replacement;
    const length = characterLength(text[begin]!);
    return { length, bytes: text.subarray(begin, begin + length) };
  }
}

function endsWith(bytes: number[], suffix: number[]): boolean {
  const begin = bytes.length - suffix.length;
  return begin >= 0 && suffix.every((byte, place) => bytes[begin + place] === byte);
}
