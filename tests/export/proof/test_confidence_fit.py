import dataclasses
import json

import numpy as np
import pytest

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow", reason="export needs the training extra")

from edge_runtime import DecodingOptions, Translator  # noqa: E402
from edge_runtime.bundle.confidence_model import ConfidenceModel  # noqa: E402
from edge_runtime.bundle.manifest import DecodingDefaults, Manifest  # noqa: E402
from edge_runtime.contract import EOS_ID  # noqa: E402
from edge_runtime.translation.confidence import FARTHEST  # noqa: E402
from export.options import ExportOptions  # noqa: E402
from export.pipeline import export_bundle  # noqa: E402
from export.proof.confidence_fit import (  # noqa: E402
    PENALTIES,
    Samples,
    apply_model,
    collect_samples,
    fit_confidence,
    fit_model,
    fit_samples,
    logistic_regression,
)
from export.proof.verification_data import VerificationData  # noqa: E402
from keras_s2s.evaluation.scores.confidence_quality import (  # noqa: E402
    expected_calibration_error,
    reliability,
    risk_coverage,
)

NAMES = ("mean_log_prob", "lowest_log_prob", "length")


def draw(count, seed):
    """Translations that are accepted with probabilities that a regression can fit."""
    generator = np.random.default_rng(seed)
    features = generator.normal([-1.0, -3.0, 2.5], [0.4, 1.0, 0.6], (count, 3))
    log_odds = 1.0 + 2.0 * (features[:, 0] + 1.0) - 3.0 * (features[:, 2] - 2.5)
    probabilities = 1.0 / (1.0 + np.exp(-log_odds))
    accepted = (generator.uniform(size=count) < probabilities).astype(float)
    return Samples(NAMES, features, accepted), probabilities


def test_the_regression_is_where_its_penalised_likelihood_is_highest():
    samples, _ = draw(400, 0)
    features = samples.features - samples.features.mean(axis=0)
    penalty = 3.0

    def loss(weights):
        log_odds = features @ weights[:-1] + weights[-1]
        probabilities = 1.0 / (1.0 + np.exp(-log_odds))
        chosen = np.where(samples.accepted > 0.5, probabilities, 1.0 - probabilities)
        return -np.log(chosen).sum() + 0.5 * penalty * (weights[:-1] ** 2).sum()

    found = logistic_regression(features, samples.accepted, penalty)
    for direction in np.eye(4):
        for step in (-1e-3, 1e-3):
            assert loss(found + step * direction) > loss(found)


@pytest.mark.parametrize("penalty", PENALTIES)
def test_the_regression_ends_where_classes_can_be_told_apart_for_sure(penalty):
    features = np.linspace(-4.0, 4.0, 100)[:, None]
    accepted = (features[:, 0] > 0).astype(float)
    weight, bias = logistic_regression(features, accepted, penalty)
    assert 0.1 < weight < 100.0
    assert abs(bias) < 1e-6


def test_the_fit_finds_the_probabilities_that_were_drawn_from():
    samples, _ = draw(4000, 1)
    fit = fit_samples(samples)
    fresh, probabilities = draw(4000, 2)
    found = apply_model(fit.model, NAMES, fresh.features)
    assert np.abs(found - probabilities).mean() < 0.02
    accepted = fresh.accepted > 0.5
    assert expected_calibration_error(reliability(found, accepted)) < 0.03
    by_log_prob = risk_coverage(fresh.features[:, 0], accepted).mean()
    assert risk_coverage(found, accepted).mean() < by_log_prob - 0.1
    held_out = fit.scores["held_out"]
    assert held_out["expected_calibration_error"] < 0.03
    assert fit.scores["sentences"] == 4000
    assert fit.scores["l2_penalty"] in PENALTIES


def test_the_penalty_is_chosen_on_what_was_held_out():
    samples, _ = draw(60, 3)
    noise = np.random.default_rng(4).integers(0, 2, 60).astype(float)
    noisy = dataclasses.replace(samples, accepted=noise)
    assert fit_samples(noisy).scores["l2_penalty"] == max(PENALTIES)
    assert fit_samples(draw(4000, 1)[0]).scores["l2_penalty"] < max(PENALTIES)


def test_two_fits_of_the_same_samples_are_equal():
    samples, _ = draw(500, 5)
    assert fit_samples(samples) == fit_samples(samples)


def test_a_feature_that_never_changes_is_left_out():
    samples, _ = draw(500, 6)
    constant = samples.features.copy()
    constant[:, 1] = -3.0
    model = fit_model(dataclasses.replace(samples, features=constant), 1.0)
    assert model.features == ("mean_log_prob", "length")


def test_the_fit_knows_nothing_beyond_the_farthest_feature():
    model = ConfidenceModel(("length",), (0.0,), (1.0,), (1.0,), 0.0)
    far, farther = apply_model(model, NAMES, np.array([[0, 0, FARTHEST], [0, 0, 99]]))
    assert far == farther < 1.0


TEXTS = [
    " ".join(words)
    for length in range(1, 6)
    for words in np.random.default_rng(length).choice(
        ["abcd", "efgh", "ijkl", "mnop", "aaaa", "p", "bb", "cdef"], (120, length)
    )
]


TOLERANCE = 1e-3  # as large as the weights of the run make it


@pytest.fixture(scope="module")
def ending_run(make_run):
    """A run whose translations differ in length and end by themselves."""
    run = make_run(attention_units=12)
    for weight in run.seq2seq.training.weights:
        # Larger weights tell sources apart, which the drawn ones hardly do.
        values = np.asarray(weight) * (3.0 if len(weight.shape) > 1 else 1.0)
        if weight.shape == (run.target_tokenizer.vocab_size,):
            values = values + 6.0 * (np.arange(len(values)) == EOS_ID)
        weight.assign(values)
    return run


@pytest.fixture(scope="module")
def halves(ending_run, tmp_path_factory):
    """Verification files whose references are translations, or are none at all.

    Also the plain translations, and which of them are references.
    """
    folder = tmp_path_factory.mktemp("halves")
    options = ExportOptions(tolerance=TOLERANCE)
    export_bundle(ending_run, folder / "plain", options, lambda _: None)
    plain = Translator(folder / "plain").translate_batch(TEXTS)
    # What is sure is right, in most cases.
    sure = [each.log_prob / len(each.tokens) for each in plain]
    middle = np.median(
        [
            each
            for each, found in zip(sure, plain, strict=True)
            if found.finished and found.text
        ]
    )
    right = [
        (sure[place] > middle) ^ (place % 5 == 0) and bool(each.text)
        for place, each in enumerate(plain)
    ]
    references = [
        each.text if is_right else "0 1 2 3 4 5 6 7 8 9"
        for each, is_right in zip(plain, right, strict=True)
    ]
    source, reference = folder / "source", folder / "reference"
    source.write_text("\n".join(TEXTS) + "\n", encoding="utf-8")
    reference.write_text("\n".join(references) + "\n", encoding="utf-8")
    return source, reference, plain, right


def export_with(files, run, destination, **options):
    messages = []
    source, reference, *_ = files
    options = ExportOptions(
        verify_source=source, verify_reference=reference, tolerance=TOLERANCE, **options
    )
    manifest = export_bundle(run, destination, options, messages.append)
    return manifest, "\n".join(messages)


@pytest.fixture(scope="module")
def confident(halves, ending_run, tmp_path_factory):
    """Path of a bundle with a confidence, its manifest, and what export said."""
    path = tmp_path_factory.mktemp("confident") / "bundle"
    return path, *export_with(halves, ending_run, path)


def test_an_export_with_references_fits_a_confidence(confident, halves):
    path, manifest, messages = confident
    finished = [each.finished for each in halves[2]]
    assert manifest.confidence is not None
    assert manifest == Manifest.from_json((path / "bundle.json").read_bytes())
    scores = manifest.scores["confidence"]
    assert scores["sentences"] == sum(finished)
    assert f"confidence: fitted on {sum(finished)} sentences" in messages
    assert "Confidence" in (path / "README.md").read_text(encoding="utf-8")
    assert scores["held_out"]["area_under_risk_coverage"]["confidence"] < 0.5


def test_what_the_bundle_computes_is_what_was_fitted(confident, halves):
    path, manifest, _ = confident
    translator = Translator(path)
    found = [each for each in translator.translate_batch(TEXTS) if each.finished]
    texts = [each.source for each in found]
    data = VerificationData("", [], [each.text for each in found], texts)
    samples = collect_samples(translator.model, data)
    expected = apply_model(manifest.confidence, samples.names, samples.features)
    # Batches differ, and so does rounding.
    values = [each.confidence for each in found]
    assert values == pytest.approx(expected.tolist(), abs=1e-4)
    pairs = zip(halves[3], halves[2], strict=True)
    right = np.array([is_right for is_right, each in pairs if each.finished])
    assert expected[right].mean() > expected[~right].mean() + 0.1


def test_two_exports_with_a_confidence_are_equal_byte_for_byte(
    confident, halves, ending_run, tmp_path, directory_of
):
    path, _, _ = confident
    export_with(halves, ending_run, tmp_path / "bundle")
    assert directory_of(tmp_path / "bundle") == directory_of(path)


def test_a_confidence_is_fitted_on_what_the_bundle_recommends(confident):
    translator = Translator(confident[0])
    data = VerificationData("", [], TEXTS, TEXTS)
    greedy = collect_samples(translator.model, data)
    model = dataclasses.replace(translator.model, decoding=DecodingDefaults(4))
    beam = collect_samples(model, data)
    options = DecodingOptions(beam_size=4, length_penalty=0.0)
    found = translator.translate_batch(TEXTS, options)
    log_probs = [each.log_prob for each in found if each.finished]
    assert beam.features[:, beam.names.index("log_prob")] == pytest.approx(log_probs)
    assert len(beam.features) != len(greedy.features)


@pytest.mark.parametrize(
    ("count", "references", "message"),
    [
        (300, False, "no confidence: --verify-reference gives what to fit it on"),
        (299, True, "no confidence: it is fitted on 300 sentences at least"),
        (600, "no reference", r"which 0 have"),
    ],
)
def test_an_export_without_enough_to_fit_on_says_so(
    count, references, message, confident, halves
):
    given = halves[1].read_text(encoding="utf-8").splitlines()
    if references == "no reference":
        given = ["0 1 2 3 4 5 6 7 8 9"] * 600
    data = VerificationData(
        "verify.xx", [], given[:count] if references else (), TEXTS[:count]
    )
    messages = []
    model = Translator(confident[0]).model
    assert fit_confidence(model, data, messages.append) is None
    (found,) = messages
    assert message in found
    bundle = json.loads((confident[0] / "bundle.json").read_text(encoding="utf-8"))
    assert list(bundle["confidence"]) == [
        "features", "means", "scales", "weights", "bias",
    ]  # fmt: skip


def test_a_bundle_without_references_has_no_confidence(make_run, tmp_path):
    messages = []
    manifest = export_bundle(make_run(), tmp_path / "bundle", None, messages.append)
    assert manifest.confidence is None
    assert "confidence" not in manifest.scores
    assert any(message.startswith("no confidence") for message in messages)
    assert Translator(tmp_path / "bundle").translate("abcd").confidence is None
