"""People as subjects, objects and possessors."""

from dataclasses import dataclass

from keras_s2s.phrasebook.grammar.agreement import HE, SHE, THEY, WE, YOU, Agreement, I
from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.rule import weave


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, or a group.

    Chinese forms: none, or `的` (possessor). English forms: none (subject), `object`
    and `possessive`.

    Attributes:
        name: The words as a subject; "~my" stands for "my", "his", ... after the
            subject of the clause, and is resolved by the action they belong to.
        agreement: What the person imposes on a verb.
        identity: Who it is: 妈妈 and 我妈妈 are the same person.
        is_pronoun: Whether the English words are the pronoun itself.
        is_relative: Whether it is named by kinship alone, so that it can only be
            somebody of the speaker's family (or of the subject's, with "~my").
    """

    name: Aligned
    agreement: Agreement
    identity: str
    is_pronoun: bool = False
    is_relative: bool = False

    def fragment(
        self, source_form: str, target_form: str, agreement: Agreement
    ) -> Aligned:
        """Return the words in the case asked for."""
        name = self.name
        source = (*name.source, "的") if source_form else name.source
        target = name.target
        links = name.links
        if target_form == "object" and self.is_pronoun:
            target = (self.agreement.object,)
        elif target_form == "possessive":
            if self.is_pronoun:
                target = (self.agreement.possessive,)
            else:
                target = (*target[:-1], target[-1] + "'s")
        if source_form:
            links = (*links, (len(source) - 1, len(target) - 1))
        return Aligned(source, target, links)


def _pronoun(chinese: str, agreement: Agreement) -> Person:
    return Person(
        Aligned((chinese,), (agreement.subject,), ((0, 0),)),
        agreement,
        chinese,
        is_pronoun=True,
    )


def _named(chinese: str, english: str, agreement: Agreement) -> Person:
    words = tuple(english.split())
    links = tuple((0, j) for j in range(len(words)))
    return Person(Aligned((chinese,), words, links), agreement, chinese)


def _family(chinese: str, english: str, agreement: Agreement, identity: str) -> Person:
    words = tuple(english.split())
    links = tuple((0, j) for j, word in enumerate(words) if word not in ("my", "~my"))
    return Person(
        Aligned((chinese,), words, links), agreement, identity, is_relative=True
    )


I_, YOU_, HE_, SHE_, WE_, THEY_ = (
    _pronoun("我", I),
    _pronoun("你", YOU),
    _pronoun("他", HE),
    _pronoun("她", SHE),
    _pronoun("我们", WE),
    _pronoun("他们", THEY),
)
PLURAL_YOU = _pronoun("你们", YOU)
THEY_WOMEN = _pronoun("她们", THEY)
PRONOUNS = (I_, YOU_, HE_, SHE_, WE_, THEY_, THEY_WOMEN, PLURAL_YOU)

NAMES = (
    _named("小明", "Xiao Ming", HE),
    _named("小红", "Xiao Hong", SHE),
    _named("小华", "Xiao Hua", HE),
    _named("小丽", "Xiao Li", SHE),
    _named("大卫", "David", HE),
    _named("安娜", "Anna", SHE),
    _named("王老师", "Teacher Wang", SHE),
    _named("李医生", "Doctor Li", HE),
    _named("陈经理", "Manager Chen", HE),
    _named("张叔叔", "Uncle Zhang", HE),
    _named("刘阿姨", "Aunt Liu", SHE),
)

# (Chinese, English among relatives, agreement)
_KINSHIP = (
    ("妈妈", "mother", SHE),
    ("爸爸", "father", HE),
    ("奶奶", "grandmother", SHE),
    ("爷爷", "grandfather", HE),
    ("哥哥", "older brother", HE),
    ("姐姐", "older sister", SHE),
    ("弟弟", "younger brother", HE),
    ("妹妹", "younger sister", SHE),
)
_AT_HOME = {"妈妈": "Mom", "爸爸": "Dad", "奶奶": "Grandma", "爷爷": "Grandpa"}

# 妈妈: Mom; 哥哥: my older brother
FAMILY = tuple(
    _family(chinese, _AT_HOME.get(chinese, f"my {english}"), agreement, chinese)
    for chinese, english, agreement in _KINSHIP
)
# After a subject that is no relative, 妈妈 is the mother of that subject.
OWN_FAMILY = tuple(
    _family(chinese, f"~my {english}", agreement, chinese)
    for chinese, english, agreement in _KINSHIP
)
# 我妈妈: my mother; 他妈妈: his mother
FAMILIES = tuple(
    Person(
        weave(
            f"{owner.name.source[0]}/1 {chinese}/2",
            f"{owner.agreement.possessive}/1 "
            + " ".join(f"{word}/2" for word in english.split()),
        ),
        agreement,
        chinese if owner is I_ else owner.name.source[0] + chinese,
        is_relative=owner is I_,
    )
    for owner in (I_, YOU_, HE_, SHE_)
    for chinese, english, agreement in _KINSHIP
)
MY_FAMILY = FAMILIES[: len(_KINSHIP)]

# Jobs: (Chinese, English)
JOBS = (
    ("老师", "teacher"),
    ("医生", "doctor"),
    ("护士", "nurse"),
    ("司机", "driver"),
    ("警察", "police officer"),
    ("工程师", "engineer"),
    ("律师", "lawyer"),
    ("厨师", "cook"),
    ("记者", "reporter"),
    ("演员", "actor"),
    ("科学家", "scientist"),
    ("经理", "manager"),
    ("作家", "writer"),
)
