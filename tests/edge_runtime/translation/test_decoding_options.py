import pytest

from edge_runtime import DecodingOptions
from edge_runtime.bundle.manifest import DecodingDefaults


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"beam_size": 0}, "`beam_size` must be at least 1. Received: 0"),
        ({"num_hypotheses": 0}, "`num_hypotheses` must be at least 1"),
        ({"length_penalty": -0.1}, "`length_penalty` must be at least 0"),
        ({"length_penalty": float("nan")}, "`length_penalty` must be at least 0"),
        ({"coverage_penalty": -1}, "`coverage_penalty`"),
        ({"min_length": -1}, "`min_length`"),
        ({"max_length": 0}, "`max_length`"),
        ({"max_length_factor": -1}, "`max_length_factor`"),
        ({"max_length_constant": 0}, "`max_length_constant`"),
        ({"no_repeat_ngram_size": -1}, "`no_repeat_ngram_size`"),
        ({"top_k": -1}, "`top_k`"),
        ({"seed": -1}, "`seed`"),
        ({"temperature": 0.0}, "`temperature` must be at least 0.000001 and at most"),
        ({"temperature": 1e-308}, "`temperature` must be at least"),
        ({"number_format": ""}, "`number_format` must be the code of a language"),
        ({"number_format": "German"}, "`number_format` must be the code"),
        ({"coverage_penalty": 1e308}, "`coverage_penalty` must be at most 1000"),
        ({"min_length": 5, "max_length": 5}, "min_length=5, max_length=5"),
        ({"sampling": True, "beam_size": 2}, "`sampling` draws one token at a time"),
        ({"beam_size": 2, "num_hypotheses": 3}, "num_hypotheses=3, beam_size=2"),
    ],
)
def test_what_makes_no_sense_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        DecodingOptions(**options)


def test_the_bundle_fills_what_is_unset():
    resolved = DecodingOptions(length_penalty=0.5).resolve(DecodingDefaults(4, 0.9))
    assert (resolved.beam_size, resolved.length_penalty) == (4, 0.5)


def test_a_recommended_beam_grows_to_the_hypotheses_asked_for():
    assert DecodingOptions(num_hypotheses=6).resolve(DecodingDefaults(4)).beam_size == 6
    sampled = DecodingOptions(num_hypotheses=6, sampling=True)
    assert sampled.resolve(DecodingDefaults(4)).beam_size == 1


def test_the_length_limit_follows_options_bundle_and_source():
    options = DecodingOptions(max_length_factor=2.0, max_length_constant=5)
    assert options.length_limit(source_length=4, max_target_length=100) == 13
    assert options.length_limit(source_length=99, max_target_length=100) == 100
    half = DecodingOptions(max_length_factor=1.5, max_length_constant=1)
    assert half.length_limit(source_length=5, max_target_length=100) == 8
    longer = DecodingOptions(max_length=500)
    assert longer.length_limit(source_length=200, max_target_length=100) == 500


@pytest.mark.parametrize(
    ("options", "defaults", "expected"),
    [
        ({}, {}, 0.0),
        ({"beam_size": 4}, {}, 1.0),
        ({"num_hypotheses": 3}, {}, 1.0),
        ({"beam_size": 4, "length_penalty": 0.0}, {}, 0.0),
        ({"beam_size": 4}, {"length_penalty": 0.6}, 0.6),
        ({}, {"beam_size": 4}, 0.0),
        ({"beam_size": 5}, {"beam_size": 4}, 0.0),
    ],
)
def test_beam_search_gets_a_length_penalty_where_greedy_search_is_recommended(
    options, defaults, expected
):
    resolved = DecodingOptions(**options).resolve(DecodingDefaults(**defaults))
    assert resolved.length_penalty == expected
