import dataclasses
import json
import re

import pytest

pytest.importorskip("sacrebleu", reason="needs the train extra")

import matplotlib.image
import numpy as np

from keras_s2s.evaluation.evaluate import evaluate
from keras_s2s.evaluation.report import write_report
from keras_s2s.evaluation.scores.confidence_quality import measure_confidence
from keras_s2s.evaluation.translation_system import TranslationSystem, open_system

HOSTILE = "</script><img src=x onerror=console.error(1)>"


@pytest.fixture
def system(translator):
    return TranslationSystem(
        name="copying",
        kind="run",
        translator=translator,
        source_language="en",
        target_language="en",
        facts={"model": {"units": 256}, "note": HOSTILE},
        history=[
            {"epoch": 1.0, "loss": 5.0},
            {"epoch": 2.0, "loss": 3.0, "val_bleu": 12.5},
        ],
    )


@pytest.fixture
def report(system, sentences, tmp_path):
    wide = " ".join(["seven"] * 30)  # wider than a phone
    sources, references = [*sentences, wide], [*sentences, HOSTILE]
    evaluation = evaluate(
        system.translator, sources, references, resamplings=20, latency_sentences=2
    )
    path = tmp_path / "report.html"
    write_report(system, evaluation, path, examples=len(sources))
    return path


def test_the_page_holds_all_its_parts(report):
    text = report.read_text(encoding="utf-8")
    for part in (
        "Scores",
        "By length",
        "Confidence",
        "Training",
        "Alignments",
        "Worst sentences",
    ):
        assert f"<h2>{part}</h2>" in text
    for fact in ("tok:13a", "validation BLEU", "<td>256</td>", "Best sentences"):
        assert fact in text


def write_with_confidences(system, sentences, path, confidences):
    evaluation = evaluate(system.translator, sentences, sentences, resamplings=0)
    accepted = np.arange(len(sentences)) % 3 > 0
    quality = measure_confidence(accepted, [-1.0] * len(sentences), confidences)
    write_report(system, dataclasses.replace(evaluation, confidence=quality), path)
    return path.read_text(encoding="utf-8"), quality


def test_a_confidence_is_drawn_as_risk_and_as_reliability(system, sentences, tmp_path):
    confidences = np.linspace(0.05, 0.95, len(sentences)).tolist()
    text, quality = write_with_confidences(
        system, sentences, tmp_path / "report.html", confidences
    )
    assert "<h2>Confidence</h2>" in text
    error = f"{quality.expected_calibration_error:.3f}"
    for part in (
        f"confidence {quality.area:.4f}, mean log-prob",
        f"calibration error of the confidence: {error}",
        'aria-label="Risk in %"', 'aria-label="Accepted in %"', "perfectly calibrated",
    ):  # fmt: skip
        assert part in text
    diagram = text[text.index('aria-label="Accepted in %"') :]
    assert diagram[: diagram.index("</svg>")].count("<circle") == len(quality.bins) + 2


def test_without_confidence_the_risk_is_that_of_the_mean_log_prob(
    system, sentences, tmp_path
):
    confidences = [None] * len(sentences)
    text, _ = write_with_confidences(
        system, sentences, tmp_path / "report.html", confidences
    )
    assert "The system has no confidence." in text
    assert 'aria-label="Risk in %"' in text
    assert 'aria-label="Accepted in %"' not in text


def test_nothing_is_loaded_from_elsewhere(report):
    text = report.read_text(encoding="utf-8")
    assert not re.search(r"(src|href)=\"(?!data:,)", text)
    assert "url(" not in text
    assert "@import" not in text


def test_foreign_text_stays_text(report):
    text = report.read_text(encoding="utf-8")
    assert HOSTILE not in text
    assert "&lt;img src=x" in text


def test_a_system_without_attention_has_no_alignments(system, sentences, tmp_path):
    evaluation = evaluate(system.translator, sentences, sentences, resamplings=0)
    plain = tuple(
        dataclasses.replace(found, alignments=()) for found in evaluation.translations
    )
    path = tmp_path / "report.html"
    write_report(system, dataclasses.replace(evaluation, translations=plain), path)
    text = path.read_text(encoding="utf-8")
    assert "<h2>Alignments</h2>" not in text
    assert "<h2>Worst sentences</h2>" in text


def test_a_bundle_shows_its_manifest_and_card(copying_bundle, test_set, tmp_path):
    opened = open_system(copying_bundle)
    lines = test_set[0].read_text().splitlines()
    evaluation = evaluate(opened.translator, lines, lines, resamplings=0)
    path = tmp_path / "report.html"
    write_report(opened, evaluation, path)
    text = path.read_text(encoding="utf-8")
    assert "<h2>Model card</h2>" in text
    assert "copies &lt;everything&gt;" in text
    assert "decoder_step.onnx" in text


PROBE = """
<script>
const card = document.querySelector("article.card");
const target = card.querySelector(".translation .token");
target.dispatchEvent(new PointerEvent("pointerover", {bubbles: true}));
const shaded = [...card.querySelectorAll(".source .token")]
  .filter((token) => Number(token.style.getPropertyValue("--weight")) > 0.5);
const source = card.querySelectorAll(".source .token")[1];
source.click();
const back = [...card.querySelectorAll(".translation .token")]
  .filter((token) => Number(token.style.getPropertyValue("--weight")) > 0.5);
parent.postMessage(JSON.stringify({
  shaded: shaded.map((token) => token.textContent),
  target: target.textContent,
  back: back.map((token) => token.textContent),
  width: document.documentElement.scrollWidth,
  window: window.innerWidth,
}), "*");
</script>
"""


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_chromium_shows_it_without_an_error(report, width, scheme, browse, tmp_path):
    picture = tmp_path / "page.png"
    dark = ["--force-dark-mode"] if scheme == "dark" else []
    _, console = browse(
        report,
        f"--window-size={width},2000",
        f"--screenshot={picture}",
        *dark,
    )
    assert console == []
    corner = matplotlib.image.imread(picture)[0, 0, :3]
    assert (corner.max() < 0.3) == (scheme == "dark")


def test_a_console_error_would_be_seen(browse, tmp_path):
    page = tmp_path / "broken.html"
    page.write_text("<script>undefinedName()</script>")
    _, console = browse(page, "--dump-dom")
    assert len(console) == 1


@pytest.mark.parametrize("width", [360, 1280])
def test_pointing_at_a_word_shades_what_belongs_to_it(
    report, width, browse_framed, tmp_path
):
    probed = tmp_path / "probed.html"
    probed.write_text(report.read_text(encoding="utf-8") + PROBE, encoding="utf-8")
    html, console = browse_framed(probed, width)
    assert console == []
    found = re.search(r'data-found="([^"]*)"', html)[1].replace("&quot;", '"')
    values = json.loads(found)
    assert values["shaded"] == [values["target"]]  # it copies
    assert values["back"] == [values["target"]]
    assert values["width"] <= values["window"] == width
