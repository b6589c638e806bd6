import logging

import pytest

from keras_s2s.evaluation.progress import TranslationProgress


@pytest.fixture
def clock(monkeypatch):
    """Seconds that the progress reads, to be set by a test."""
    now = [0.0]
    monkeypatch.setattr(
        "keras_s2s.evaluation.progress.time.perf_counter", lambda: now[0]
    )
    return now


def test_it_is_told_every_two_seconds_at_most(clock, caplog):
    progress = TranslationProgress("zh-en")
    with caplog.at_level(logging.INFO):
        for second, done in ((1.0, 100), (2.5, 1200), (3.0, 1300), (4.6, 1900)):
            clock[0] = second
            progress(done, 2000)
    assert [record.getMessage() for record in caplog.records] == [
        "zh-en: translated 1,200 of 2,000.",
        "zh-en: translated 1,900 of 2,000.",
    ]


def test_the_end_is_not_told(clock, caplog):
    progress = TranslationProgress("zh-en")
    clock[0] = 10.0
    with caplog.at_level(logging.INFO):
        progress(50, 50)
    assert not caplog.records
