import logging

import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from keras_s2s.fast import precision_choice as products
from keras_s2s.fast.precision_choice import (
    available_precision,
    choose_precision,
    measure_products,
)
from keras_s2s.fast.products import Precision

pytestmark = pytest.mark.train

FLOAT32, ROUNDED, CAST = Precision


@pytest.fixture
def machine(monkeypatch):
    """Pretend to be on a machine where products take so long."""

    def pretend(seconds):
        monkeypatch.setattr(products, "can_round", lambda: ROUNDED in seconds)
        monkeypatch.setattr(
            products, "measure_products", lambda asked: {p: seconds[p] for p in asked}
        )

    return pretend


@pytest.mark.parametrize(
    ("seconds", "bfloat16", "auto"),
    [
        ({FLOAT32: 3, ROUNDED: 1, CAST: 2}, ROUNDED, ROUNDED),
        ({FLOAT32: 3, ROUNDED: 2, CAST: 1}, CAST, CAST),
        ({FLOAT32: 3, CAST: 2}, CAST, CAST),
        ({FLOAT32: 1.1, ROUNDED: 1, CAST: 2}, ROUNDED, FLOAT32),
        ({FLOAT32: 1, CAST: 9}, CAST, FLOAT32),
    ],
)
def test_the_fastest_is_chosen_of_what_there_is(
    seconds, bfloat16, auto, machine, caplog
):
    machine(seconds)
    assert choose_precision("float32") == FLOAT32
    assert choose_precision("bfloat16") == bfloat16
    with caplog.at_level(logging.INFO):
        assert choose_precision("auto") == auto
    assert f"Matrix products: {products.DESCRIPTIONS[auto]}." in caplog.text


def test_a_run_goes_on_as_it_began_wherever_that_is_possible(machine, caplog):
    machine({FLOAT32: 3, ROUNDED: 1, CAST: 2})
    for precision in Precision:
        assert available_precision(precision) == precision
    machine({FLOAT32: 3, CAST: 2})
    assert [available_precision(p) for p in (FLOAT32, CAST)] == [FLOAT32, CAST]
    assert not caplog.text
    assert available_precision(ROUNDED) == CAST
    assert "cannot be rounded as in this run so far" in caplog.text


def test_a_measurement_is_the_time_of_one_product():
    """About as long as TensorFlow takes for it, within what a busy machine does."""
    seconds = measure_products([FLOAT32, CAST])
    assert seconds.keys() == {FLOAT32, CAST}
    operations = 2 * 256 * 256 * 1024
    assert all(1e9 < operations / taken < 1e14 for taken in seconds.values())
