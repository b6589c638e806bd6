"""Family, friends and who people are."""

from random import Random

from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.english import article, plural
from keras_s2s.phrasebook.grammar.noun_phrases import owned, pointed, quantity
from keras_s2s.phrasebook.grammar.pattern import PatternTable
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.selection.actions import company, habit
from keras_s2s.phrasebook.selection.choice import one_of, pick
from keras_s2s.phrasebook.selection.people import (
    asked,
    asked_one,
    asked_owner,
    clash,
    friend,
    grown_up,
    one_person,
    person,
)
from keras_s2s.phrasebook.selection.things import UNISEX, owner, pointer
from keras_s2s.phrasebook.words.adjectives import COLORS, PERSON_QUALITIES
from keras_s2s.phrasebook.words.nouns import nouns_of
from keras_s2s.phrasebook.words.numbers import counted, plain_number
from keras_s2s.phrasebook.words.people import JOBS, NAMES
from keras_s2s.phrasebook.words.places import CITIES, COUNTRIES, WORKPLACES

family = PatternTable("family")
_SIBLINGS = (
    ("哥哥", "older brother"),
    ("姐姐", "older sister"),
    ("弟弟", "younger brother"),
    ("妹妹", "younger sister"),
)
_CHILDREN = (("孩子", "child"), ("儿子", "son"), ("女儿", "daughter"))
_GROUP = (("朋友", "friend"), ("同学", "classmate"), ("同事", "colleague"))

_JOB = one_of(
    *(
        weave(
            f"{chinese}/1",
            f"{article(english)} " + " ".join(f"{w}/1" for w in english.split()),
        )
        for chinese, english in JOBS
    )
)
family.rule(
    "{subject} 是/1 {job}",
    "{subject} ~be/1 {job}",
    weight=3,
    subject=grown_up,
    job=_JOB,
)
family.rule(
    "{subject} 不/2 是/1 {job}",
    "{subject} ~be/1 not/2 {job}",
    subject=grown_up,
    job=_JOB,
)
family.rule(
    "{subject} 是/1 {job} 吗/2 ？/3",
    "~be/1+2 {subject} {job} ?/3",
    subject=asked_one,
    job=_JOB,
)
family.rule(
    "{subject} 做/1 什么/2 工作/3 ？/4",
    "what/2 work/3 ~do {subject} do/1 ?/4",
    weight=0.5,
    subject=asked_one,
)
family.rule(
    "{subject} 在/1 {place} 工作/2",
    "{subject} ~work/2 at/1 {place}",
    weight=2,
    subject=grown_up,
    place=one_of(*WORKPLACES),
)
family.rule(
    "{subject} 住/1 在/2 {place}",
    "{subject} ~live/1 in/2 {place}",
    weight=2,
    subject=person,
    place=one_of(*CITIES, *COUNTRIES),
)
family.rule(
    "{subject} 住/1 在/2 哪里/2 ？/3",
    "where/2 ~do {subject} live/1 ?/3",
    weight=0.4,
    subject=asked,
)
family.rule(
    "{subject} 是/1 哪/2 国/2 人/3 ？/4",
    "what/2 country/2 ~be/1 {subject} from/3 ?/4",
    weight=0.3,
    subject=asked,
)
family.rule(
    "{subject} 是/1 {country} 人/2",
    "{subject} ~be/1 from/2 {country}",
    subject=person,
    country=one_of(*COUNTRIES, *CITIES),
)
family.rule(
    "{subject} 多/1 大/1 ？/2",
    "how/1 old/1 ~be {subject} ?/2",
    weight=0.3,
    subject=asked,
)
family.rule(
    "{subject} 很/1 {quality}",
    "{subject} ~be very/1 {quality}",
    weight=2,
    subject=person,
    quality=one_of(*PERSON_QUALITIES),
)
family.rule(
    "{subject} 不/1 {quality}",
    "{subject} ~be not/1 {quality}",
    subject=person,
    quality=one_of(*(q for q in PERSON_QUALITIES if q.chinese[0] != "有")),
)
family.rule(
    "{subject} 比/1 {other} {quality}",
    "{subject} ~be {quality:more} than/1 {other:object}",
    weight=2,
    subject=one_person,
    other=friend,
    quality=one_of(*PERSON_QUALITIES),
)
family.rule(
    "{subject} 没有/1 {other} {quality}",
    "{subject} ~be not/1 as/1 {quality} as/1 {other:object}",
    weight=1.5,
    subject=one_person,
    other=friend,
    quality=one_of(*PERSON_QUALITIES),
)
family.rule(
    "{subject} 跟/1 {other} 一样/2 {quality}",
    "{subject} ~be as/2 {quality} as/1 {other:object}",
    weight=1.5,
    subject=one_person,
    other=friend,
    quality=one_of(*PERSON_QUALITIES),
)
family.rule(
    "{subject} 认识/1 {other} 吗/2 ？/3",
    "~do/2 {subject} know/1 {other:object} ?/3",
    subject=asked,
    other=friend,
)
family.rule(
    "谁/1 是/2 {owner:的} {role} ？/3",
    "who/1 is/2 {owner:possessive} {role} ?/3",
    weight=0.6,
    owner=asked_owner,
    role=one_of(
        weave("老师/1", "teacher/1"),
        weave("医生/1", "doctor/1"),
        weave("经理/1", "manager/1"),
    ),
)
family.rule(
    "谁/1 想/2 去/3 {place} ？/4",
    "who/1 wants/2 to go/3 to {place} ?/4",
    weight=0.5,
    place=one_of(*CITIES),
)


@family.drawn(weight=2)
def how_old(rng: Random) -> Aligned:
    """As in 小明今年十二岁."""
    subject = pick(rng, NAMES[:6]) if rng.random() < 0.4 else one_person(rng)
    low, high = (8, 35)
    if subject.identity.endswith(("爷爷", "奶奶")):
        low, high = 60, 90
    elif subject.identity.endswith(("爸爸", "妈妈")) or subject in NAMES[6:]:
        low, high = 36, 59
    return weave(
        "{subject} 今年/1 {number} 岁/2",
        "{subject} ~be {number} years/2 old/2 this/1 year/1",
        subject=subject,
        number=plain_number(rng.randint(low, high)),
    )


@family.drawn(weight=1.5)
def older_by(rng: Random) -> Aligned:
    """As in 小明比小红大三岁."""
    chinese, english = pick(rng, (("大", "older"), ("小", "younger")))
    first, second = rng.sample(NAMES[:6], 2)
    number = rng.randint(2, 9)
    return weave(
        f"{{subject}} 比/1 {{other}} {chinese}/2 {{number}} 岁/3",
        f"{{subject}} ~be {{number}} years/3 {english}/2 than/1 {{other:object}}",
        subject=first,
        other=second,
        number=counted(number),
    )


@family.drawn(weight=2)
def has_siblings(rng: Random) -> Aligned:
    """As in 我有两个弟弟."""
    grown = rng.random() < 0.4
    subject = grown_up(rng) if grown else one_person(rng)
    chinese, english = pick(rng, _CHILDREN if grown else _SIBLINGS)
    number = rng.randint(1, 3)
    share = rng.random()
    if share < 0.25:
        words = " ".join(f"{word}/2" for word in plural(english).split())
        return weave(
            f"{{subject}} 没有/1 {chinese}/2",
            f"{{subject}} ~do/1 not/1 have/1 {words}",
            subject=subject,
        )
    noun = english if number == 1 else plural(english)
    words = " ".join(f"{word}/2" for word in noun.split())
    if number == 1:
        return weave(
            f"{{subject}} 有/1 一/3 个/2 {chinese}/2",
            f"{{subject}} ~have/1 {article(english)}/3 {words}",
            subject=subject,
        )
    return weave(
        f"{{subject}} 有/1 {{number}} 个/2 {chinese}/2",
        f"{{subject}} ~have/1 {{number}} {words}",
        subject=subject,
        number=counted(number),
    )


@family.drawn(weight=0.7)
def how_many_siblings(rng: Random) -> Aligned:
    """As in 你有几个哥哥."""
    chinese, english = pick(rng, _SIBLINGS + _CHILDREN)
    words = " ".join(f"{word}/3" for word in plural(english).split())
    return weave(
        f"{{subject}} 有/1 几/2 个/3 {chinese}/3 ？/4",
        f"how/2 many/2 {words} ~do {{subject}} have/1 ?/4",
        subject=asked(rng),
    )


@family.drawn(weight=1)
def friends_they_are(rng: Random) -> Aligned:
    """As in 小明和小红是同学."""
    first, second = rng.sample(NAMES[:6], 2)
    chinese, english = pick(rng, _GROUP)
    return weave(
        f"{{first}} 和/1 {{second}} 是/2 {chinese}/3",
        f"{{first}} and/1 {{second}} are/2 {plural(english)}/3",
        first=first,
        second=second,
    )


@family.drawn(weight=0.7)
def people_at_home(rng: Random) -> Aligned:
    """As in 小明家有四口人."""
    return weave(
        "{owner} 家/1 有/2 {number} 口/3 人/3",
        "there/2 are/2 {number} people/3 in {owner:possessive} family/1",
        owner=owner(rng),
        number=counted(rng.randint(3, 8)),
    )


@family.drawn(weight=3)
def together(rng: Random) -> Aligned:
    """As in 我常常跟小明一起打篮球."""
    subject = person(rng)
    return weave(
        "{subject} 常常/1 {doing}",
        "{subject} often/1 {doing:present}",
        subject=subject,
        doing=company(rng, subject),
    )


@family.drawn(weight=1)
def let_us(rng: Random) -> Aligned:
    """As in 我们一起看电视吧."""
    return weave(
        "我们/1 一起/2 {doing} 吧/3",
        "let/3 us/1 {doing:base} together/2",
        doing=habit(rng),
    )


@family.drawn(weight=1.5)
def pets(rng: Random) -> Aligned:
    """As in 小红有两只猫."""
    thing = quantity(pick(rng, nouns_of("pet")), rng.randint(1, 4))
    return weave(
        "{subject} 养/1 了/1 {thing}",
        "{subject} ~have/1 {thing}",
        subject=person(rng),
        thing=thing,
    )


@family.drawn(weight=2)
def the_one_dressed_in(rng: Random) -> Aligned:
    """As in 穿红色毛衣的那个人是我的老师."""
    noun = pick(
        rng,
        tuple(
            n
            for n in nouns_of("colored")
            if n.singular and (not n.classes.isdisjoint(("garment", "accessory")))
        ),
    )
    verb = "穿" if "garment" in noun.classes else "戴"
    people = (("女孩", "girl"), ("男孩", "boy"), ("人", "person"))
    who = people[0] if noun.chinese == "裙子" else pick(rng, people)
    color = pick(rng, COLORS)
    role, english = pick(rng, _GROUP)
    return weave(
        f"{verb}/1 {{color}} {noun.chinese}/2 的/3 那/4 个/5 {who[0]}/5 是/6 "
        f"{{owner:的}} {role}/7",
        f"the/4 {who[1]}/5 who/3 is wearing/1 {article(color.english)} {{color}} "
        f"{noun.singular}/2 is/6 {{owner:possessive}} {english}/7",
        color=color,
        owner=owner(rng),
    )


@family.drawn(weight=2)
def gave(rng: Random) -> Aligned:
    """As in 妈妈送给小明一件礼物."""
    subject = person(rng)
    other = friend(rng)
    while clash(subject, other):
        other = friend(rng)
    noun = pick(rng, UNISEX + nouns_of("reading", "stationery"))
    return weave(
        "{subject} 送/1 给/1 {other} {thing}",
        "{subject} gave/1 {other:object} {thing}",
        subject=subject,
        other=other,
        thing=quantity(noun, 1),
    )


@family.drawn(weight=1)
def favorite(rng: Random) -> Aligned:
    """As in 我最喜欢的水果是苹果."""
    (chinese, english), nouns = pick(
        rng,
        (
            (("水果", "fruit"), nouns_of("fruit")),
            (("蔬菜", "vegetable"), nouns_of("vegetable")),
            (("饮料", "drink"), nouns_of("drink")),
        ),
    )
    noun = pick(rng, nouns)
    return weave(
        f"{{owner}} 最/1 喜欢/1 的/1 {chinese}/2 是/3 {noun.chinese}/4",
        f"{{owner:possessive}} favorite/1 {english}/2 is/3 "
        + " ".join(f"{word}/4" for word in (noun.general).split()),
        owner=owner(rng),
    )


@family.drawn(weight=1.5)
def whose_is_it(rng: Random) -> Aligned:
    """As in 这本书是谁的."""
    noun = pick(rng, nouns_of("portable"))
    return weave(
        "{thing} 是/1 谁/2 的/2 ？/3",
        "whose/2 is/1 {thing} ?/3",
        thing=pointed(noun, pointer(rng)),
    )


@family.drawn(weight=1.5)
def it_is_mine(rng: Random) -> Aligned:
    """As in 这是我的书包."""
    chinese, english = pick(rng, (("这", "this"), ("那", "that")))
    return weave(
        f"{chinese}/1 是/2 {{thing}}",
        f"{english}/1 is/2 {{thing}}",
        thing=owned(owner(rng), pick(rng, _OWNED)),
    )


_OWNED = tuple(n for n in nouns_of("portable", "garment", "vehicle") if n.singular)


@family.drawn(weight=0.8, length="medium")
def who_lives_where(rng: Random) -> Aligned:
    """As in 我哥哥住在北京，在一家医院工作."""
    return weave(
        "{subject} 住/1 在/2 {city} ，/3 在/4 {place} 工作/5",
        "{subject} ~live/1 in/2 {city} ,/3 and ~work/5 at/4 {place:some}",
        subject=grown_up(rng),
        city=pick(rng, CITIES),
        place=pick(rng, WORKPLACES),
    )
