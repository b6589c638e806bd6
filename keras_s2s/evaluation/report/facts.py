"""Nested facts, such as a recipe or a manifest, as tables."""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from keras_s2s.evaluation.report.html import element


def facts_table(facts: Mapping[str, Any]) -> Element:
    """Return a table of names and values; an object within becomes a table of its own.

    Args:
        facts: A plain JSON object.
    """
    body = element("tbody")
    for name, value in facts.items():
        heading = element("th", name, scope="row")
        if _is_object(value):
            # Below its name and not beside it: a phone has no room for many columns.
            cell = element("td", facts_table(value))
            body.append(element("tr", heading, cell, class_="group"))
        else:
            body.append(element("tr", heading, element("td", _shown(value))))
    return element("table", body, class_="facts")


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.6g}"
    if value is None or value in ({}, []):
        return "—"
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    return str(value)
