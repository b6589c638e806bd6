import math

import numpy as np
import pytest

pytest.importorskip("keras", reason="needs the train extra")

from keras_s2s.config import TrainingConfig
from keras_s2s.training.learning_rate import learning_rate_schedule

pytestmark = pytest.mark.train


def rates(steps, batches_per_epoch=10, **values):
    config = TrainingConfig(learning_rate=0.8, **values)
    schedule = learning_rate_schedule(config, batches_per_epoch)
    return [float(schedule(step)) for step in steps]


def test_it_rises_in_a_line_and_falls_with_the_cosine():
    steps = range(41)
    expected = [0.8 * step / 20 for step in range(20)] + [
        0.2 + (0.8 - 0.2) * (1 + math.cos(math.pi * (step - 20) / 20)) / 2
        for step in range(20, 41)
    ]
    found = rates(steps, epochs=4, warmup_epochs=2, final_learning_rate=0.2)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)


def test_by_hand_at_the_turning_points():
    values = {"epochs": 3, "warmup_epochs": 1, "final_learning_rate": 0.2}
    found = rates([0, 5, 10, 20, 30, 99], **values)
    np.testing.assert_allclose(found, [0, 0.4, 0.8, 0.5, 0.2, 0.2], rtol=1e-5)


def test_without_warm_up_it_begins_at_the_highest():
    found = rates([0, 20, 40], epochs=4, warmup_epochs=0, final_learning_rate=0.0)
    np.testing.assert_allclose(found, [0.8, 0.4, 0], rtol=1e-5, atol=1e-7)


def test_a_part_of_an_epoch_warms_up_through_whole_steps():
    values = {"epochs": 4, "warmup_epochs": 0.25, "final_learning_rate": 0.2}
    np.testing.assert_allclose(
        rates([0, 1, 2, 3], **values)[:4],
        [0, 0.8 / 3, 1.6 / 3, 0.8],  # 2.5 of 10 steps become 3
        rtol=1e-5,
    )


def test_one_step_is_left_for_the_decay_however_long_the_warm_up():
    values = {"epochs": 1, "warmup_epochs": 5, "final_learning_rate": 0.2}
    np.testing.assert_allclose(
        rates([0, 8, 9, 10], **values), [0, 0.8 * 8 / 9, 0.8, 0.2]
    )


def test_a_final_rate_above_the_highest_counts_as_the_highest():
    found = rates([10, 25, 40], epochs=4, warmup_epochs=1, final_learning_rate=5.0)
    np.testing.assert_allclose(found, [0.8] * 3, rtol=1e-6)
