"""Streaming: a translation token by token."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from edge_runtime.contract import EOS_ID
from edge_runtime.model.translation_model import TranslationModel
from edge_runtime.search.greedy_search import Emission, collect_hypotheses
from edge_runtime.search.scoring import Scoring
from edge_runtime.text.sentences import separator
from edge_runtime.text.slot_filling import settled_text
from edge_runtime.translation.decoding import emissions
from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.sentence_translation import (
    decoding_task,
    write_target,
)
from edge_runtime.translation.sentences import Sentence


@dataclass(frozen=True)
class StreamedToken:
    """One token of a growing translation.

    Attributes:
        text: Text that the token adds; empty while it is not known, as within a
            character of several tokens.
        token: The piece of the vocabulary.
        log_prob: Its log-prob.
    """

    text: str
    token: str
    log_prob: float


def stream_sentences(
    model: TranslationModel, sentences: Iterable[Sentence], options: DecodingOptions
) -> Iterator[StreamedToken]:
    """Yield the translations of sentences, token by token, with their spacing."""
    before = ""
    for sentence in sentences:
        separated = False
        text = ""
        for text, streamed in _stream_sentence(model, sentence, options):
            between = "" if separated else separator(before, text, sentence.segment.gap)
            yield replace(streamed, text=between + streamed.text)
            separated = bool(separated or text or between)
        before = text or before


def _stream_sentence(
    model: TranslationModel, sentence: Sentence, options: DecodingOptions
) -> Iterator[tuple[str, StreamedToken]]:
    """Yield the text shown so far, and the token that brought it there."""
    if not sentence.has_words:
        text = sentence.source.text
        yield text, StreamedToken(text, "", 0.0)
        return
    emitted: list[Emission] = []
    task = decoding_task(model, [sentence], options)
    limit = task.limits[0]
    # What the whole sentence decides is shown once it is there.
    at_once = (
        options.copy_unknown
        or bool(sentence.loose_spans)  # they may replace words written before
        or bool(sentence.elements)
        or bool(sentence.terms)
    )
    shown = ""
    for emission in emissions(task):
        emitted.append(emission)
        (token_id,) = emission.token_ids
        ended = token_id == EOS_ID or len(emitted) == limit
        text = shown
        if ended or not at_once:
            (hypothesis,) = collect_hypotheses(iter(emitted), 1, EOS_ID, Scoring())
            target = write_target(model, sentence, hypothesis, options)
            text = target.text if ended else settled_text(target)
        if not ended and (text.endswith("\ufffd") or not text.startswith(shown)):
            text = shown  # half a character: the next tokens complete it
        token = model.target_tokenizer.pieces[token_id]
        (log_prob,) = emission.log_probs
        yield text, StreamedToken(text[len(shown) :], token, log_prob)
        shown = text
