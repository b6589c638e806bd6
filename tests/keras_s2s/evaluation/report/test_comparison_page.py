import json
import re

import matplotlib.image
import pytest

pytest.importorskip("sacrebleu", reason="needs the train extra")

from keras_s2s.evaluation.report import write_comparison_report
from keras_s2s.evaluation.scores.comparison import compare
from keras_s2s.evaluation.side_by_side import evaluate_side_by_side
from keras_s2s.evaluation.translation_system import TranslationSystem

HOSTILE = "</script><img src=x onerror=console.error(1)>"
LONG = "a-run-whose-name-is-very-long-indeed"


@pytest.fixture
def report(make_translator, sentences, tmp_path):
    translators = {
        "stops": make_translator(most=4, attends=False),
        "copies": make_translator(),
        LONG: make_translator(most=6),
    }
    systems = {
        name: TranslationSystem(
            name=name,
            kind="run",
            translator=translator,
            source_language="en",
            target_language="en",
            facts={"model": {"units": 256}, "note": HOSTILE},
            history=history,
        )
        for (name, translator), history in zip(
            translators.items(),
            ([{"epoch": 1.0, "loss": 5.0}, {"epoch": 2.0, "loss": 3.0}], [], []),
            strict=True,
        )
    }
    evaluations = evaluate_side_by_side(
        translators, sentences, sentences, resamplings=20
    )
    hypotheses = {name: found.hypotheses for name, found in evaluations.items()}
    comparison = compare(hypotheses, sentences, resamplings=20, most_differences=3)
    path = tmp_path / "report.html"
    write_comparison_report(systems, evaluations, comparison, path)
    return path


def test_the_page_holds_all_its_parts(report):
    text = report.read_text(encoding="utf-8")
    for part in ("Scores", "By length", "Training", "Sentences that differ most"):
        assert f"<h2>{part}</h2>" in text
    assert text.count("<h2>Recipe: ") == 3
    assert "p: paired bootstrap against stops." in text
    assert text.count('class="card"') == 3 * 3


def test_every_system_has_its_curve_in_one_chart(report):
    text = report.read_text(encoding="utf-8")
    chart = re.search(r"<svg[^>]*BLEU by source length.*?</svg>", text, re.DOTALL)[0]
    for number, name in enumerate(("stops", "copies", LONG)):
        assert f">{name}</text>" in chart
        # Its line, and its sample in the legend.
        assert chart.count(f'class="series series-{number}"') == 2
    assert len(set(re.findall(r'cx="([^"]+)"', chart))) == len(
        re.findall(r'cx="([^"]+)"', chart)
    )  # side by side: no interval hides another


def test_foreign_text_stays_text_and_nothing_is_loaded_from_elsewhere(report):
    text = report.read_text(encoding="utf-8")
    assert HOSTILE not in text
    assert not re.search(r"(src|href)=\"(?!data:,)", text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_chromium_shows_it_without_an_error(report, scheme, browse, tmp_path):
    picture = tmp_path / "page.png"
    dark = ["--force-dark-mode"] if scheme == "dark" else []
    _, console = browse(
        report, "--window-size=1280,2000", f"--screenshot={picture}", *dark
    )
    assert console == []
    corner = matplotlib.image.imread(picture)[0, 0, :3]
    assert (corner.max() < 0.3) == (scheme == "dark")


PROBE = """
<script>
parent.postMessage(JSON.stringify({
  width: document.documentElement.scrollWidth,
  window: window.innerWidth,
  cells: [...document.querySelectorAll(".numbers td, .facts th")]
    .map((cell) => [cell.textContent, cell.getClientRects()[0]])
    .filter(([text, box]) => box && !/\\s/.test(text) && box.height > 40)
    .map(([text]) => text),
}), "*");
</script>
"""


@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_the_screen_and_breaks_no_word(report, width, browse_framed):
    probed = report.with_name("probed.html")
    probed.write_text(report.read_text(encoding="utf-8") + PROBE, encoding="utf-8")
    html, console = browse_framed(probed, width)
    assert console == []
    values = json.loads(
        re.search(r'data-found="([^"]*)"', html)[1].replace("&quot;", '"')
    )
    assert values["width"] <= values["window"] == width
    assert values["cells"] == []
