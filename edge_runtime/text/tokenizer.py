"""Text to token ids and back; the only file that knows SentencePiece."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import sentencepiece

Span = tuple[int, int]
"""Begin and end of a piece of text, in characters."""


@dataclass(frozen=True)
class TokenizedText:
    """A text and its tokens, each with its place in the text.

    Attributes:
        text: The text.
        token_ids: Ids of the tokens, no specials.
        tokens: Pieces of the vocabulary, as written; an unknown token of a source is
            written as it stands in the text.
        spans: Where each token stands in `text`. The space before a word belongs to
            the word's first token.
    """

    text: str
    token_ids: list[int]
    tokens: list[str]
    spans: list[Span]


class Tokenizer:
    """Text to token ids and back, over one SentencePiece model.

    Training and the edge use this class, so both see the same normalisation. No
    method adds or expects bos and eos, and none keeps state.

    Args:
        model: Content of a SentencePiece model file.

    Examples:
        ```python
        tokenizer = Tokenizer.from_file("run/source.spm")
        token_ids = tokenizer.encode("我爱吃苹果")
        text = tokenizer.decode(token_ids)
        ```
    """

    def __init__(self, model: bytes) -> None:
        self._processor = sentencepiece.SentencePieceProcessor()
        try:
            self._processor.LoadFromSerializedProto(model)
        except RuntimeError as error:
            raise ValueError(
                "`model` must be the content of a SentencePiece model file. "
                f"Received {len(model)} bytes: {str(error)[:100]}."
            ) from None
        self._model = model

    @classmethod
    def from_file(cls, path: str | Path) -> "Tokenizer":
        """Return the tokenizer of one SentencePiece model file."""
        return cls(Path(path).read_bytes())

    def __reduce__(self) -> tuple[type["Tokenizer"], tuple[bytes]]:
        return (Tokenizer, (self._model,))

    @property
    def model(self) -> bytes:
        """Content of the SentencePiece model file."""
        return self._model

    @cached_property
    def vocab_size(self) -> int:
        """Number of pieces, the special ones included."""
        return int(self._processor.get_piece_size())

    @cached_property
    def pieces(self) -> list[str]:
        """The vocabulary in the order of the ids."""
        return list(self._processor.id_to_piece(list(range(self.vocab_size))))

    @property
    def special_ids(self) -> dict[str, int]:
        """Ids of pad, unk, bos and eos as the model has them; -1 where it has none."""
        return {
            "pad": int(self._processor.pad_id()),
            "unk": int(self._processor.unk_id()),
            "bos": int(self._processor.bos_id()),
            "eos": int(self._processor.eos_id()),
        }

    def ids_of(self, pieces: Sequence[str]) -> list[int]:
        """Return the ids of pieces; that of the unknown token where there is none."""
        ids: list[int] = self._processor.piece_to_id(list(pieces))
        return ids

    def encode(self, text: str) -> list[int]:
        """Return the token ids of a text, without bos and eos."""
        ids: list[int] = self._processor.encode(replace_surrogates(text))
        return ids

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of many texts, tokenized on all cores."""
        ids: list[list[int]] = self._processor.encode(
            [replace_surrogates(text) for text in texts], num_threads=-1
        )
        return ids

    def decode(self, token_ids: Sequence[int]) -> str:
        """Return the text of token ids; pad, bos and eos leave no trace."""
        text: str = self._processor.decode(self._checked(token_ids))
        return text

    def tokenize(self, text: str) -> TokenizedText:
        """Return the tokens of a text with their places in it.

        The spans count characters of `text` before normalisation, after lone
        surrogates were replaced.
        """
        text = replace_surrogates(text)
        mapping = self._processor.encode(text, return_type="offset_mapping")
        unk_id = self._processor.unk_id()
        tokens = [
            text[slice(*span)] if token_id == unk_id else piece
            for token_id, piece, span in zip(
                mapping["ids"], mapping["pieces"], mapping["offsets"], strict=True
            )
        ]
        return TokenizedText(text, mapping["ids"], tokens, mapping["offsets"])

    def detokenize(self, token_ids: Sequence[int]) -> TokenizedText:
        """Return the text of token ids with the place of each token in it."""
        ids = self._checked(token_ids)
        if not ids:
            # SentencePiece 0.2.2 returns a bare string for them.
            return TokenizedText("", [], [], [])
        mapping = self._processor.decode(ids, return_type="offset_mapping")
        return TokenizedText(
            mapping["text"], mapping["ids"], mapping["pieces"], mapping["offsets"]
        )

    def _checked(self, token_ids: Sequence[int]) -> list[int]:
        ids = [int(token_id) for token_id in token_ids]
        if ids and not (min(ids) >= 0 and max(ids) < self.vocab_size):
            raise ValueError(
                f"`token_ids` must be at least 0 and below {self.vocab_size}. "
                f"Received: {ids}."
            )
        return ids


def replace_surrogates(text: str) -> str:
    """Return text that can be written as UTF-8.

    Two surrogates that stand for one character become that character; a lone one,
    as broken callers send, becomes U+FFFD.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
