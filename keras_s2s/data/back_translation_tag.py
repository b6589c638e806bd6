"""The tag before a source that a model wrote, so that a training can tell it.

A back-translated source is worse text than what people write. A model that is told
which sources are such learns the target from them, and not to expect such sources.

Reference:
    [Caswell et al., 2019](https://aclanthology.org/W19-5206).
"""

from collections.abc import Iterable

from edge_runtime.contract import UNK_ID
from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.data.corpus import CorpusError

TAG = "\ufde0"
"""First character of a tagged source; Unicode keeps it for use within a program.

Characters beside it stand for slots, see `edge_runtime.text.slots`.
"""


def tagged(source: str) -> str:
    """Return a source with the tag before it."""
    return f"{TAG} {source}"


def is_tagged(source: str) -> bool:
    """Return whether a source has the tag."""
    return source.startswith(TAG)


def split_tag(source: str) -> tuple[str, str]:
    """Return the tag of a source, empty where it has none, and the source itself."""
    if not is_tagged(source):
        return "", source
    text = source.removeprefix(TAG).removeprefix(" ")
    return source[: len(source) - len(text)], text


def require_tag_in(tokenizer: Tokenizer, sources: Iterable[str]) -> None:
    """Refuse tagged sources where the vocabulary has no piece for the tag.

    Args:
        tokenizer: Tokenizer of the sources.
        sources: Sources, tagged or not.

    Raises:
        CorpusError: One is tagged, and would be trained on as if it had an unknown
            first word.
    """
    if tokenizer.ids_of([TAG]) == [UNK_ID] and any(map(is_tagged, sources)):
        raise CorpusError(
            "Back-translated sources need a source vocabulary that has their tag. That "
            "of the given run has not: train new tokenizers, on text that has such "
            "sources, or write them with `keras-s2s back-translate --no-tag`."
        )
