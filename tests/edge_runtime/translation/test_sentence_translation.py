import pytest

from edge_runtime import DecodingOptions
from edge_runtime.translation.sentence_translation import read_sentences

LIMIT = 30  # `max_source_length` of the tiny bundles, bos and eos included


def text_of(translator, token_count):
    """A text of Chinese characters, without any mark, of so many tokens."""
    tokenizer = translator.model.source_tokenizer
    text = ""
    while len(tokenizer.encode(text)) < token_count:
        text += "我爱"[len(text) % 2]
    assert len(tokenizer.encode(text)) == token_count
    return text


def read(translator, text, **options):
    options = DecodingOptions(**options).resolve(translator.model.decoding)
    return read_sentences(translator.model, text, "", options)


@pytest.mark.parametrize("split_sentences", [False, True])
def test_a_text_is_cut_where_bos_and_eos_would_exceed_the_limit(
    translator, split_sentences
):
    options = {"split_sentences": split_sentences}
    (whole,) = read(translator, text_of(translator, LIMIT - 2), **options)
    assert len(whole.source.token_ids) == LIMIT
    cut = read(translator, text_of(translator, LIMIT - 1), **options)
    assert len(cut) == 2
    assert all(len(part.source.token_ids) <= LIMIT for part in cut)
