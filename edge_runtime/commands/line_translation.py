"""Lines of input to lines of output, in the formats of the command."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from edge_runtime.bundle.open_bundle import open_bundle
from edge_runtime.commands.bounds import BATCH_SIZE, THREADS, check_range
from edge_runtime.commands.bundle_choice import BundleChoice
from edge_runtime.commands.lines import (
    decode_line,
    encode_json_line,
    encode_line,
    in_blocks,
    one_field,
)
from edge_runtime.commands.long_lines import ScratchEvidence, json_object
from edge_runtime.commands.scratch import Scratch
from edge_runtime.model.translation_model import load_model
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

    def write(
        self,
        translation: Translation,
        line: int,
        *,
        languages: Mapping[str, str] = MappingProxyType({}),
    ) -> bytes:
        """Return the lines of output for one line of input.

        Args:
            translation: Its translation.
            line: Number of the input line, counted from 0.
            languages: Fields that JSON gets beside those of the translation.
        """
        if self.as_json:
            return encode_json_line({**self._json(translation), **languages})
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
        languages: Mapping[str, str] = MappingProxyType({}),
    ) -> Iterator[bytes]:
        """Yield the output of a line that was translated in parts.

        Args:
            source: The line.
            parts: Its segments and their translations, with evidence, at least one.
            line: Number of the input line, counted from 0.
            confident: Whether translations have a confidence.
            languages: Fields that JSON gets beside those of the translation.
        """
        with Scratch() as scratch:
            evidence = ScratchEvidence(source, scratch, links_only=not self.as_json)
            hypotheses = join_parts(parts, evidence, confident=confident)
            if self.as_json:
                withholds = None if self.min_confidence is None else self._withholds
                yield from json_object(source, hypotheses, withholds, languages)
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
        bundles: Paths of the bundles; where there are several, the language of a line
            chooses among them.
        options: How to decode.
        output: How to write.
        batch_size: Sentences per batch.
        threads: Number of threads within one operator.
        source_language: Language of all lines; `None` if each line tells.
    """

    bundles: tuple[str, ...]
    options: DecodingOptions
    output: OutputFormat
    batch_size: int = 32
    threads: int = 1
    source_language: str | None = None

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
        opened = [open_bundle(path) for path in task.bundles]
        manifests = [bundle.manifest for bundle in opened]
        self._choice = BundleChoice(
            [manifest.source_language for manifest in manifests], task.source_language
        )
        self._translators = [
            Translator(load_model(bundle, task.threads), task.options)
            for bundle in opened
        ]
        # A reader of several directions has to be told which one a line took.
        self._languages = [
            {
                "source_language": manifest.source_language,
                "target_language": manifest.target_language,
            }
            if len(manifests) > 1
            else {}
            for manifest in manifests
        ]
        models = [translator.model for translator in self._translators]
        if task.output.alignment and not all(model.attends for model in models):
            raise ValueError("`alignment` needs a model with attention.")
        withholds = task.output.min_confidence is not None
        if withholds and any(model.confidence is None for model in models):
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
        chosen = [self._choice.choose(text) for text in texts]
        write = (
            self._write_parts if self._task.output.needs_evidence else self._write_texts
        )
        # Each writes what one line gives, whenever its next line is asked for.
        writers = [
            write(
                number,
                [
                    (first + place, texts[place])
                    for place, found in enumerate(chosen)
                    if found == number
                ],
            )
            for number in range(len(self._translators))
        ]
        for number in chosen:
            yield from next(writers[number])

    def _write_texts(
        self, number: int, lines: Sequence[tuple[int, str]]
    ) -> Iterator[Iterable[bytes]]:
        """Yield the output of each line that one bundle translates."""
        translations = self._translators[number].translate_batch(
            [text for _, text in lines],
            batch_size=self._task.batch_size,
            with_evidence=False,
        )
        for (line, _), translation in zip(lines, translations, strict=True):
            yield [self._task.output.write(translation, line)]

    def _write_parts(
        self, number: int, lines: Sequence[tuple[int, str]]
    ) -> Iterator[Iterable[bytes]]:
        """Yield the output of each line, translated as it is taken."""
        translator, output = self._translators[number], self._task.output
        languages = self._languages[number]
        parts = translator.translate_parts(
            [text for _, text in lines], batch_size=self._task.batch_size
        )
        confident = translator.model.confidence is not None
        for (line, text), of_line in zip(lines, parts, strict=True):
            some = next(of_line, None)
            if some is None:
                empty = Translation(text, "", confidence=1.0 if confident else None)
                yield [output.write(empty, line, languages=languages)]
            elif some[0].text == text:
                yield [output.write(some[1], line, languages=languages)]
            else:
                yield output.write_parts(
                    text,
                    itertools.chain([some], of_line),
                    line,
                    confident=confident,
                    languages=languages,
                )
