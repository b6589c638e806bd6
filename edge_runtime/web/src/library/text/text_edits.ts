/**
 * Changing a text of which one knows where its tokens stand; the same as
 * `edge_runtime/text/text_edits.py`.
 */

import type { Span, TokenizedText } from "./tokenizer.js";

/** What a piece of a text becomes. */
export interface Edit {
  begin: number;
  end: number;
  /** What stands there afterwards. */
  replacement: string;
}

/**
 * Applies edits to a text and moves the spans of its tokens accordingly.
 *
 * @param edits Edits sorted by where they begin; of two that share characters the first
 *   is applied.
 */
export function applyEdits(edits: readonly Edit[], text: TokenizedText): TokenizedText {
  const parts: string[] = [];
  const moved: { edit: Edit; begin: number }[] = []; // each with its new beginning
  let length = 0;
  let done = 0;
  for (const edit of edits) {
    if (edit.begin < done) continue;
    const kept = text.text.slice(done, edit.begin);
    parts.push(kept, edit.replacement);
    moved.push({ edit, begin: length + kept.length });
    length += kept.length + edit.replacement.length;
    done = edit.end;
  }
  parts.push(text.text.slice(done));

  /** Returns how many edits end at a place or before it. */
  const passedBy = (position: number): number => {
    let [low, high] = [0, moved.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (moved[middle]!.edit.end <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const move = (position: number, isEnd: boolean): number => {
    let passed = passedBy(position);
    // What is put in behind a token is no part of it.
    while (isEnd && passed > 0 && moved[passed - 1]!.edit.begin === position) passed--;
    const within = moved[passed];
    if (within) {
      const { edit, begin } = within;
      if (position > edit.begin || (position === edit.begin && !isEnd)) {
        return begin + (isEnd ? edit.replacement.length : 0);
      }
    }
    const before = moved[passed - 1];
    if (!before) return position;
    return position + before.begin + before.edit.replacement.length - before.edit.end;
  };
  return {
    text: parts.join(""),
    tokenIds: text.tokenIds,
    tokens: text.tokens,
    spans: text.spans.map(([begin, end]): Span => {
      const movedEnd = move(end, true);
      return [Math.min(move(begin, false), movedEnd), movedEnd];
    }),
  };
}
