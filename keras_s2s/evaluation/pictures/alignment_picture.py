"""A picture of one translation's alignment, as in Bahdanau et al. (2015), figure 3."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text

from edge_runtime.text.slots import SLOT_PIECES
from edge_runtime.text.words import is_cjk
from edge_runtime.translation.translation import Translation
from keras_s2s.evaluation.pictures.figure_file import check_figure_path, write_figure
from keras_s2s.evaluation.pictures.fonts import font_families
from keras_s2s.evaluation.pictures.writing_direction import reads_right_to_left

_MOST_TOKENS = 80
"""Tokens that are drawn of each side: a picture's memory grows with their product."""

_MOST_CHARACTERS = 40
"""Characters that are drawn of a token. Unknown ones that stand together are one."""

_CUT = "\u2026"
_CELL = 0.34  # inches
_BAR_WIDTH, _BAR_HEIGHT, _BAR_DISTANCE = 1.4, 0.1, 0.3  # inches
_FONT_SIZE = 11
_SPECIALS = ("<s>", "</s>")
_SPECIAL_COLOR = "0.5"
_READ_BEFORE = "\u25a1"
"""A slot whose text the encoder has read already, as tokens before it."""

_WORD_BEGIN = "\u2581"  # how SentencePiece writes the space before a word
_SHOWN_SPACE = "\u2423"


def draw_alignment(
    translation: Translation,
    path: Path,
    *,
    source_language: str = "",
    target_language: str = "",
) -> None:
    """Write the picture of `alignment_figure` to a file.

    Args:
        translation: A translation by a model with attention.
        path: File to write; its ending decides the format, such as `.png` or `.svg`.
        source_language: Language code; decides between fonts of shared characters.
        target_language: The same for the translation.

    Raises:
        FontError: A character has no glyph in any font of this machine.
    """
    check_figure_path(path)
    figure = alignment_figure(
        translation, source_language=source_language, target_language=target_language
    )
    write_figure(figure, path)


def alignment_figure(
    translation: Translation, *, source_language: str = "", target_language: str = ""
) -> Figure:
    """Draw source tokens across, target tokens down, and the weights as shades.

    A right-to-left source runs from right to left, as it is read. A piece that
    continues a word has a hyphen before it. Of a longer text the first 80 tokens are
    drawn, the last of them as an ellipsis.

    Args:
        translation: A translation by a model with attention.
        source_language: Language code; decides between fonts of shared characters.
        target_language: The same for the translation.

    Raises:
        FontError: A character has no glyph in any font of this machine.
    """
    weights = translation.alignment
    if weights is None or not weights.size:
        raise ValueError(
            "`translation` must have an alignment, from a model with attention and for "
            f"a text that is not empty. Received: {translation.text!r} for "
            f"{translation.source!r}."
        )
    weights = weights[:_MOST_TOKENS, :_MOST_TOKENS]
    rows, columns = weights.shape
    figure = Figure(figsize=(columns * _CELL, rows * _CELL), dpi=200)
    axes = figure.add_axes((0, 0, 1, 1))
    shades = axes.imshow(
        weights, cmap="Blues", vmin=0, vmax=1, aspect="equal", interpolation="nearest"
    )
    _draw_grid(axes, rows, columns)
    if reads_right_to_left(translation.source):
        axes.invert_xaxis()
    if reads_right_to_left(translation.text):
        axes.yaxis.tick_right()
    read = _labels(
        translation.source_tokens, translation.source, translation.source_spans
    )
    written = _labels(translation.tokens, translation.text, translation.spans)
    _label_source(axes, read, source_language)
    _label_target(axes, written, target_language)
    _draw_color_bar(figure, shades)
    return figure


def _labels(
    tokens: Sequence[str], text: str, spans: Sequence[tuple[int, int]]
) -> list[str]:
    """Return the tokens that are drawn as people read them.

    Args:
        tokens: Pieces; a slot is drawn as the text that it stands for.
        text: What they are the pieces of.
        spans: Begin and end of each token in it.
    """
    spans = spans or [(0, 0)] * len(tokens)
    tokens = [
        (text[begin:end] or _READ_BEFORE) if token in SLOT_PIECES else token
        for token, (begin, end) in zip(tokens, spans, strict=True)
    ]
    if len(tokens) > _MOST_TOKENS:
        tokens = [*tokens[: _MOST_TOKENS - 1], _CUT]
    has_spaces = any(token.startswith(_WORD_BEGIN) for token in tokens[1:])
    labels = []
    previous = ""
    for token in tokens:
        label = token.removeprefix(_WORD_BEGIN)
        if not label:
            label = _SHOWN_SPACE
        elif has_spaces and _continues_a_word(previous, token):
            label = f"-{label}"
        if len(label) > _MOST_CHARACTERS:
            label = label[: _MOST_CHARACTERS - 1] + _CUT
        labels.append(label)
        previous = token
    return labels


def _continues_a_word(previous: str, token: str) -> bool:
    return (
        token not in _SPECIALS
        and previous not in ("", *_SPECIALS, _WORD_BEGIN)
        and token[0].isalpha()
        and previous[-1].isalpha()
        and not is_cjk(token[0])
    )


def _draw_grid(axes: Axes, rows: int, columns: int) -> None:
    axes.set_xticks([column - 0.5 for column in range(1, columns)], minor=True)
    axes.set_yticks([row - 0.5 for row in range(1, rows)], minor=True)
    axes.grid(which="minor", color="0.9", linewidth=0.6)
    axes.tick_params(which="both", length=0)
    for spine in axes.spines.values():
        spine.set_color("0.75")
        spine.set_linewidth(0.6)


def _label_source(axes: Axes, labels: Sequence[str], language: str) -> None:
    axes.xaxis.tick_top()
    downwards = [is_cjk(label[0]) for label in labels]
    axes.set_xticks(
        range(len(labels)),
        [
            "\n".join(label) if stacked else label
            for label, stacked in zip(labels, downwards, strict=True)
        ],
    )
    for tick, label, stacked in zip(
        axes.get_xticklabels(), labels, downwards, strict=True
    ):
        _dress(tick, label, labels, language)
        tick.set_verticalalignment("bottom")
        tick.set_linespacing(1.1)
        # Among stacked characters, a single digit or mark stands upright too.
        if not stacked and not (len(label) == 1 and any(downwards)):
            tick.set_rotation(90)


def _label_target(axes: Axes, labels: Sequence[str], language: str) -> None:
    axes.set_yticks(range(len(labels)), list(labels))
    for tick, label in zip(axes.get_yticklabels(), labels, strict=True):
        _dress(tick, label, labels, language)


def _dress(tick: Text, label: str, labels: Sequence[str], language: str) -> None:
    tick.set_fontfamily(font_families("".join(labels), language))
    tick.set_fontsize(_FONT_SIZE)
    tick.set_parse_math(False)
    if language:
        # The same character has different shapes in Chinese and in Japanese.
        tick.set_language(language)
    if label in _SPECIALS:
        tick.set_color(_SPECIAL_COLOR)
        tick.set_fontsize(_FONT_SIZE - 2)


def _draw_color_bar(figure: Figure, shades: AxesImage) -> None:
    """Draw what the shades mean, below the matrix and of the same size for all."""
    width, height = figure.get_size_inches()
    bar = figure.add_axes(
        (0, -_BAR_DISTANCE / height, _BAR_WIDTH / width, _BAR_HEIGHT / height)
    )
    colorbar = figure.colorbar(
        shades, cax=bar, ticks=[0, 0.5, 1], orientation="horizontal"
    )
    colorbar.outline.set_color("0.75")
    colorbar.outline.set_linewidth(0.6)
    colorbar.set_label("attention weight", size=8, color="0.3", labelpad=2)
    bar.tick_params(labelsize=8, length=2, color="0.75", labelcolor="0.3")
