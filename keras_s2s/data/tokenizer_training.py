"""SentencePiece models with the special ids that the whole project shares."""

import io
import re
from collections.abc import Iterable, Iterator

import sentencepiece

from edge_runtime import contract
from edge_runtime.text.slots import SLOT_PIECES
from keras_s2s.config import DataConfig
from keras_s2s.data.back_translation_tag import TAG, split_tag
from keras_s2s.data.corpus import Corpus, SentencePair
from keras_s2s.data.slots.pair_writer import PairWriter

_MOST_SENTENCES = 100_000
"""More do not change a small vocabulary, but SentencePiece holds all of them and their
counts in memory: without a limit, several times the memory of the training."""

_THREADS = 1
"""Each thread sums its own share of the sentences, so another number of them gives
other pieces: one for all machines. More have not been faster for `_MOST_SENTENCES`."""


class TokenizerTrainingError(ValueError):
    """SentencePiece cannot train a vocabulary of this size on this corpus."""


class VocabularyTooLargeError(TokenizerTrainingError):
    """The corpus does not yield as many pieces.

    Args:
        setting: Name of the size in the recipe.
        received: Its value.
        most: The largest possible value.
    """

    def __init__(self, setting: str, received: int, most: int) -> None:
        super().__init__(
            f"`{setting}` must fit the corpus, which yields at most {most} pieces. "
            f"Received: {setting}={received}. "
            f"Set {setting}={most} or less, or give more text."
        )
        self.setting = setting
        self.most = most


def train_tokenizers(corpus: Corpus, config: DataConfig) -> tuple[bytes, bytes]:
    """Train the tokenizers of both sides, on the text as it will be tokenized.

    Args:
        corpus: The text that they must cover; read once, or twice if its pairs have
            not been counted.
        config: Vocabulary sizes, algorithm and normalisation.

    Returns:
        The serialized source and target models, the same one twice with a shared
        vocabulary.

    Raises:
        TokenizerTrainingError: The corpus cannot fill the vocabulary, which is a
            `VocabularyTooLargeError`, or the vocabulary cannot hold the corpus.
    """
    write = PairWriter(config).write
    most = _MOST_SENTENCES // 2 if config.shared_vocabulary else _MOST_SENTENCES
    reading = _Untagged(corpus)
    # Kept: whether there are tags is known after the last pair, and SentencePiece keeps
    # more of it.
    pairs = list(map(write, _sample(reading, corpus.count(), most)))
    slots = list(SLOT_PIECES) if config.slot_share else []
    source_symbols = [*slots, TAG] if reading.found_tag else slots
    if config.shared_vocabulary:
        both = (text for pair in pairs for text in (pair.source, pair.target))
        size = config.target_vocab_size
        shared = _train(both, config, size, "target_vocab_size", source_symbols)
        return shared, shared
    return (
        _train(
            (pair.source for pair in pairs),
            config,
            config.source_vocab_size,
            "source_vocab_size",
            source_symbols,
        ),
        _train(
            (pair.target for pair in pairs),
            config,
            config.target_vocab_size,
            "target_vocab_size",
            slots,
        ),
    )


class _Untagged:
    """The pairs of a corpus without the tag of back-translated sources.

    Args:
        pairs: What is read when this is iterated over.

    Attributes:
        found_tag: Whether a source that was read so far had it.
    """

    def __init__(self, pairs: Iterable[SentencePair]) -> None:
        self.found_tag = False
        self._pairs = pairs

    def __iter__(self) -> Iterator[SentencePair]:
        for pair in self._pairs:
            tag, source = split_tag(pair.source)
            self.found_tag |= bool(tag)
            yield SentencePair(source, pair.target) if tag else pair


def _sample(
    pairs: Iterable[SentencePair], count: int, most: int
) -> Iterator[SentencePair]:
    """Yield at most `most` of `count` pairs, at even distances.

    Corpora may be sorted by origin.
    """
    if count <= most:
        return iter(pairs)
    return (pair for index, pair in enumerate(pairs) if index * most % count < most)


def _train(
    lines: Iterable[str],
    config: DataConfig,
    vocab_size: int,
    setting: str,
    symbols: list[str],
) -> bytes:
    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=_not_empty(lines),
            model_writer=model,
            model_type=config.tokenizer_model,
            vocab_size=vocab_size,
            character_coverage=config.character_coverage,
            normalization_rule_name=config.normalization,
            pad_id=contract.PAD_ID,
            unk_id=contract.UNK_ID,
            bos_id=contract.BOS_ID,
            eos_id=contract.EOS_ID,
            user_defined_symbols=symbols,
            # SentencePiece writes unknown pieces as ⁇ by default.
            unk_surface="",
            max_sentence_length=1 << 16,
            num_threads=_THREADS,
            minloglevel=2,
        )
    except (RuntimeError, OSError) as error:
        raise _explanation(str(error), vocab_size, setting) from None
    return model.getvalue()


def _not_empty(lines: Iterable[str]) -> Iterator[str]:
    # SentencePiece refuses text with zero bytes and stops at empty text.
    return (
        line.replace("\0", " ") for line in lines if line.replace("\0", " ").strip()
    )


def _explanation(
    complaint: str, vocab_size: int, setting: str
) -> TokenizerTrainingError:
    """Turn SentencePiece's complaint into what to set."""
    most = re.search(r"set it to a value <= (\d+)", complaint)
    if most:
        return VocabularyTooLargeError(setting, vocab_size, int(most[1]))
    least = re.search(r"smaller than required_chars\.?\s*\d+\s*vs\s*(\d+)", complaint)
    if least:
        return TokenizerTrainingError(
            f"`{setting}` must hold at least the {least[1]} characters and special "
            f"tokens of the corpus. Received: {setting}={vocab_size}. "
            f"Set {setting} above {least[1]}, or a lower character_coverage."
        )
    return TokenizerTrainingError(
        f"SentencePiece cannot train a vocabulary of {vocab_size}: {complaint}"
    )
