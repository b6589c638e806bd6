import numpy as np
import pytest

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow", reason="export needs the training extra")

from edge_runtime.text.tokenizer import Tokenizer  # noqa: E402
from export.errors import ExportError  # noqa: E402
from export.proof.verification_data import (  # noqa: E402
    choose_verification_data,
    generate_sources,
    read_verification_data,
)


@pytest.fixture
def tokenizer(tokenizer_file):
    return Tokenizer.from_file(tokenizer_file)


def test_sentences_become_ids_between_bos_and_eos(sentences, tokenizer):
    data = read_verification_data(*sentences, tokenizer)
    assert data.origin == "verify.xx"
    assert data.sources[0] == [2, *tokenizer.encode("abcd efgh"), 3]
    assert data.sources[2] == [2, 3]
    assert data.references[0] == "p"


def test_references_are_optional(sentences, tokenizer):
    data = read_verification_data(sentences[0], None, tokenizer)
    assert len(data.sources) == 6
    assert not data.references


def test_misaligned_files_are_refused_with_both_counts(sentences, tokenizer):
    source, reference = sentences
    reference.write_text("one line\n")
    with pytest.raises(ExportError, match=r"6 lines in .*1 lines in"):
        read_verification_data(source, reference, tokenizer)


def test_an_empty_file_is_refused(sentences, tokenizer):
    source, _ = sentences
    source.write_text("")
    with pytest.raises(ExportError, match="must hold sentences"):
        read_verification_data(source, None, tokenizer)


def test_bytes_that_are_not_utf8_are_refused_by_line(sentences, tokenizer):
    source, _ = sentences
    source.write_bytes(b"fine\n\xff\xfe\n")
    with pytest.raises(ExportError, match="line 2"):
        read_verification_data(source, None, tokenizer)


def test_a_run_that_keeps_its_corpus_is_verified_on_it(make_run, tmp_path):
    from dataclasses import replace

    from keras_s2s.data.corpus import ParallelCorpus
    from keras_s2s.data.encoded_corpus import encode_corpus

    run = replace(make_run(), path=tmp_path)
    assert choose_verification_data(run, None, None).origin == "random tokens"
    corpus = tmp_path / "corpus.tsv"
    corpus.write_text("".join(f"abcd {'p' * n}\tefgh\n" for n in range(1, 9)))
    encode_corpus(
        ParallelCorpus(corpus),
        run.source_tokenizer,
        run.target_tokenizer,
        run.recipe.data,
        tmp_path / "cache",
    )
    data = choose_verification_data(run, None, None)
    assert data.origin == "training data of the run"
    assert len(data.sources) == 8
    assert all(source[0] == 2 and source[-1] == 3 for source in data.sources)


def test_generated_sources_have_many_lengths_and_no_special_tokens():
    data = generate_sources(60)
    assert {len(source) for source in data.sources} == set(range(3, 33))
    inner = np.concatenate([source[1:-1] for source in data.sources])
    assert inner.min() > 3
    assert inner.max() < 60
