"""Which of the forms of a term a model prefers in a translation."""

from collections.abc import Sequence
from itertools import islice

import numpy as np

from edge_runtime.arrays import FloatArray
from edge_runtime.contract import BOS_ID, EOS_ID
from edge_runtime.model.batches import pad_rows, pad_sources
from edge_runtime.model.translation_model import TranslationModel
from edge_runtime.text.slots import SLOT_PIECES, Filling, SlottedText, set_apart


def choose_forms(
    model: TranslationModel,
    source: SlottedText,
    target: str,
    places: Sequence[int | None],
) -> dict[int, str]:
    """Choose among several translations of a term, one term after the other.

    The source without the term's slot is translated into the target with each form in
    its slot; the most probable one is chosen.

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
        slot = source.slots[place]
        forms = slot.span.translations
        if len(forms) > 1:
            # The term itself stands before its slot.
            before, after = _around(source.text, place)
            plain = f"{before}{after}"
            before, after = _around(target, number)
            written = [
                set_apart(Filling(form, slot), before[-1:], after[:1]) for form in forms
            ]
            candidates = [f"{before}{form}{after}" for form in written]
            scores = _log_probs(model, plain, candidates)
            chosen[place] = forms[int(scores.argmax())]
    return chosen


def _around(text: str, number: int) -> tuple[str, str]:
    """Return what stands before and behind one of the slots, counted from 0."""
    slots = (place for place, character in enumerate(text) if character in SLOT_PIECES)
    place = next(islice(slots, number, None))
    return text[:place], text[place + 1 :]


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
