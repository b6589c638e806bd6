import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.text.tokenizer import TokenizedText, Tokenizer, replace_surrogates


@pytest.fixture(scope="module")
def tokenizer(source_spm):
    return Tokenizer(source_spm)


def test_known_text_survives_the_round_trip(tokenizer):
    for text in ("我爱吃苹果。", "I love to eat apples.", ""):
        assert tokenizer.decode(tokenizer.encode(text)) == text


def test_specials_are_neither_added_nor_shown(tokenizer):
    ids = tokenizer.encode("我爱")
    assert not {0, 2, 3} & set(ids)
    assert tokenizer.decode([2, *ids, 3, 0]) == "我爱"


def test_the_special_ids_are_those_of_the_contract(tokenizer):
    assert tokenizer.special_ids == {"pad": 0, "unk": 1, "bos": 2, "eos": 3}
    assert tokenizer.pieces[:4] == ["<pad>", "<unk>", "<s>", "</s>"]
    assert len(tokenizer.pieces) == tokenizer.vocab_size


def test_full_width_letters_are_normalised(tokenizer):
    assert tokenizer.encode("Ｉ ｌｏｖｅ") == tokenizer.encode("I love")


def test_spans_point_into_the_text_as_it_was(tokenizer):
    tokenized = tokenizer.tokenize("Ｉ  love 😀 我")
    words = {
        token: tokenized.text[slice(*span)]
        for token, span in zip(tokenized.tokens, tokenized.spans, strict=True)
    }
    assert words["I"] == "Ｉ"
    assert words["😀"] == "😀"
    assert tokenized.token_ids == tokenizer.encode("Ｉ  love 😀 我")


def test_an_unknown_token_is_written_as_it_stands_in_the_text(tokenizer):
    syllable = "\u1112\u1161\u11ab"  # normalised to one character
    tokenized = tokenizer.tokenize(f"我{syllable}吃")
    assert tokenized.tokens[tokenized.token_ids.index(1)] == syllable


def test_detokenized_spans_cover_the_text(tokenizer):
    target = tokenizer.detokenize(tokenizer.encode("I love apples."))
    assert target.text == "I love apples."
    shown = "".join(target.text[begin:end] for begin, end in target.spans)
    assert shown == target.text


def test_no_tokens_are_an_empty_text(tokenizer, monkeypatch):
    class OlderProcessor:
        """What SentencePiece 0.2.2 returns for no tokens, whatever is installed."""

        def decode(self, token_ids, return_type="str"):
            return "" if not token_ids else pytest.fail("there are no tokens")

    monkeypatch.setattr(tokenizer, "_processor", OlderProcessor())
    assert tokenizer.detokenize([]) == TokenizedText("", [], [], [])
    assert tokenizer.decode([]) == ""


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_any_text_is_encoded(tokenizer, text):
    ids = tokenizer.encode(text)
    assert tokenizer.tokenize(text).token_ids == ids
    assert all(0 <= token_id < tokenizer.vocab_size for token_id in ids)
    tokenizer.decode(ids)


def test_a_lone_surrogate_becomes_the_replacement_character(tokenizer):
    assert replace_surrogates("a\ud800b") == "a\ufffdb"
    assert replace_surrogates("\ud83d\ude00") == "😀"
    assert tokenizer.encode("我\udfff") == tokenizer.encode("我\ufffd")


@pytest.mark.parametrize("beyond", [-1, 0, 10_000])
def test_an_id_outside_the_vocabulary_is_refused(tokenizer, beyond):
    token_id = beyond if beyond < 0 else tokenizer.vocab_size + beyond
    with pytest.raises(ValueError, match="`token_ids` must be at least 0 and below"):
        tokenizer.decode([5, token_id])


@pytest.mark.parametrize("model", [b"", b"no model", b"\x00" * 50])
def test_what_is_no_model_is_refused(model):
    with pytest.raises(ValueError, match="content of a SentencePiece model file"):
        Tokenizer(model)


def test_it_can_be_sent_to_another_process(tokenizer):
    copy = pickle.loads(pickle.dumps(tokenizer))
    assert copy.encode("我爱吃苹果。") == tokenizer.encode("我爱吃苹果。")


def test_it_is_read_from_a_file(source_spm, tmp_path):
    path = tmp_path / "源.spm"
    path.write_bytes(source_spm)
    assert Tokenizer.from_file(path).model == source_spm
