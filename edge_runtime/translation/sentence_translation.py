"""Sentences through encoder, search and tokenizers: one batch, start to end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edge_runtime.arrays import FloatArray
from edge_runtime.contract import BOS_ID, EOS_ID, UNK_ID
from edge_runtime.model.batches import pad_sources
from edge_runtime.model.translation_model import TranslationModel
from edge_runtime.search.greedy_search import Hypothesis
from edge_runtime.text.sentences import Segment, longest_text, split_text
from edge_runtime.text.tokenizer import TokenizedText
from edge_runtime.translation.copying import copy_from_source
from edge_runtime.translation.decoding import DecodingTask, decode
from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.translation import Translation


@dataclass(frozen=True)
class Sentence:
    """One segment of a text, ready for the encoder.

    Attributes:
        segment: Its text and its place in the whole.
        source: Its tokens, with bos and eos, which have empty spans.
        prefix: Target ids that its translation must begin with.
    """

    segment: Segment
    source: TokenizedText
    prefix: tuple[int, ...] = ()


def read_sentences(
    model: TranslationModel, text: str, target_prefix: str, options: DecodingOptions
) -> Iterator[Sentence]:
    """Split a text into sentences, if the options or the model's limit require it.

    Args:
        model: Model that will translate.
        text: Any text that can be written as UTF-8.
        target_prefix: Text that the translation of the first sentence begins with.
        options: Resolved options.

    Yields:
        The sentences in order; none for a text without any token.
    """
    if not text or text.isspace():
        return
    prefix: tuple[int, ...] = ()
    if target_prefix:
        prefix = tuple(model.target_tokenizer.encode(target_prefix))
    for segment, source in _read_segments(model, text, options.split_sentences):
        if source.token_ids:
            yield Sentence(segment, _enclose(source), prefix)
            prefix = ()


def _read_segments(
    model: TranslationModel, text: str, every_sentence: bool
) -> Iterator[tuple[Segment, TokenizedText]]:
    tokenizer = model.source_tokenizer
    max_tokens = model.limits.max_source_length - 2  # bos and eos
    if not every_sentence and len(text) <= longest_text(max_tokens):
        whole = tokenizer.tokenize(text)
        if len(whole.token_ids) <= max_tokens:
            yield Segment(text, 0), whole
            return
    segments = split_text(
        text,
        max_tokens,
        lambda part: len(tokenizer.encode(part)),
        every_sentence=every_sentence,
    )
    for segment in segments:
        yield segment, tokenizer.tokenize(segment.text)


def decoding_task(
    model: TranslationModel, sentences: Sequence[Sentence], options: DecodingOptions
) -> DecodingTask:
    """Encode a batch of sentences and return the task of decoding them."""
    source_ids = [sentence.source.token_ids for sentence in sentences]
    prefixes = [sentence.prefix for sentence in sentences]
    return DecodingTask(
        step=model.step,
        initial_states=model.encode(pad_sources(source_ids)),
        source_ids=source_ids,
        options=options,
        max_target_length=model.limits.max_target_length,
        prefixes=prefixes if any(prefixes) else (),
    )


def translate_sentences(
    model: TranslationModel, sentences: Sequence[Sentence], options: DecodingOptions
) -> list[Translation]:
    """Return the translation of each sentence of one batch."""
    found = decode(decoding_task(model, sentences, options))
    translations = []
    for sentence, hypotheses in zip(sentences, found, strict=True):
        best, *others = hypotheses
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
    if hypothesis.finished:
        end = len(target.text)
        target = TokenizedText(
            target.text,
            [*target.token_ids, EOS_ID],
            [*target.tokens, "</s>"],
            [*target.spans, (end, end)],
        )
    if options.copy_unknown and hypothesis.alignment is not None:
        (alignment,) = _without_padding(sentence, hypothesis)
        return copy_from_source(sentence.source, target, alignment, UNK_ID)
    return target


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
    )


def _without_padding(
    sentence: Sentence, hypothesis: Hypothesis
) -> tuple[FloatArray, ...]:
    """Return the alignment over the real source tokens, or nothing without one."""
    if hypothesis.alignment is None:
        return ()
    return (hypothesis.alignment[:, : len(sentence.source.token_ids)],)


def _enclose(source: TokenizedText) -> TokenizedText:
    end = len(source.text)
    return TokenizedText(
        source.text,
        [BOS_ID, *source.token_ids, EOS_ID],
        ["<s>", *source.tokens, "</s>"],
        [(0, 0), *source.spans, (end, end)],
    )
