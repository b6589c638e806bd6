"""Learning curves of one run or of several beside one another."""

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from keras_s2s.evaluation.report.document import section
from keras_s2s.evaluation.report.html import element
from keras_s2s.evaluation.report.line_chart import Series, line_chart

History = Sequence[Mapping[str, float]]
"""What each epoch of a run logged."""

_CURVES = {
    "loss": "loss",
    "perplexity": "perplexity",
    "token_accuracy": "token accuracy",
    "val_bleu": "validation BLEU",
    "val_chrf": "validation chrF",
    "old_bleu": "validation BLEU on the first training's text",
    "learning_rate": "learning rate",
}
"""Columns of `history.csv` to draw, and their titles."""


def training_section(histories: Mapping[str, History]) -> Element | None:
    """Return a chart for every column of `history.csv`, or nothing without history.

    Args:
        histories: What was logged by name of system; a bundle has logged nothing.
    """
    epochs = sorted(
        {row["epoch"] for rows in histories.values() for row in rows if "epoch" in row}
    )
    stride = max(1, len(epochs) // 8)
    charts = []
    for column, title in _CURVES.items():
        series = []
        for name, rows in histories.items():
            points = [(row["epoch"], row[column]) for row in rows if column in row]
            if points:
                series.append(Series(name if len(histories) > 1 else title, points))
        if series:
            charts.append(
                line_chart(
                    series,
                    title=title,
                    x_label="epoch",
                    x_ticks={epoch: f"{epoch:.0f}" for epoch in epochs[::stride]},
                )
            )
    if not charts:
        return None
    return section("Training", element("div", *charts, class_="charts"))
