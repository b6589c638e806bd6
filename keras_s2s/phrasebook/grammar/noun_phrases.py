"""Noun phrases: kinds, quantities, this and that, mine and yours."""

from functools import cache

from keras_s2s.phrasebook.grammar.adjective import Adjective
from keras_s2s.phrasebook.grammar.agreement import IT, THEY
from keras_s2s.phrasebook.grammar.aligned import Aligned, NounPhrase
from keras_s2s.phrasebook.grammar.english import article, plural
from keras_s2s.phrasebook.grammar.noun import Noun
from keras_s2s.phrasebook.grammar.numbers import counted
from keras_s2s.phrasebook.grammar.person import Person
from keras_s2s.phrasebook.grammar.rule import weave

DEMONSTRATIVES = {"这": ("this", "these"), "那": ("that", "those")}


@cache
def general(noun: Noun) -> NounPhrase:
    """Return the kind as such: 苹果, apples."""
    return NounPhrase(
        weave(f"{noun.chinese}/1", _tagged(noun.general)),
        THEY if noun.is_plural else IT,
    )


@cache
def quantity(
    noun: Noun, number: int, *, packed: bool = False, quality: Adjective | None = None
) -> NounPhrase:
    """Return so many of a noun: 三杯茶, three cups of tea.

    Args:
        noun: What is counted.
        number: How many.
        packed: Whether it is counted in the measure it is bought in.
        quality: A color or shape.
    """
    container = noun.container
    measure = noun.measure
    if packed and noun.pack is not None:
        measure, container = noun.pack
    source = f"{measure}/2 {_attribute(quality)}{noun.chinese}/1"
    kind = f"{quality.english}/3 " if quality else ""
    if container:
        head = container if number == 1 else plural(container)
        target = f"{head}/2 of {kind}{_tagged(noun.general)}"
    else:
        head = noun.singular if number == 1 else noun.general
        target = f"{kind}{_tagged(head, tags='1+2')}"
    agreement = IT if number == 1 else THEY
    if number == 1:
        lead = article(target.split("/")[0])
        return NounPhrase(weave(f"一/0 {source}", f"{lead}/0 {target}"), agreement)
    return NounPhrase(
        weave(f"{{number}} {source}", f"{{number}} {target}", number=counted(number)),
        agreement,
    )


@cache
def pointed(noun: Noun, pointer: str, *, several: bool = False) -> NounPhrase:
    """Return a noun that is pointed at: 这本书, this book; 那些书, those books.

    Args:
        noun: What is pointed at.
        pointer: `"这"` or `"那"`.
        several: Whether 些 takes the place of the measure word.
    """
    this, these = DEMONSTRATIVES[pointer]
    if several:
        lead = these if noun.is_plural else this
        return NounPhrase(
            weave(
                f"{pointer}些/2 {noun.chinese}/1", f"{lead}/2 {_tagged(noun.general)}"
            ),
            THEY if noun.is_plural else IT,
        )
    return NounPhrase(
        weave(
            f"{pointer}/3 {noun.measure}/2 {noun.chinese}/1",
            f"{this}/3 {_one(noun)}",
        )
    )


@cache
def definite(noun: Noun) -> NounPhrase:
    """Return the one a relative clause is about: (…的)那本书, the book (that …)."""
    return NounPhrase(
        weave(f"那/3 {noun.measure}/2 {noun.chinese}/1", f"the/3 {_one(noun)}")
    )


@cache
def one_of_them(noun: Noun, pointer: str) -> Aligned:
    """Return one that need not be named again: 那件, that one."""
    return weave(
        f"{pointer}/1 {noun.measure}/2", f"{DEMONSTRATIVES[pointer][0]}/1 one/2"
    )


@cache
def singular(noun: Noun) -> Aligned:
    """Return the noun alone, in the singular."""
    return weave(f"{noun.chinese}/1", _tagged(noun.singular))


@cache
def measured(noun: Noun, english: str) -> Aligned:
    """Return the noun with its measure word, which English leaves out."""
    return weave(f"{noun.measure}/1 {noun.chinese}/1", _tagged(english))


def owned(owner: Person, noun: Noun) -> NounPhrase:
    """Return something of somebody's: 我的手机, my phone."""
    thing = noun.singular or noun.general
    return NounPhrase(
        weave(
            f"{{owner:的}} {noun.chinese}/1",
            f"{{owner:possessive}} {_tagged(thing)}",
            owner=owner,
        ),
        IT if noun.singular or not noun.is_plural else THEY,
    )


def listed(items: list[Aligned]) -> Aligned:
    """Join phrases as a list: A、B和C, "A, B and C"."""
    result = items[0]
    for item in items[1:-1]:
        result = weave("{a} 、/1 {b}", "{a} ,/1 {b}", a=result, b=item)
    if len(items) > 1:
        result = weave("{a} 和/1 {b}", "{a} and/1 {b}", a=result, b=items[-1])
    return result


def _one(noun: Noun) -> str:
    if noun.container:
        return f"{noun.container}/2 of {_tagged(noun.general)}"
    return _tagged(noun.singular, tags="1+2")


def _attribute(quality: Adjective | None) -> str:
    if quality is None:
        return ""
    # 大苹果, but 红色的苹果
    return f"{quality.chinese}/3 " + ("" if len(quality.chinese) == 1 else "的/3 ")


def _tagged(words: str, tags: str = "1") -> str:
    return " ".join(f"{word}/{tags}" for word in words.split())
