import logging

import pytest

from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.data.corpus import CorpusError
from keras_s2s.data.tokenizer_training import train_tokenizers
from keras_s2s.data.unknown_share import require_known


@pytest.fixture
def tokenizer(corpus, config):
    return Tokenizer(train_tokenizers(corpus, config)[0])


def test_text_of_another_script_is_refused(tokenizer):
    with pytest.raises(CorpusError, match=r"Of more\.txt, 80% .* such as '太阳'"):
        require_known(tokenizer, ["太阳", "月亮", "n", ""], "more.txt")


def test_some_unknown_characters_are_told_and_none_are_not(tokenizer, caplog):
    with caplog.at_level(logging.WARNING):
        require_known(tokenizer, ["sun moon star"] * 3, "more.txt")
        assert not caplog.messages
        require_known(tokenizer, ["sun moon star tree wind é"] * 3, "more.txt")
    assert "Of more.txt, 5.0 %" in caplog.text
    assert "'é'" in caplog.text
