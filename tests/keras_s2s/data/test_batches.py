import itertools
import json

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from edge_runtime.contract import BOS_ID, EOS_ID, PAD_ID
from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.data.batches import TrainingBatches, make_batch
from keras_s2s.data.encoded_corpus import EncodedCorpus, encode_corpus
from keras_s2s.data.slots.text_facts import TextFacts
from keras_s2s.data.tokenizer_training import train_tokenizers

pytestmark = pytest.mark.train


@pytest.fixture
def encoded(corpus, config, tmp_path):
    tokenizers = map(Tokenizer, train_tokenizers(corpus, config))
    return encode_corpus(corpus, *tokenizers, config, tmp_path / "cache")


def test_the_target_is_shifted_for_teacher_forcing():
    inputs, outputs = make_batch([[2, 9, 3], [2, 8, 7, 3]], [[5, 6, 7, 3], [5, 3]])
    assert inputs["source_ids"].tolist() == [[2, 9, 3, 0], [2, 8, 7, 3]]
    assert inputs["target_input_ids"].tolist() == [[2, 5, 6, 7], [2, 5, 0, 0]]
    assert outputs.tolist() == [[5, 6, 7, 3], [5, 3, 0, 0]]


def test_every_epoch_has_every_pair_once(encoded):
    batches = TrainingBatches(encoded, batch_tokens=60, seed=1)
    for epoch in range(3):
        indices = np.concatenate(batches.indices(epoch))
        assert sorted(indices.tolist()) == list(range(len(encoded)))


def test_weights_decide_how_often_a_corpus_is_there_whichever_epoch_comes_first(
    encoded,
):
    def epochs(first):
        batches = TrainingBatches(encoded, 60, seed=1, corpus_weights=(2.5,))
        found = [batches.indices(epoch) for epoch in range(first, 4)]
        assert {len(each) for each in found} == {len(batches)}
        return found

    lengths = encoded.target.lengths
    for indices in epochs(0):
        counts = np.bincount(np.concatenate(indices))
        assert set(counts) == {2, 3}
        assert counts.sum() == 2.5 * len(encoded)
        assert max(len(each) * lengths[each].max() for each in indices) <= 60
    # A resumed run draws the same pairs.
    resumed = [each.tolist() for each in epochs(3)[0]]
    assert resumed == [each.tolist() for each in epochs(0)[3]]


def test_batches_stay_within_the_token_budget_and_use_it(encoded):
    batches = TrainingBatches(encoded, batch_tokens=60, seed=1)
    lengths = encoded.target.lengths
    sizes = [len(indices) * lengths[indices].max() for indices in batches.indices(0)]
    assert max(sizes) <= 60
    assert np.mean(sizes) > 40
    assert len(batches) == len(sizes)


def test_a_pair_longer_than_the_budget_is_a_batch_of_its_own(encoded):
    batches = TrainingBatches(encoded, batch_tokens=1, seed=1)
    assert [len(indices) for indices in batches.indices(0)] == [1] * len(encoded)


def test_the_order_is_decided_by_seed_and_epoch(encoded):
    def order(seed, epoch):
        batches = TrainingBatches(encoded, batch_tokens=60, seed=seed)
        return [indices.tolist() for indices in batches.indices(epoch)]

    assert order(1, 0) == order(1, 0)
    assert order(1, 0) != order(1, 1)
    assert order(1, 0) != order(2, 0)


def test_pairs_of_one_length_meet_others_in_every_epoch(encoded):
    batches = TrainingBatches(encoded, batch_tokens=60, seed=1)
    first, second = (
        {frozenset(indices.tolist()) for indices in batches.indices(epoch)}
        for epoch in (0, 1)
    )
    assert first != second


@pytest.mark.parametrize("begin", [(1, 0), (0, 2), (1, 1)])
def test_a_dataset_begins_with_the_batch_it_is_told(encoded, begin):
    batches = TrainingBatches(encoded, batch_tokens=60, seed=1)
    from_start = list(itertools.islice(batches.dataset(), 3 * len(batches)))
    first = begin[0] * len(batches) + begin[1]
    resumed = list(itertools.islice(batches.dataset(*begin), len(batches)))
    for (_, expected), (_, found) in zip(
        from_start[first : first + len(batches)], resumed, strict=True
    ):
        np.testing.assert_array_equal(found, expected)


def test_the_real_target_tokens_of_batches_are_counted(encoded):
    batches = TrainingBatches(encoded, batch_tokens=60, seed=1)
    real = [
        int((target_output_ids.numpy() != 0).sum())
        for _, target_output_ids in batches.dataset().take(3)
    ]
    assert batches.target_tokens(batches.indices(0)[:3]) == sum(real)


def test_rows_of_the_dataset_are_pairs_of_the_corpus(encoded):
    pairs = {
        (tuple(encoded.source[i].tolist()), tuple(encoded.target[i].tolist()))
        for i in range(len(encoded))
    }
    batches = TrainingBatches(encoded, batch_tokens=60, seed=1)
    for inputs, outputs in itertools.islice(batches.dataset(), len(batches)):
        for source, target_input, target in zip(
            inputs["source_ids"].numpy(),
            inputs["target_input_ids"].numpy(),
            outputs.numpy(),
            strict=True,
        ):
            real_source = tuple(source[source != PAD_ID].tolist())
            real_target = tuple(target[target != PAD_ID].tolist())
            assert (real_source, real_target) in pairs
            assert target_input[0] == BOS_ID
            assert EOS_ID not in target_input


def test_rows_of_similar_lengths_stand_together(encoded):
    def there_and_back(lengths):
        target, source = lengths
        return target, -source if target % 2 else source

    batches = TrainingBatches(encoded, 200, seed=1)
    for indices in batches.indices(0):
        inputs, targets = batches.batch(indices)
        lengths = [
            np.count_nonzero(ids != PAD_ID, axis=1).tolist()
            for ids in (targets, inputs["source_ids"])
        ]
        rows = list(zip(*lengths, strict=True))
        assert rows == sorted(rows, key=there_and_back)
        assert len(rows) == len(indices)


def test_very_long_sentences_are_sorted_like_others(tmp_path):
    # The product of both lengths needs more than 31 bits.
    lengths = {"source": [70_000, 1, 2, 3], "target": [60_000, 50_000, 50_000, 2]}
    for side, row in lengths.items():
        np.save(tmp_path / f"{side}.ends.npy", np.cumsum(row))
        (tmp_path / f"{side}.ids").touch()
    report = {"kept": 4, "empty": 0, "overlong": 0}
    (tmp_path / "report.json").write_text(json.dumps(report))
    (tmp_path / "facts.json").write_text(json.dumps(TextFacts().to_json()))
    batches = TrainingBatches(EncodedCorpus(tmp_path), batch_tokens=100_000, seed=1)
    found = sorted(indices.tolist() for indices in batches.indices(0))
    assert found == [[0], [2], [3, 1]]
