"""The tutorial's pages, which stand side by side in two languages."""

TUTORIALS = {"en": "tutorial", "zh": "tutorial/zh"}
"""Folders within `docs` by the language of their pages."""


def language_of(page: str) -> str:
    """Return the language code of a page, by its path within `docs`."""
    return "zh" if page.startswith(f"{TUTORIALS['zh']}/") else "en"


def with_link(markdown: str, page: str) -> str:
    """Return a page of the tutorial with a link to its counterpart under the title."""
    if not page.startswith(f"{TUTORIALS['en']}/"):
        return markdown
    name = page.rsplit("/", 1)[-1]
    link = (
        f"[English](../{name})"
        if language_of(page) == "zh"
        else f"[中文](zh/{name}){{lang=zh}}"
    )
    title, text = markdown.split("\n", 1)
    return f"{title}\n\n{link}\n{text}"
