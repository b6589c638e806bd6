/** What the two algorithms of SentencePiece have in common. */

/** A piece of a normalised text; `begin` and `end` count bytes. */
export interface SegmentedPiece {
  begin: number;
  end: number;
  id: number;
}

export interface Segmenter {
  /** Returns pieces that together are the whole text, in order. */
  segment(text: Uint8Array): SegmentedPiece[];
}
