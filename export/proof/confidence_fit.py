"""Fit of a confidence on the verification data: a logistic regression in numpy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge_runtime.arrays import FloatArray
from edge_runtime.bundle.confidence_model import ConfidenceModel
from edge_runtime.contract import ATTENTION_FEATURES, CONFIDENCE_FEATURES
from edge_runtime.model.batches import batches_by_length
from edge_runtime.model.translation_model import TranslationModel
from edge_runtime.translation.confidence import FARTHEST, hypothesis_features
from edge_runtime.translation.decoding import decode
from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.sentence_translation import decoding_task, write_target
from edge_runtime.translation.sentences import Sentence, read_sentences
from export.proof.verification_data import VerificationData
from keras_s2s.evaluation.scores.confidence_quality import (
    ACCEPTED_CHRF,
    ConfidenceQuality,
    accepted_translations,
    measure_confidence,
)

FEWEST_PAIRS = 300
"""Fewest translations to fit on."""

FEWEST_OF_A_KIND = 20
"""Fewest translations that are accepted, and fewest that are not."""

PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Strengths of the L2 penalty to choose among."""

_FOLDS = 10
_BATCH_SIZE = 64
_DIGITS = 6
_NEWTON_STEPS = 50


@dataclass(frozen=True)
class ConfidenceFit:
    """A fitted confidence and what it is worth.

    Attributes:
        model: The numbers for the manifest.
        scores: On how many translations it was fitted, and its quality on translations
            that were held out in turn, as a plain object.
    """

    model: ConfidenceModel
    scores: dict[str, Any]


@dataclass(frozen=True)
class Samples:
    """Finished translations of single sentences.

    Attributes:
        names: Names of the features.
        features: Shape `(translations, features)`.
        accepted: 1 for those that are accepted, else 0; shape `(translations,)`.
    """

    names: tuple[str, ...]
    features: FloatArray
    accepted: FloatArray


def fit_confidence(
    model: TranslationModel, data: VerificationData, progress: Callable[[str], None]
) -> ConfidenceFit | None:
    """Fit the confidence of a model's translations, decoded as it recommends.

    Lines of several sentences and translations that were cut are left out: the
    confidence of the former is made of that of their sentences, of the latter 0.

    Args:
        model: The graphs of the bundle.
        data: Sentences with references.
        progress: Told what was fitted, or why nothing was.

    Returns:
        The fit; `None` without references or enough translations of both kinds.
    """
    if not data.references:
        progress("no confidence: --verify-reference gives what to fit it on")
        return None
    samples = collect_samples(model, data)
    count, accepted = len(samples.accepted), int(samples.accepted.sum())
    if count < FEWEST_PAIRS or min(accepted, count - accepted) < FEWEST_OF_A_KIND:
        progress(
            f"no confidence: it is fitted on {FEWEST_PAIRS} sentences at least, of "
            f"which {FEWEST_OF_A_KIND} have a chrF above {ACCEPTED_CHRF:.0f} and "
            f"{FEWEST_OF_A_KIND} have not. {data.origin} has {count}, of which "
            f"{accepted} have"
        )
        return None
    fit = fit_samples(samples)
    quality = fit.scores["held_out"]
    areas = quality["area_under_risk_coverage"]
    progress(
        f"confidence: fitted on {count} sentences, {accepted} with a chrF above "
        f"{ACCEPTED_CHRF:.0f}; held out in turn, its calibration error is "
        f"{quality['expected_calibration_error']:.3f}, its area under risk "
        f"and coverage {areas['confidence']:.4f} "
        f"(mean log-prob: {areas['mean_log_prob']:.4f})"
    )
    return fit


def collect_samples(model: TranslationModel, data: VerificationData) -> Samples:
    """Translate the verification data and return what a confidence is fitted on."""
    options = DecodingOptions().resolve(model.decoding)
    sentences: list[tuple[Sentence, str]] = []
    for text, reference in zip(data.texts, data.references, strict=True):
        read = list(read_sentences(model, text, "", options))
        if len(read) == 1:
            sentences.append((read[0], reference))
    names = tuple(
        name
        for name in CONFIDENCE_FEATURES
        if model.attends or name not in ATTENTION_FEATURES
    )
    rows: dict[int, list[float]] = {}
    texts: dict[int, str] = {}
    lengths = [len(sentence.source.token_ids) for sentence, _ in sentences]
    for places in batches_by_length(lengths, _BATCH_SIZE):
        batch = [sentences[place][0] for place in places]
        found = decode(decoding_task(model, batch, options))
        for place, sentence, (best, *_) in zip(places, batch, found, strict=True):
            if best.finished:
                known = hypothesis_features(
                    sentence.source.token_ids, best, model.target_tokenizer.pieces
                )
                rows[place] = [known[name] for name in names]
                texts[place] = write_target(model, sentence, best, options).text
    order = sorted(rows)
    accepted = accepted_translations(
        [texts[place] for place in order], [sentences[place][1] for place in order]
    )
    features = np.array([rows[place] for place in order]).reshape(-1, len(names))
    return Samples(names, features, accepted.astype(np.float64))


def fit_samples(samples: Samples) -> ConfidenceFit:
    """Choose the penalty by cross-validation, then fit on everything."""
    held_out = {
        penalty: _held_out_confidences(samples, penalty) for penalty in PENALTIES
    }
    penalty = min(
        PENALTIES, key=lambda each: log_loss(held_out[each], samples.accepted)
    )
    quality: ConfidenceQuality = measure_confidence(
        samples.accepted > 0.5,
        samples.features[:, samples.names.index("mean_log_prob")].tolist(),
        held_out[penalty].tolist(),
    )
    scores = {
        "sentences": quality.sentences,
        "l2_penalty": penalty,
        "held_out": quality.to_json(),
    }
    return ConfidenceFit(fit_model(samples, penalty), scores)


def fit_model(samples: Samples, penalty: float) -> ConfidenceModel:
    """Return the regression with a penalty of `penalty / 2 * sum(weights ** 2)`.

    Features that are the same everywhere are left out.
    """
    means = samples.features.mean(axis=0)
    scales = samples.features.std(axis=0)
    used = np.flatnonzero(scales > 1e-5 * np.maximum(1.0, np.abs(means)))
    # Rounded first, so that the weights fit what the manifest says.
    means, scales = _rounded(means[used]), _rounded(scales[used])
    standardised = _standardise(samples.features[:, used], means, scales)
    *weights, bias = _rounded(
        logistic_regression(standardised, samples.accepted, penalty)
    )
    return ConfidenceModel(
        features=tuple(samples.names[place] for place in used),
        means=tuple(means.tolist()),
        scales=tuple(scales.tolist()),
        weights=tuple(weights),
        bias=bias,
    )


def logistic_regression(
    features: FloatArray, accepted: FloatArray, penalty: float
) -> FloatArray:
    """Return the weights and, last, the bias, which is not penalised.

    Newton's method from zero, each step halved until the loss falls.

    Args:
        features: Standardised, shape `(samples, features)`.
        accepted: 0 or 1, shape `(samples,)`.
        penalty: Strength of the L2 penalty, above 0.

    Returns:
        Shape `(features + 1,)`.
    """
    inputs = np.column_stack([features, np.ones(len(features))])
    ridge = np.append(np.full(features.shape[1], penalty), 0.0)

    def loss(weights: FloatArray) -> float:
        log_odds = inputs @ weights
        likelihood = np.logaddexp(0.0, log_odds) - accepted * log_odds
        return float(likelihood.sum() + 0.5 * (ridge * weights**2).sum())

    weights = np.zeros(inputs.shape[1])
    best = loss(weights)
    for _ in range(_NEWTON_STEPS):
        probabilities = _logistic(inputs @ weights)
        gradient = inputs.T @ (probabilities - accepted) + ridge * weights
        curvature = probabilities * (1.0 - probabilities)
        hessian = (inputs.T * curvature) @ inputs + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        while loss(weights - step) > best and np.abs(step).max() > 1e-10:
            step = 0.5 * step
        weights = weights - step
        best = loss(weights)
        if np.abs(step).max() <= 1e-10:
            break
    return weights


def log_loss(confidences: FloatArray, accepted: FloatArray) -> float:
    """Return the mean negative log-probability of what was found."""
    certain = np.clip(confidences, 1e-12, 1.0 - 1e-12)
    chosen = np.where(accepted > 0.5, certain, 1.0 - certain)
    return float(-np.log(chosen).mean())


def _held_out_confidences(samples: Samples, penalty: float) -> FloatArray:
    """Return confidences of translations that the fit had not seen, fold by fold."""
    count = len(samples.accepted)
    # Drawn, as neighbouring lines of a test set are often alike.
    folds = np.random.default_rng(0).permutation(count) % _FOLDS
    found = np.zeros(count)
    for fold in range(_FOLDS):
        held_out = folds == fold
        fitted = Samples(
            samples.names, samples.features[~held_out], samples.accepted[~held_out]
        )
        found[held_out] = apply_model(
            fit_model(fitted, penalty), samples.names, samples.features[held_out]
        )
    return found


def apply_model(
    model: ConfidenceModel, names: Sequence[str], features: FloatArray
) -> FloatArray:
    """Return the confidence of many translations at once.

    Args:
        model: The regression.
        names: Names of the features.
        features: Shape `(translations, features)`.

    Returns:
        Shape `(translations,)`.
    """
    used = features[:, [names.index(name) for name in model.features]]
    standardised = _standardise(used, np.array(model.means), np.array(model.scales))
    return _logistic(standardised @ np.array(model.weights) + model.bias)


def _standardise(
    features: FloatArray, means: FloatArray, scales: FloatArray
) -> FloatArray:
    standardised: FloatArray = (features - means) / scales
    return np.clip(standardised, -FARTHEST, FARTHEST)


def _logistic(log_odds: FloatArray) -> FloatArray:
    # By tanh, which neither overflows nor underflows.
    probabilities: FloatArray = 0.5 * (1.0 + np.tanh(0.5 * log_odds))
    return probabilities


def _rounded(values: FloatArray) -> FloatArray:
    return np.array([float(f"{value:.{_DIGITS}g}") for value in values.tolist()])
