import itertools

import numpy as np
import pytest

pytest.importorskip("sacrebleu", reason="needs the train extra")

from keras_s2s.evaluation.scores.confidence_quality import (
    accepted_translations,
    expected_calibration_error,
    measure_confidence,
    reliability,
    risk_coverage,
)

ACCEPTED = np.array([True, False, True, False, False])


def test_a_translation_near_its_reference_is_accepted():
    reference = "The weather is nice today."
    hypotheses = [reference, "The weather is fine today.", "He drinks water.", ""]
    found = accepted_translations(hypotheses, [reference] * 4)
    assert found.tolist() == [True, True, False, False]


def test_risk_is_the_share_of_what_is_not_accepted_among_the_most_certain():
    risks = risk_coverage(np.array([0.9, 0.5, 0.8, 0.7, 0.1]), ACCEPTED)
    assert risks.tolist() == pytest.approx([0, 0, 1 / 3, 2 / 4, 3 / 5])


def test_equal_scores_count_as_the_mean_over_their_orders():
    scores = np.array([0.5, 0.5, 0.5, 0.9, 0.1])
    found = risk_coverage(scores, ACCEPTED)
    orders = [(3, *order, 4) for order in itertools.permutations(range(3))]
    expected = np.mean(
        [np.cumsum(~ACCEPTED[list(order)]) / np.arange(1, 6) for order in orders],
        axis=0,
    )
    assert found == pytest.approx(expected)


def test_bins_hold_what_lies_in_them_and_one_is_in_the_last():
    confidences = np.array([0.05, 0.1, 0.19, 1.0, 0.95])
    bins = reliability(confidences, ACCEPTED)
    assert [each.count for each in bins] == [1, 2, 2]
    assert [each.accepted for each in bins] == [1.0, 0.5, 0.0]
    assert [each.confidence for each in bins] == pytest.approx([0.05, 0.145, 0.975])
    error = (0.95 + 2 * 0.355 + 2 * 0.975) / 5
    assert expected_calibration_error(bins) == pytest.approx(error)


def test_a_confidence_stands_beside_the_mean_log_prob():
    log_probs = [-1.0, -2.0, -3.0, -0.5, -4.0]
    confidences = [0.9, 0.2, 0.8, 0.3, 0.1]
    quality = measure_confidence(ACCEPTED, log_probs, confidences)
    content = quality.to_json()
    assert content["accepted"] == 0.4
    areas = content["area_under_risk_coverage"]
    assert (
        areas["confidence"]
        == areas["least"]
        == pytest.approx((0 + 0 + 1 / 3 + 2 / 4 + 3 / 5) / 5)
    )
    assert areas["mean_log_prob"] == pytest.approx(
        (1 + 1 / 2 + 2 / 3 + 2 / 4 + 3 / 5) / 5
    )
    assert content["expected_calibration_error"] == pytest.approx(0.9 / 5)
    assert sum(each["count"] for each in content["bins"]) == 5


def test_a_system_without_confidence_has_its_mean_log_prob_alone():
    content = measure_confidence(ACCEPTED, [-1.0] * 5, [None] * 5).to_json()
    assert content["expected_calibration_error"] is None
    assert content["area_under_risk_coverage"]["confidence"] is None
    assert content["area_under_risk_coverage"]["mean_log_prob"] == pytest.approx(0.6)
    assert content["bins"] == []
