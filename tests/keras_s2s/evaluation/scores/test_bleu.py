import pytest
from sacrebleu.metrics import BLEU, CHRF

from keras_s2s.evaluation.scores.bleu import (
    bleu_tokenizer,
    corpus_bleu,
    corpus_chrf,
    sentence_chrf,
)

HYPOTHESES = ["The cat sits on the mat.", "I love to eat an apple.", "He goes home."]
REFERENCES = ["The cat sat on the mat.", "I love to eat apples.", "He went home late."]


def test_bleu_is_sacrebleus():
    expected = BLEU().corpus_score(HYPOTHESES, [REFERENCES])
    score = corpus_bleu(HYPOTHESES, REFERENCES)
    assert score.value == expected.score
    assert score.length_ratio == pytest.approx(expected.sys_len / expected.ref_len)
    assert "tok:13a" in score.signature
    assert score.interval is None


def test_chrf_is_sacrebleus():
    score = corpus_chrf(HYPOTHESES, REFERENCES)
    assert score.value == CHRF().corpus_score(HYPOTHESES, [REFERENCES]).score
    assert score.length_ratio is None


def test_the_interval_is_sacrebleus_and_stands_in_the_signature():
    expected = BLEU().corpus_score(HYPOTHESES, [REFERENCES], n_bootstrap=200)
    score = corpus_bleu(HYPOTHESES, REFERENCES, resamplings=200)
    interval = score.interval
    assert f"{interval.mean:.2f} ± {interval.half_width:.2f}" in expected.format()
    assert interval.high - interval.mean == pytest.approx(interval.half_width)
    assert interval.mean - interval.low == pytest.approx(interval.half_width)
    assert "bs:200|seed:12345" in score.signature


@pytest.mark.parametrize(
    ("language", "setting", "expected"),
    [
        ("en", "auto", "13a"),
        ("zh-Hans", "auto", "zh"),
        ("ja", "auto", "char"),
        ("zh", "none", "none"),
        ("yue", "auto", "zh"),
        ("zh_TW", "auto", "zh"),
        ("jpn", "auto", "char"),
        ("tha", "auto", "char"),
        ("km", "auto", "char"),
        ("my", "auto", "char"),
        ("kor", "auto", "13a"),
    ],
)
def test_the_tokenizer_goes_by_the_target_language(language, setting, expected):
    assert bleu_tokenizer(language, setting) == expected
    assert bleu_tokenizer(language, setting, ["我喜欢苹果", "กขค"]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("我喜欢吃苹果。", "zh"), ("ฉันชอบ", "char"), ("好きです", "char"), ("I", "13a")],
)
def test_without_a_language_the_tokenizer_goes_by_the_text(text, expected):
    for name in ("target", "", "xx"):
        assert bleu_tokenizer(name, "auto", [text]) == expected


def test_one_wrong_character_in_six_is_not_a_wrong_sentence():
    references = ["我们喜欢苹果", "他们正在学习", "今天天气很好"] * 5
    hypotheses = ["我们喜欢香果", "他们正在学校", "今天天气不好"] * 5
    found = corpus_bleu(hypotheses, references, bleu_tokenizer("zh_CN"))
    assert found.value > 50
    assert corpus_bleu(hypotheses, references, "13a").value == 0


@pytest.mark.parametrize("count", [2, 20, 100, 1000])
@pytest.mark.parametrize("matching", [1, 2, 7])
def test_a_test_set_with_few_matches_has_intervals(count, matching):
    references = ["ein Satz mit Worten"] * count
    hypotheses = ["ein Satz", *["你好"] * (count - 1)]
    hypotheses[:matching] = hypotheses[:1] * min(matching, count)
    for score in (corpus_bleu, corpus_chrf):
        found = score(hypotheses, references, resamplings=100)
        assert type(found.value) is type(found.interval.mean) is float
        # Resampled scores are of single precision.
        low, high = found.interval.low - 1e-4, found.interval.high + 1e-4
        assert low <= found.value <= high


def test_json_leaves_out_what_was_not_measured():
    assert set(corpus_chrf(HYPOTHESES, REFERENCES).to_json()) == {"value", "signature"}


def test_sentence_chrf_is_100_for_the_reference_and_less_for_others():
    perfect, wrong = sentence_chrf(["same text", "other"], ["same text", "words"])
    assert perfect == pytest.approx(100)
    assert wrong < 50


def test_different_counts_are_refused():
    with pytest.raises(ValueError, match="3 hypotheses, 2 references"):
        corpus_bleu(HYPOTHESES, REFERENCES[:2])


def test_an_empty_test_set_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        corpus_chrf([], [])
