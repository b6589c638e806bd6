import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from keras_s2s.fast import processor
from keras_s2s.fast.processor import (
    chosen_precision,
    fastest_precision,
    features_at_once,
)

pytestmark = pytest.mark.train


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """Pretend to be on a machine whose system says this of its processor."""

    def pretend(text):
        file = tmp_path / "cpuinfo"
        if text is not None:
            file.write_text(text)
        monkeypatch.setattr(processor, "_PROCESSOR_FILE", file)
        processor._flags.cache_clear()

    yield pretend
    processor._flags.cache_clear()


@pytest.mark.parametrize(
    ("text", "precision", "features"),
    [
        ("model name: x\nflags\t\t: fpu avx512f amx_bf16 sse\n", "bfloat16", 32),
        ("processor: 0\nflags\t\t: fpu avx512_bf16\n", "bfloat16", 2),
        ("flags\t\t: fpu avx512f avx512_bf16_of_tomorrow\n", "float32", 2),
        ("nothing known\n", "float32", 2),
        (None, "float32", 2),
    ],
)
def test_the_kind_of_processor_decides(text, precision, features, machine):
    machine(text)
    assert fastest_precision() == precision
    assert chosen_precision("auto") == precision
    assert features_at_once() == features


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_what_a_recipe_says_counts_on_every_processor(precision, machine):
    machine(None)
    assert chosen_precision(precision) == precision
