"""Health: complaints, advice, habits that are good or bad."""

from random import Random

from keras_s2s.phrasebook.grammar.action import action
from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.noun_phrases import general
from keras_s2s.phrasebook.grammar.pattern import PatternTable
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.selection.choice import one_of, pick
from keras_s2s.phrasebook.selection.people import asked, person
from keras_s2s.phrasebook.words.actions import action_named
from keras_s2s.phrasebook.words.adjectives import FEELINGS
from keras_s2s.phrasebook.words.nouns import nouns_of
from keras_s2s.phrasebook.words.numbers import counted
from keras_s2s.phrasebook.words.people import (
    FAMILIES,
    FAMILY,
    NAMES,
    PRONOUNS,
)
from keras_s2s.phrasebook.words.places import HOSPITAL, PHARMACY

health = PatternTable("health")
COMPLAINTS = tuple(
    weave(source, target)
    for source, target in (
        ("头/1 疼/2", "headache/1+2"),
        ("肚子/1 疼/2", "stomachache/1+2"),
        ("牙/1 疼/2", "toothache/1+2"),
        ("嗓子/1 疼/2", "sore/2 throat/1"),
    )
)
ADVICE = (
    action("多/2 喝/1 水/3", "drink/1 more/2 water/3"),
    action("多/2 休息/1", "rest/1 more/2"),
    action("多/2 锻炼/1 身体/1", "exercise/1 more/2"),
    action("多/2 吃/1 水果/3", "eat/1 more/2 fruit/3"),
    action("多/2 吃/1 蔬菜/3", "eat/1 more/2 vegetables/3"),
    action("少/2 吃/1 糖/3", "eat/1 less/2 candy/3"),
    action("少/2 喝/1 咖啡/3", "drink/1 less/2 coffee/3"),
    action("少/2 喝/1 啤酒/3", "drink/1 less/2 beer/3"),
    action("少/2 看/1 电视/3", "watch/1 less/2 TV/3"),
    action("早/2 点/2 睡觉/1", "go/1 to/1 bed/1 earlier/2"),
    action("早/2 点/2 起床/1", "get/1 up/1 earlier/2"),
    action("按时/2 吃/1 药/3", "take/1 the medicine/3 on/2 time/2"),
    action("去/1 医院/2 看/3 病/3", "go/1 to the hospital/2 to see/3 a doctor/3"),
)
_GOOD = tuple(
    map(
        action_named,
        ("跑步", "游泳", "散步", "锻炼身体", "打网球", "打篮球", "打羽毛球", "踢足球"),
    )
)
_ADVISED = one_of(*ADVICE)
_PATIENTS = (*PRONOUNS[:6], *NAMES[:7], *NAMES[8:], *FAMILY, *FAMILIES)

health.rule(
    "{subject} {complaint}",
    "{subject} ~have a {complaint}",
    weight=1.5,
    subject=person,
    complaint=one_of(*COMPLAINTS),
)
health.rule(
    "{subject} {complaint} 吗/1 ？/2",
    "~do/1 {subject} have a {complaint} ?/2",
    subject=asked,
    complaint=one_of(*COMPLAINTS),
)
health.rule(
    "{subject} 感冒/1 了/1", "{subject} ~have/1 a cold/1", weight=0.6, subject=person
)
health.rule(
    "{subject} 发烧/1 了/1", "{subject} ~have/1 a fever/1", weight=0.6, subject=person
)
health.rule("{subject} 病/1 了/1", "{subject} ~be sick/1", weight=0.6, subject=person)
health.rule(
    "{subject} 哪里/1 不/2 舒服/2 ？/3",
    "where/1 ~do {subject} feel/2 unwell/2 ?/3",
    weight=0.3,
    subject=asked,
)
health.rule(
    "{subject} 觉得/1 不/2 舒服/2",
    "{subject} ~feel/1 unwell/2",
    weight=0.5,
    subject=person,
)
health.rule(
    "{subject} 好/1 一点/2 了/2 吗/3 ？/4",
    "~be/3 {subject} a/2 little/2 better/1 ?/4",
    weight=0.3,
    subject=asked,
)
health.rule(
    "{subject} 应该/1 {doing}",
    "{subject} should/1 {doing:base}",
    weight=3,
    subject=person,
    doing=_ADVISED,
)
health.rule(
    "医生/1 让/2 {subject} {doing}",
    "the doctor/1 told/2 {subject:object} to {doing:base}",
    weight=2,
    subject=lambda rng: pick(rng, _PATIENTS),
    doing=_ADVISED,
)
health.rule(
    "{subject} 今天/1 很/2 {feeling}",
    "{subject} ~be very/2 {feeling} today/1",
    weight=2,
    subject=person,
    feeling=one_of(*FEELINGS),
)
health.rule(
    "{subject} 现在/1 {feeling} 吗/2 ？/3",
    "~be/2 {subject} {feeling} now/1 ?/3",
    subject=asked,
    feeling=one_of(*FEELINGS),
)
health.rule(
    "{subject} 太/1 {feeling} 了",
    "{subject} ~be too/1 {feeling}",
    subject=person,
    feeling=one_of(*FEELINGS),
)
health.rule(
    "{subject} 为什么/1 这么/2 {feeling} ？/3",
    "why/1 ~be {subject} so/2 {feeling} ?/3",
    subject=asked,
    feeling=one_of(*FEELINGS),
)
health.rule(
    "{doing} 对/1 身体/2 很/3 好/4",
    "{doing:ing} is very/3 good/4 for/1 your health/2",
    weight=0.5,
    doing=one_of(*_GOOD),
)
health.rule(
    "{subject} 去/1 {place} 买/2 药/3 了/2",
    "{subject} went/1 to {place} and bought/2 medicine/3",
    weight=0.5,
    subject=person,
    place=one_of(PHARMACY, HOSPITAL),
)


@health.drawn(weight=1)
def avoid(rng: Random) -> Aligned:
    """As in 你不应该喝咖啡."""
    noun = pick(rng, nouns_of("sweet") + nouns_of("drink")[4:])
    verb, english = ("喝", "drink") if "drink" in noun.classes else ("吃", "eat")
    return weave(
        f"{{subject}} 不/2 应该/1 {verb}/3 太/4 多/4 {{food}}",
        f"{{subject}} should/1 not/2 {english}/3 too/4 "
        f"{'many' if noun.is_plural else 'much'}/4 {{food}}",
        subject=person(rng),
        food=general(noun),
    )


@health.drawn(weight=0.6)
def times_a_day(rng: Random) -> Aligned:
    """As in 这种药一天吃三次."""
    number = rng.randint(2, 4)
    meal = pick(rng, (("早饭", "breakfast"), ("午饭", "lunch"), ("晚饭", "dinner")))
    if rng.random() < 0.5:
        return weave(
            f"请/1 在/2 {meal[0]}/3 以后/2 吃/4 药/5",
            f"please/1 take/4 the medicine/5 after/2 {meal[1]}/3",
        )
    return (
        weave(
            "{subject} 一/1 天/2 吃/3 {number} 次/4 药/5",
            "{subject} ~take/3 the medicine/5 {number} times/4 a/1 day/2",
            subject=person(rng),
            number=counted(number),
        )
        if number > 2
        else weave(
            "{subject} 一/1 天/2 吃/3 两/4 次/4 药/5",
            "{subject} ~take/3 the medicine/5 twice/4 a/1 day/2",
            subject=person(rng),
        )
    )


@health.drawn(weight=3, length="medium")
def sick_so(rng: Random) -> Aligned:
    """As in 因为我头疼，所以我不想去学校."""
    subject = person(rng)
    doing = action_named(
        pick(rng, ("看电视", "跑步", "打篮球", "做饭", "学习", "散步", "游泳"))
    )
    return weave(
        "因为/1 {subject} {complaint} ，/2 所以 不/3 想/4 {doing}",
        "because/1 {subject} ~have a {complaint} ,/2 ~I ~do/3 not/3 want/4 to "
        "{doing:base}",
        subject=subject,
        complaint=pick(rng, COMPLAINTS),
        doing=doing,
    )


@health.drawn(weight=3, length="medium")
def if_sick(rng: Random) -> Aligned:
    """As in 如果你头疼，就应该多休息."""
    return weave(
        "如果/1 {subject} {complaint} ，/2 就 应该/3 {doing}",
        "if/1 {subject} ~have a {complaint} ,/2 ~I should/3 {doing:base}",
        subject=person(rng),
        complaint=pick(rng, COMPLAINTS),
        doing=pick(rng, tuple(a for a in ADVICE if "睡觉" not in a.core.source)),
    )


@health.drawn(weight=2, length="medium")
def tired_but(rng: Random) -> Aligned:
    """As in 虽然爸爸今天很累，但是他还要做晚饭."""
    return weave(
        "虽然/1 {subject} 今天/2 很/3 {feeling} ，/4 但是 还/5 要/6 {doing}",
        "although/1 {subject} ~be very/3 {feeling} today/2 ,/4 ~I still/5 ~have/6 to "
        "{doing:base}",
        subject=person(rng),
        feeling=FEELINGS[pick(rng, (0, 1))],
        doing=pick(
            rng,
            tuple(
                map(
                    action_named,
                    (
                        "做晚饭",
                        "洗衣服",
                        "打扫房间",
                        "洗碗",
                        "照顾孩子",
                        "遛狗",
                    ),
                )
            ),
        ),
    )
