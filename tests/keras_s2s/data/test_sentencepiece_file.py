import io

import pytest
import sentencepiece

from edge_runtime.model.protobuf import MalformedFileError, read_fields
from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.data.sentencepiece_file import (
    charsmap_of,
    read_sentencepiece_settings,
    with_charsmap,
)


def train(**options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["Ａpples and pears", "pears and plums"] * 20),
        model_writer=model,
        hard_vocab_limit=False,
        minloglevel=2,
        **{"vocab_size": 25, **options},
    )
    return model.getvalue()


@pytest.fixture(scope="module")
def model():
    return train()


def fields(message):
    return [(number, bytes(value)) for number, value, _ in read_fields(message)]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ("unigram", False)),
        ({"model_type": "bpe"}, ("bpe", False)),
        ({"model_type": "word", "vocab_size": 8}, ("word", False)),
        ({"model_type": "char"}, ("char", False)),
        ({"byte_fallback": True, "vocab_size": 290}, ("unigram", True)),
    ],
)
def test_settings_are_those_of_the_training(options, expected):
    settings = read_sentencepiece_settings(train(**options))
    assert (settings.model_type, settings.byte_fallback) == expected


def test_rules_are_found_where_there_are_some(model):
    normalizer = sentencepiece.SentencePieceNormalizer(rule_name="nmt_nfkc")
    rules = charsmap_of(normalizer.serialized_normalizer_spec())
    assert len(rules) > 100_000
    assert read_sentencepiece_settings(model).charsmap == rules
    without = train(normalization_rule_name="identity")
    assert read_sentencepiece_settings(without).charsmap == b""


@pytest.mark.parametrize("size", [0, 1, 127, 128, 20_000])
def test_only_the_rules_are_replaced(model, size):
    changed = with_charsmap(model, b"x" * size)
    assert read_sentencepiece_settings(changed).charsmap == b"x" * size
    before, after = fields(memoryview(model)), fields(memoryview(changed))
    assert [number for number, _ in before] == [number for number, _ in after]
    (spec,) = (
        (old, new)
        for (_, old), (_, new) in zip(before, after, strict=True)
        if old != new
    )
    old, new = (
        [value for number, value, _ in read_fields(memoryview(part)) if number != 2]
        for part in spec
    )
    assert old == new
    rules = read_sentencepiece_settings(model).charsmap
    assert with_charsmap(changed, rules) == model


def test_rules_are_added_where_there_were_none(model):
    rules = read_sentencepiece_settings(model).charsmap
    plain = train(normalization_rule_name="identity")
    changed = Tokenizer(with_charsmap(plain, rules))
    assert changed.encode("Ａ") == changed.encode("A")
    assert Tokenizer(plain).encode("Ａ") != Tokenizer(plain).encode("A")


def test_rules_are_added_where_there_is_no_field_for_them():
    changed = with_charsmap(b"", b"rules")
    assert read_sentencepiece_settings(changed).charsmap == b"rules"


def test_other_bytes_are_no_model():
    with pytest.raises(MalformedFileError, match="beyond the end"):
        read_sentencepiece_settings(b"\x12\x7fabc")
    with pytest.raises(MalformedFileError, match="must not be an integer"):
        read_sentencepiece_settings(b"\x10\x01")
    with pytest.raises(MalformedFileError, match="must be an integer"):
        read_sentencepiece_settings(b"\x12\x02\x1a\x00")
