"""What workers tell each other, with a strategy of one; real ones stand elsewhere."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import tensorflow as tf

from keras_s2s.training.multi_worker.cluster import Cluster
from keras_s2s.training.multi_worker.workers import Workers

pytestmark = pytest.mark.train

VALUES = [
    np.array([0.5, -1.25], dtype="float32"),
    np.array(2**40, dtype="int64"),
    np.array([[255, 0]], dtype="uint8"),
    np.array([4_000_000_000, 7], dtype="uint32"),
]


@pytest.fixture
def strategy():
    """TensorFlow's strategy for this process alone, which counts its calls."""

    class Counting(tf.distribute.OneDeviceStrategy):
        calls = 0

        def run(self, *arguments, **options):
            self.calls += 1
            return super().run(*arguments, **options)

    return Counting("cpu:0")


def test_the_values_of_the_chief_go_over_in_one_call(strategy):
    chief = Workers(Cluster(("a:1", "b:2"), 0), strategy)
    found = chief.values_of_chief(VALUES)
    # TensorFlow waits a second for the thread of each call from Python 3.13 on.
    assert strategy.calls == 1
    for value, expected in zip(found, VALUES, strict=True):
        assert value.dtype == expected.dtype
        np.testing.assert_array_equal(value, expected)


def test_others_add_nothing_to_the_values_of_the_chief(strategy):
    other = Workers(Cluster(("a:1", "b:2"), 1), strategy)
    for value in other.values_of_chief(VALUES):
        assert not value.any()
