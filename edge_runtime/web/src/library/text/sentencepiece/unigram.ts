/** The most probable segmentation under a unigram model. */

import { type Piece, PieceType } from "./model.js";
import { PieceTrie } from "./piece_trie.js";
import type { SegmentedPiece, Segmenter } from "./segmenter.js";
import { characterLength } from "./utf8.js";

const UNKNOWN_PENALTY = 10;

/**
 * Viterbi search over all segmentations into pieces (Kudo, 2018).
 *
 * Sums are rounded to 32 bits where SentencePiece rounds them: two segmentations whose
 * scores differ in the last bit must be told apart in the same way.
 */
export class UnigramSegmenter implements Segmenter {
  private readonly trie = new PieceTrie();
  private readonly unknownScore: number;
  private readonly highestScore: number;

  constructor(
    private readonly pieces: Piece[],
    private readonly unknownId: number,
  ) {
    let lowest = Infinity;
    let highest = 0; // as in SentencePiece, where log-probs never exceed it
    pieces.forEach((piece, id) => {
      if (piece.type === PieceType.NORMAL) {
        lowest = Math.min(lowest, piece.score);
        highest = Math.max(highest, piece.score);
      }
      if (piece.type === PieceType.NORMAL || piece.type === PieceType.USER_DEFINED) {
        this.trie.add(piece.bytes, id);
      }
    });
    this.unknownScore = Math.fround(lowest - UNKNOWN_PENALTY);
    this.highestScore = highest;
  }

  segment(text: Uint8Array): SegmentedPiece[] {
    const scores = new Float32Array(text.length + 1);
    const begins = new Int32Array(text.length + 1).fill(-1);
    const ids = new Int32Array(text.length + 1);

    const offer = (begin: number, end: number, id: number, score: number): void => {
      const sum = Math.fround(score + scores[begin]!);
      if (begins[end] === -1 || sum > scores[end]!) {
        scores[end] = sum;
        begins[end] = begin;
        ids[end] = id;
      }
    };

    for (let begin = 0; begin < text.length; ) {
      const next = Math.min(begin + characterLength(text[begin]!), text.length);
      let coversCharacter = false;
      this.trie.forEachMatch(text, begin, (end, id) => {
        offer(begin, end, id, this.scoreOf(id, end - begin));
        coversCharacter ||= end === next;
      });
      if (!coversCharacter) offer(begin, next, this.unknownId, this.unknownScore);
      begin = next;
    }

    const segments: SegmentedPiece[] = [];
    for (let end = text.length; end > 0; end = begins[end]!) {
      segments.push({ begin: begins[end]!, end, id: ids[end]! });
    }
    return segments.reverse();
  }

  private scoreOf(id: number, length: number): number {
    const piece = this.pieces[id]!;
    // A user-defined piece is always preferred to what it could be made of.
    return piece.type === PieceType.USER_DEFINED
      ? Math.fround(length * this.highestScore) - 0.1
      : piece.score;
  }
}
