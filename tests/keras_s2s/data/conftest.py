import pytest

from keras_s2s.config import DataConfig
from keras_s2s.data.corpus import ParallelCorpus

WORDS = "sun moon star tree river stone bird fish wind rain".split()


@pytest.fixture
def corpus(tmp_path):
    """Sixty pairs of two to seven words; the target is the source spelled backwards."""
    lines = [
        " ".join(WORDS[(row + column * 3) % 10] for column in range(2 + row % 6))
        for row in range(60)
    ]
    (tmp_path / "source").write_text("\n".join(lines))
    (tmp_path / "target").write_text("\n".join(line[::-1] for line in lines))
    return ParallelCorpus(tmp_path / "source", tmp_path / "target")


@pytest.fixture
def config():
    return DataConfig(source_vocab_size=28, target_vocab_size=28, batch_tokens=60)
