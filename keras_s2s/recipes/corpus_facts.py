"""What a recipe is chosen by: how much text there is, and how it is written."""

import math
from collections import Counter
from dataclasses import dataclass

from keras_s2s.data.corpus import Corpus, SentencePair

_SAMPLE = 50_000
"""More pairs than that do not change the facts."""

DENSE_SCRIPT = 1500
"""From so many different characters on, a character is about a word: Chinese characters
rather than letters or syllables."""


@dataclass(frozen=True)
class SideFacts:
    """One side of a corpus.

    Attributes:
        characters: Characters of a sentence, on average.
        alphabet: Different characters that a vocabulary has to hold.
    """

    characters: float
    alphabet: int

    @property
    def expected_tokens(self) -> float:
        """Tokens of a sentence, eos included, roughly, before there is a tokenizer.

        A piece of Tatoeba's English has 3.6 characters, one of its Chinese 1.5.
        """
        per_piece = 1.5 if self.alphabet >= DENSE_SCRIPT else 3.6
        return self.characters / per_piece + 1


@dataclass(frozen=True)
class CorpusFacts:
    """A corpus.

    Attributes:
        pairs: Number of pairs.
        source: Facts of the source.
        target: Facts of the target.
    """

    pairs: int
    source: SideFacts
    target: SideFacts


def read_facts(corpus: Corpus, coverage: float) -> CorpusFacts:
    """Read a corpus once and return its facts.

    Characters are counted in pairs at even distances; nothing else is kept in memory.

    Args:
        corpus: All pairs.
        coverage: Share of the characters that a vocabulary has to cover.

    Raises:
        CorpusError: The corpus cannot be read.
    """
    sample: list[SentencePair] = []
    distance, count = 1, 0
    for pair in corpus:
        if count % distance == 0:
            sample.append(pair)
            if len(sample) == 2 * _SAMPLE:
                del sample[1::2]
                distance *= 2
        count += 1
    sources = _side_facts([pair.source for pair in sample], coverage)
    targets = _side_facts([pair.target for pair in sample], coverage)
    return CorpusFacts(count, sources, targets)


def _side_facts(sentences: list[str], coverage: float) -> SideFacts:
    counts: Counter[str] = Counter()
    for sentence in sentences:
        counts.update(sentence)
    total = counts.total()
    needed, covered = 0, 0
    for _, occurrences in counts.most_common():
        if covered >= math.ceil(coverage * total):
            break
        covered += occurrences
        needed += 1
    return SideFacts(total / len(sentences), needed)
