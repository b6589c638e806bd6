import logging
import os

import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from keras_s2s.training import products
from keras_s2s.training.products import (
    bfloat16_is_faster,
    keep_prepared_products,
    uses_bfloat16,
)

pytestmark = pytest.mark.train


def test_what_is_named_is_used():
    assert uses_bfloat16("bfloat16") is True
    assert uses_bfloat16("float32") is False


@pytest.mark.parametrize("rounds", [False, True])
@pytest.mark.parametrize("faster", [False, True])
def test_auto_takes_what_is_there_and_faster(rounds, faster, monkeypatch, caplog):
    monkeypatch.setattr(products, "can_round", lambda: rounds)
    monkeypatch.setattr(products, "bfloat16_is_faster", lambda: faster)
    with caplog.at_level(logging.INFO):
        assert uses_bfloat16("auto") is (rounds and faster)
    name = "bfloat16" if rounds and faster else "float32"
    assert f"Matrix products: {name}." in caplog.text


def test_more_products_are_kept_unless_somebody_has_said_how_many(monkeypatch):
    # Set first, so that it is gone afterwards.
    monkeypatch.setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "7")
    keep_prepared_products()
    assert os.environ["ONEDNN_PRIMITIVE_CACHE_CAPACITY"] == "7"
    monkeypatch.delenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY")
    keep_prepared_products()
    assert int(os.environ["ONEDNN_PRIMITIVE_CACHE_CAPACITY"]) > 1024


def test_the_measurement_gives_an_answer():
    assert bfloat16_is_faster() in (True, False)
