import pytest

from edge_runtime.translation.decoding_options import DecodingOptions
from keras_s2s.evaluation.evaluate import evaluate, source_lengths


def test_a_perfect_translator_scores_100(translator, sentences):
    evaluation = evaluate(translator, sentences, sentences, resamplings=0)
    assert evaluation.bleu.value == pytest.approx(100)
    assert evaluation.chrf.value == pytest.approx(100)
    assert evaluation.length_ratio == 1
    assert (evaluation.unfinished, evaluation.empty) == (0, 0)


def test_translations_are_in_the_order_of_the_test_set(translator, sentences):
    mixed = sentences[::-7] + sentences[::3]
    evaluation = evaluate(translator, mixed, mixed, resamplings=0, batch_size=2)
    assert evaluation.hypotheses == mixed
    assert evaluation.references == tuple(mixed)


def test_every_sentence_is_in_one_bucket(translator, sentences):
    evaluation = evaluate(translator, sentences, sentences, resamplings=0)
    assert sum(bucket.count for bucket in evaluation.by_length) == len(sentences)
    assert len(evaluation.by_length) > 1


def test_a_translator_that_stops_early_loses_on_long_sentences(
    make_translator, sentences
):
    evaluation = evaluate(
        make_translator(most=4), sentences, sentences, edges=(1, 5), resamplings=0
    )
    short, long = evaluation.by_length
    assert short.bleu.value > long.bleu.value + 30
    assert evaluation.length_ratio < 0.9


def test_translations_cut_at_the_limit_are_counted(make_translator):
    translator = make_translator(max_target_length=3)
    sources = ["one", "one two three four five"]
    assert evaluate(translator, sources, sources, resamplings=0).unfinished == 1


def test_empty_translations_are_counted(make_translator):
    evaluation = evaluate(make_translator(most=0), ["one"], ["one"], resamplings=0)
    assert evaluation.empty == 1
    assert evaluation.bleu.value == 0


def test_lengths_are_tokens_without_bos_and_eos(translator, tokenizer):
    assert source_lengths(translator, ["one two"]) == [len(tokenizer.encode("one two"))]


def test_given_lengths_decide_the_buckets(translator):
    evaluation = evaluate(
        translator,
        ["one", "two"],
        ["one", "two"],
        lengths=[3, 30],
        edges=(1, 10),
        resamplings=0,
    )
    assert [bucket.label for bucket in evaluation.by_length] == ["1–9", "10–30"]


def test_progress_ends_with_everything_done(translator, sentences):
    calls = []
    evaluate(
        translator,
        sentences,
        sentences,
        resamplings=0,
        batch_size=1,
        progress=lambda done, total: calls.append((done, total)),
    )
    assert len(calls) > 1
    assert calls[-1] == (len(sentences), len(sentences))


def test_speed_is_measured_and_latency_can_be_left_out(translator):
    evaluation = evaluate(translator, ["one"], ["one"], resamplings=0)
    assert evaluation.seconds > 0
    assert evaluation.speed.latency > 0
    assert evaluation.speed.sentences_per_second == 1 / evaluation.seconds
    quick = evaluate(translator, ["one"], ["one"], resamplings=0, latency_sentences=0)
    assert quick.speed.latency is None


def test_options_reach_the_search(translator):
    options = DecodingOptions(max_length=2)
    (translation,) = evaluate(
        translator, ["one two three"], ["one"], options=options, resamplings=0
    ).translations
    assert len(translation.tokens) == 2


def test_json_holds_every_number_and_no_sentence(translator):
    content = evaluate(translator, ["one two"], ["one two"], resamplings=10).to_json()
    assert content["sentences"] == 1
    assert content["bleu"]["interval"]["mean"] >= 0
    assert content["speed"]["milliseconds_per_sentence_alone"] > 0
    assert "one two" not in str(content)


@pytest.mark.parametrize("references", [[], ["one", "two"]])
def test_different_counts_are_refused(translator, references):
    with pytest.raises(ValueError, match="one reference per source"):
        evaluate(translator, ["one"], references)
