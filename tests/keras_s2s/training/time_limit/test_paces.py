from types import SimpleNamespace

import pytest

pytest.importorskip("keras", reason="needs the train extra")

from keras_s2s.training.time_limit.paces import Paces
from keras_s2s.training.time_limit.run_clock import RunClock

pytestmark = pytest.mark.train

MODEL = SimpleNamespace(count_params=lambda: 10_000_000)


@pytest.mark.parametrize(
    ("seconds_a_pair", "pairs", "expected", "cost"),
    [(0.1, 1000, 120, 12.0), (0.001, 1000, 1000, 1.0), (9.0, 50, 50, 450.0)],
)
def test_no_more_pairs_are_validated_than_there_is_time_for(
    fake_time, seconds_a_pair, pairs, expected, cost
):
    paces = Paces.within(600.0, RunClock(now=fake_time))

    def translate(count):
        # The first call compiles.
        compiling = 30.0 if paces.validation.cost == 0 and count < 5 else 0.0
        fake_time.pass_by(count * seconds_a_pair + compiling)

    assert paces.expect(600.0, MODEL, translate, pairs) == expected
    assert paces.validation.cost == pytest.approx(cost)


def test_what_comes_after_the_last_step_is_expected_before_it_was_ever_done(fake_time):
    paces = Paces.within(600.0, RunClock(now=fake_time))
    paces.expect(600.0, MODEL, lambda count: fake_time.pass_by(0.001 * count), 1000)
    assert paces.finishing() == pytest.approx(1.0 + 2 * 1.2)
