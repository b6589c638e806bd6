"""What a system is made of: the recipe of a run, the model card of a bundle."""

from xml.etree.ElementTree import Element

from keras_s2s.evaluation.report.document import scrolling
from keras_s2s.evaluation.report.facts import facts_table
from keras_s2s.evaluation.report.html import Content, element
from keras_s2s.evaluation.translation_system import TranslationSystem

_OMITTED_FACTS = ("graphs", "checksum", "files", "format_version", "special_ids")
"""Parts of `bundle.json` that only programs read."""


def facts_title(system: TranslationSystem) -> str:
    """Return what the facts about a system are called."""
    return "Recipe" if system.kind == "run" else "Model card"


def facts_contents(system: TranslationSystem) -> list[Content]:
    """Return the facts about a system as tables, and a bundle's card to unfold."""
    if system.kind == "run":
        return [scrolling(facts_table(system.facts))]
    facts = {k: v for k, v in system.facts.items() if k not in _OMITTED_FACTS}
    sizes = {name: file["size"] for name, file in system.facts["files"].items()}
    contents: list[Content] = [
        scrolling(facts_table({**facts, "files (bytes)": sizes}))
    ]
    if system.model_card:
        card: Element = element("pre", system.model_card)
        contents.append(element("details", element("summary", "README.md"), card))
    return contents
