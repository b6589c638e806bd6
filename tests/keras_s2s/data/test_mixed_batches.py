import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.data.batches import TrainingBatches
from keras_s2s.data.corpus import ParallelCorpus
from keras_s2s.data.corpus_without import CorpusWithout
from keras_s2s.data.encoded_corpus import encode_corpus
from keras_s2s.data.mixed_batches import MixedBatches
from keras_s2s.data.tokenizer_training import train_tokenizers

pytestmark = pytest.mark.train


@pytest.fixture
def both(corpus, config, tmp_path):
    """Batches of ten pairs, and of the fifty others."""
    tokenizers = [Tokenizer(model) for model in train_tokenizers(corpus, config)]
    lines = [path.read_text().splitlines() for path in corpus.paths]

    def batches(name, rows):
        paths = [tmp_path / f"{name}.{side}" for side in "st"]
        for path, text in zip(paths, lines, strict=True):
            path.write_text("\n".join(text[rows]))
        cache = tmp_path / "cache"
        encoded = encode_corpus(ParallelCorpus(*paths), *tokenizers, config, cache)
        return TrainingBatches(encoded, batch_tokens=60, seed=1)

    return batches("few", slice(10)), batches("many", slice(10, None))


def test_every_epoch_has_all_of_one_corpus_and_a_share_of_the_other(both):
    few, many = both
    mixed = MixedBatches(few, many, 10, share=0.5, seed=1)
    assert len(mixed) == 2 * len(few) < len(many)
    seen = []
    for epoch in range(6):
        batches = mixed.indices(epoch)
        assert len(batches) == len(mixed)
        numbers = np.concatenate(batches)
        assert sorted(numbers[numbers < 10]) == list(range(10))
        assert all((batch < 10).all() or (batch >= 10).all() for batch in batches)
        seen.append(numbers[numbers >= 10].tolist())
    # The other corpus is passed through before any of it comes again.
    once = len(many) // len(few)
    pairs = [pair for numbers in seen[:once] for pair in numbers]
    assert len(set(pairs)) == len(pairs) < 50
    assert {*pairs, *seen[once]} == set(range(10, 60))


def test_batches_are_those_of_their_corpus_and_epochs_are_repeatable(both):
    few, many = both
    mixed = MixedBatches(few, many, 10, share=0.5, seed=1)
    for indices in mixed.indices(3):
        own = (few, indices) if indices[0] < 10 else (many, indices - 10)
        (inputs, outputs), (wanted, targets) = (
            mixed.batch(indices),
            own[0].batch(own[1]),
        )
        np.testing.assert_array_equal(inputs["source_ids"], wanted["source_ids"])
        np.testing.assert_array_equal(outputs, targets)
        assert mixed.target_tokens([indices]) == np.count_nonzero(outputs)
    again = MixedBatches(few, many, 10, share=0.5, seed=1)
    for one, other in zip(mixed.indices(3), again.indices(3), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_small_share_is_one_batch_and_none_is_refused(both):
    few, many = both
    assert len(MixedBatches(few, many, 10, share=0.01, seed=1)) == len(few) + 1
    for share in (0.0, 1.0):
        with pytest.raises(ValueError, match="between 0 and 1"):
            MixedBatches(few, many, 10, share=share, seed=1)


def test_a_corpus_can_be_read_without_some_of_its_sentences(corpus, config, tmp_path):
    excluded = next(iter(corpus)).source
    without = CorpusWithout(corpus, frozenset([excluded]))
    left = [pair for pair in corpus if pair.source != excluded]
    assert list(without) == left
    assert 0 < len(left) < 60
    tokenizers = [Tokenizer(model) for model in train_tokenizers(corpus, config)]
    entries = [
        encode_corpus(text, *tokenizers, config, tmp_path / "cache")
        for text in (corpus, without)
    ]
    assert [len(entry) for entry in entries] == [60, len(left)]
    assert entries[0].key != entries[1].key
