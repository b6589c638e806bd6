"""The page of the report, from top to bottom."""

import importlib.resources
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from edge_runtime.version import __version__
from keras_s2s.evaluation.bleu import Score, sentence_chrf
from keras_s2s.evaluation.evaluate import Evaluation
from keras_s2s.evaluation.length_buckets import LengthBucket
from keras_s2s.evaluation.report.facts import facts_table
from keras_s2s.evaluation.report.html import Content, element, to_html
from keras_s2s.evaluation.report.line_chart import Series, line_chart
from keras_s2s.evaluation.report.sentence_card import sentence_card
from keras_s2s.evaluation.summary import interval_text
from keras_s2s.evaluation.translation_system import TranslationSystem

_CURVES = {
    "loss": "loss",
    "perplexity": "perplexity",
    "token_accuracy": "token accuracy",
    "val_bleu": "validation BLEU",
    "learning_rate": "learning rate",
}
"""Columns of `history.csv` to draw, and their titles."""

_OMITTED_FACTS = ("graphs", "checksum", "files", "format_version", "special_ids")
"""Parts of `bundle.json` that only programs read."""


def write_report(
    system: TranslationSystem,
    evaluation: Evaluation,
    path: Path,
    *,
    sentences: int = 10,
    examples: int = 3,
) -> None:
    """Write scores, charts, sentences with their attention, and facts as one file.

    The file needs no network; it adapts to small screens and to dark mode.

    Args:
        system: What was evaluated.
        evaluation: What was found.
        path: The HTML file.
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
    main = element(
        "main",
        element("h1", system.name),
        element(
            "p",
            f"{languages} · {system.kind} · {len(chrf):,} sentences",
            class_="note",
        ),
        _scores(evaluation),
        _by_length(evaluation.by_length),
        _training(system.history),
        _section(
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
        _section("Worst sentences", *cards(worst)) if worst else None,
        _section("Best sentences", *cards(best)) if best else None,
        _facts(system),
        element("footer", element("p", f"keras-s2s {__version__}", class_="note")),
    )
    page = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("title", f"{system.name}: {languages}"),
            element(
                "meta", name="viewport", content="width=device-width, initial-scale=1"
            ),
            element("meta", name="color-scheme", content="light dark"),
            # An empty icon: browsers would ask for /favicon.ico otherwise.
            element("link", rel="icon", href="data:,"),
            element("style", _resource("report.css")),
        ),
        element("body", main, element("script", _resource("report.js"))),
        lang="en",
    )
    path.write_text(f"<!doctype html>\n{to_html(page)}\n", encoding="utf-8")


def _scores(evaluation: Evaluation) -> Element:
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
    return _section(
        "Scores",
        element("div", *cells, class_="figures"),
        _signature("BLEU", evaluation.bleu),
        _signature("chrF", evaluation.chrf),
    )


def _figure(name: str, value: str, note: str) -> Element:
    return element(
        "div",
        element("span", name, class_="name"),
        element("span", value, class_="value"),
        element("span", note, class_="name"),
        class_="figure",
    )


def _signature(name: str, score: Score) -> Element:
    return element("p", f"{name} ", element("code", score.signature), class_="note")


def _by_length(buckets: Sequence[LengthBucket]) -> Element:
    intervals = [
        (bucket.bleu.interval.low, bucket.bleu.interval.high)
        for bucket in buckets
        if bucket.bleu.interval is not None
    ]
    series = Series(
        "BLEU",
        [(place, bucket.bleu.value) for place, bucket in enumerate(buckets)],
        intervals,
    )
    chart = line_chart(
        [series],
        title="BLEU by source length",
        x_label="source tokens (sentences)",
        x_ticks={
            place: f"{bucket.label}\n({bucket.count:,})"
            for place, bucket in enumerate(buckets)
        },
        from_zero=True,
    )
    header = element(
        "tr",
        *(
            element("th", name, scope="col")
            for name in ("source tokens", "sentences", "BLEU", "95 % interval")
        ),
    )
    rows = [
        element(
            "tr",
            element("th", bucket.label, scope="row"),
            element("td", f"{bucket.count:,}"),
            element("td", f"{bucket.bleu.value:.2f}"),
            element("td", interval_text(bucket.bleu)),
        )
        for bucket in buckets
    ]
    table = element("table", element("thead", header), element("tbody", *rows))
    return _section(
        "By length",
        chart,
        element("details", element("summary", "The numbers"), table),
    )


def _training(history: Sequence[Mapping[str, float]]) -> Element | None:
    charts = []
    epochs = [row["epoch"] for row in history if "epoch" in row]
    stride = max(1, len(epochs) // 8)
    for column, title in _CURVES.items():
        points = [(row["epoch"], row[column]) for row in history if column in row]
        if not points:
            continue
        charts.append(
            line_chart(
                [Series(title, points)],
                title=title,
                x_label="epoch",
                x_ticks={epoch: f"{epoch:.0f}" for epoch in epochs[::stride]},
            )
        )
    if not charts:
        return None
    return _section("Training", element("div", *charts, class_="charts"))


def _facts(system: TranslationSystem) -> Element:
    if system.kind == "run":
        return _section("Recipe", _scrolling(facts_table(system.facts)))
    facts = {k: v for k, v in system.facts.items() if k not in _OMITTED_FACTS}
    sizes = {name: file["size"] for name, file in system.facts["files"].items()}
    tables: list[Content] = [_scrolling(facts_table({**facts, "files (bytes)": sizes}))]
    if system.model_card:
        card = element("pre", system.model_card)
        tables.append(element("details", element("summary", "README.md"), card))
    return _section("Model card", *tables)


def _scrolling(table: Element) -> Element:
    return element("div", table, class_="scroll")


def _section(title: str, *contents: Content) -> Element:
    return element("section", element("h2", title), *contents)


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


def _resource(name: str) -> str:
    folder = importlib.resources.files("keras_s2s.evaluation.report")
    return (folder / name).read_text(encoding="utf-8")
