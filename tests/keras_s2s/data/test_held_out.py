import tracemalloc

import pytest

from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.data.corpus import CorpusError, ParallelCorpus
from keras_s2s.data.encoded_corpus import encode_corpus
from keras_s2s.data.held_out import hold_out
from keras_s2s.data.tokenizer_training import train_tokenizers


def write_pairs(directory, count, sources):
    """So many pairs of different targets, of so many different sources."""
    lines = [f"sentence {row % sources}\ttarget {row}\n" for row in range(count)]
    path = directory / f"{count}-{sources}.tsv"
    path.write_text("".join(lines))
    return ParallelCorpus(path)


def test_every_pair_is_in_one_part_and_a_source_with_all_its_translations(tmp_path):
    corpus = write_pairs(tmp_path, 6000, sources=2000)
    remainder, held_out = hold_out(corpus)
    left = list(remainder)
    assert len(left) + len(held_out) == 6000
    assert set(left) | set(held_out) == set(corpus)
    sources = [{pair.source for pair in part} for part in (left, held_out)]
    assert not sources[0] & sources[1]
    positions = {pair: position for position, pair in enumerate(corpus)}
    for part in (left, held_out):
        order = [positions[pair] for pair in part]
        assert order == sorted(order)


@pytest.mark.parametrize(
    ("pairs", "expected"), [(2000, 200), (10_000, 1000), (100_000, 1000)]
)
def test_a_thousand_pairs_are_held_out_or_a_tenth(tmp_path, pairs, expected):
    left, held_out = hold_out(write_pairs(tmp_path, pairs, sources=pairs))
    # Four standard deviations of what a hash decides.
    assert abs(len(held_out) - expected) < 4 * expected**0.5
    assert left.count() == sum(1 for _ in left) == pairs - len(held_out)


def test_parts_of_aligned_files_are_those_of_a_tab_separated_one(tmp_path):
    table = write_pairs(tmp_path, 500, sources=500)
    pairs = list(table)
    files = tmp_path / "source", tmp_path / "target"
    files[0].write_text("".join(f"{pair.source} \r\n" for pair in pairs))
    files[1].write_text("".join(f"{pair.target}\n" for pair in pairs))
    _, of_table = hold_out(table)
    _, of_files = hold_out(ParallelCorpus(*files))
    assert [pair.target for pair in of_files] == [pair.target for pair in of_table]


def test_a_part_is_not_taken_for_the_whole_in_the_cache(corpus, config, tmp_path):
    tokenizers = [Tokenizer(model) for model in train_tokenizers(corpus, config)]
    remainder, held_out = hold_out(corpus)
    whole, left = (
        encode_corpus(part, *tokenizers, config, tmp_path / "cache")
        for part in (corpus, remainder)
    )
    assert whole.key != left.key
    assert 0 < len(left) == len(whole) - len(held_out)


def test_holding_out_keeps_no_more_of_a_larger_corpus_in_memory(tmp_path):
    corpus = write_pairs(tmp_path, 100_000, sources=100_000)
    tracemalloc.start()
    try:
        hold_out(corpus)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * 100_000, "bytes: far fewer than the text has"


@pytest.mark.parametrize("pairs", [1, 50])
def test_too_few_sentences_to_hold_any_out_are_refused(tmp_path, pairs):
    with pytest.raises(CorpusError, match="are too few; give validation pairs"):
        hold_out(write_pairs(tmp_path, pairs, sources=1))
