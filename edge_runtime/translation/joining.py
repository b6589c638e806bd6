"""One translation of a text from the translations of its segments."""

import dataclasses
from collections.abc import Sequence

from edge_runtime.text.sentences import Segment, join_texts
from edge_runtime.text.tokenizer import Span
from edge_runtime.translation.translation import Translation


def join_translations(
    source: str, segments: Sequence[Segment], parts: Sequence[Translation]
) -> Translation:
    """Return the translation of a whole text.

    The n-th alternative joins the n-th alternatives of all segments, or the last one
    where a segment has fewer. Log-probs and scores are added up.

    Args:
        source: The whole text.
        segments: Its segments, in order; none for an empty text.
        parts: Their translations.
    """
    if len(parts) == 1 and segments[0].text == source:
        return parts[0]
    count = max((len(part.alternatives) for part in parts), default=0)
    best = _join(source, segments, parts)
    alternatives = tuple(
        _join(
            source,
            segments,
            [
                part.alternatives[min(rank, len(part.alternatives) - 1)]
                if part.alternatives
                else part
                for part in parts
            ],
        )
        for rank in range(count)
    )
    return dataclasses.replace(best, alternatives=alternatives)


def _join(
    source: str, segments: Sequence[Segment], parts: Sequence[Translation]
) -> Translation:
    texts = [part.text for part in parts]
    separators = join_texts(texts, [segment.gap for segment in segments])
    text = ""
    source_spans: list[Span] = []
    spans: list[Span] = []
    for segment, part, separator in zip(segments, parts, separators, strict=True):
        text += separator
        source_spans += _moved(part.source_spans, segment.begin)
        spans += _moved(part.spans, len(text))
        text += part.text
    return Translation(
        source=source,
        text=text,
        score=sum(part.score for part in parts),
        log_prob=sum(part.log_prob for part in parts),
        finished=all(part.finished for part in parts),
        source_tokens=tuple(token for part in parts for token in part.source_tokens),
        tokens=tuple(token for part in parts for token in part.tokens),
        token_log_probs=tuple(
            log_prob for part in parts for log_prob in part.token_log_probs
        ),
        alignments=tuple(block for part in parts for block in part.alignments),
        source_spans=tuple(source_spans),
        spans=tuple(spans),
    )


def _moved(spans: Sequence[Span], offset: int) -> list[Span]:
    return [(begin + offset, end + offset) for begin, end in spans]
