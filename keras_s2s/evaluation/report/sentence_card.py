"""One sentence in the report: its texts, and attention to point at."""

import json
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from edge_runtime.arrays import FloatArray
from edge_runtime.text.tokenizer import Span
from edge_runtime.translation.translation import Translation
from keras_s2s.evaluation.pictures.writing_direction import reads_right_to_left
from keras_s2s.evaluation.report.html import element

_CELL = 18
_LETTER = 7.5  # estimated width of a character of the labels
_MOST_LABEL_LETTERS = 14


def sentence_card(
    translation: Translation,
    reference: str,
    chrf: float,
    *,
    line: int,
    system: str = "",
    matrix: bool = False,
) -> Element:
    """Return a card; with attention, its tokens show their weights when touched.

    Args:
        translation: What the system made of the sentence.
        reference: What a person made of it.
        chrf: Score of the translation.
        line: Number of the sentence in the test set, counted from 1.
        system: Whose translation it is, where there are several.
        matrix: Whether to draw the whole alignment too.
    """
    note = "" if translation.finished else ", cut at the length limit"
    heading = " · ".join(
        part for part in (system, f"line {line}", f"chrF {chrf:.1f}{note}") if part
    )
    weights = translation.alignment
    card = element(
        "article",
        element("p", heading, class_="note"),
        class_="card",
    )
    if weights is None or not weights.size:
        card.append(_line("source", [translation.source]))
        card.append(_line("translation", [translation.text or "(empty)"]))
    else:
        card.set("data-weights", _packed(weights))
        card.append(_line("source", _tokens(translation, source=True)))
        card.append(_line("translation", _tokens(translation, source=False)))
    card.append(_line("reference", [reference]))
    if matrix and weights is not None and weights.size:
        drawing = alignment_matrix(translation, weights)
        card.append(element("div", drawing, class_="scroll"))
    return card


def alignment_matrix(translation: Translation, weights: FloatArray) -> Element:
    """Return the whole alignment as inline SVG, source across and target down.

    A right-to-left source runs from right to left, as it is read.

    Args:
        translation: Holds the tokens.
        weights: Shape `(target_length, source_length)`.
    """
    source = [_label(token) for token in translation.source_tokens]
    target = [_label(token) for token in translation.tokens]
    left = _LETTER * max(map(_width, target)) + 8
    top = _LETTER * max(map(_width, source)) + 8
    width = left + _CELL * len(source) + 2
    height = top + _CELL * len(target) + 2
    drawing = element(
        "svg",
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=f"{width:.0f}",
        height=f"{height:.0f}",
        role="img",
        aria_label=f"Alignment of {translation.text}",
        class_="matrix",
    )
    columns = list(range(len(source)))
    if reads_right_to_left(translation.source):
        columns.reverse()
    for place, column in enumerate(columns):
        drawing.append(
            element(
                "text",
                source[column],
                x=left + _CELL * (place + 0.5),
                y=top - 6,
                class_="downwards",
            )
        )
    for row, text in enumerate(target):
        y = top + _CELL * (row + 0.5) + 4
        drawing.append(element("text", text, x=left - 6, y=y, text_anchor="end"))
        for place, column in enumerate(columns):
            weight = float(weights[row, column])
            title = f"{text} → {source[column]}: {weight:.2f}"
            cell = element(
                "rect",
                element("title", title),
                x=left + _CELL * place,
                y=top + _CELL * row,
                width=_CELL,
                height=_CELL,
                fill_opacity=weight,
            )
            drawing.append(cell)
    return drawing


def _line(name: str, contents: Sequence[Element | str]) -> Element:
    text = element("span", *contents, dir="auto", class_="text")
    return element("p", element("b", name), text, class_=f"line {name}")


def _tokens(translation: Translation, *, source: bool) -> list[Element | str]:
    """Return a text cut into its tokens; bos and eos stand as themselves."""
    if source:
        text, tokens = translation.source, translation.source_tokens
        spans: Sequence[Span] = translation.source_spans
    else:
        text, tokens, spans = translation.text, translation.tokens, translation.spans
    contents: list[Element | str] = []
    end = 0
    for place, (token, (start, stop)) in enumerate(zip(tokens, spans, strict=True)):
        begin = max(start, end)
        shown = text[begin:stop]
        is_special = stop <= begin
        # The space before a word belongs to its token, but not to what is shaded.
        bare = shown.lstrip()
        contents.append(text[end:begin] + shown[: len(shown) - len(bare)])
        contents.append(
            element(
                "span",
                _label(token) if is_special else bare,
                class_="token special" if is_special else "token",
                data_place=place,
            )
        )
        end = max(end, stop)
    contents.append(text[end:])
    return [content for content in contents if content != ""]


def _packed(weights: FloatArray) -> str:
    """Return weights in percent as JSON: a third of the size, and fine enough."""
    percent = (100 * weights.astype("float64")).round().astype(int).tolist()
    return json.dumps(percent, separators=(",", ":"))


def _label(token: str) -> str:
    label = token.removeprefix("\u2581") or "\u2423"
    if len(label) > _MOST_LABEL_LETTERS:
        return label[: _MOST_LABEL_LETTERS - 1] + "…"
    return label


def _width(label: str) -> int:
    # Chinese and Japanese characters are as wide as two letters.
    return sum(2 if ord(character) > 0x2E7F else 1 for character in label)
