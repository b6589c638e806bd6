from keras_s2s.training.time_limit.pace import Pace
from keras_s2s.training.time_limit.run_clock import RunClock


def test_work_takes_no_more_than_its_share_however_often_it_could_be_done(fake_time):
    pace = Pace(RunClock(now=fake_time), share=0.05)
    spent = done = 0
    for _ in range(1000):
        fake_time.pass_by(10)
        if pace.is_due():
            with pace.measured():
                fake_time.pass_by(8)
            spent, done = spent + 8, done + 1
    assert 0.04 < spent / (10_000 + spent) <= 0.05
    assert done > 50


def test_work_that_was_never_done_waits_until_what_it_may_cost_fits(fake_time):
    pace = Pace(RunClock(now=fake_time), share=0.1)
    pace.cost = 5.0
    fake_time.pass_by(49)
    assert not pace.is_due()
    fake_time.pass_by(2)
    assert pace.is_due()


def test_nothing_is_due_before_its_first_time(fake_time):
    pace = Pace(RunClock(now=fake_time), share=0.5, first=100)
    fake_time.pass_by(99)
    assert not pace.is_due()
    fake_time.pass_by(2)
    assert pace.is_due()


def test_a_resumed_run_has_no_credit_from_earlier_starts(fake_time):
    pace = Pace(RunClock(earlier=10_000, now=fake_time), share=0.1)
    pace.cost = 5.0
    assert not pace.is_due()
