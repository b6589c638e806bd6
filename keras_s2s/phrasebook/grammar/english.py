"""English morphology: plurals, articles and verb forms."""

from functools import cache

# lemma: (past, past participle)
_IRREGULAR_VERBS = {
    "break": ("broke", "broken"),
    "bring": ("brought", "brought"),
    "buy": ("bought", "bought"),
    "catch": ("caught", "caught"),
    "come": ("came", "come"),
    "do": ("did", "done"),
    "draw": ("drew", "drawn"),
    "drink": ("drank", "drunk"),
    "drive": ("drove", "driven"),
    "eat": ("ate", "eaten"),
    "feed": ("fed", "fed"),
    "feel": ("felt", "felt"),
    "find": ("found", "found"),
    "forget": ("forgot", "forgotten"),
    "get": ("got", "gotten"),
    "give": ("gave", "given"),
    "go": ("went", "gone"),
    "have": ("had", "had"),
    "know": ("knew", "known"),
    "leave": ("left", "left"),
    "lose": ("lost", "lost"),
    "make": ("made", "made"),
    "meet": ("met", "met"),
    "put": ("put", "put"),
    "read": ("read", "read"),
    "ride": ("rode", "ridden"),
    "run": ("ran", "run"),
    "say": ("said", "said"),
    "see": ("saw", "seen"),
    "send": ("sent", "sent"),
    "sing": ("sang", "sung"),
    "sleep": ("slept", "slept"),
    "speak": ("spoke", "spoken"),
    "spend": ("spent", "spent"),
    "swim": ("swam", "swum"),
    "take": ("took", "taken"),
    "teach": ("taught", "taught"),
    "tell": ("told", "told"),
    "think": ("thought", "thought"),
    "wear": ("wore", "worn"),
    "write": ("wrote", "written"),
}
# Verbs that double their last consonant before -ed and -ing.
_DOUBLING = frozenset(("forget", "get", "plan", "put", "run", "swim"))
_IRREGULAR_PERSONS = {
    "be": {"first": "am", "third": "is", "plural": "are"},
    "was": {"first": "was", "third": "was", "plural": "were"},
    "have": {"first": "have", "third": "has", "plural": "have"},
}
_IRREGULAR_PLURALS = {
    "child": "children",
    "fish": "fish",
    "knife": "knives",
    "loaf": "loaves",
    "person": "people",
    "potato": "potatoes",
    "scarf": "scarves",
    "tomato": "tomatoes",
}
_SILENT_H = ("hour",)
_CONSONANT_U = ("uni", "use", "usu")


def plural(noun: str) -> str:
    """Return the plural of a noun, whose last word carries the ending."""
    first, space, last = noun.rpartition(" ")
    return first + space + (_IRREGULAR_PLURALS.get(last) or _add_s(last))


def article(word: str) -> str:
    """Return the indefinite article that stands before `word`."""
    vowel = word[0].lower() in "aeiou" or word.startswith(_SILENT_H)
    return "an" if vowel and not word.startswith(_CONSONANT_U) else "a"


@cache
def conjugate(lemma: str, person: str) -> str:
    """Return the present tense of a verb (of "was": the past tense).

    Args:
        lemma: Base form.
        person: As in `Agreement.person`.
    """
    if lemma in _IRREGULAR_PERSONS:
        return _IRREGULAR_PERSONS[lemma][person]
    return _add_s(lemma) if person == "third" else lemma


@cache
def inflect(lemma: str, form: str) -> str:
    """Return a form of a verb that does not depend on its subject.

    Args:
        lemma: Base form.
        form: `"base"`, `"past"`, `"participle"` (eaten), `"experience"` (the
            participle after "have ever": been, not gone) or `"ing"`.
    """
    if form == "base":
        return lemma
    if form == "ing":
        return _stem(lemma) + "ing"
    if form == "experience" and lemma == "go":
        return "been"
    if form in ("past", "participle", "experience"):
        if lemma in _IRREGULAR_VERBS:
            return _IRREGULAR_VERBS[lemma][form != "past"]
        if lemma.endswith("y") and lemma[-2] not in "aeiou":
            return lemma[:-1] + "ied"
        return _stem(lemma) + "ed"
    raise ValueError(
        "`form` must be base, past, participle, experience or ing. "
        f"Received: form={form!r}."
    )


def _add_s(word: str) -> str:
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith(("s", "x", "ch", "sh", "o", "z")) and word not in _PLAIN_S:
        return word + "es"
    return word + "s"


_PLAIN_S = frozenset(("photo", "kilo", "radio", "piano"))


def _stem(lemma: str) -> str:
    if lemma in _DOUBLING:
        return lemma + lemma[-1]
    if lemma.endswith("e") and not lemma.endswith(("ee", "be")):
        return lemma[:-1]
    return lemma
