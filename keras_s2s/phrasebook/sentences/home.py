"""Things at home: where they are and what is done with them (把, 被)."""

from random import Random

from keras_s2s.phrasebook.grammar.aligned import Aligned, NounPhrase
from keras_s2s.phrasebook.grammar.english import inflect
from keras_s2s.phrasebook.grammar.noun_phrases import owned, pointed, quantity
from keras_s2s.phrasebook.grammar.pattern import PatternTable
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.selection.choice import one_of, pick
from keras_s2s.phrasebook.selection.people import (
    asked,
    asked_owner,
    clash,
    friend,
    person,
)
from keras_s2s.phrasebook.selection.things import number, owner, pointer
from keras_s2s.phrasebook.words.actions import DUTIES, action_named
from keras_s2s.phrasebook.words.nouns import Noun, noun_named, nouns_of
from keras_s2s.phrasebook.words.places import ROOMS, TOWN

home = PatternTable("home")
_PORTABLE = tuple(n for n in nouns_of("portable") if n.singular)
_SURFACES = (
    weave("桌子/1 上/2", "on/2 the table/1"),
    weave("椅子/1 上/2", "on/2 the chair/1"),
    weave("床/1 上/2", "on/2 the bed/1"),
    weave("沙发/1 上/2", "on/2 the sofa/1"),
    weave("书架/1 上/2", "on/2 the bookcase/1"),
    weave("书包/1 里/2", "in/2 the schoolbag/1"),
)
_FIXTURES = (
    ("门", "door", ("打开", "open"), ("关上", "close")),
    ("窗户", "window", ("打开", "open"), ("关上", "close")),
    ("灯", "light", ("打开", "turn on"), ("关上", "turn off")),
    ("电视", "TV", ("打开", "turn on"), ("关上", "turn off")),
    ("空调", "air conditioner", ("打开", "turn on"), ("关上", "turn off")),
)


def _particular(rng: Random, nouns: tuple[Noun, ...] = _PORTABLE) -> NounPhrase:
    noun = pick(rng, nouns)
    if rng.random() < 0.5:
        return owned(owner(rng), noun)
    return pointed(noun, pointer(rng))


home.rule(
    "{subject} 在 {where}",
    "{subject} ~be {where}",
    weight=2,
    subject=_particular,
    where=one_of(*_SURFACES),
)
home.rule(
    "{subject} 在 {where} 吗/1 ？/2",
    "~be/1 {subject} {where} ?/2",
    weight=1,
    subject=_particular,
    where=one_of(*_SURFACES),
)
home.rule(
    "{subject} 在/1 哪里/1 ？/2",
    "where/1 ~be {subject} ?/2",
    weight=1,
    subject=lambda rng: owned(asked_owner(rng), pick(rng, _PORTABLE)),
)
home.rule(
    "{subject} 在/1 {room} 里/2 {doing}",
    "{subject} ~be/1 {doing:ing} in/2 {room}",
    weight=1.5,
    subject=person,
    room=one_of(*ROOMS[:2]),
    doing=one_of(*map(action_named, ("看书", "听音乐", "看电视", "学英语", "看报纸"))),
)
home.rule(
    "{subject} 把 {thing} 放/1 在 {where} 了/1",
    "{subject} put/1 {thing} {where}",
    weight=3,
    subject=person,
    thing=_particular,
    where=one_of(*_SURFACES),
)
home.rule(
    "请/1 把 {thing} 放/2 在 {where}",
    "please/1 put/2 {thing} {where}",
    weight=2,
    thing=_particular,
    where=one_of(*_SURFACES),
)
home.rule(
    "请/1 把 {thing} 给/2 {other}",
    "please/1 give/2 {thing} to {other:object}",
    weight=1.5,
    thing=lambda rng: pointed(pick(rng, _PORTABLE), pointer(rng)),
    other=friend,
)
home.rule(
    "{subject} 把 {thing} 忘/1 在/2 {place} 了/1",
    "{subject} left/1 {thing} at/2 {place}",
    weight=1,
    subject=person,
    thing=_particular,
    place=one_of(*TOWN),
)
home.rule(
    "{thing} 被/3 {other} 拿走/1 了/2",
    "{thing} was/2 taken/1 away/1 by/3 {other:object}",
    weight=1,
    thing=lambda rng: pointed(pick(rng, _PORTABLE), pointer(rng)),
    other=friend,
)
home.rule(
    "{thing} 被/2 偷/1 了/2",
    "{thing} was/2 stolen/1",
    weight=0.7,
    thing=lambda rng: owned(owner(rng), pick(rng, nouns_of("valuable"))),
)
home.rule(
    "{subject} 找/1 不/2 到/1 {thing} 了",
    "{subject} cannot/2 find/1 {thing}",
    weight=1,
    subject=person,
    thing=lambda rng: owned(owner(rng), pick(rng, _PORTABLE)),
)
home.rule(
    "{subject} 常常/1 帮/2 {other} {doing}",
    "{subject} often/1 ~help/2 {other:object} {doing:base}",
    weight=2,
    subject=person,
    other=friend,
    doing=one_of(*DUTIES),
)
home.rule(
    "{subject} 忘/1 了/1 {doing}",
    "{subject} forgot/1 to {doing:base}",
    weight=1,
    subject=person,
    doing=one_of(*DUTIES),
)
home.rule(
    "{subject} 得/1 {doing}",
    "{subject} ~have/1 to {doing:base}",
    weight=1,
    subject=person,
    doing=one_of(*DUTIES),
)
home.rule(
    "别/1 忘/2 了 {doing}",
    "do/1 not/1 forget/2 to {doing:base}",
    weight=0.5,
    doing=one_of(*DUTIES),
)
home.rule(
    "{subject} 可以/1 帮/2 {other} {doing} 吗/3 ？/4",
    "can/1+3 {subject} help/2 {other:object} {doing:base} ?/4",
    weight=1,
    subject=asked,
    other=friend,
    doing=one_of(*DUTIES),
)


@home.drawn(weight=1.5)
def open_or_close(rng: Random) -> Aligned:
    """As in 请把窗户打开."""
    chinese, english, *ways = pick(rng, _FIXTURES)
    verb, translation = pick(rng, tuple(ways))
    tagged = " ".join(f"{word}/2" for word in translation.split())
    thing = " ".join(f"{word}/3" for word in english.split())
    if rng.random() < 0.3:
        return weave(f"请/1 把 {chinese}/3 {verb}/2", f"please/1 {tagged} the {thing}")
    lemma, _, rest = translation.partition(" ")
    past = inflect(lemma, "past")
    return weave(
        f"{{subject}} 把 {chinese}/3 {verb}/2 了/2",
        f"{{subject}} {past}/2 {rest + '/2' if rest else ''} the {thing}",
        subject=person(rng),
    )


@home.drawn(weight=1)
def washed_clean(rng: Random) -> Aligned:
    """As in 妈妈把衣服洗干净了."""
    noun = pick(
        rng, tuple(n for n in nouns_of("garment") if n.chinese != "鞋") + _DISHES
    )
    thing = pointed(noun, pointer(rng), several=rng.random() < 0.3)
    return weave(
        "{subject} 把 {thing} 洗/1 干净/2 了/1",
        "{subject} washed/1 {thing} clean/2",
        subject=person(rng),
        thing=thing,
    )


_DISHES = tuple(map(noun_named, ("盘子", "杯子")))


@home.drawn(weight=3)
def what_there_is(rng: Random) -> Aligned:
    """As in 桌子上有三本书."""
    where = pick(rng, _SURFACES[:1] + _SURFACES[4:])
    thing = quantity(pick(rng, nouns_of("reading", "stationery")), number(rng, 1, 6))
    return weave(
        "{where} 有/1 {subject}",
        "there/1 ~be/1 {subject} {where}",
        subject=thing,
        where=where,
    )


# Rooms and what stands in them
FURNISHINGS = (
    (ROOMS[1], ("桌子", "椅子", "沙发", "书架", "灯", "电视机")),
    (ROOMS[2], ("桌子", "椅子", "灯", "冰箱", "洗衣机")),
    (ROOMS[3], ("床", "衣柜", "椅子", "灯", "书架", "桌子")),
)


def furniture(rng: Random, noun: Noun) -> NounPhrase:
    """As many as a room holds: up to six chairs, one or two of the rest."""
    if noun.chinese == "椅子":
        return quantity(noun, rng.randint(2, 6))
    return quantity(noun, 1 if "appliance" in noun.classes else rng.randint(1, 2))


@home.drawn(weight=2)
def furniture_in_room(rng: Random) -> Aligned:
    """As in 客厅里有两把椅子."""
    room, names = pick(rng, FURNISHINGS)
    noun = noun_named(pick(rng, names))
    return weave(
        "{room} 里/2 有/1 {subject}",
        "there/1 ~be/1 {subject} in/2 {room}",
        subject=furniture(rng, noun),
        room=room,
    )


@home.drawn(weight=1.5)
def borrowed(rng: Random) -> Aligned:
    """As in 我把你的词典还给小明了."""
    subject, other = person(rng), friend(rng)
    while clash(subject, other):
        other = friend(rng)
    noun = pick(rng, nouns_of("reading", "stationery"))
    share = rng.random()
    if share < 0.5:
        return weave(
            "{subject} 把 {thing} 还/1 给/2 {other} 了/1",
            "{subject} returned/1 {thing} to/2 {other:object}",
            subject=subject,
            other=other,
            thing=pointed(noun, pointer(rng)),
        )
    return weave(
        "{subject} 向/1 {other} 借/2 了/2 {thing}",
        "{subject} borrowed/2 {thing} from/1 {other:object}",
        subject=subject,
        other=other,
        thing=quantity(noun, number(rng, 1, 3)),
    )
