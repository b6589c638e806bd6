"""Synchronous rules: one Chinese and one English template that share their slots.

A template is a line of words separated by spaces:

- `吃/1` and `eat/1` are words; those with a tag in common are linked. A word may
  carry several tags (`/1+2`) or none, and then stays unaligned.
- `{food}` is a slot. It stands exactly once in each template, and may ask for a form:
  `{action:了}` in Chinese, `{action:past}` in English.
- `~love` is an English word that agrees with the slot value named `subject`: a verb, or
  one of the pronouns `~I`, `~me`, `~my`. `~love:other` agrees with the slot `other`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from keras_s2s.phrasebook.grammar.agreement import IT, Agreement
from keras_s2s.phrasebook.grammar.aligned import Aligned, Slot
from keras_s2s.phrasebook.grammar.english import conjugate
from keras_s2s.phrasebook.grammar.table import Row

_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")


class Item(NamedTuple):
    """A word or a slot of a template.

    Attributes:
        word: The word; empty for a slot.
        slot: Name of the slot; empty for a word.
        form: What the slot asks for.
        agrees: Slot that the word agrees with; empty if it does not.
        tags: Tags of the word.
    """

    word: str
    slot: str
    form: str
    agrees: str
    tags: tuple[str, ...]


class Rule(NamedTuple):
    """A compiled pair of templates.

    Attributes:
        source: Items of the Chinese template.
        target: Items of the English template.
        target_forms: English form that each slot asks for.
    """

    source: tuple[Item, ...]
    target: tuple[Item, ...]
    target_forms: dict[str, str]

    def fill(self, values: Mapping[str, Any]) -> Aligned:
        """Fill both templates and link what they share.

        Args:
            values: A `Slot` for each slot. Words marked `~` agree with the value
                named `subject` even where the templates leave the subject itself out.
                Without a subject they stay marked, for the action they become part
                of to resolve. Values of other names are passed over.

        Returns:
            The phrase with its links.
        """
        source, target, target_forms = self
        subject = values.get("subject")
        agreement = IT if subject is None else subject.agreement
        words: list[str] = []
        tagged: dict[str, list[int]] = {}
        filled: dict[str, tuple[Aligned, int]] = {}
        for word, slot, form, _, tags in source:
            if slot:
                part = values[slot].fragment(form, target_forms[slot], agreement)
                filled[slot] = part, len(words)
                words += part.source
            else:
                for tag in tags:
                    tagged.setdefault(tag, []).append(len(words))
                words.append(word)
        translated: list[str] = []
        links: list[tuple[int, int]] = []
        for word, slot, _, agrees, tags in target:
            end = len(translated)
            if slot:
                part, start = filled[slot]
                links += [(start + i, end + j) for i, j in part.links]
                translated += part.target
            else:
                for tag in tags:
                    links += [(i, end) for i in tagged[tag]]
                if not agrees:
                    translated.append(word)
                elif agrees != "subject":
                    translated.append(agreeing(word, values[agrees].agreement))
                elif subject is None:
                    translated.append(f"~{word}")
                else:
                    translated.append(agreeing(word, agreement))
        return Aligned(tuple(words), tuple(translated), tuple(links))


def weave(source: str, target: str, **slots: Slot) -> Aligned:
    """Fill the rule of these two templates, see `Rule.fill`."""
    return compile_rule(source, target).fill(slots)


@dataclass(frozen=True, slots=True)
class AgreeingPhrase:
    """A phrase whose words marked `~` agree with the subject of its clause.

    Attributes:
        aligned: The words, marked.
    """

    aligned: Aligned

    def fragment(
        self, source_form: str, target_form: str, agreement: Agreement
    ) -> Aligned:
        """Return the phrase with the words that agree."""
        return Aligned(
            self.aligned.source,
            tuple(
                agreeing(word[1:], agreement) if word.startswith("~") else word
                for word in self.aligned.target
            ),
            self.aligned.links,
        )


def agreeing(word: str, agreement: Agreement) -> str:
    """Return the present-tense verb or the pronoun `word` as its subject wants it."""
    if word == "I":
        return agreement.subject
    if word == "me":
        return agreement.object
    if word == "my":
        return agreement.possessive
    return conjugate(word, agreement.person)


def rule_of(row: Row, source: str, target: str) -> Rule:
    """Return the rule of two columns of a table; errors name its line."""
    try:
        return compile_rule(source, target)
    except ValueError as error:
        raise row.error(str(error)) from None


@cache
def compile_rule(source: str, target: str) -> Rule:
    """Return the rule of two templates.

    Raises:
        ValueError: If the templates do not hold the same slots or the same tags.
    """
    source_items = tuple(map(_parse, source.split()))
    target_items = tuple(map(_parse, target.split()))
    source_slots = sorted(item.slot for item in source_items if item.slot)
    target_slots = sorted(item.slot for item in target_items if item.slot)
    if source_slots != target_slots or len(set(source_slots)) != len(source_slots):
        raise ValueError(
            "Both templates must hold the same slots, each once. "
            f"Received: source={source!r}, target={target!r}."
        )
    source_tags = {tag for item in source_items for tag in item.tags}
    target_tags = {tag for item in target_items for tag in item.tags}
    if source_tags != target_tags:
        raise ValueError(
            "Every tag must stand in both templates. "
            f"Received: source={source!r}, target={target!r}."
        )
    forms = {item.slot: item.form for item in target_items if item.slot}
    return Rule(source_items, target_items, forms)


def _parse(text: str) -> Item:
    match = _SLOT.fullmatch(text)
    if match:
        return Item("", match[1], match[2] or "", "", ())
    word, _, tags = text.partition("/")
    agrees = ""
    if word.startswith("~"):
        word, _, agrees = word[1:].partition(":")
        agrees = agrees or "subject"
    return Item(word, "", "", agrees, tuple(tags.split("+")) if tags else ())
