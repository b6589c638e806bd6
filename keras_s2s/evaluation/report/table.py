"""Tables of results."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from keras_s2s.evaluation.report.html import element


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Element:
    """Return a table whose first column names the rows.

    Args:
        header: Names of the columns.
        rows: A text for each column.
    """
    head = element("tr", *(element("th", name, scope="col") for name in header))
    body = [
        element(
            "tr",
            element("th", name, scope="row"),
            *(element("td", value) for value in values),
        )
        for name, *values in rows
    ]
    return element(
        "table",
        element("thead", head),
        element("tbody", *body),
        class_="numbers",
    )
