"""A translator on a test set: translations, scores and speed."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from edge_runtime.model.batches import batches_by_length, restore_order
from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.translation import Translation
from edge_runtime.translation.translator import Translator
from keras_s2s.evaluation.scores.bleu import Score, corpus_bleu, corpus_chrf
from keras_s2s.evaluation.scores.confidence_quality import (
    ConfidenceQuality,
    accepted_translations,
    measure_confidence,
)
from keras_s2s.evaluation.scores.length_buckets import LengthBucket, score_by_length
from keras_s2s.evaluation.scores.span_arrival import (
    SpanArrival,
    carried_kinds,
    count_spans,
)

Progress = Callable[[int, int], None]
"""Called with the number of translated sentences and the number of all."""

_BATCHES_PER_WINDOW = 8


@dataclass(frozen=True)
class Speed:
    """How fast a test set was translated.

    Attributes:
        seconds: Time for the whole test set, in batches.
        sentences: Sentences in it.
        latency: Median milliseconds of a sentence translated alone; None where it was
            not measured.
    """

    seconds: float
    sentences: int
    latency: float | None = None

    @property
    def sentences_per_second(self) -> float:
        """Sentences per second in batches."""
        return self.sentences / self.seconds if self.seconds else 0.0

    def to_json(self) -> dict[str, Any]:
        """Return a plain object."""
        return {
            "seconds": self.seconds,
            "sentences_per_second": self.sentences_per_second,
            "milliseconds_per_sentence_alone": self.latency,
        }


@dataclass(frozen=True)
class Evaluation:
    """Scores, speed and translations of a translator on a test set.

    Attributes:
        bleu: Corpus BLEU with its interval.
        chrf: Corpus chrF with its interval.
        by_length: BLEU by number of source tokens, the shortest first.
        confidence: How well certainty tells what people would accept.
        unfinished: Number of translations that end at a length limit.
        empty: Number of translations without text.
        spans: What was to be carried over, and what arrived.
        speed: Time of the translations.
        translations: One per sentence, in the order of the test set.
        references: Their references.
    """

    bleu: Score
    chrf: Score
    by_length: tuple[LengthBucket, ...]
    confidence: ConfidenceQuality
    unfinished: int
    empty: int
    spans: SpanArrival
    speed: Speed
    translations: tuple[Translation, ...]
    references: tuple[str, ...]

    @property
    def length_ratio(self) -> float:
        """Tokens written per token of the references, as BLEU counts them."""
        return self.bleu.length_ratio or 0.0

    @property
    def seconds(self) -> float:
        """Time in which the whole test set was translated."""
        return self.speed.seconds

    @property
    def hypotheses(self) -> list[str]:
        """The texts of the translations."""
        return [translation.text for translation in self.translations]

    def to_json(self) -> dict[str, Any]:
        """Return everything but the sentences as a plain object."""
        return {
            "sentences": len(self.translations),
            "bleu": self.bleu.to_json(),
            "chrf": self.chrf.to_json(),
            "by_length": [bucket.to_json() for bucket in self.by_length],
            "confidence": self.confidence.to_json(),
            "length_ratio": self.length_ratio,
            "unfinished": self.unfinished,
            "empty": self.empty,
            "spans": self.spans.to_json(),
            "speed": self.speed.to_json(),
        }


def evaluate(
    translator: Translator,
    sources: Sequence[str],
    references: Sequence[str],
    *,
    tokenizer: str = "13a",
    options: DecodingOptions | None = None,
    lengths: Sequence[int] = (),
    edges: Sequence[int] = (),
    resamplings: int = 1000,
    latency_sentences: int = 100,
    batch_size: int = 32,
    progress: Progress | None = None,
) -> Evaluation:
    """Translate a test set and score the translations.

    Args:
        translator: What is evaluated.
        sources: Source sentences.
        references: Their translations by people, in the same order.
        tokenizer: sacreBLEU's tokenizer; see `bleu_tokenizer`.
        options: How to decode, instead of the translator's own options.
        lengths: Length of every source; by default its number of tokens as the
            translator counts them, without bos and eos.
        edges: Shortest length of each bucket; see `score_by_length`.
        resamplings: Test sets to resample for the intervals; 0 for none.
        latency_sentences: Sentences to translate once more, alone, for the latency.
        batch_size: Sentences per batch.
        progress: Told about every few batches.
    """
    if len(sources) != len(references) or not sources:
        raise ValueError(
            "There must be one reference per source, and at least one. Received: "
            f"{len(sources)} sources, {len(references)} references."
        )
    lengths = list(lengths) or source_lengths(translator, sources)
    start = time.perf_counter()
    translations = _translate(
        translator, sources, lengths, options, batch_size, progress
    )
    seconds = time.perf_counter() - start
    latency = _latency(translator, sources, options, latency_sentences)
    hypotheses = [translation.text for translation in translations]
    return Evaluation(
        bleu=corpus_bleu(hypotheses, references, tokenizer, resamplings=resamplings),
        chrf=corpus_chrf(hypotheses, references, resamplings=resamplings),
        by_length=score_by_length(
            lengths,
            hypotheses,
            references,
            tokenizer=tokenizer,
            edges=edges,
            resamplings=resamplings,
        ),
        confidence=measure_confidence(
            accepted_translations(hypotheses, references),
            list(map(_mean_log_prob, translations)),
            [translation.confidence for translation in translations],
        ),
        unfinished=sum(not translation.finished for translation in translations),
        empty=sum(not hypothesis.strip() for hypothesis in hypotheses),
        spans=count_spans(sources, hypotheses, carried_kinds(translator, options)),
        speed=Speed(seconds, len(sources), latency),
        translations=tuple(translations),
        references=tuple(references),
    )


def source_lengths(translator: Translator, sources: Sequence[str]) -> list[int]:
    """Return the number of source tokens of every sentence, without bos and eos."""
    tokenizer = translator.model.source_tokenizer
    return [len(tokenizer.encode(source)) for source in sources]


def _mean_log_prob(translation: Translation) -> float:
    """Return the log-prob per token, 0 for a text without tokens."""
    return translation.log_prob / (len(translation.tokens) or 1)


def _translate(
    translator: Translator,
    sources: Sequence[str],
    lengths: Sequence[int],
    options: DecodingOptions | None,
    batch_size: int,
    progress: Progress | None,
) -> list[Translation]:
    windows = batches_by_length(lengths, _BATCHES_PER_WINDOW * batch_size)

    def results() -> Iterator[list[Translation]]:
        done = 0
        for places in windows:
            yield translator.translate_batch(
                [sources[place] for place in places], options, batch_size=batch_size
            )
            done += len(places)
            if progress is not None:
                progress(done, len(sources))

    return restore_order(windows, results())


def _latency(
    translator: Translator,
    sources: Sequence[str],
    options: DecodingOptions | None,
    count: int,
) -> float | None:
    """Return the median milliseconds of sentences sampled evenly from the test set."""
    if count < 1:
        return None
    stride = max(1, len(sources) // count)
    milliseconds = []
    for source in sources[::stride][:count]:
        start = time.perf_counter()
        translator.translate(source, options)
        milliseconds.append(1000 * (time.perf_counter() - start))
    return statistics.median(milliseconds)
