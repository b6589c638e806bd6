import numpy as np
import pytest

from edge_runtime.search.scoring import Scoring, coverage_penalty, length_penalty


def test_length_penalty_by_hand():
    assert length_penalty(1, 0.7) == 1.0
    assert length_penalty(7, 1.0) == 2.0
    assert length_penalty(7, 2.0) == 4.0
    assert length_penalty(7, 0.0) == 1.0


def test_coverage_penalty_by_hand():
    alignment = np.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]])
    mask = np.array([True, True, False])
    # Coverage 1.5, cut to 1, and 0.5; the third position does not count.
    assert coverage_penalty(alignment, mask, 2.0) == pytest.approx(2 * np.log(0.5))


def test_a_position_without_attention_has_a_finite_price():
    assert np.isfinite(coverage_penalty(np.zeros((1, 2)), np.ones(2, dtype=bool), 1.0))


def test_score_divides_and_adds():
    mask = np.array([[True, True]])
    scoring = Scoring(alpha=1.0, beta=1.0, coverage_mask=mask)
    alignment = np.full((7, 2), 0.5 / 7)
    expected = -3.0 / 2.0 + 2 * np.log(0.5)
    assert scoring.score(0, -3.0, 7, alignment) == pytest.approx(expected)


@pytest.mark.parametrize("field", ["alpha", "beta"])
@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf")])
def test_penalties_below_zero_are_refused(field, value):
    with pytest.raises(ValueError, match=f"`{field}` must be at least 0"):
        Scoring(**{field: value})


def test_coverage_without_a_mask_is_refused():
    with pytest.raises(ValueError, match="`coverage_mask` must be given"):
        Scoring(beta=0.2)
