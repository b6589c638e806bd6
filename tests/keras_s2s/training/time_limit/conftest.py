import pytest


class FakeTime:
    """A clock that moves when it is told to.

    Args:
        step: Seconds that pass whenever somebody looks.
    """

    def __init__(self, step=0.0):
        self.seconds = 1000.0
        self.step = step

    def __call__(self):
        self.seconds += self.step
        return self.seconds

    def pass_by(self, seconds):
        self.seconds += seconds


@pytest.fixture
def fake_time():
    return FakeTime()


@pytest.fixture
def ticking_time():
    """A clock that is two hundredths of a second further whenever somebody looks."""
    return FakeTime(0.02)
