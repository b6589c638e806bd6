"""Whether a SentencePiece model that somebody brings can be trained with."""

import logging

from edge_runtime.contract import SPECIAL_IDS
from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.data.sentencepiece_file import read_sentencepiece_settings

logger = logging.getLogger(__name__)

_TYPES_OF_THE_PAGE = ("unigram", "bpe")
_CONTROL_PIECES = {"pad": "<pad>", "bos": "<s>", "eos": "</s>"}
"""How the page tells special pieces, which Python tells by their numbers."""


class TokenizerError(ValueError):
    """A tokenizer has other special ids than models are trained with."""


def require_special_ids(tokenizer: Tokenizer, name: str) -> None:
    """Refuse a tokenizer whose special ids differ, before anything is trained with it.

    Args:
        tokenizer: Any tokenizer.
        name: What to call it in the error.

    Raises:
        TokenizerError: An id differs or is missing.
    """
    found = tokenizer.special_ids
    if found != SPECIAL_IDS:
        raise TokenizerError(
            f"A tokenizer must have the special ids {_listed(SPECIAL_IDS)}. "
            f"{name} has {_listed(found)}. Train it with "
            f"{' '.join(f'--{key}_id={value}' for key, value in SPECIAL_IDS.items())}."
        )


def warn_of_page(tokenizer: Tokenizer, name: str) -> None:
    """Log where Python will translate with a tokenizer that the page does not read.

    Args:
        tokenizer: A tokenizer with the special ids.
        name: What to call it in the message.
    """
    model_type = read_sentencepiece_settings(tokenizer.model).model_type
    pieces = {key: tokenizer.pieces[SPECIAL_IDS[key]] for key in _CONTROL_PIECES}
    reason = ""
    if model_type not in _TYPES_OF_THE_PAGE:
        reason = f"is of type {model_type}, and not {' or '.join(_TYPES_OF_THE_PAGE)}"
    elif pieces != _CONTROL_PIECES:
        reason = (
            f"names its special pieces {_listed(pieces)}, and not "
            f"{_listed(_CONTROL_PIECES)}"
        )
    if reason:
        logger.warning(
            "%s %s: Python translates with it, the page of `edge-translate serve` "
            "does not.",
            name,
            reason,
        )


def _listed(values: dict[str, int] | dict[str, str]) -> str:
    return ", ".join(f"{key} {value}" for key, value in values.items())
