from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from keras_s2s.data.corpus import CorpusError, ParallelCorpus
from keras_s2s.data.tokenizer_training import VocabularyTooLargeError
from keras_s2s.run.run_directory import read_recipe, tokenizer_files
from keras_s2s.run.run_file import RunError
from keras_s2s.training.prepared_run import prepare_run
from keras_s2s.training.prepared_training import prepare_training
from keras_s2s.training.training_data import TrainingData

pytestmark = pytest.mark.train


@pytest.fixture
def readings(monkeypatch):
    """How often each file of text was opened to be read."""
    counts = Counter()
    open_file = Path.open

    def counted(self, mode="r", *arguments, **options):
        if "r" in mode and self.suffix in {".zh", ".en"}:
            counts[self.name] += 1
        return open_file(self, mode, *arguments, **options)

    monkeypatch.setattr(Path, "open", counted)
    return counts


@pytest.fixture
def other_run(data, recipe, tmp_path):
    prepare_run(recipe, data, tmp_path / "other")
    return tmp_path / "other"


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("held_out", [False, True])
def test_text_is_read_to_check_it_to_train_tokenizers_and_to_tokenize_it(
    data, recipe, tmp_path, readings, held_out, shared
):
    if shared:
        recipe = recipe.with_settings(
            {"shared_vocabulary": "true", "target_vocab_size": "40"}
        )
    data = TrainingData(data.train, None if held_out else data.valid)
    run = prepare_run(recipe, data, tmp_path / "run")
    of_valid = {} if held_out else {"valid.zh": 1, "valid.en": 1}
    assert readings == {"train.zh": 3, "train.en": 3, **of_valid}

    # From here to the first batch, and further on, the text is no longer needed.
    for path in data.train.paths:
        path.unlink()
    training = prepare_training(run.recipe, run.tokenizers, run.corpus)
    inputs, _ = next(iter(training.batches.dataset()))
    assert inputs["source_ids"].shape[0] > 0


@pytest.mark.parametrize("held_out", [False, True])
def test_text_is_read_twice_where_tokenizers_are_taken_over(
    data, recipe, other_run, tmp_path, readings, held_out
):
    data = TrainingData(data.train, None if held_out else data.valid)
    readings.clear()
    prepare_run(recipe, data, tmp_path / "run", tokenizers=other_run)
    assert (readings["train.zh"], readings["train.en"]) == (2, 2)
    assert readings["valid.zh"] == (0 if held_out else 1)


@pytest.mark.parametrize("held_out", [False, True])
def test_a_resumed_run_reads_its_text_once(data, recipe, tmp_path, readings, held_out):
    data = TrainingData(data.train, None if held_out else data.valid)
    first = prepare_run(recipe, data, tmp_path / "run")
    readings.clear()
    again = prepare_run(recipe, data, tmp_path / "run", resume=True)
    assert (readings["train.zh"], readings["train.en"]) == (1, 1)
    assert again.corpus.key == first.corpus.key
    assert again.valid_pairs == first.valid_pairs


def test_tokenizers_that_are_taken_over_decide_what_the_recipe_says_of_them(
    data, recipe, other_run, tmp_path
):
    path = tmp_path / "run"
    larger = recipe.with_settings({"target_vocab_size": "30", "seed": "9"})
    run = prepare_run(larger, data, path, tokenizers=other_run)
    assert run.recipe == recipe.with_settings({"seed": "9"}) == read_recipe(path)
    for side, file in tokenizer_files(path).items():
        assert file.read_bytes() == tokenizer_files(other_run)[side].read_bytes()


BOTH = ("source_vocab_size", "target_vocab_size")


def test_a_vocabulary_that_was_chosen_is_as_large_as_the_text_fills(
    data, recipe, tmp_path
):
    recipe = recipe.with_settings(dict.fromkeys(BOTH, "3000"))
    run = prepare_run(recipe, data, tmp_path / "run", at_most=BOTH)
    sizes = [tokenizer.vocab_size for tokenizer in run.tokenizers]
    assert max(sizes) < 3000
    assert [getattr(run.recipe.data, name) for name in BOTH] == sizes
    assert read_recipe(run.path, trained=False) == run.recipe


@pytest.mark.parametrize("at_most", [(), BOTH[:1]])
def test_one_that_was_given_is_an_error(data, recipe, at_most, tmp_path):
    recipe = recipe.with_settings(dict.fromkeys(BOTH, "3000"))
    with pytest.raises(VocabularyTooLargeError) as error:
        prepare_run(recipe, data, tmp_path / "run", at_most=at_most)
    assert f"Set {error.value.setting}={error.value.most} or less" in str(error.value)
    assert error.value.setting not in at_most


def test_a_run_is_not_resumed_under_a_recipe_that_is_none(data, recipe, other_run):
    (other_run / "config.json").write_text('{"training": {"epoch": 3}}')
    with pytest.raises(RunError, match=r"config\.json cannot be used.*'epoch'"):
        prepare_run(recipe, data, other_run, resume=True)


def test_pairs_without_a_source_are_not_validated_on(data, recipe, tmp_path):
    table = tmp_path / "valid.tsv"
    table.write_text(" \tempty\n一\tone\n")
    valid = TrainingData(data.train, ParallelCorpus(table))
    run = prepare_run(recipe, valid, tmp_path / "run")
    assert [pair.target for pair in run.valid_pairs] == ["one"]

    table.write_text(" \tempty\n")
    with pytest.raises(CorpusError, match="sentences that are not empty"):
        prepare_run(recipe, valid, tmp_path / "none")
    assert not (tmp_path / "none").exists()
