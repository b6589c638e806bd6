"""What an English subject imposes on the words that agree with it."""

from typing import NamedTuple


class Agreement(NamedTuple):
    """Person and number of a subject, with the pronouns that refer back to it.

    Attributes:
        person: `"first"` (I), `"third"` (he, she, it and singular nouns) or
            `"plural"` (you, we, they and plural nouns).
        subject: Pronoun as a subject, as in "he".
        object: Pronoun as an object, as in "him".
        possessive: Pronoun as a determiner, as in "his".
    """

    person: str
    subject: str
    object: str
    possessive: str


I = Agreement("first", "I", "me", "my")  # noqa: E741
YOU = Agreement("plural", "you", "you", "your")
HE = Agreement("third", "he", "him", "his")
SHE = Agreement("third", "she", "her", "her")
IT = Agreement("third", "it", "it", "its")
WE = Agreement("plural", "we", "us", "our")
THEY = Agreement("plural", "they", "them", "their")
