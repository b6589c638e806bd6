"""The report on one system, from top to bottom."""

from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from keras_s2s.evaluation.alignments.alignment_quality import AlignmentQuality
from keras_s2s.evaluation.evaluate import Evaluation
from keras_s2s.evaluation.report.confidence_section import confidence_section
from keras_s2s.evaluation.report.document import (
    section,
    signature_note,
    write_document,
)
from keras_s2s.evaluation.report.facts_section import facts_contents, facts_title
from keras_s2s.evaluation.report.html import element
from keras_s2s.evaluation.report.length_section import length_section
from keras_s2s.evaluation.report.sentence_card import sentence_card
from keras_s2s.evaluation.report.span_section import span_section
from keras_s2s.evaluation.report.training_section import training_section
from keras_s2s.evaluation.scores.bleu import sentence_chrf
from keras_s2s.evaluation.summary import interval_text
from keras_s2s.evaluation.translation_system import TranslationSystem


def write_report(
    system: TranslationSystem,
    evaluation: Evaluation,
    path: Path,
    *,
    alignment: AlignmentQuality | None = None,
    sentences: int = 10,
    examples: int = 3,
) -> None:
    """Write scores, charts, sentences with their attention, and facts as one file.

    The file needs no network; it adapts to small screens and to dark mode.

    Args:
        system: What was evaluated.
        evaluation: What was found.
        path: The HTML file.
        alignment: Its alignment error rate, where there are gold alignments.
        sentences: Worst and best sentences to show, each.
        examples: Sentences to show with their whole alignment.
    """
    chrf = sentence_chrf(evaluation.hypotheses, evaluation.references)
    order = sorted(
        range(len(chrf)),
        key=lambda place: (chrf[place], -len(evaluation.references[place])),
    )

    def cards(places: Sequence[int], *, matrix: bool = False) -> list[Element]:
        return [
            sentence_card(
                evaluation.translations[place],
                evaluation.references[place],
                chrf[place],
                line=place + 1,
                matrix=matrix,
            )
            for place in places
        ]

    attends = any(found.alignment is not None for found in evaluation.translations)
    worst = order[:sentences]
    best = sorted(
        order[len(worst) :],
        key=lambda place: (-chrf[place], -len(evaluation.references[place])),
    )[:sentences]
    languages = f"{system.source_language} → {system.target_language}"
    contents = (
        element("h1", system.name),
        element(
            "p",
            f"{languages} · {system.kind} · {len(chrf):,} sentences",
            class_="note",
        ),
        _scores(evaluation, alignment),
        length_section({system.name: evaluation.by_length}),
        span_section(evaluation.spans, cards(evaluation.spans.missing[:sentences])),
        confidence_section(evaluation.confidence),
        training_section({system.name: system.history}),
        section(
            "Alignments",
            element(
                "p",
                "Source across, translation down; the stronger the colour, the more "
                "attention. Point at or tap a word in any sentence below to see what "
                "belongs to it.",
            ),
            *cards(_spread(evaluation, examples), matrix=True),
        )
        if attends and examples
        else None,
        section("Worst sentences", *cards(worst)) if worst else None,
        section("Best sentences", *cards(best)) if best else None,
        section(facts_title(system), *facts_contents(system)),
    )
    write_document(f"{system.name}: {languages}", contents, path)


def _scores(evaluation: Evaluation, alignment: AlignmentQuality | None) -> Element:
    speed = evaluation.speed
    cells = [
        _figure("BLEU", f"{evaluation.bleu.value:.2f}", interval_text(evaluation.bleu)),
        _figure("chrF", f"{evaluation.chrf.value:.2f}", interval_text(evaluation.chrf)),
        _figure("length ratio", f"{evaluation.length_ratio:.3f}", "tokens / reference"),
        _figure("unfinished", f"{evaluation.unfinished:,}", "cut at the limit"),
        _figure("empty", f"{evaluation.empty:,}", "without any text"),
        _figure("sentences/s", f"{speed.sentences_per_second:,.0f}", "in batches"),
    ]
    if speed.latency is not None:
        cells.append(_figure("ms/sentence", f"{speed.latency:.2f}", "median, alone"))
    if alignment is not None:
        cells.append(
            _figure(
                "alignment errors",
                f"{alignment.attention:.3f}",
                f"diagonal: {alignment.diagonal:.3f}",
            )
        )
    return section(
        "Scores",
        element("div", *cells, class_="figures"),
        signature_note("BLEU", evaluation.bleu.signature),
        signature_note("chrF", evaluation.chrf.signature),
    )


def _figure(name: str, value: str, note: str) -> Element:
    return element(
        "div",
        element("span", name, class_="name"),
        element("span", value, class_="value"),
        element("span", note, class_="name"),
        class_="figure",
    )


def _spread(evaluation: Evaluation, count: int) -> list[int]:
    """Return sentences from short to long, those with attention and not too wide."""
    lengths: list[tuple[int, int]] = [
        (len(translation.source_tokens), place)
        for place, translation in enumerate(evaluation.translations)
        if translation.alignment is not None and translation.alignment.size
    ]
    ordered = [place for _, place in sorted(lengths)]
    return [
        ordered[(2 * number + 1) * len(ordered) // (2 * count)]
        for number in range(min(count, len(ordered)))
    ]
