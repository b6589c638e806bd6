"""Which of the forms of a term a model prefers in a translation."""

from collections.abc import Sequence
from itertools import islice

import numpy as np

from edge_runtime.arrays import FloatArray
from edge_runtime.contract import BOS_ID, EOS_ID
from edge_runtime.model.batches import pad_rows, pad_sources
from edge_runtime.model.translation_model import TranslationModel
from edge_runtime.text.slots import SLOT_PIECES, SlottedText


def choose_forms(
    model: TranslationModel,
    source: SlottedText,
    target: str,
    places: Sequence[int | None],
) -> dict[int, str]:
    """Choose among several translations of a term, one term after the other.

    The source with the term itself in its slot is translated into the target with each
    form in its slot; the most probable one is chosen.

    Args:
        model: The model.
        source: The sentence with slots.
        target: Its translation with slots.
        places: Which slot of the source each slot of the target is.

    Returns:
        The chosen form of each slot of the source that has several.
    """
    chosen: dict[int, str] = {}
    for number, place in enumerate(places):
        if place is None:
            continue
        span = source.slots[place].span
        if len(span.translations) > 1:
            plain = _with_text(source.text, place, span.text)
            candidates = [
                _with_text(target, number, form) for form in span.translations
            ]
            scores = _log_probs(model, plain, candidates)
            chosen[place] = span.translations[int(scores.argmax())]
    return chosen


def _with_text(text: str, number: int, content: str) -> str:
    """Return a text with other text in one of its slots, counted from 0."""
    slots = (place for place, character in enumerate(text) if character in SLOT_PIECES)
    begin = next(islice(slots, number, None))
    return f"{text[:begin]}{content}{text[begin + 1 :]}"


def _log_probs(
    model: TranslationModel, source: str, targets: Sequence[str]
) -> FloatArray:
    """Return the log-prob of each target, shape `(targets,)`."""
    source_ids = [BOS_ID, *model.source_tokenizer.encode(source), EOS_ID]
    rows = [[*model.target_tokenizer.encode(target), EOS_ID] for target in targets]
    states = model.encode(pad_sources([source_ids] * len(rows)))
    emitted = pad_rows(rows)
    total: FloatArray = np.zeros(len(rows))
    fed = np.full(len(rows), BOS_ID, dtype=np.int32)
    for position in range(emitted.shape[1]):
        log_probs, states = model.step(fed, states)
        fed = emitted[:, position]
        there = np.array([position < len(row) for row in rows])
        total += np.where(there, log_probs[np.arange(len(rows)), fed], 0.0)
    return total
