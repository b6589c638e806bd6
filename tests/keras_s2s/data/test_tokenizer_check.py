import io
import logging

import pytest
import sentencepiece

from edge_runtime.contract import SPECIAL_IDS
from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.data.encoded_corpus import encode_corpus
from keras_s2s.data.tokenizer_check import (
    TokenizerError,
    require_special_ids,
    warn_of_page,
)

OUR_IDS = {f"{name}_id": number for name, number in SPECIAL_IDS.items()}


def train(corpus, **options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=(pair.source for pair in corpus),
        model_writer=model,
        vocab_size=28,
        hard_vocab_limit=False,
        minloglevel=2,
        **options,
    )
    return Tokenizer(model.getvalue())


def test_the_default_ids_of_sentencepiece_are_refused_with_what_to_set(corpus):
    with pytest.raises(TokenizerError) as refused:
        require_special_ids(train(corpus), "own.model")
    assert str(refused.value) == (
        "A tokenizer must have the special ids pad 0, unk 1, bos 2, eos 3. own.model "
        "has pad -1, unk 0, bos 1, eos 2. Train it with --pad_id=0 --unk_id=1 "
        "--bos_id=2 --eos_id=3."
    )


def test_what_the_error_says_to_set_is_accepted(corpus):
    require_special_ids(train(corpus, **OUR_IDS), "own.model")


def test_text_is_not_encoded_with_other_ids(corpus, config, tmp_path):
    ours, theirs = train(corpus, **OUR_IDS), train(corpus)
    for pair in ((ours, theirs), (theirs, ours)):
        name = "source_tokenizer" if pair[0] is theirs else "target_tokenizer"
        with pytest.raises(TokenizerError, match=f"{name} has pad -1"):
            encode_corpus(corpus, *pair, config, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model_type": "unigram"}, ""),
        ({"model_type": "bpe"}, ""),
        ({"model_type": "char"}, "own.model is of type char, and not unigram or bpe"),
        ({"model_type": "word"}, "own.model is of type word, and not unigram or bpe"),
        (
            {"bos_piece": "[CLS]"},
            "own.model names its special pieces pad <pad>, bos [CLS], eos </s>, "
            "and not pad <pad>, bos <s>, eos </s>",
        ),
    ],
)
def test_it_is_said_which_models_the_page_does_not_read(
    options, message, corpus, caplog
):
    tokenizer = train(corpus, **OUR_IDS, **options)
    require_special_ids(tokenizer, "own.model")
    with caplog.at_level(logging.WARNING):
        warn_of_page(tokenizer, "own.model")
    end = ": Python translates with it, the page of `edge-translate serve` does not."
    assert caplog.messages == ([message + end] if message else [])
