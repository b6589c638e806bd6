/** Segmentation by byte-pair encoding: the best-ranked neighbours are merged first. */

import { type Piece, PieceType } from "./model.js";
import { PieceTrie } from "./piece_trie.js";
import type { SegmentedPiece, Segmenter } from "./segmenter.js";
import { characterLength } from "./utf8.js";

/**
 * Part of the text; an empty one (`begin === end`) was merged into its left neighbour.
 */
interface Symbol {
  begin: number;
  end: number;
  previous: number;
  next: number;
  frozen: boolean;
}

/** Two neighbours that would make a piece of `length` bytes. */
interface Merge {
  left: number;
  right: number;
  score: number;
  length: number;
}

export class BpeSegmenter implements Segmenter {
  private readonly ids = new Map<string, number>();
  private readonly userDefined = new PieceTrie();

  constructor(
    private readonly pieces: Piece[],
    private readonly unknownId: number,
  ) {
    pieces.forEach((piece, id) => {
      const { type } = piece;
      if (type === PieceType.USER_DEFINED) this.userDefined.add(piece.bytes, id);
      if (
        type === PieceType.NORMAL ||
        type === PieceType.USER_DEFINED ||
        type === PieceType.UNUSED
      ) {
        this.ids.set(keyOf(piece.bytes, 0, piece.bytes.length), id);
      }
    });
  }

  segment(text: Uint8Array): SegmentedPiece[] {
    const symbols = this.split(text);
    const agenda = new Agenda();
    /** For pieces that may only be a step on the way: what they were made of. */
    const parts = new Map<string, [SegmentedPiece, SegmentedPiece]>();

    const suggest = (left: number, right: number): void => {
      const first = symbols[left];
      const second = symbols[right];
      if (!first || !second || first.frozen || second.frozen) return;
      const key = keyOf(text, first.begin, second.end);
      const id = this.ids.get(key);
      if (id === undefined) return;
      const length = second.end - first.begin;
      agenda.push({ left, right, score: this.pieces[id]!.score, length });
      if (this.pieces[id]!.type === PieceType.UNUSED) {
        parts.set(key, [
          { begin: 0, end: first.end - first.begin, id: 0 },
          { begin: first.end - first.begin, end: length, id: 0 },
        ]);
      }
    };

    for (let right = 1; right < symbols.length; right++) suggest(right - 1, right);
    for (let merge = agenda.pop(); merge; merge = agenda.pop()) {
      const left = symbols[merge.left]!;
      const right = symbols[merge.right]!;
      const outdated =
        left.begin === left.end ||
        right.begin === right.end ||
        right.end - left.begin !== merge.length;
      if (outdated) continue;
      left.end = right.end;
      left.next = right.next;
      if (right.next >= 0) symbols[right.next]!.previous = merge.left;
      right.begin = right.end;
      suggest(left.previous, merge.left);
      suggest(merge.left, left.next);
    }

    const segments: SegmentedPiece[] = [];
    const emit = (begin: number, end: number): void => {
      const key = keyOf(text, begin, end);
      const id = this.ids.get(key) ?? this.unknownId;
      const made =
        this.pieces[id]!.type === PieceType.UNUSED ? parts.get(key) : undefined;
      if (!made) segments.push({ begin, end, id });
      else for (const part of made) emit(begin + part.begin, begin + part.end);
    };
    for (
      let place = 0;
      place >= 0 && place < symbols.length;
      place = symbols[place]!.next
    ) {
      emit(symbols[place]!.begin, symbols[place]!.end);
    }
    return segments;
  }

  private split(text: Uint8Array): Symbol[] {
    const symbols: Symbol[] = [];
    for (let begin = 0; begin < text.length; ) {
      const frozenEnd = this.userDefined.longestMatch(text, begin);
      const frozen = frozenEnd > begin;
      const end = frozen
        ? frozenEnd
        : Math.min(begin + characterLength(text[begin]!), text.length);
      const place = symbols.length;
      symbols.push({ begin, end, previous: place - 1, next: place + 1, frozen });
      begin = end;
    }
    const last = symbols.at(-1);
    if (last) last.next = -1;
    return symbols;
  }
}

/** Merges by score, then from left to right: a binary heap. */
class Agenda {
  private readonly heap: Merge[] = [];

  push(merge: Merge): void {
    let place = this.heap.push(merge) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!comesBefore(merge, this.heap[parent]!)) break;
      this.heap[place] = this.heap[parent]!;
      place = parent;
    }
    this.heap[place] = merge;
  }

  pop(): Merge | undefined {
    const top = this.heap[0];
    const last = this.heap.pop();
    if (!last || this.heap.length === 0) return top;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.heap.length) break;
      const sibling = child + 1;
      if (
        sibling < this.heap.length &&
        comesBefore(this.heap[sibling]!, this.heap[child]!)
      ) {
        child = sibling;
      }
      if (!comesBefore(this.heap[child]!, last)) break;
      this.heap[place] = this.heap[child]!;
      place = child;
    }
    this.heap[place] = last;
    return top;
  }
}

function comesBefore(first: Merge, second: Merge): boolean {
  return (
    first.score > second.score ||
    (first.score === second.score && first.left < second.left)
  );
}

/** Bytes as the key of a map: each byte as one character. */
function keyOf(bytes: Uint8Array, begin: number, end: number): string {
  let key = "";
  for (let place = begin; place < end; place++)
    key += String.fromCharCode(bytes[place]!);
  return key;
}
