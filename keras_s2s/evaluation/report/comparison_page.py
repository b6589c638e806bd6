"""The report on several systems, from top to bottom."""

from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element

from keras_s2s.evaluation.evaluate import Evaluation
from keras_s2s.evaluation.report.document import (
    scrolling,
    section,
    signature_note,
    write_document,
)
from keras_s2s.evaluation.report.facts_section import facts_contents, facts_title
from keras_s2s.evaluation.report.html import element
from keras_s2s.evaluation.report.length_section import length_section
from keras_s2s.evaluation.report.sentence_card import sentence_card
from keras_s2s.evaluation.report.table import table
from keras_s2s.evaluation.report.training_section import training_section
from keras_s2s.evaluation.scores.comparison import Comparison, SentenceDifference
from keras_s2s.evaluation.summary import comparison_rows, output_rows
from keras_s2s.evaluation.translation_system import TranslationSystem


def write_comparison_report(
    systems: Mapping[str, TranslationSystem],
    evaluations: Mapping[str, Evaluation],
    comparison: Comparison,
    path: Path,
) -> None:
    """Write scores, p-values, charts, differing sentences, and facts as one file.

    The file needs no network; it adapts to small screens and to dark mode.

    Args:
        systems: What was compared, by name; the first is the baseline.
        evaluations: What was found, by the same names.
        comparison: The scores side by side.
        path: The HTML file.
    """
    names = ", ".join(systems)
    first = next(iter(systems.values()))
    count = len(next(iter(evaluations.values())).translations)
    languages = f"{first.source_language} → {first.target_language}"
    differences = [
        _difference(difference, evaluations) for difference in comparison.differences
    ]
    contents = (
        element("h1", names),
        element("p", f"{languages} · {count:,} sentences", class_="note"),
        _scores(evaluations, comparison),
        length_section({name: found.by_length for name, found in evaluations.items()}),
        training_section(
            {name: system.history for name, system in systems.items() if system.history}
        ),
        section(
            "Sentences that differ most",
            element(
                "p",
                "Point at or tap a word to see what a system with attention looked at.",
            ),
            *differences,
        )
        if differences
        else None,
        *(
            section(f"{facts_title(system)}: {name}", *facts_contents(system))
            for name, system in systems.items()
        ),
    )
    write_document(f"{names}: {languages}", contents, path)


def _scores(evaluations: Mapping[str, Evaluation], comparison: Comparison) -> Element:
    baseline = next(iter(evaluations))
    bleu, chrf = comparison.bleu[baseline].score, comparison.chrf[baseline].score
    return section(
        "Scores",
        scrolling(table(*comparison_rows(comparison))),
        element("p", f"p: paired bootstrap against {baseline}.", class_="note"),
        scrolling(table(*output_rows(evaluations))),
        signature_note("BLEU", bleu.signature),
        signature_note("chrF", chrf.signature),
    )


def _difference(
    difference: SentenceDifference, evaluations: Mapping[str, Evaluation]
) -> Element:
    return element(
        "div",
        *(
            sentence_card(
                found.translations[difference.sentence],
                found.references[difference.sentence],
                difference.chrf[name],
                line=difference.sentence + 1,
                system=name,
            )
            for name, found in evaluations.items()
        ),
        class_="side-by-side",
    )
