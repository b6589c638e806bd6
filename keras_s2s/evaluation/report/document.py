"""The shell of a report: one HTML file with its styles and scripts inside."""

import importlib.resources
from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from edge_runtime.version import __version__
from keras_s2s.evaluation.output_files import write_text
from keras_s2s.evaluation.report.html import Content, element, to_html


def write_document(title: str, contents: Sequence[Content], path: Path) -> None:
    """Write a page that needs no network and adapts to small screens and dark mode.

    Args:
        title: What the browser calls the page.
        contents: The page from top to bottom; None adds nothing.
        path: The HTML file.
    """
    footer = element("footer", element("p", f"keras-s2s {__version__}", class_="note"))
    page = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("title", title),
            element(
                "meta", name="viewport", content="width=device-width, initial-scale=1"
            ),
            element("meta", name="color-scheme", content="light dark"),
            # An empty icon: browsers would ask for /favicon.ico otherwise.
            element("link", rel="icon", href="data:,"),
            element("style", _resource("report.css")),
        ),
        element(
            "body",
            element("main", *contents, footer),
            element("script", _resource("report.js")),
        ),
        lang="en",
    )
    write_text(f"<!doctype html>\n{to_html(page)}\n", path)


def section(title: str, *contents: Content) -> Element:
    """Return a part of the page under its heading."""
    return element("section", element("h2", title), *contents)


def scrolling(content: Element) -> Element:
    """Return what may be wider than a phone, to be scrolled by itself."""
    return element("div", content, class_="scroll")


def signature_note(metric: str, signature: str) -> Element:
    """Return sacreBLEU's account of how a score was computed."""
    return element("p", f"{metric} ", element("code", signature), class_="note")


def _resource(name: str) -> str:
    folder = importlib.resources.files("keras_s2s.evaluation.report")
    return (folder / name).read_text(encoding="utf-8")
