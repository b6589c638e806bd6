"""HTML as a tree, so that every text is escaped where it is written."""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

Content = Element | str | None


def element(tag: str, *contents: Content, **attributes: str | float | None) -> Element:
    """Return an element.

    Args:
        tag: Its name.
        contents: Elements and texts, in order; None adds nothing.
        attributes: A `_` stands for the `-` in a name, and one at the end keeps words
            of Python apart: `class_`. None leaves an attribute out.

    Example:
        >>> to_html(element("p", "1 < 2", element("b", "so"), class_="note"))
        '<p class="note">1 &lt; 2<b>so</b></p>'
    """
    node = Element(
        tag,
        {
            name.rstrip("_").replace("_", "-"): _text(value)
            for name, value in attributes.items()
            if value is not None
        },
    )
    last: Element | None = None
    for content in contents:
        if content is None:
            continue
        if isinstance(content, Element):
            node.append(content)
            last = content
        elif last is None:
            node.text = (node.text or "") + content
        else:
            last.tail = (last.tail or "") + content
    return node


def to_html(node: Element) -> str:
    """Return the text of an element and all it holds."""
    return ElementTree.tostring(node, encoding="unicode", method="html")


def _text(value: str | float) -> str:
    # Three digits are finer than a pixel, and half the size of a page of coordinates.
    return (
        f"{value:.3f}".rstrip("0").rstrip(".")
        if isinstance(value, float)
        else str(value)
    )
