import logging

import pytest
import sentencepiece

pytest.importorskip("tensorflow", reason="needs the train extra")

from edge_runtime.contract import SPECIAL_IDS
from keras_s2s.config import ConfigError, Recipe
from keras_s2s.data.tokenizer_check import TokenizerError
from keras_s2s.run.run_directory import read_tokenizers, write_recipe
from keras_s2s.run.run_file import RunError
from keras_s2s.run.run_tokenizers import (
    copy_tokenizers,
    make_tokenizers,
    with_tokenizers_of,
)

pytestmark = pytest.mark.train


def test_each_side_has_the_tokenizer_of_its_own_text(data, recipe, tmp_path):
    make_tokenizers(data.train, recipe, tmp_path)
    source, target = read_tokenizers(tmp_path)
    assert (source.vocab_size, target.vocab_size) == (15, 26)
    pair = next(iter(data.train))
    assert source.decode(source.encode(pair.source)) == pair.source
    assert target.decode(target.encode(pair.target)) == pair.target


def test_a_shared_vocabulary_is_one_file(data, recipe, tmp_path):
    settings = {"shared_vocabulary": "true", "target_vocab_size": "40"}
    make_tokenizers(data.train, recipe.with_settings(settings), tmp_path)
    assert [file.name for file in tmp_path.glob("*.spm")] == ["shared.spm"]
    (tmp_path / "copy").mkdir()
    copy_tokenizers(tmp_path, tmp_path / "copy")
    copied = (tmp_path / "copy" / "shared.spm").read_bytes()
    assert copied == (tmp_path / "shared.spm").read_bytes()


def write_tokenizer(path, **options):
    """Write a model of a user's own, by default with the ids of this project."""
    ids = {f"{name}_id": number for name, number in SPECIAL_IDS.items()}
    with (path / "shared.spm").open("wb") as file:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(["sun moon star"] * 9),
            model_writer=file,
            hard_vocab_limit=False,
            vocab_size=20,
            minloglevel=2,
            **(ids | options),
        )


def test_tokenizers_with_other_special_ids_are_refused_by_name(tmp_path):
    write_recipe(Recipe(), tmp_path)
    write_tokenizer(tmp_path, pad_id=-1, unk_id=0, bos_id=1, eos_id=2)
    with pytest.raises(TokenizerError, match=r"shared\.spm has pad -1, unk 0"):
        with_tokenizers_of(Recipe(), tmp_path)


def test_tokenizers_that_the_page_does_not_read_are_told_once(tmp_path, caplog):
    write_recipe(Recipe(), tmp_path)
    write_tokenizer(tmp_path, model_type="char")
    with caplog.at_level(logging.WARNING):
        with_tokenizers_of(Recipe(), tmp_path)
    (message,) = caplog.messages
    assert "shared.spm is of type char" in message


def test_a_run_without_tokenizers_is_refused(tmp_path):
    write_recipe(Recipe(), tmp_path)
    with pytest.raises(RunError, match=r"lacks source\.spm and target\.spm"):
        with_tokenizers_of(Recipe(), tmp_path)


def test_a_recipe_says_of_taken_over_tokenizers_what_they_are(tmp_path):
    theirs = {
        "source_vocab_size": "900",
        "target_vocab_size": "800",
        "shared_vocabulary": "true",
        "tokenizer_model": "bpe",
        "normalization": "nfkc_cf",
        "character_coverage": "0.98",
    }
    write_recipe(Recipe().with_settings({**theirs, "batch_tokens": "9"}), tmp_path)
    write_tokenizer(tmp_path)
    own = Recipe().with_settings({"max_source_length": "33", "units": "8"})
    assert with_tokenizers_of(own, tmp_path) == own.with_settings(theirs)


def test_a_model_that_needs_another_kind_of_vocabulary_is_refused(tmp_path):
    write_recipe(Recipe(), tmp_path)
    write_tokenizer(tmp_path)
    tied = Recipe().with_settings(
        {"tied_embeddings": "all", "shared_vocabulary": "true"}
    )
    with pytest.raises(ConfigError, match="needs shared_vocabulary=true"):
        with_tokenizers_of(tied, tmp_path)
