"""Figures as files: no pyplot, no window, no state shared with other figures."""

import io
from pathlib import Path

import matplotlib
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.figure import Figure

from edge_runtime.files.replacement import replace_file

_MARGIN = 0.12  # inches


def check_figure_path(path: Path) -> None:
    """Refuse a path whose ending is no format of pictures, before anything is drawn.

    Raises:
        ValueError: The ending is unknown, or the directory does not exist.
    """
    formats = FigureCanvasBase.get_supported_filetypes()
    ending = path.suffix.removeprefix(".").lower()
    if ending not in formats:
        raise ValueError(
            "The name of a picture must end in .png, .svg or .pdf. "
            f"Received: {path.name}."
        )
    if not path.parent.is_dir():
        raise ValueError(
            f"The directory of a picture must exist. Received: {path.parent}."
        )


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure, cut to what is drawn; the same figure gives the same bytes."""
    metadata = {"Date": None} if path.suffix.lower() == ".svg" else None
    content = io.BytesIO()
    # Names of shared shapes in an SVG are random without a salt.
    with matplotlib.rc_context({"svg.hashsalt": "keras-s2s"}):
        figure.savefig(
            content,
            format=path.suffix.removeprefix(".").lower(),
            bbox_inches="tight",
            pad_inches=_MARGIN,
            metadata=metadata,
        )
    replace_file(path, content.getvalue())
