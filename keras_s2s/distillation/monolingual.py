"""Text of one language, as far as a model can translate it."""

from dataclasses import dataclass
from pathlib import Path

from edge_runtime.model.translation_model import TranslationModel
from keras_s2s.cleaning.languages import require_language
from keras_s2s.data.back_translation_tag import is_tagged
from keras_s2s.data.corpus import CorpusError, read_lines
from keras_s2s.data.unknown_share import require_known


@dataclass
class LineCounts:
    """What became of the lines of a file.

    Attributes:
        read: Lines that were read.
        empty: Lines without text.
        overlong: Lines of more tokens than the model reads at once.
        repeated: Lines that stood in the file before.
        untranslated: Lines of which the model made no text.
    """

    read: int = 0
    empty: int = 0
    overlong: int = 0
    repeated: int = 0
    untranslated: int = 0

    def __str__(self) -> str:
        left_out = ", ".join(
            f"{count} {what}"
            for count, what in (
                (self.empty, "empty"),
                (self.overlong, "too long"),
                (self.repeated, "repeated"),
                (self.untranslated, "without a translation"),
            )
            if count
        )
        return f"{self.read} lines" + (f" ({left_out} left out)" if left_out else "")


def read_monolingual(
    path: Path, model: TranslationModel, target_language: str = ""
) -> tuple[list[str], LineCounts]:
    """Return the different lines of a file that a model reads in one piece, in order.

    Args:
        path: Text, one sentence a line.
        model: What is to translate them; a line may have as many tokens as it reads.
        target_language: Code of the language that it translates into.

    Returns:
        The lines without white space around them, and how many were left out.

    Raises:
        CorpusError: The file cannot be read, has no such line, holds sources that a
            model wrote, is mostly unknown to the model's vocabulary, or is in the
            language that the model translates into.
    """
    longest = model.limits.max_source_length - 2  # bos and eos
    counts = LineCounts()
    kept: dict[str, None] = {}
    for line in read_lines(path):
        counts.read += 1
        text = line.strip()
        if is_tagged(text):
            raise CorpusError(
                f"{path} must be text that people wrote. Line {counts.read} is a "
                "source that `keras-s2s back-translate` has written and marked."
            )
        length = len(model.source_tokenizer.encode(text))
        if not length:
            counts.empty += 1
        elif length > longest:
            counts.overlong += 1
        elif text in kept:
            counts.repeated += 1
        else:
            kept[text] = None
    if not kept:
        raise CorpusError(f"There must be lines to translate. {path} has {counts}.")
    require_known(model.source_tokenizer, kept, str(path))
    require_language(str(path), kept, model.source_language, target_language)
    return list(kept), counts
