import os

import pytest

from keras_s2s.data.corpus import CorpusError, ParallelCorpus, SentencePair
from keras_s2s.data.pair_files import write_pairs
from keras_s2s.run.run_file import RunError
from keras_s2s.training.adaptation.old_text import held_old_validation, old_validation

FIRST, SECOND = SentencePair("eins", "one"), SentencePair("zwei", "two")


def hold(run, name, pair):
    write_pairs([pair], run / f"{name}.source", run / f"{name}.target")


def test_what_was_held_out_of_the_first_training_is_the_old_text(tmp_path):
    assert old_validation(tmp_path) == []
    hold(tmp_path, "validation", FIRST)
    assert old_validation(tmp_path) == [FIRST]
    assert held_old_validation(tmp_path) == []


def test_a_run_that_was_adapted_is_held_to_all_that_it_knows(tmp_path):
    hold(tmp_path, "old_validation", FIRST)
    hold(tmp_path, "validation", SECOND)
    assert old_validation(tmp_path) == [FIRST, SECOND]
    assert held_old_validation(tmp_path) == [FIRST]


def test_given_pairs_count_instead_but_for_those_without_a_source(tmp_path):
    hold(tmp_path, "validation", FIRST)
    table = tmp_path / "pairs.tsv"
    table.write_text(" \tempty\nzwei\ttwo\n")
    assert old_validation(tmp_path, ParallelCorpus(table)) == [SECOND]
    table.write_text(" \tempty\n")
    with pytest.raises(CorpusError, match="sentences that are not empty"):
        old_validation(tmp_path, ParallelCorpus(table))


@pytest.mark.parametrize("side", ["source", "target"])
def test_a_named_pipe_in_its_place_is_not_waited_for(side, tmp_path, ends_soon):
    hold(tmp_path, "validation", FIRST)
    (tmp_path / f"validation.{side}").unlink()
    os.mkfifo(tmp_path / f"validation.{side}")
    with pytest.raises(RunError, match=rf"validation\.{side}, which is a named pipe"):
        old_validation(tmp_path)
