"""Sentences through encoder, search and tokenizers: one batch, start to end."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from edge_runtime.arrays import FloatArray
from edge_runtime.contract import EOS_ID, UNK_ID
from edge_runtime.model.batches import pad_sources
from edge_runtime.model.translation_model import TranslationModel
from edge_runtime.search.greedy_search import Hypothesis
from edge_runtime.text.letter_case import LetterCase, in_letter_case
from edge_runtime.text.slot_filling import Filling, fill_slots
from edge_runtime.text.slots import SLOT_PIECES
from edge_runtime.text.tokenizer import TokenizedText
from edge_runtime.translation.confidence import confidence
from edge_runtime.translation.copying import copy_from_source
from edge_runtime.translation.decoding import DecodingTask, decode
from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.preference import most_probable_target
from edge_runtime.translation.sentences import Sentence
from edge_runtime.translation.translation import Translation


def decoding_task(
    model: TranslationModel, sentences: Sequence[Sentence], options: DecodingOptions
) -> DecodingTask:
    """Encode a batch of sentences and return the task of decoding them."""
    source_ids = [sentence.source.token_ids for sentence in sentences]
    prefixes = [sentence.prefix for sentence in sentences]
    slots = [sentence.slot_rules for sentence in sentences]
    return DecodingTask(
        step=model.step,
        initial_states=model.encode(pad_sources(source_ids)),
        source_ids=source_ids,
        options=options,
        max_target_length=model.limits.max_target_length,
        prefixes=prefixes if any(prefixes) else (),
        slots=slots if any(slots) else (),
    )


def translate_sentences(
    model: TranslationModel, sentences: Sequence[Sentence], options: DecodingOptions
) -> list[Translation]:
    """Return the translation of each sentence of one batch."""
    with_words = [sentence for sentence in sentences if sentence.has_words]
    found = iter(
        decode(decoding_task(model, with_words, options)) if with_words else ()
    )
    translations = []
    for sentence in sentences:
        if not sentence.has_words:
            translations.append(_as_it_is(model, sentence))
            continue
        best, *others = next(found)
        alternatives = [_translation(model, sentence, each, options) for each in others]
        translations.append(
            _translation(model, sentence, best, options, tuple(alternatives))
        )
    return translations


def write_target(
    model: TranslationModel,
    sentence: Sentence,
    hypothesis: Hypothesis,
    options: DecodingOptions,
) -> TokenizedText:
    """Return the text of a hypothesis and its tokens, eos included where finished."""
    target = model.target_tokenizer.detokenize(hypothesis.token_ids)
    if sentence.letter_case is not LetterCase.ORDINARY:
        text = in_letter_case(target.text, sentence.letter_case)
        target = replace(target, text=text)
    if hypothesis.finished:
        end = len(target.text)
        target = TokenizedText(
            target.text,
            [*target.token_ids, EOS_ID],
            [*target.tokens, "</s>"],
            [*target.spans, (end, end)],
        )
    places = _slot_places(model, sentence, target)
    if sentence.terms or sentence.elements:
        evidence = _attention(sentence, hypothesis, target, places)
    if places:
        target = _fill_slots(model, sentence, target, places, options)
    if hypothesis.alignment is not None and (
        options.copy_unknown or sentence.loose_spans
    ):
        (alignment,) = _without_padding(sentence, hypothesis)
        target = copy_from_source(
            sentence.content,
            target,
            alignment,
            UNK_ID,
            spans=sentence.loose_spans,
            unknown_words=options.copy_unknown,
            fixed_tokens=len(sentence.prefix),
        )
    # What places terms and markup is imported here: most sentences have neither, and
    # a process that translates one sentence would wait for it.
    if sentence.terms:
        from edge_runtime.text.term_placement import place_terms

        choose = partial(most_probable_target, model, sentence.content.text)
        fixed = _prefix_length(sentence, target)
        target = place_terms(sentence.terms, target, *evidence, choose, fixed)
    if sentence.elements:
        from edge_runtime.text.markup_placement import place_markup

        fixed = _prefix_length(sentence, target)
        target = place_markup(sentence.elements, target, *evidence, fixed)
    return target


def _prefix_length(sentence: Sentence, target: TokenizedText) -> int:
    """Return how many characters of a translation were given."""
    return max((end for _, end in target.spans[: len(sentence.prefix)]), default=0)


def _slot_places(
    model: TranslationModel, sentence: Sentence, target: TokenizedText
) -> list[int | None]:
    """Return which slot of the source each slot of a translation is."""
    emitted = set(target.token_ids).intersection(model.slot_ids or ())
    if not emitted:
        return []
    if sentence.slot_rules:
        return sentence.slot_rules.places(target.token_ids)
    # Without slots in the source the search excludes none, which costs no time.
    return [None for token_id in target.token_ids if token_id in emitted]


def _attention(
    sentence: Sentence,
    hypothesis: Hypothesis,
    target: TokenizedText,
    places: Sequence[int | None],
) -> tuple[FloatArray, list[int]]:
    """Return what says which words translate which.

    Returns:
        The attention over the source without bos and eos, and per target token the
        source token that is the same slot, -1 for none.
    """
    slots = _slot_tokens(sentence.source.tokens[1:-1])
    certain = [-1] * len(target.token_ids)
    for token, place in zip(_slot_tokens(target.tokens), places, strict=True):
        if place is not None:
            certain[token] = slots[place]
    length = len(sentence.source.token_ids)
    if hypothesis.alignment is None:
        return _diagonal(len(target.token_ids), length - 2), certain
    return hypothesis.alignment[:, 1 : length - 1], certain


def _slot_tokens(tokens: Sequence[str]) -> list[int]:
    return [place for place, token in enumerate(tokens) if token in SLOT_PIECES]


def _diagonal(rows: int, columns: int) -> FloatArray:
    """Return what stands for the attention of a model without: words in their order."""
    attention = np.zeros((rows, columns), dtype=np.float32)
    attention[np.arange(rows), np.arange(rows) * columns // rows] = 1.0
    return attention


def _fill_slots(
    model: TranslationModel,
    sentence: Sentence,
    target: TokenizedText,
    places: Sequence[int | None],
    options: DecodingOptions,
) -> TokenizedText:
    """Put what slots stand for in their places."""
    slots = sentence.slotted.slots

    def filling(place: int | None) -> Filling | None:
        if place is None:
            return None
        slot = slots[place]
        text = slot.span.text
        if options.number_format and slot.span.kind == "number":
            from edge_runtime.text.number_format import number_format, rewrite_number

            source = number_format(model.source_language)
            text = rewrite_number(text, source, number_format(options.number_format))
        return Filling(text, slot)

    return fill_slots(target, list(map(filling, places)))


def _as_it_is(model: TranslationModel, sentence: Sentence) -> Translation:
    """Return the translation of a sentence without words: the sentence."""
    source = sentence.source
    return Translation(
        source=source.text,
        text=source.text,
        source_tokens=tuple(source.tokens),
        source_spans=tuple(source.spans),
        alignments=(
            (np.zeros((0, len(source.tokens)), dtype=np.float32),)
            if model.attends
            else ()
        ),
        confidence=None if model.confidence is None else 1.0,
    )


def _translation(
    model: TranslationModel,
    sentence: Sentence,
    hypothesis: Hypothesis,
    options: DecodingOptions,
    alternatives: tuple[Translation, ...] = (),
) -> Translation:
    target = write_target(model, sentence, hypothesis, options)
    source = sentence.source
    return Translation(
        source=source.text,
        text=target.text,
        score=hypothesis.score,
        log_prob=hypothesis.log_prob,
        finished=hypothesis.finished,
        source_tokens=tuple(source.tokens),
        tokens=tuple(target.tokens),
        token_log_probs=hypothesis.token_log_probs,
        alignments=_without_padding(sentence, hypothesis),
        source_spans=tuple(source.spans),
        spans=tuple(target.spans),
        alternatives=alternatives,
        confidence=_confidence(model, sentence, hypothesis),
    )


def _confidence(
    model: TranslationModel, sentence: Sentence, hypothesis: Hypothesis
) -> float | None:
    if model.confidence is None:
        return None
    return confidence(
        model.confidence,
        sentence.source.token_ids,
        hypothesis,
        model.target_tokenizer.pieces,
    )


def _without_padding(
    sentence: Sentence, hypothesis: Hypothesis
) -> tuple[FloatArray, ...]:
    """Return the alignment over the real source tokens, or nothing without one."""
    if hypothesis.alignment is None:
        return ()
    return (hypothesis.alignment[:, : len(sentence.source.token_ids)],)
