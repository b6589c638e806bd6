/** Pieces of a vocabulary by their bytes, to be found at any place of a text. */

const NO_PIECE = -1;

export class PieceTrie {
  /** The node behind a node and a byte, under `node * 256 + byte`. */
  private readonly children = new Map<number, number>();
  private readonly ids: number[] = [NO_PIECE];

  add(bytes: Uint8Array, id: number): void {
    let node = 0;
    for (const byte of bytes) {
      let child = this.children.get(node * 256 + byte);
      if (child === undefined) {
        child = this.ids.push(NO_PIECE) - 1;
        this.children.set(node * 256 + byte, child);
      }
      node = child;
    }
    this.ids[node] = id;
  }

  /**
   * Calls `found` with the end and id of every piece that begins at `begin`, by length.
   */
  forEachMatch(
    text: Uint8Array,
    begin: number,
    found: (end: number, id: number) => void,
  ): void {
    let node: number | undefined = 0;
    for (let position = begin; position < text.length; position++) {
      node = this.children.get(node * 256 + text[position]!);
      if (node === undefined) return;
      const id = this.ids[node]!;
      if (id !== NO_PIECE) found(position + 1, id);
    }
  }

  /** Returns the end of the longest piece that begins at `begin`, or `begin`. */
  longestMatch(text: Uint8Array, begin: number): number {
    let longest = begin;
    this.forEachMatch(text, begin, (end) => {
      longest = end;
    });
    return longest;
  }
}
