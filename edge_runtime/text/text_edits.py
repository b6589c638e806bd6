"""Changing a text of which one knows where its tokens stand."""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

from edge_runtime.text.tokenizer import Span, TokenizedText


@dataclass(frozen=True, slots=True)
class Edit:
    """What a piece of a text becomes.

    Attributes:
        begin: First character of the piece.
        end: Character after its last.
        replacement: What stands there afterwards.
    """

    begin: int
    end: int
    replacement: str


def apply_edits(edits: Sequence[Edit], text: TokenizedText) -> TokenizedText:
    """Apply edits to a text and move the spans of its tokens accordingly.

    Args:
        edits: Edits sorted by where they begin; of two that share characters the first
            is applied.
        text: The text and its tokens.
    """
    parts: list[str] = []
    moved: list[tuple[Edit, int]] = []  # each edit with its new beginning
    length = done = 0
    for edit in edits:
        if edit.begin < done:
            continue
        kept = text.text[done : edit.begin]
        parts += [kept, edit.replacement]
        moved.append((edit, length + len(kept)))
        length += len(kept) + len(edit.replacement)
        done = edit.end
    parts.append(text.text[done:])
    ends = [edit.end for edit, _ in moved]

    def move(position: int, is_end: bool) -> int:
        passed = bisect.bisect_right(ends, position)  # edits that end before
        # What is put in behind a token is no part of it.
        while is_end and passed and moved[passed - 1][0].begin == position:
            passed -= 1
        if passed < len(moved):
            edit, begin = moved[passed]
            if position > edit.begin or (position == edit.begin and not is_end):
                return begin + (len(edit.replacement) if is_end else 0)
        if not passed:
            return position
        edit, begin = moved[passed - 1]
        return position + begin + len(edit.replacement) - edit.end

    spans: list[Span] = []
    for begin, end in text.spans:
        moved_end = move(end, True)
        spans.append((min(move(begin, False), moved_end), moved_end))
    return TokenizedText("".join(parts), text.token_ids, text.tokens, spans)
