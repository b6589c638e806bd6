import os
import shutil
import signal
from contextlib import contextmanager

import pytest

from keras_s2s.config import Recipe
from keras_s2s.data.corpus import ParallelCorpus

NUMBERS = "one two three four five six seven eight nine ten".split()
CHINESE = "一 二 三 四 五 六 七 八 九 十".split()


def write_counting(directory, name, count, first):
    """Pairs such as 三七一 / three seven one, of one to four numbers."""
    rows = [
        [((first + row) * (7 + 4 * place) + place) % 10 for place in range(1 + row % 4)]
        for row in range(count)
    ]
    source, target = directory / f"{name}.zh", directory / f"{name}.en"
    source.write_text("".join("".join(CHINESE[i] for i in row) + "\n" for row in rows))
    target.write_text("".join(" ".join(NUMBERS[i] for i in row) + "\n" for row in rows))
    return ParallelCorpus(source, target)


def make_data(directory):
    from keras_s2s.training.training_data import TrainingData

    directory.mkdir()
    return TrainingData(
        write_counting(directory, "train", 120, 0),
        write_counting(directory, "valid", 8, 500),
    )


SMALL_RECIPE = Recipe().with_settings(
    {
        "embedding_dim": "12",
        "encoder_units": "12",
        "units": "12",
        "attention_units": "12",
        "source_vocab_size": "15",
        "target_vocab_size": "26",
        "batch_tokens": "80",
        "epochs": "3",
        "learning_rate": "0.03",
        "word_dropout": "0.1",
        "output_dropout": "0.1",
        "weight_averaging": "0.9",
        "patience": "0",
        # What is measured at the start could come out differently in a second run.
        "matmul_precision": "float32",
        # The sentences are too short for four words in a row.
        "bleu_tokenizer": "char",
    }
)


@contextmanager
def environment_kept():
    """Take back what is done to the environment: a training sets variables there."""
    before = dict(os.environ)
    try:
        yield
    finally:
        # The one of pytest itself changes while a test runs.
        for name in {*os.environ, *before} - {"PYTEST_CURRENT_TEST"}:
            if name not in before:
                del os.environ[name]
            elif os.environ.get(name) != before[name]:
                os.environ[name] = before[name]


@pytest.fixture(autouse=True)
def environment():
    """Leave no test the environment that another one made."""
    with environment_kept():
        yield


@pytest.fixture
def ends_soon():
    """End a test that waits for ever."""

    def end(number, frame):
        # No error of the system, which what waits may take for a damaged file.
        pytest.fail("It waits.")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(20)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="session")
def write_data():
    """Write the text of a training into a new directory."""
    return make_data


@pytest.fixture
def data(tmp_path):
    return make_data(tmp_path / "data")


@pytest.fixture
def recipe():
    return SMALL_RECIPE


@pytest.fixture(scope="session")
def simple_recipe():
    """That of the system whose graph TensorFlow builds in a third of the time."""
    simple = {"attention": "none", "cell": "rnn", "bidirectional": "false"}
    return SMALL_RECIPE.with_settings(simple)


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A finished run of `SMALL_RECIPE` and its data; not to be changed."""
    from keras_s2s.training.trainer import train

    directory = tmp_path_factory.mktemp("trained")
    data = make_data(directory / "data")
    # It lasts for many tests, for which `environment` would come too late.
    with environment_kept():
        return train(SMALL_RECIPE, data, directory / "run"), data


@pytest.fixture
def run_copy(trained, tmp_path):
    """A copy of the finished run's directory, to be changed at will."""
    return shutil.copytree(trained[0].path, tmp_path / "copy")
