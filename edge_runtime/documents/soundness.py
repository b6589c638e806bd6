"""Whether a translation has the tags, placeholders and addresses of its source."""

import re
from collections import Counter

TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_TAG_NAME = re.compile(r"[^\s<>/]+")
# A zero is a flag: two parts that both took it would be tried in every way.
_PRINTF = (
    r"[#0+\-']*(?:[1-9][0-9]*)?(?:\.[0-9]+)?(?:hh|h|ll|l|j|z|t|L|q)?"
    r"[diouxXeEfFgGaAcspn@]"
)
_IN_ORDER = re.compile(rf"%{_PRINTF}|%%")
_PLACEHOLDER = re.compile(
    r"\{\{[^{}]*\}\}"  # {{name}}
    r"|[$%#]?\{[^{}]*\}"  # {name}, {0}, ${name}, %{name}, #{name}
    rf"|%\([^()]*\){_PRINTF}"  # %(name)s
    rf"|%[0-9]+\${_PRINTF}"  # %1$d
    rf"|{_IN_ORDER.pattern}"  # %s
)
_ADDRESS = re.compile(
    # Bounded, so that a long word costs no more than its length.
    r"(?<![A-Za-z])[A-Za-z]{2,20}://[!-;=?-~]+"
    r"|(?<![A-Za-z0-9.+_\-])[A-Za-z0-9.+_\-]{1,64}@[A-Za-z0-9.\-]+"
)
_AFTER_ADDRESS = ".,;:!?)'\"*"
_MESSAGE_FORMAT = re.compile(
    r"\{\s*[\w.]+\s*,\s*(?:plural|select|selectordinal)\s*,", re.ASCII
)
_VOID = frozenset(
    "area base br col embed hr img input link meta source track wbr".split()
)


def has_words(text: str) -> bool:
    """Return whether anything is left without tags, placeholders and addresses."""
    text = _PLACEHOLDER.sub(" ", TAG.sub(" ", text))
    return any(
        any(char.isalpha() for char in word)
        for word in text.split()
        if "://" not in word and "@" not in word
    )


def find_unfit(source: str) -> str | None:
    """Return why no translator of sentences can translate a text, or None."""
    if _MESSAGE_FORMAT.search(source):
        return "plural or select of MessageFormat"
    return None


def find_problem(source: str, translation: str) -> str | None:
    """Return what a translation lacks of its source, or None.

    Tags, placeholders, URLs and e-mail addresses arrive exactly as often as they stand
    in the source. Tags that are nested well in the source stay so. Printf's
    placeholders without a number keep their order, as they are counted off.
    """
    if source.strip() and not translation.strip():
        return "empty"
    for what, read in _ARRIVING.items():
        if read(source) != read(translation):
            return what
    if is_well_nested(source) and not is_well_nested(translation):
        return "order of tags"
    return None


def _tags(text: str) -> Counter[str]:
    return Counter(TAG.findall(text))


def placeholders_of(text: str) -> Counter[str]:
    """Return the placeholders of a text and how often each stands in it.

    One within a tag is left out: it arrives with the tag.
    """
    return Counter(_PLACEHOLDER.findall(TAG.sub("\0", text)))


def is_well_nested(text: str) -> bool:
    """Return whether each opening tag has its closing tag, in order."""
    open_names: list[str] = []
    for tag in TAG.findall(text):
        name = _TAG_NAME.findall(tag)[0].lower()
        if tag.startswith("</"):
            if not open_names or open_names.pop() != name:
                return False
        elif not tag.endswith("/>") and name not in _VOID:
            open_names.append(name)
    return not open_names


def _addresses(text: str) -> Counter[str]:
    return Counter(each.rstrip(_AFTER_ADDRESS) for each in _ADDRESS.findall(text))


def _in_order(text: str) -> list[str]:
    found = (match.group() for match in _PLACEHOLDER.finditer(TAG.sub("\0", text)))
    return [each for each in found if each != "%%" and _IN_ORDER.fullmatch(each)]


_ARRIVING = {
    "tags": _tags,
    "placeholders": placeholders_of,
    "order of placeholders": _in_order,
    "addresses": _addresses,
}
"""What must be the same in source and translation, and how it is read."""
