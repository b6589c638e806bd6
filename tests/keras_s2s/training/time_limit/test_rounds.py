from types import SimpleNamespace

import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from keras_s2s.config import TrainingConfig
from keras_s2s.training.time_limit.rounds import steps_per_round

pytestmark = pytest.mark.train


@pytest.mark.parametrize(("limit", "steps"), [(400.0, 20), (4000.0, 200), (1.0, 1)])
def test_a_round_is_a_fortieth_of_the_limit_whatever_an_epoch_has(limit, steps):
    batches = SimpleNamespace(
        indices=lambda epoch: [[0], [1], [2]],
        target_tokens=lambda batches: 50 * len(batches),
    )
    config = TrainingConfig(time_limit=limit, measured_speed=100.0)
    assert steps_per_round(SimpleNamespace(batches=batches), config) == steps
