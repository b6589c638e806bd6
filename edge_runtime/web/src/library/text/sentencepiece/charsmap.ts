/** The rules by which SentencePiece normalises characters: a trie from text to text. */

/** What a rule makes of the text it matched; `length` counts its bytes. */
export interface Replacement {
  length: number;
  bytes: Uint8Array;
}

/** Bytes of 256 units, one for every byte that may follow. */
const BLOCK = 1024;

/**
 * A precompiled map of characters.
 *
 * Its bytes are the size of a double-array trie (in the format of Darts-clone), the
 * trie, and the replacements, each ended by a zero byte; the trie's values are offsets
 * of replacements.
 */
export class Charsmap {
  private readonly units: Uint32Array;
  private readonly replacements: Uint8Array;

  constructor(content: Uint8Array) {
    const size =
      content.length > 4
        ? new DataView(content.buffer, content.byteOffset).getUint32(0, true)
        : content.length;
    if (size % BLOCK !== 0 || size + 4 >= content.length) {
      throw new Error(
        `the trie of a character map must end within it. Received: ${size} of ` +
          `${content.length} bytes.`,
      );
    }
    // Copied: a view of 32-bit numbers must begin at a multiple of four. Every browser
    // runs on little-endian processors, which is the order of the file.
    this.units = new Uint32Array(content.slice(4, 4 + size).buffer);
    this.replacements = content.subarray(4 + size);
    if (!this.units.every(this.leadsWithin, this) || this.replacements.at(-1) !== 0) {
      throw new Error("the trie of a character map must lead to replacements.");
    }
  }

  /** Returns whether a unit leads to units that there are, or to a replacement. */
  private leadsWithin(unit: number, place: number): boolean {
    if (isValue(unit)) return targetOf(unit) < this.replacements.length;
    const next = this.units[(place ^ offsetOf(unit)) >>> 0];
    return next !== undefined && (!hasLeaf(unit) || isValue(next));
  }

  /** Returns what the longest rule that matches at `begin` makes of it, if one does. */
  longestMatch(text: Uint8Array, begin: number): Replacement | undefined {
    let node = offsetOf(this.units[0] ?? 0);
    let length = 0;
    let value = 0;
    for (let position = begin; position < text.length; position++) {
      const byte = text[position]!;
      node ^= byte;
      const unit = this.units[node];
      if (unit === undefined || labelOf(unit) !== byte) break;
      node ^= offsetOf(unit);
      if (hasLeaf(unit)) {
        length = position + 1 - begin;
        value = targetOf(this.units[node] ?? 0);
      }
    }
    if (length === 0) return undefined;
    const end = this.replacements.indexOf(0, value);
    const bytes = this.replacements.subarray(value, end < 0 ? undefined : end);
    return { length, bytes };
  }
}

/** Bit 31 marks values, which no byte leads to. */
function isValue(unit: number): boolean {
  return unit >>> 31 === 1;
}

function targetOf(unit: number): number {
  return unit & 0x7fffffff;
}

function hasLeaf(unit: number): boolean {
  return ((unit >>> 8) & 1) === 1;
}

/** The byte that leads to a unit, or the mark of a value. */
function labelOf(unit: number): number {
  return (unit & 0x800000ff) >>> 0;
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & (1 << 9)) >>> 6);
}
