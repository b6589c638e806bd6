"""Ray Data with local workers; `make test-edge` installs it."""

import math
import subprocess
import sys

import numpy as np
import pytest

from edge_runtime import BundleError, DecodingOptions, Translator
from edge_runtime.dataset import DatasetTranslator, _read_files, translate_dataset

TEXTS = ["我爱吃苹果。", "", "他每天喝水。", "你叫什么名字？", "I love to eat apples."]


@pytest.fixture(scope="module")
def ray():
    ray = pytest.importorskip("ray", reason="Ray is not installed: pip install .[ray]")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield ray
    ray.shutdown()


def dataset_of(ray, texts):
    rows = [{"number": number, "source": text} for number, text in enumerate(texts)]
    return ray.data.from_items(rows, override_num_blocks=4)


def test_local_workers_give_every_row_its_own_translation(ray, bundle):
    texts = [TEXTS[number % 5] * (1 + number % 3) for number in range(200)]
    options = DecodingOptions(beam_size=3, max_length=9)
    dataset = translate_dataset(
        dataset_of(ray, texts), bundle, options=options, workers=2, rows_per_call=16
    )
    expected = [
        each.text for each in Translator(bundle, options).translate_batch(texts)
    ]
    rows = sorted(dataset.take_all(), key=lambda row: row["number"])
    assert [row["target"] for row in rows] == expected
    assert [row["source"] for row in rows] == texts
    assert len(set(expected)) > 3


def test_workers_do_not_need_the_bundle_on_their_disk(ray, attention_files, tmp_path):
    path = attention_files.write(tmp_path / "bundle")
    expected = [each.text for each in Translator(path).translate_batch(TEXTS)]
    dataset = translate_dataset(dataset_of(ray, TEXTS), path, target="english")
    path.rename(tmp_path / "elsewhere")
    rows = sorted(dataset.take_all(), key=lambda row: row["number"])
    assert [row["english"] for row in rows] == expected


def test_a_damaged_bundle_is_refused_before_anything_runs(attention_files, tmp_path):
    path = attention_files.write(tmp_path / "bundle")
    encoder = path / "encoder.onnx"
    encoder.write_bytes(encoder.read_bytes()[:-1] + b"x")
    with pytest.raises(BundleError, match=r"encoder\.onnx"):
        translate_dataset(None, path)


@pytest.mark.parametrize("name", ["rows_per_call", "batch_size"])
def test_sizes_below_one_are_refused(bundle, name):
    with pytest.raises(ValueError, match=f"`{name}` must be at least 1"):
        translate_dataset(None, bundle, **{name: 0})


def test_a_column_that_is_missing_or_holds_no_text_is_named(bundle):
    translate = DatasetTranslator(_read_files(bundle), "text", "target", None, 32)
    with pytest.raises(ValueError, match=r"column of the dataset: id\. Received: text"):
        translate({"id": np.array([1])})
    with pytest.raises(ValueError, match=r"text must hold text\. Received: 7"):
        translate({"text": np.array(["a", 7], dtype=object)})


class NAType:
    """As in pandas: no comparison of a missing value is true or false."""

    def __eq__(self, other):
        return self

    def __bool__(self):
        raise TypeError("boolean value of NA is ambiguous")

    __hash__ = None


class NaTType(NAType):
    """As in pandas, in columns of times."""


@pytest.mark.parametrize("missing", [None, float("nan"), NAType(), NaTType()])
def test_a_row_without_text_has_no_translation(bundle, translator, missing):
    translate = DatasetTranslator(_read_files(bundle), "text", "target", None, 32)
    column = np.array([TEXTS[0], missing, TEXTS[2]], dtype=object)
    found = translate({"text": column})["target"].tolist()
    expected = [translator.translate(TEXTS[place]).text for place in (0, 2)]
    assert found == [expected[0], None, expected[1]]
    nothing = np.array([missing, missing], dtype=object)
    assert translate({"text": nothing})["target"].tolist() == [None, None]


def test_ray_carries_missing_rows_and_confidences_through(ray, confident_bundle):
    dataset = dataset_of(ray, [TEXTS[0], None, TEXTS[2], None])
    rows = translate_dataset(dataset, confident_bundle, confidence="sure").take_all()
    rows = sorted(rows, key=lambda row: row["number"])
    assert [row["target"] is None for row in rows] == [False, True, False, True]
    assert [math.isnan(row["sure"]) for row in rows] == [False, True, False, True]


def test_a_column_holds_the_confidence_of_every_translation(confident_bundle):
    files = _read_files(confident_bundle)
    translate = DatasetTranslator(files, "text", "target", None, 32, "sure")
    texts = [TEXTS[0], None, "", TEXTS[2]]
    found = translate({"text": np.array(texts, dtype=object)})
    translator = Translator(confident_bundle)
    expected = [
        math.nan if text is None else translator.translate(text).confidence
        for text in texts
    ]
    np.testing.assert_allclose(found["sure"], expected, atol=1e-5)
    assert found["sure"].dtype == np.float64
    assert len(set(expected)) > 2


def test_a_confidence_needs_a_bundle_with_one_and_a_column_of_its_own(
    bundle, confident_bundle
):
    with pytest.raises(ValueError, match="needs a bundle with a confidence"):
        translate_dataset(None, bundle, confidence="sure")
    with pytest.raises(ValueError, match="another column than `target`"):
        translate_dataset(None, confident_bundle, target="x", confidence="x")


def test_the_module_loads_without_ray():
    code = "import sys, edge_runtime.dataset; print('ray' in sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert output.strip() == "False"
