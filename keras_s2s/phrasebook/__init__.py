"""The embedded corpus: a Chinese-English phrasebook written as a grammar.

A synchronous grammar of daily life draws sentence pairs together with the gold
alignment of their words. The translation is a function of the source: one Chinese
sentence has one English one. It needs nothing but the standard library.

Alignment policy (what carries the meaning is linked):

- A content word is linked to its translation; several words of one idea are all linked
  (苹果-apples, 起床-get up, 睡觉-go to bed, 按时-on time).
- A measure word is linked to the English measure (杯-cup), and where English has none,
  to the noun (个, 苹果-apple). 一 is linked to "a" or "an".
- Aspect (了, 过) is linked to the verb form or the auxiliary that expresses it
  (吃 了-ate, 过-have); 在 and 正在 to the form of "be"; 不 and 没 to "not" or "never"
  and the "do" or "did" they call for; 吗 to the auxiliary that opens the question.
- 的 is linked to the possessive (我 的-my) or to "that" and "who" of a relative clause.
- Punctuation is linked to punctuation, 、 to the comma of a list.
- Unaligned in English: "the", "a" without 一, "to" of the infinitive, "of", the copula
  of adjectives, the empty "it", prepositions of time without a Chinese word, "do" and
  "did" in questions about a part of the sentence, "before" of plain 过, and pronouns
  and "and" that Chinese leaves out.
- Unaligned in Chinese: 把, 就, 都, 得, 往, 给 of 给…打电话, 在 of 放在,
  点 before minutes, final 了 of 太…了, the 的 of plain attributes, and the second half
  of a double conjunction (因为…所以, 虽然…但是).
"""

from keras_s2s.phrasebook.grammar.aligned_pair import AlignedPair
from keras_s2s.phrasebook.pairs import (
    HELD_OUT_SOURCE,
    HELD_OUT_TARGET,
    generate_pairs,
)
from keras_s2s.phrasebook.sentences import PATTERNS
from keras_s2s.phrasebook.splits import (
    PhrasebookSplits,
    build_splits,
    write_splits,
)
from keras_s2s.phrasebook.tastes import generate_tastes
from keras_s2s.phrasebook.words import lexical_entries

__all__ = [
    "HELD_OUT_SOURCE",
    "HELD_OUT_TARGET",
    "PATTERNS",
    "AlignedPair",
    "PhrasebookSplits",
    "build_splits",
    "generate_pairs",
    "generate_tastes",
    "lexical_entries",
    "write_splits",
]
