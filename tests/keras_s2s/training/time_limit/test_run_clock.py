import os

import pytest

from keras_s2s.training.time_limit.run_clock import RunClock, read_elapsed


def test_it_counts_from_its_start_and_adds_earlier_starts(fake_time):
    clock = RunClock(now=fake_time)
    fake_time.pass_by(12.5)
    assert clock.elapsed() == 12.5
    clock.add_earlier(100)
    fake_time.pass_by(1)
    assert clock.elapsed() == 113.5


def test_a_start_can_have_begun_before_the_clock_was_made(fake_time):
    began = fake_time()
    fake_time.pass_by(3)
    assert RunClock(earlier=2, now=fake_time, started=began).elapsed() == 5


def test_a_run_directory_tells_how_long_it_was_trained(fake_time, tmp_path):
    clock = RunClock(now=fake_time)
    fake_time.pass_by(61.25)
    clock.write(tmp_path)
    assert read_elapsed(tmp_path) == 61.25


@pytest.mark.parametrize("content", [None, "", "[]", '{"elapsed_seconds": "x"}', "{}"])
def test_a_file_that_is_missing_or_damaged_counts_as_no_time(content, tmp_path):
    if content is not None:
        (tmp_path / "time.json").write_text(content)
    assert read_elapsed(tmp_path) == 0


def test_a_named_pipe_in_its_place_counts_as_no_time_and_is_not_waited_for(
    tmp_path, ends_soon
):
    os.mkfifo(tmp_path / "time.json")
    assert read_elapsed(tmp_path) == 0
