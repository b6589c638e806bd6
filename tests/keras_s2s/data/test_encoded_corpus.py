import dataclasses
import errno
import json
import os
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from edge_runtime.contract import BOS_ID, EOS_ID
from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.data import encoded_corpus
from keras_s2s.data.checked_corpus import check_corpus
from keras_s2s.data.corpus import CorpusError, ParallelCorpus
from keras_s2s.data.encoded_corpus import EncodedCorpus, FilterReport, encode_corpus
from keras_s2s.data.slots.text_facts import TextFacts
from keras_s2s.data.tokenizer_training import train_tokenizers


def make_pipe(path):
    """Put a named pipe in the place of a file."""
    path.unlink()
    os.mkfifo(path)


@pytest.fixture
def tokenizers(corpus, config):
    source, target = train_tokenizers(corpus, config)
    return Tokenizer(source), Tokenizer(target)


def test_ids_are_the_tokenizers_with_bos_and_eos(corpus, config, tokenizers, tmp_path):
    source_tokenizer, target_tokenizer = tokenizers
    encoded = encode_corpus(corpus, *tokenizers, config, tmp_path / "cache")
    assert len(encoded) == 60
    for index, pair in enumerate(corpus):
        source = [BOS_ID, *source_tokenizer.encode(pair.source), EOS_ID]
        assert encoded.source[index].tolist() == source
        target = [*target_tokenizer.encode(pair.target), EOS_ID]
        assert encoded.target[index].tolist() == target
    assert encoded.source.lengths[0] == len(encoded.source[0])


def test_empty_and_overlong_pairs_are_left_out_and_counted(
    config, tokenizers, tmp_path
):
    (tmp_path / "a").write_text("sun\n\n   \nmoon\n" + "star " * 500 + "\nrain")
    (tmp_path / "b").write_text("nus\nx\ny\n\nz\nniar")
    corpus = ParallelCorpus(tmp_path / "a", tmp_path / "b")
    encoded = encode_corpus(corpus, *tokenizers, config, tmp_path / "cache")
    report = encoded.report
    assert (report.kept, report.empty, report.overlong) == (2, 3, 1)
    assert str(report) == "2 pairs (3 empty, 1 overlong left out)"
    assert encoded.source[1].tolist() == [BOS_ID, *tokenizers[0].encode("rain"), EOS_ID]


@pytest.mark.parametrize("side", ["source", "target"])
def test_the_longest_pair_allowed_is_kept(corpus, config, tokenizers, tmp_path, side):
    encoded = encode_corpus(corpus, *tokenizers, config, tmp_path)
    # Ids of a source are counted with bos and eos, those of a target with eos.
    longest = int(getattr(encoded, side).lengths.max())
    exact = dataclasses.replace(config, **{f"max_{side}_length": longest})
    assert encode_corpus(corpus, *tokenizers, exact, tmp_path).report.overlong == 0
    less = dataclasses.replace(config, **{f"max_{side}_length": longest - 1})
    assert encode_corpus(corpus, *tokenizers, less, tmp_path).report.overlong > 0


@pytest.mark.parametrize("side", ["source_path", "target_path"])
def test_a_side_of_which_the_tokenizer_leaves_nothing_is_empty(
    corpus, config, tokenizers, tmp_path, side
):
    with getattr(corpus, side).open("a") as file:
        file.write("\n\u200b\n")  # a zero-width space, which is no space to Python
    other = corpus.target_path if side == "source_path" else corpus.source_path
    with other.open("a") as file:
        file.write("\nsun\n")
    report = encode_corpus(corpus, *tokenizers, config, tmp_path).report
    assert (report.kept, report.empty, report.overlong) == (60, 1, 0)


def test_nothing_left_to_train_on_is_refused(config, tokenizers, tmp_path):
    (tmp_path / "a").write_text("\n\n")
    (tmp_path / "b").write_text("x\ny\n")
    corpus = ParallelCorpus(tmp_path / "a", tmp_path / "b")
    with pytest.raises(CorpusError, match="Of 2 pairs, 2 are empty"):
        encode_corpus(corpus, *tokenizers, config, tmp_path / "cache")
    assert not any((tmp_path / "cache").iterdir()), "nothing half-made is left"


def test_the_cache_is_used_again_until_the_text_changes(
    corpus, config, tokenizers, tmp_path
):
    cache = tmp_path / "cache"
    calls = []
    first = encode_corpus(corpus, *tokenizers, config, cache, calls.append)
    second = encode_corpus(corpus, *tokenizers, config, cache, calls.append)
    assert calls == [60], "the second call reads what the first one made"
    assert first.key == second.key
    lines = corpus.target_path.read_text().splitlines()
    corpus.target_path.write_text("\n".join(["sun", *lines[1:]]))
    third = encode_corpus(corpus, *tokenizers, config, cache, calls.append)
    assert third.key != first.key
    assert third.target[0].tolist() == [*tokenizers[1].encode("sun"), EOS_ID]


def test_the_cache_key_changes_with_tokenizer_and_limits(
    corpus, config, tokenizers, tmp_path
):
    source, target = tokenizers
    keys = {
        encode_corpus(corpus, source, target, config, tmp_path).key,
        encode_corpus(corpus, target, target, config, tmp_path).key,
        encode_corpus(
            corpus,
            source,
            target,
            dataclasses.replace(config, max_target_length=70),
            tmp_path,
        ).key,
    }
    assert len(keys) == 3


def test_a_sentence_is_read_from_disk_when_it_is_asked_for(
    corpus, config, tokenizers, tmp_path
):
    encoded = encode_corpus(corpus, *tokenizers, config, tmp_path)
    before = encoded.target[7].tolist()
    file = tmp_path / encoded.key / "target.ids"
    ids = np.fromfile(file, dtype=np.int32)
    (ids + 1).tofile(file)
    assert encoded.target[7].tolist() == [token_id + 1 for token_id in before]
    assert len(ids) == encoded.target.lengths.sum()


def test_an_error_of_the_disk_names_the_file(
    corpus, config, tokenizers, tmp_path, monkeypatch
):
    class Unreadable:
        def seek(self, place):
            return place

        def read(self, size):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    encoded = encode_corpus(corpus, *tokenizers, config, tmp_path / "cache")
    monkeypatch.setattr(encoded.target, "_ids", Unreadable())
    with pytest.raises(OSError) as raised:
        encoded.target[0]
    assert raised.value.errno == errno.EIO
    assert raised.value.filename == f"cache/{encoded.key}/target.ids"


def test_threads_read_a_side_without_disturbing_each_other(
    corpus, config, tokenizers, tmp_path
):
    encoded = encode_corpus(corpus, *tokenizers, config, tmp_path)
    rows = list(range(len(encoded))) * 100
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(encoded.source.__getitem__, rows))
    expected = [encoded.source[row].tolist() for row in range(len(encoded))]
    assert [ids.tolist() for ids in found] == [expected[row] for row in rows]


def test_a_corpus_of_several_chunks_is_that_of_one(
    corpus, config, tokenizers, tmp_path, monkeypatch
):
    lines = corpus.source_path.read_text().splitlines()
    lines[3] = lines[30] = lines[31] = ""
    lines[12] = lines[50] = "star " * 500
    corpus.source_path.write_text("\n".join(lines))
    whole = encode_corpus(corpus, *tokenizers, config, tmp_path / "whole")
    monkeypatch.setattr(encoded_corpus, "_CHUNK", 7)
    calls = []
    parts = encode_corpus(corpus, *tokenizers, config, tmp_path / "parts", calls.append)
    assert calls == [7, 14, 21, 28, 35, 42, 49, 56, 60]
    assert parts.report == whole.report == FilterReport(55, 3, 2, [55])
    for side in "source target".split():
        for index in range(len(whole)):
            expected = getattr(whole, side)[index].tolist()
            assert getattr(parts, side)[index].tolist() == expected


def test_building_batches_needs_few_bytes_for_each_pair(tmp_path):
    pytest.importorskip("tensorflow", reason="needs the train extra")
    from keras_s2s.data.batches import TrainingBatches

    pairs = 200_000
    lengths = np.random.default_rng(0).integers(3, 30, (2, pairs))
    for side, row in zip("source target".split(), lengths, strict=True):
        np.save(tmp_path / f"{side}.ends.npy", np.cumsum(row))
        (tmp_path / f"{side}.ids").touch()
    (tmp_path / "report.json").write_text(
        json.dumps({"kept": pairs, "empty": 0, "overlong": 0})
    )
    (tmp_path / "facts.json").write_text(json.dumps(TextFacts().to_json()))
    tracemalloc.start()
    try:
        batches = TrainingBatches(EncodedCorpus(tmp_path), 1500, seed=1)
        order = batches.indices(0)
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(map(len, order)) == pairs
    # Keys and order, four bytes each; then views, which do not grow with the pairs.
    assert kept < 12 * pairs
    assert peak < 32 * pairs


def test_text_that_changes_while_it_is_tokenized_is_refused(
    corpus, config, tokenizers, tmp_path
):
    checked = check_corpus(corpus)
    with corpus.source_path.open("a") as file:
        file.write("\nsun")
    with corpus.target_path.open("a") as file:
        file.write("\nnus")
    with pytest.raises(CorpusError, match=r"stay as it is while .* changed meanwhile"):
        encode_corpus(checked, *tokenizers, config, tmp_path / "cache")
    assert not any((tmp_path / "cache").iterdir()), "nothing half-made is left"


@pytest.mark.parametrize(
    "damage",
    [
        lambda entry: (entry / "source.ids").write_bytes(b""),
        lambda entry: (entry / "target.ends.npy").unlink(),
        lambda entry: (entry / "report.json").write_text(
            '{"kept": 9, "empty": 0, "overlong": 0}'
        ),
        lambda entry: (entry / "facts.json").write_text("{}"),
        lambda entry: (entry / "checksums.json").unlink(),  # of an earlier release
        lambda entry: (entry / "checksums.json").write_text("[]"),
        lambda entry: make_pipe(entry / "checksums.json"),
        lambda entry: make_pipe(entry / "source.ids"),
    ],
    ids=["ids", "ends", "report", "facts", "earlier", "checksums", "pipe", "ids pipe"],
)
def test_a_damaged_cache_is_made_anew(
    corpus, config, tokenizers, tmp_path, damage, ends_soon
):
    cache = tmp_path / "cache"
    encoded = encode_corpus(corpus, *tokenizers, config, cache)
    expected = [encoded.target[index].tolist() for index in range(len(encoded))]
    damage(cache / encoded.key)
    calls = []
    again = encode_corpus(corpus, *tokenizers, config, cache, calls.append)
    assert calls == [60], "it was not used"
    assert [again.target[index].tolist() for index in range(len(again))] == expected
    assert [entry.name for entry in cache.iterdir()] == [encoded.key]
    encode_corpus(corpus, *tokenizers, config, cache, calls.append)
    assert calls == [60], "what was made anew is sound"


def test_one_flipped_bit_in_the_cache_is_damage(corpus, config, tokenizers, tmp_path):
    encoded = encode_corpus(corpus, *tokenizers, config, tmp_path)
    file = tmp_path / encoded.key / "source.ids"
    content = bytearray(file.read_bytes())
    content[40] ^= 1
    file.write_bytes(content)
    again = encode_corpus(corpus, *tokenizers, config, tmp_path)
    content[40] ^= 1
    assert (tmp_path / again.key / "source.ids").read_bytes() == content


def test_processes_may_fill_one_cache_at_a_time(corpus, config, tokenizers, tmp_path):
    meeting = threading.Barrier(4)

    def encode(_):
        # All of them are past looking whether the entry is there.
        return encode_corpus(
            corpus, *tokenizers, config, tmp_path / "cache", lambda _: meeting.wait()
        )

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(encode, range(4)))
    for encoded in found:
        assert encoded.source[59].tolist() == found[0].source[59].tolist()
    assert len(list((tmp_path / "cache").iterdir())) == 1
