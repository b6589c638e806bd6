"""How much of a text a vocabulary lacks: the sign of another script or language."""

import logging
from collections.abc import Iterable
from itertools import islice

from edge_runtime.contract import UNK_ID
from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.data.corpus import CorpusError

logger = logging.getLogger(__name__)

_MOST_LINES = 10_000

_MOST_UNKNOWN = 0.2
"""Largest share of unknown characters. Text of another script has nearly 1, text of the
language with rare characters less than 0.05."""

_MANY_UNKNOWN = 0.02


def require_known(tokenizer: Tokenizer, lines: Iterable[str], what: str) -> None:
    """Refuse text that is mostly unknown to a vocabulary; warn where much of it is.

    Args:
        tokenizer: The tokenizer that will read it.
        lines: The text; its first lines are looked at.
        what: What to call it in the error.

    Raises:
        CorpusError: More than a fifth of its letters and marks is unknown.
    """
    characters = unknown = 0
    examples: dict[str, None] = {}
    for line in islice(lines, _MOST_LINES):
        characters += len("".join(line.split()))
        found = tokenizer.tokenize(line)
        for token_id, token in zip(found.token_ids, found.tokens, strict=True):
            if token_id == UNK_ID:
                unknown += len("".join(token.split()))
                examples[token.strip()] = None
    share = unknown / characters if characters else 0.0
    shown = ", ".join(repr(text[:20]) for text in islice(examples, 3))
    if share > _MOST_UNKNOWN:
        raise CorpusError(
            f"The vocabulary must know the script of the text. Of {what}, {share:.0%} "
            f"of the characters are unknown to it, such as {shown}: is it the right "
            "language, and the right side?"
        )
    if share > _MANY_UNKNOWN:
        logger.warning(
            "Of %s, %.1f %% of the characters are unknown to the vocabulary, such as "
            "%s: they cannot be learnt.",
            what,
            100 * share,
            shown,
        )
