"""SentencePiece models with the special ids that the whole project shares."""

import io
import os
import re
from collections.abc import Iterable, Iterator

import sentencepiece

from edge_runtime import contract
from edge_runtime.text.slots import SLOT_PIECES
from keras_s2s.config import DataConfig
from keras_s2s.data.corpus import Corpus, SentencePair
from keras_s2s.data.slots.pair_writer import PairWriter

_MOST_SENTENCES = 100_000
"""More do not change a small vocabulary, but SentencePiece holds all of them and their
counts in memory: without a limit, several times the memory of the training."""


class TokenizerTrainingError(ValueError):
    """SentencePiece cannot train a vocabulary of this size on this corpus."""


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
        TokenizerTrainingError: The corpus cannot fill the vocabulary.
    """
    write = PairWriter(config).write
    if config.shared_vocabulary:
        sample = map(write, _sample(corpus, _MOST_SENTENCES // 2))
        both = (text for pair in sample for text in (pair.source, pair.target))
        shared = _train(both, config, config.target_vocab_size, "target_vocab_size")
        return shared, shared
    # Kept for the second side, which is less than SentencePiece keeps of the first.
    pairs = list(map(write, _sample(corpus, _MOST_SENTENCES)))
    sources = (pair.source for pair in pairs)
    targets = (pair.target for pair in pairs)
    return (
        _train(sources, config, config.source_vocab_size, "source_vocab_size"),
        _train(targets, config, config.target_vocab_size, "target_vocab_size"),
    )


def _sample(corpus: Corpus, most: int) -> Iterator[SentencePair]:
    """Yield at most `most` pairs at even distances: corpora may be sorted by origin."""
    count = corpus.count()
    if count <= most:
        return iter(corpus)
    return (pair for index, pair in enumerate(corpus) if index * most % count < most)


def _train(
    lines: Iterable[str], config: DataConfig, vocab_size: int, setting: str
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
            user_defined_symbols=list(SLOT_PIECES) if config.slot_share else [],
            # SentencePiece writes unknown pieces as ⁇ by default.
            unk_surface="",
            max_sentence_length=1 << 16,
            num_threads=os.cpu_count() or 1,
            minloglevel=2,
        )
    except (RuntimeError, OSError) as error:
        raise TokenizerTrainingError(
            _explanation(str(error), vocab_size, setting)
        ) from None
    return model.getvalue()


def _not_empty(lines: Iterable[str]) -> Iterator[str]:
    # SentencePiece refuses text with zero bytes and stops at empty text.
    return (
        line.replace("\0", " ") for line in lines if line.replace("\0", " ").strip()
    )


def _explanation(complaint: str, vocab_size: int, setting: str) -> str:
    """Turn SentencePiece's complaint into what to set."""
    most = re.search(r"set it to a value <= (\d+)", complaint)
    if most:
        return (
            f"`{setting}` must fit the corpus, which yields at most {most[1]} pieces. "
            f"Received: {setting}={vocab_size}. "
            f"Set {setting}={most[1]} or less, or give more text."
        )
    least = re.search(r"smaller than required_chars\.?\s*\d+\s*vs\s*(\d+)", complaint)
    if least:
        return (
            f"`{setting}` must hold at least the {least[1]} characters and special "
            f"tokens of the corpus. Received: {setting}={vocab_size}. "
            f"Set {setting} above {least[1]}, or a lower character_coverage."
        )
    return f"SentencePiece cannot train a vocabulary of {vocab_size}: {complaint}"
