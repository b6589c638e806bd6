"""All checks of a corpus, in a few readings of it."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from keras_s2s.cleaning.cuts import CutCheck
from keras_s2s.cleaning.evidence import LogOdds
from keras_s2s.cleaning.keys import Keys
from keras_s2s.cleaning.languages import (
    LanguageCheck,
    language_identifier,
    require_not_exchanged,
)
from keras_s2s.cleaning.lengths import LengthModel
from keras_s2s.cleaning.numbers import have_other_markup, have_other_numbers
from keras_s2s.cleaning.quick_checks import QuickChecks, Reasons
from keras_s2s.cleaning.reasons import Reason
from keras_s2s.cleaning.scripts import ScriptCheck
from keras_s2s.cleaning.steps import StepCheck, suspicious_lines
from keras_s2s.cleaning.word_check import PairWords, WordCheck, words_of_pair
from keras_s2s.data.corpus import Corpus, SentencePair

logger = logging.getLogger(__name__)

_CHUNK = 5000
_EXAMPLES = 5000
"""Pairs from which is learned how far right ones differ."""

_FEWEST_PAIRS = 400
_SURE = 2.0
"""Log-odds from which on the words of two sides translate each other."""

_LONGEST_STRETCH = 5000
"""Most lines that are in memory at a time while steps are looked for."""


@dataclass(frozen=True)
class Languages:
    """Language codes of a corpus; empty where they are not known."""

    source: str = ""
    target: str = ""


def find_reasons(
    corpus: Corpus,
    *,
    languages: Languages = Languages(),
    held_out: Sequence[Keys] = (),
    progress: Callable[[str, int], None] = lambda what, count: None,
) -> Reasons:
    """Return what is wrong with each pair of a corpus.

    Reads it two or three times; of its texts, a sample of some ten thousand pairs is in
    memory.

    Args:
        corpus: The pairs; can be read again.
        languages: Their languages; unknown ones are found out.
        held_out: See `QuickChecks.reasons`.
        progress: Called with what is done and the number of pairs so far.

    Returns:
        Bits as `Reason` numbers them, 0 for a pair that is right, shape `(pairs,)`.

    Raises:
        CorpusError: The corpus cannot be read, or its sides are exchanged.
    """
    quick = QuickChecks()
    for pair in corpus:
        quick.add(pair)
        if len(quick) % (20 * _CHUNK) == 0:
            progress("Reading", len(quick))
    sample = quick.sample.pairs
    lengths = LengthModel(sample)
    reasons = quick.reasons(lengths, held_out)
    checks = _SlowChecks(sample, lengths, languages)
    own = np.zeros(len(reasons))
    begin = 0
    for chunk in _chunks(corpus):
        part = slice(begin, begin + len(chunk))
        own[part], found = checks.judge(chunk)
        reasons[part] |= found
        begin += len(chunk)
        progress("Checking", begin)
    checks.mark_shifted(corpus, own, reasons)
    return reasons


class _SlowChecks:
    """The checks that first learn from a sample what right pairs are like."""

    def __init__(
        self,
        sample: Sequence[SentencePair],
        lengths: LengthModel,
        languages: Languages,
    ) -> None:
        sides = (
            [pair.source for pair in sample],
            [pair.target for pair in sample],
        )
        self._scripts = list(map(ScriptCheck, sides))
        identifier = language_identifier()
        self._languages = [
            LanguageCheck(identifier, code, sentences)
            for code, sentences in zip(
                (languages.source, languages.target), sides, strict=True
            )
        ]
        for name, check in zip(("source", "target"), self._languages, strict=True):
            logger.info("Language of the %s: %s.", name, check)
        source, target = self._languages
        require_not_exchanged(
            "the text",
            (languages.source, languages.target),
            (source.found, target.found),
        )
        self._words: WordCheck | None = None
        if len(sample) < _FEWEST_PAIRS:
            logger.info(
                "Less than %d pairs: lines out of step and sides that break off are "
                "not looked for.",
                _FEWEST_PAIRS,
            )
            return
        examples = list(sample[:: -(-len(sample) // _EXAMPLES)])
        self._words = WordCheck(list(map(words_of_pair, sample)))
        self._steps = StepCheck(self._words, list(map(words_of_pair, examples)))
        self._cuts = CutCheck(self._words, lengths, examples)

    def judge(self, pairs: Sequence[SentencePair]) -> tuple[LogOdds, Reasons]:
        """Return how much speaks for each pair's being one, and what is wrong with it.

        Lines out of step are not among that.
        """
        odds = np.zeros(len(pairs))
        reasons = np.zeros(len(pairs), dtype=np.uint16)
        if self._words:
            found = self._words.explain(list(map(words_of_pair, pairs)))
            odds = self._steps.log_odds(found)
            reasons[self._cuts.are_cut(pairs, found)] |= np.uint16(Reason.CUT)
        for place, pair in enumerate(pairs):
            if pair.source.strip() and pair.target.strip():
                reasons[place] |= self._reasons_of(pair, float(odds[place]))
            else:
                reasons[place] = 0
        return odds, reasons

    def _reasons_of(self, pair: SentencePair, odds: float) -> int:
        reasons = 0
        for text, script, language in zip(
            (pair.source, pair.target), self._scripts, self._languages, strict=True
        ):
            if script.is_other(text):
                reasons |= Reason.SCRIPT
            elif language.is_other(text, odds > _SURE):
                reasons |= Reason.LANGUAGE
        if have_other_numbers(pair.source, pair.target):
            reasons |= Reason.NUMBERS
        if have_other_markup(pair.source, pair.target):
            reasons |= Reason.MARKUP
        return int(reasons)

    def mark_shifted(
        self,
        corpus: Corpus,
        own: LogOdds,
        reasons: Reasons,
    ) -> None:
        """Mark lines out of step; reads the corpus again if there may be some."""
        stretches = [
            range(begin, min(begin + _LONGEST_STRETCH, stretch.stop))
            for stretch in suspicious_lines(own)
            for begin in range(stretch.start, stretch.stop, _LONGEST_STRETCH)
        ]
        if not self._words or not stretches:
            return
        pairs, place = iter(corpus), 0
        for stretch in stretches:
            lines: list[PairWords] = [
                words_of_pair(pair)
                for pair in islice(pairs, stretch.start - place, stretch.stop - place)
            ]
            place = stretch.stop
            shifts = self._steps.shifts(lines, own[stretch.start : stretch.stop])
            reasons[stretch.start : stretch.stop][shifts != 0] |= np.uint16(
                Reason.SHIFTED
            )


def _chunks(corpus: Corpus) -> Iterator[list[SentencePair]]:
    pairs = iter(corpus)
    while chunk := list(islice(pairs, _CHUNK)):
        yield chunk
