"""Sample translations and alignments after every epoch, for TensorBoard."""

import io
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from edge_runtime.translation.translation import Translation
from edge_runtime.translation.translator import Translator
from keras_s2s.data.corpus import SentencePair
from keras_s2s.evaluation.pictures.alignment_picture import alignment_figure
from keras_s2s.evaluation.pictures.fonts import FontError
from keras_s2s.training.averaging import averaged_weights
from keras_s2s.training.time_limit.pace import Pace

logger = logging.getLogger(__name__)

_DOTS_PER_INCH = 100
_MOST_CHARACTERS = 1000
"""Characters of a sentence that the table shows."""


class TrainingSamples(keras.callbacks.Callback):
    """Writes translations and alignments of a few validation pairs after every epoch.

    They stand beside the curves that `keras.callbacks.TensorBoard` writes (loss, BLEU,
    learning rate): translations as a table, alignments as pictures.

    Args:
        translator: Translator over the model that is trained.
        pairs: Pairs to show.
        logs: Directory of the TensorBoard logs.
        source_language: Language code; decides between fonts.
        target_language: The same for the target.
        pace: Says after which epochs they are written; None for all.

    Example:
        ```python
        TrainingSamples(translator, valid_pairs[:5], run_path / "logs")
        ```
    """

    def __init__(
        self,
        translator: Translator,
        pairs: Sequence[SentencePair],
        logs: Path,
        *,
        source_language: str = "",
        target_language: str = "",
        pace: Pace | None = None,
    ) -> None:
        super().__init__()
        self._translator = translator
        self._pairs = list(pairs)
        self._languages = {
            "source_language": source_language,
            "target_language": target_language,
        }
        self._writer = tf.summary.create_file_writer(str(logs / "samples"))
        self._draws = True
        self._pace = pace

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Translate the pairs and write them; `epoch` counts from 0."""
        if self._pace is None:
            self._write(epoch)
        elif self._pace.is_due():
            with self._pace.measured():
                self._write(epoch)

    def _write(self, epoch: int) -> None:
        with averaged_weights(self.model):
            translations = self._translator.translate_batch(
                [pair.source for pair in self._pairs]
            )
        with self._writer.as_default(step=epoch):
            tf.summary.text("translations", _table(self._pairs, translations))
            for place, translation in enumerate(translations):
                self._write_alignment(f"alignment/{place}", translation)
        self._writer.flush()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Close the file."""
        self._writer.close()

    def _write_alignment(self, name: str, translation: Translation) -> None:
        if not (self._draws and translation.tokens and translation.alignments):
            return
        try:
            figure = alignment_figure(translation, **self._languages)
        except FontError as error:
            self._draws = False
            logger.warning("TensorBoard shows no alignments: %s", error)
            return
        content = io.BytesIO()
        figure.savefig(content, format="png", dpi=_DOTS_PER_INCH, bbox_inches="tight")
        picture = tf.io.decode_png(content.getvalue(), channels=3)
        tf.summary.image(name, picture[tf.newaxis])


def _table(pairs: Sequence[SentencePair], translations: Sequence[Translation]) -> str:
    """Return a table in Markdown, as TensorBoard shows texts."""
    rows = [
        f"| {_cell(pair.source)} | {_cell(found.text)} | {_cell(pair.target)} |"
        for pair, found in zip(pairs, translations, strict=True)
    ]
    return "\n".join(
        ("| source | translation | reference |", "| --- | --- | --- |", *rows)
    )


def _cell(text: str) -> str:
    if len(text) > _MOST_CHARACTERS:
        text = f"{text[:_MOST_CHARACTERS]}…"
    return text.replace("|", "\\|")
