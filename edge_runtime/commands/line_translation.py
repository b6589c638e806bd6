"""Lines of input to lines of output, in the formats of the command."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from edge_runtime.commands.bounds import BATCH_SIZE, THREADS, check_range
from edge_runtime.commands.lines import (
    decode_line,
    encode_json_line,
    encode_line,
    in_blocks,
    one_field,
)
from edge_runtime.commands.long_lines import ScratchEvidence, json_object
from edge_runtime.commands.scratch import Scratch
from edge_runtime.text.sentences import Segment
from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.joining import Joined, join_parts
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

    def write_parts(
        self,
        source: str,
        parts: Iterable[tuple[Segment, Translation]],
        line: int,
        *,
        confident: bool = False,
    ) -> Iterator[bytes]:
        """Yield the output of a line that was translated in parts.

        Args:
            source: The line.
            parts: Its segments and their translations, with evidence, at least one.
            line: Number of the input line, counted from 0.
            confident: Whether translations have a confidence.
        """
        with Scratch() as scratch:
            evidence = ScratchEvidence(source, scratch, links_only=not self.as_json)
            hypotheses = join_parts(parts, evidence, confident=confident)
            if self.as_json:
                withholds = None if self.min_confidence is None else self._withholds
                yield from json_object(source, hypotheses, withholds)
                yield b"\n"
                return
            for found in hypotheses[: None if self.n_best else 1]:
                if self.n_best:
                    yield f"{line}\t{found.score:.6f}\t".encode()
                if not self._withholds(found):
                    yield one_field(found.text).encode("utf-8", "replace")
                    yield from self._links(found)
                yield b"\n"

    def _links(self, found: Joined) -> Iterator[bytes]:
        evidence = found.evidence
        if self.alignment and isinstance(evidence, ScratchEvidence):
            if evidence.has_tokens:
                yield b"\t"
            yield from evidence.links.read()

    def _json(self, translation: Translation) -> dict[str, Any]:
        content = translation.to_json()
        if self.min_confidence is not None:
            content["withheld"] = self._withholds(translation)
            content["alternatives"] = list(map(self._json, translation.alternatives))
        return content

    def _withholds(self, translation: Translation | Joined) -> bool:
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
        output: Bytes to write, part by part, translated as they are taken.
        invalid: Numbers of the lines that were not UTF-8, counted from 0.
    """

    output: Iterable[bytes]
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
        invalid = [
            first + place for place, (_, valid) in enumerate(decoded) if not valid
        ]
        texts = [text for text, _ in decoded]
        return TranslatedLines(in_blocks(self._write(texts, first)), tuple(invalid))

    def _write(self, texts: Sequence[str], first: int) -> Iterator[bytes]:
        output, batch_size = self._task.output, self._task.batch_size
        if not output.needs_evidence:
            translations = self._translator.translate_batch(
                texts, batch_size=batch_size, with_evidence=False
            )
            for line, translation in enumerate(translations, first):
                yield output.write(translation, line)
            return
        parts = self._translator.translate_parts(texts, batch_size=batch_size)
        confident = self._translator.model.confidence is not None
        for line, (text, of_line) in enumerate(zip(texts, parts, strict=True), first):
            some = next(of_line, None)
            if some is None:
                empty = Translation(text, "", confidence=1.0 if confident else None)
                yield output.write(empty, line)
            elif some[0].text == text:
                yield output.write(some[1], line)
            else:
                yield from output.write_parts(
                    text,
                    itertools.chain([some], of_line),
                    line,
                    confident=confident,
                )
