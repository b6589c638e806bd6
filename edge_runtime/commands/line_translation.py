"""Lines of input to lines of output, in the formats of the command."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edge_runtime.commands.bounds import BATCH_SIZE, THREADS, check_range
from edge_runtime.commands.lines import (
    decode_line,
    encode_json_line,
    encode_line,
    one_field,
)
from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.translation import Translation
from edge_runtime.translation.translator import Translator


@dataclass(frozen=True)
class OutputFormat:
    """How a translation is written.

    Attributes:
        as_json: One JSON object per line of input; otherwise text.
        n_best: Write `line<TAB>score<TAB>text` for every hypothesis, lines counted
            from 0, instead of one text per line.
        alignment: Add `<TAB>` and the word alignment in Pharaoh's format.
        min_confidence: Translations of less confidence are withheld: their text stays
            empty, or JSON says so; `None` withholds none.

    In text, tabs and line ends within a translation become spaces.
    """

    as_json: bool = False
    n_best: bool = False
    alignment: bool = False
    min_confidence: float | None = None

    def __post_init__(self) -> None:
        # Written so that NaN is refused.
        if self.min_confidence is not None and not 0.0 <= self.min_confidence <= 1.0:
            raise ValueError(
                "`min_confidence` must be at least 0 and at most 1. "
                f"Received: {self.min_confidence}."
            )

    def write(self, translation: Translation, line: int) -> bytes:
        """Return the lines of output for one line of input.

        Args:
            translation: Its translation.
            line: Number of the input line, counted from 0.
        """
        if self.as_json:
            return encode_json_line(self._json(translation))
        if self.n_best:
            return b"".join(
                encode_line(f"{line}\t{found.score:.6f}\t{self._text(found)}")
                for found in (translation, *translation.alternatives)
            )
        return encode_line(self._text(translation))

    def _json(self, translation: Translation) -> dict[str, Any]:
        content = translation.to_json()
        if self.min_confidence is not None:
            content["withheld"] = self._withholds(translation)
            content["alternatives"] = list(map(self._json, translation.alternatives))
        return content

    def _withholds(self, translation: Translation) -> bool:
        if self.min_confidence is None or translation.confidence is None:
            return False
        return translation.confidence < self.min_confidence

    def _text(self, translation: Translation) -> str:
        if self._withholds(translation):
            return ""
        text = one_field(translation.text)
        if self.alignment and translation.tokens:
            return f"{text}\t{translation.pharaoh}"
        return text

    @property
    def needs_evidence(self) -> bool:
        """Whether more than texts and scores is written."""
        return self.as_json or self.alignment


@dataclass(frozen=True)
class LineTask:
    """What every process needs to translate lines.

    Attributes:
        bundle: Path of the bundle.
        options: How to decode.
        output: How to write.
        batch_size: Sentences per batch.
        threads: Number of threads within one operator.
    """

    bundle: str
    options: DecodingOptions
    output: OutputFormat
    batch_size: int = 32
    threads: int = 1

    def __post_init__(self) -> None:
        check_range("batch_size", self.batch_size, BATCH_SIZE)
        check_range("threads", self.threads, THREADS)


@dataclass(frozen=True)
class TranslatedLines:
    """Output of one window of lines.

    Attributes:
        output: Bytes to write.
        invalid: Numbers of the lines that were not UTF-8, counted from 0.
    """

    output: bytes
    invalid: tuple[int, ...]


class LineTranslator:
    """A translator from lines of bytes to lines of bytes.

    Args:
        task: What to load and how to translate.
    """

    def __init__(self, task: LineTask) -> None:
        self._task = task
        self._translator = Translator(task.bundle, task.options, threads=task.threads)
        if task.output.alignment and not self._translator.model.attends:
            raise ValueError("`alignment` needs a model with attention.")
        withholds = task.output.min_confidence is not None
        if withholds and self._translator.model.confidence is None:
            raise ValueError(
                "`min_confidence` needs a bundle with a confidence, which export-onnx "
                "fits where --verify-source and --verify-reference are given."
            )

    def __call__(self, lines: Sequence[bytes], first: int) -> TranslatedLines:
        """Translate one window.

        Args:
            lines: Lines without their ends.
            first: Number of the first of them in the whole input, counted from 0.
        """
        decoded = [decode_line(line) for line in lines]
        translations = self._translator.translate_batch(
            [text for text, _ in decoded],
            batch_size=self._task.batch_size,
            with_evidence=self._task.output.needs_evidence,
        )
        output = b"".join(
            self._task.output.write(translation, first + place)
            for place, translation in enumerate(translations)
        )
        invalid = [
            first + place for place, (_, valid) in enumerate(decoded) if not valid
        ]
        return TranslatedLines(output, tuple(invalid))
