"""Synchronous rules: one Chinese and one English template that share their slots.

A template is a line of words separated by spaces:

- `吃/1` and `eat/1` are words; those with a tag in common are linked. A word may
  carry several tags (`/1+2`) or none, and then stays unaligned.
- `{food}` is a slot. It stands exactly once in each template, and may ask for a form:
  `{action:了}` in Chinese, `{action:past}` in English.
- `~love` is an English word that agrees with the slot value named `subject`:
  a verb, or one of the pronouns `~I`, `~me`, `~my`.
"""

import re
from functools import cache
from typing import NamedTuple

from keras_s2s.phrasebook.grammar.agreement import IT, Agreement
from keras_s2s.phrasebook.grammar.aligned import Aligned, Nominal, Slot
from keras_s2s.phrasebook.grammar.english import conjugate

_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")


class _Item(NamedTuple):
    """A word or a slot of a template."""

    word: str
    slot: str
    form: str
    agrees: bool
    tags: tuple[str, ...]


class _Rule(NamedTuple):
    """A compiled pair of templates."""

    source: tuple[_Item, ...]
    target: tuple[_Item, ...]
    target_forms: dict[str, str]


def weave(
    source: str, target: str, *, subject: Nominal | None = None, **slots: Slot
) -> Aligned:
    """Fill both templates of a rule and link what they share.

    Args:
        source: Chinese template.
        target: English template.
        subject: Value of the slot `subject`; words marked `~` agree with it even
            where the templates leave the subject itself out. Without a subject
            they stay marked, for the action they become part of to resolve.
        **slots: Values of the other slots.

    Returns:
        The phrase with its links.
    """
    rule = _compile(source, target)
    agreement = IT if subject is None else subject.agreement
    if subject is not None:
        slots["subject"] = subject
    words: list[str] = []
    tagged: dict[str, list[int]] = {}
    filled: dict[str, tuple[Aligned, int]] = {}
    for word, slot, form, _, tags in rule.source:
        if slot:
            part = slots[slot].fragment(form, rule.target_forms[slot], agreement)
            filled[slot] = part, len(words)
            words += part.source
        else:
            for tag in tags:
                tagged.setdefault(tag, []).append(len(words))
            words.append(word)
    translated: list[str] = []
    links: list[tuple[int, int]] = []
    for word, slot, _, agrees, tags in rule.target:
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
            elif subject is None:
                translated.append(f"~{word}")
            else:
                translated.append(agreeing(word, agreement))
    return Aligned(tuple(words), tuple(translated), tuple(links))


def agreeing(word: str, agreement: Agreement) -> str:
    """Return the present-tense verb or the pronoun `word` as its subject wants it."""
    if word == "I":
        return agreement.subject
    if word == "me":
        return agreement.object
    if word == "my":
        return agreement.possessive
    return conjugate(word, agreement.person)


@cache
def _compile(source: str, target: str) -> _Rule:
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
    return _Rule(source_items, target_items, forms)


def _parse(text: str) -> _Item:
    match = _SLOT.fullmatch(text)
    if match:
        return _Item("", match[1], match[2] or "", False, ())
    word, _, tags = text.partition("/")
    agrees = word.startswith("~")
    return _Item(
        word.removeprefix("~"), "", "", agrees, tuple(tags.split("+")) if tags else ()
    )
