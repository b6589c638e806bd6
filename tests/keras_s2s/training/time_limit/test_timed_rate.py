import pytest

from keras_s2s.training.time_limit.timed_rate import TimedRate

RATE = TimedRate(highest=0.8, final=0.2, warmup_steps=4, decay_begin=50.0, end=90.0)


def test_it_rises_by_steps_stays_and_falls_by_the_clock():
    assert [RATE.at(step, 0) for step in range(6)] == pytest.approx(
        [0.2, 0.4, 0.6, 0.8, 0.8, 0.8]
    )
    assert [RATE.at(99, seconds) for seconds in (50, 60, 70, 80, 90, 99)] == (
        pytest.approx([0.8, 0.5 + 0.3 * 0.5**0.5, 0.5, 0.5 - 0.3 * 0.5**0.5, 0.2, 0.2])
    )


def test_a_final_rate_above_the_highest_counts_as_the_highest():
    rate = TimedRate(0.1, 0.5, 0, decay_begin=1, end=2)
    assert {rate.at(9, seconds) for seconds in (0, 1.5, 3)} == {0.1}


def test_a_decay_that_would_begin_after_its_end_is_over():
    assert TimedRate(0.8, 0.2, 0, decay_begin=5, end=4).at(9, 4.5) == 0.2
