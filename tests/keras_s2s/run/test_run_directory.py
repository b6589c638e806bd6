import json

import pytest

pytest.importorskip("keras", reason="needs the train extra")

from keras_s2s.config import Recipe
from keras_s2s.earlier_keys import EARLIER_KEYS, RemovedKey
from keras_s2s.run.run_directory import (
    CONFIG_FILE,
    RunError,
    read_recipe,
    replace_file,
    write_recipe,
)

pytestmark = pytest.mark.train


def test_a_recipe_is_read_as_it_was_written(tmp_path):
    recipe = Recipe().with_settings({"source_language": "zh", "units": "7"})
    write_recipe(recipe, tmp_path)
    assert read_recipe(tmp_path) == recipe


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
        ("", r"cannot be used as a recipe: Expecting value"),
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


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path):
    file = tmp_path / "file"
    replace_file(file, b"a longer text")
    replace_file(file, b"short")
    assert file.read_bytes() == b"short"
    assert list(tmp_path.iterdir()) == [file]
