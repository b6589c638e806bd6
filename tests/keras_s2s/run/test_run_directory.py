import json
import os

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from keras_s2s.config import ModelConfig, Recipe
from keras_s2s.earlier_keys import EARLIER_KEYS, RemovedKey
from keras_s2s.files.layouts import CONFIG_FILE
from keras_s2s.run.run_directory import (
    load_weights,
    read_recipe,
    read_scores,
    read_text_facts,
    read_tokenizers,
    save_weights,
    tokenizer_files,
    write_recipe,
    write_tokenizers,
)
from keras_s2s.run.run_file import RunError
from keras_s2s.run.run_tokenizers import copy_tokenizers

pytestmark = pytest.mark.train


def test_a_recipe_is_read_as_it_was_written(tmp_path):
    recipe = Recipe().with_settings({"source_language": "zh", "units": "7"})
    write_recipe(recipe, tmp_path)
    assert read_recipe(tmp_path) == recipe


def test_a_recipe_may_begin_with_a_byte_order_mark(tmp_path):
    write_recipe(Recipe(), tmp_path)
    file = tmp_path / CONFIG_FILE
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert read_recipe(tmp_path) == Recipe()


def test_a_run_of_an_earlier_release_can_be_used_but_not_trained_on(
    tmp_path, monkeypatch
):
    removed = RemovedKey("It gained nothing; train without it.", off=0.0)
    monkeypatch.setitem(EARLIER_KEYS["training"], "noise", removed)
    values = Recipe().to_json()
    values["training"]["noise"] = 0.5
    (tmp_path / CONFIG_FILE).write_text(json.dumps(values))
    assert read_recipe(tmp_path) == Recipe()
    with pytest.raises(RunError, match=r"config\.json cannot be .*It gained nothing"):
        read_recipe(tmp_path, trained=False)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"config\.json is not valid JSON: Expecting value"),
        ("[" * 100_000, r"config\.json is not valid JSON: maximum recursion"),
        ("9" * 5_000, r"config\.json is not valid JSON"),
        ("[1]", r"must be a JSON object\. Received: \[1\]"),
        ('{"model": 3}', r"ModelConfig must be a JSON object\. Received: 3"),
        ('{"model": {"units": "7"}}', r"`units` must be a whole number"),
        ('{"model": {"breadth": 7}}', r"no key 'breadth'"),
    ],
)
def test_a_config_that_is_no_recipe_is_refused_with_the_reason(
    tmp_path, content, message
):
    (tmp_path / CONFIG_FILE).write_text(content)
    with pytest.raises(RunError, match=message):
        read_recipe(tmp_path)


def dense_model(units, name="layer"):
    inputs = keras.Input((3,))
    return keras.Model(inputs, keras.layers.Dense(units, name=name)(inputs))


@pytest.fixture
def model():
    model = dense_model(2)
    model.compile(optimizer="adam")
    model.optimizer.build(model.trainable_variables)
    return model


def filled(model, value):
    model.set_weights([np.full(weight.shape, value) for weight in model.get_weights()])
    return model


def test_best_and_last_weights_are_kept_apart(model, tmp_path):
    save_weights(filled(model, 1.0), tmp_path, "best")
    save_weights(filled(model, 2.0), tmp_path, "last")
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "best.weights.npz",
        "last.weights.npz",
    ]
    with np.load(tmp_path / "best.weights.npz") as file:
        assert sorted(file.files) == ["layer/bias", "layer/kernel"]
    for weights, expected in (("best", 1.0), ("last", 2.0)):
        # As whoever exports has it: without an optimizer.
        fresh = dense_model(2)
        load_weights(fresh, tmp_path, weights, ModelConfig())
        assert all((weight == expected).all() for weight in fresh.get_weights())


def test_saving_that_is_interrupted_leaves_the_file_as_it_was(
    model, tmp_path, monkeypatch
):
    save_weights(filled(model, 1.0), tmp_path, "best")
    before = (tmp_path / "best.weights.npz").read_bytes()

    def fail(descriptor):
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="the disk is full"):
        save_weights(filled(model, 2.0), tmp_path, "best")
    assert (tmp_path / "best.weights.npz").read_bytes() == before


def test_weights_that_are_not_there_or_of_another_model_are_refused(model, tmp_path):
    def load(model):
        load_weights(model, tmp_path, "best", ModelConfig())

    with pytest.raises(RunError, match=r"best\.weights\.npz: .*not come to a first"):
        load(model)
    save_weights(model, tmp_path, "best")
    with pytest.raises(RunError, match=r"does not fit config\.json: .*layer/kernel"):
        load(dense_model(5))
    with pytest.raises(RunError, match=r"Missing: other/bias, other/kernel; unknown"):
        load(dense_model(2, name="other"))


@pytest.mark.parametrize("content", [b"", b"\0" * 300, b"PK\3\4", b"\x80\4K\1."])
def test_damaged_weights_are_called_so(model, tmp_path, content):
    (tmp_path / "best.weights.npz").write_bytes(content)
    with pytest.raises(RunError, match=r"used\. Weights must be") as refusal:
        load_weights(model, tmp_path, "best", ModelConfig())
    assert "pickle" not in str(refusal.value)
    assert "config.json" not in str(refusal.value)


@pytest.mark.parametrize(
    "content",
    [
        *("", "{", "null", "[]", '"x"', "NaN", "\0", "[" * 100_000),
        *('{"val_bleu": null}', '{"val_bleu": "30"}', '{"val_bleu": true}'),
        *('{"val_bleu": -2}', '{"val_chrf": 101}', '{"val_bleu": NaN}'),
        *('{"best_epoch": null}', '{"best_epoch": []}', '{"minutes": Infinity}'),
    ],
)
def test_damaged_scores_are_refused_by_name(tmp_path, content):
    (tmp_path / "scores.json").write_text(content)
    with pytest.raises(RunError, match=r"scores\.json"):
        read_scores(tmp_path)


def test_scores_are_those_of_the_file(tmp_path):
    assert read_scores(tmp_path) == {}
    scores = {"val_bleu": 100.00000000000004, "val_chrf": -1, "ended": "limit"}
    (tmp_path / "scores.json").write_text(json.dumps(scores))
    assert read_scores(tmp_path) == scores


@pytest.mark.parametrize(
    "content",
    [
        *("", "[]", "null", "[" * 100_000, '{"pairs": 1, "several_sentences": 0}'),
        '{"pairs": null, "several_sentences": 0, "spans": {}}',
        '{"pairs": "9", "several_sentences": 0, "spans": {}}',
        '{"pairs": 9, "several_sentences": -1, "spans": {}}',
        '{"pairs": 9, "several_sentences": true, "spans": {}}',
        '{"pairs": 9, "several_sentences": 1, "spans": {"url": [1]}}',
        '{"pairs": 9, "several_sentences": 1, "spans": {"url": 3}}',
        '{"pairs": 9, "several_sentences": 1, "spans": []}',
    ],
)
def test_damaged_facts_of_the_text_are_refused_by_name(tmp_path, content):
    (tmp_path / "text.json").write_text(content)
    with pytest.raises(RunError, match=r"text\.json is damaged\. Delete it"):
        read_text_facts(tmp_path)


def test_a_changed_tokenizer_is_refused(tmp_path):
    write_tokenizers({"source.spm": b"one", "target.spm": b"two"}, tmp_path)
    (tmp_path / "source.spm").write_bytes(b"onf")
    with pytest.raises(RunError, match=r"source\.spm is not the one that the run was"):
        read_tokenizers(tmp_path)


@pytest.mark.parametrize(
    ("file", "read"),
    [
        ("config.json", read_recipe),
        ("source.spm", read_tokenizers),
        ("tokenizers.json", read_tokenizers),
        ("text.json", read_text_facts),
        ("scores.json", read_scores),
        ("best.weights.npz", lambda path: load_weights(None, path, "best", None)),
        ("source.spm", lambda path: copy_tokenizers(path, path / "copy")),
    ],
)
@pytest.mark.parametrize("kind", ["a named pipe", "a directory", "a device"])
def test_what_is_no_file_is_refused_without_waiting_for_it(
    file, read, kind, tmp_path, ends_soon
):
    for name in {"source.spm", "target.spm"} - {file}:
        (tmp_path / name).touch()
    make = {
        "a named pipe": os.mkfifo,
        "a directory": os.mkdir,
        "a device": lambda path: path.symlink_to("/dev/null"),
    }
    make[kind](tmp_path / file)
    with pytest.raises(RunError) as refusal:
        read(tmp_path)
    assert str(refusal.value) == (
        "What a run directory holds must be regular files. Received: "
        f"{tmp_path / file}, which is {kind}."
    )


def test_a_shared_tokenizer_is_that_of_both_sides(tmp_path):
    for name in ("source.spm", "target.spm"):
        (tmp_path / name).touch()
    apart = tokenizer_files(tmp_path)
    assert [file.name for file in apart.values()] == ["source.spm", "target.spm"]
    (tmp_path / "shared.spm").touch()
    shared = tokenizer_files(tmp_path)
    assert [file.name for file in shared.values()] == ["shared.spm"] * 2
    assert list(shared) == list(apart) == ["source", "target"]


def test_missing_tokenizers_are_all_named(tmp_path):
    with pytest.raises(RunError, match=r"lacks source\.spm and target\.spm \(or sh"):
        tokenizer_files(tmp_path)
    (tmp_path / "target.spm").touch()
    with pytest.raises(RunError, match=r"lacks source\.spm \(or shared\.spm\)"):
        tokenizer_files(tmp_path)
