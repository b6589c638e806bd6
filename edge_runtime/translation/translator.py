"""Text to text with a bundle."""

import dataclasses
import itertools
import logging
import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_runtime.bundle.manifest import Manifest, sha256_of
from edge_runtime.bundle.open_bundle import open_bundle
from edge_runtime.contract import UNK_ID
from edge_runtime.errors import BundleError
from edge_runtime.model.batches import batches_by_length, restore_order
from edge_runtime.model.translation_model import TranslationModel, load_model
from edge_runtime.text.sentences import Segment
from edge_runtime.text.tokenizer import replace_surrogates
from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.joining import join_translations
from edge_runtime.translation.sentence_translation import translate_sentences
from edge_runtime.translation.sentences import Sentence, read_sentences
from edge_runtime.translation.streaming import StreamedToken, stream_sentences
from edge_runtime.translation.translation import Translation

logger = logging.getLogger(__name__)

_BATCHES = 32
"""Batches whose sentences are sorted by length together."""


@dataclass(frozen=True)
class _Origin:
    """What a translator was made of, to make another one."""

    path: Path
    manifest: Manifest
    threads: int

    @property
    def checksum(self) -> str:
        """SHA-256 of the manifest, which has those of all files."""
        return sha256_of(self.manifest.to_json().encode())


class Translator:
    """A bundle, ready to translate.

    One translator can be used from several threads at once: calls share only the
    loaded model, which nothing changes. It can be copied, pickled and sent to another
    process: the copy opens the bundle again, from its path.

    Args:
        bundle: Directory or zip file that `export-onnx` wrote.
        options: Used by every call that brings none of its own.
        threads: Number of threads within one operator; more than one pays off for
            large batches only.

    Raises:
        BundleError: The bundle is incomplete, damaged or too new.
        ValueError: The model cannot serve the options.

    Examples:
        >>> translator = Translator(bundle)
        >>> translation = translator.translate("hello world")
        >>> isinstance(translation.text, str)
        True
    """

    def __init__(
        self,
        bundle: str | Path | TranslationModel,
        options: DecodingOptions | None = None,
        *,
        threads: int = 1,
    ) -> None:
        if threads < 1:
            raise ValueError(f"`threads` must be at least 1. Received: {threads}.")
        self._origin: _Origin | None = None
        if not isinstance(bundle, TranslationModel):
            opened = open_bundle(bundle)
            # Absolute: a copy may be opened in another directory.
            self._origin = _Origin(opened.path.absolute(), opened.manifest, threads)
            bundle = load_model(opened, threads)
        self.model = bundle
        self.options = options or DecodingOptions()
        self._resolve(self.options)  # refuses what the model cannot serve

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to open the bundle again.

        Raises:
            TypeError: The model did not come from a bundle.
        """
        if self._origin is None:
            raise TypeError(
                "a translator must come from a bundle to be copied or pickled. "
                "Received: one of a model in memory. Export the model first."
            )
        origin = self._origin
        arguments = origin.path, origin.checksum, self.options, origin.threads
        return (_open_again, (type(self), *arguments))

    def translate(
        self,
        text: str,
        options: DecodingOptions | None = None,
        *,
        target_prefix: str = "",
    ) -> Translation:
        """Return the translation of one text.

        Args:
            text: A sentence, or any longer text; empty text stays empty.
            options: Instead of the translator's own.
            target_prefix: Text that the translation must begin with.

        Examples:
            >>> options = DecodingOptions(beam_size=4)
            >>> translation = translator.translate("hello", options)
            >>> len(translation.tokens) == len(translation.token_log_probs)
            True
        """
        _require_string(text, "text")
        _require_string(target_prefix, "target_prefix")
        return self.translate_batch([text], options, target_prefixes=[target_prefix])[0]

    def translate_batch(
        self,
        texts: Sequence[str],
        options: DecodingOptions | None = None,
        *,
        batch_size: int = 32,
        target_prefixes: Sequence[str] = (),
        with_evidence: bool = True,
    ) -> list[Translation]:
        """Return the translations of many texts, in their order.

        Sentences of similar length are translated together; a translation does not
        depend on the others. However long a text is, some batches of its sentences
        are in memory at a time.

        Args:
            texts: Any number of texts.
            options: Instead of the translator's own.
            batch_size: Sentences per batch.
            target_prefixes: One per text, or none at all.
            with_evidence: Whether translations come with tokens, their log-probs,
                alignments and spans, which take many times the memory of the text.

        Examples:
            >>> translations = translator.translate_batch(["hello", "", "world"])
            >>> [translation.source for translation in translations]
            ['hello', '', 'world']
        """
        if batch_size < 1:
            raise ValueError(
                f"`batch_size` must be at least 1. Received: {batch_size}."
            )
        texts = _strings(texts, "texts")
        prefixes = _strings(target_prefixes, "target_prefixes")
        if prefixes and len(prefixes) != len(texts):
            raise ValueError(
                "`target_prefixes` must have one entry per text. Received: "
                f"{len(prefixes)} for {len(texts)} texts."
            )
        options = self._resolve(options)
        texts = [replace_surrogates(text) for text in texts]
        for prefix in filter(None, prefixes):
            self._warn_of_unknown(prefix)
        parts = self._translate_texts(
            texts, prefixes, options, batch_size, with_evidence
        )
        confident = self.model.confidence is not None
        return [
            join_translations(
                text, of_text, with_evidence=with_evidence, confident=confident
            )
            for text, of_text in zip(texts, parts, strict=True)
        ]

    def translate_parts(
        self,
        texts: Sequence[str],
        options: DecodingOptions | None = None,
        *,
        batch_size: int = 32,
    ) -> Iterator[Iterator[tuple[Segment, Translation]]]:
        """Yield, text by text, the segments of each text and their translations.

        For texts whose translations with all tokens and alignments are larger than
        memory: `translate_batch` joins the parts and keeps them. A text without any
        token has no parts.

        Args:
            texts: Texts that can be written as UTF-8.
            options: Instead of the translator's own.
            batch_size: Sentences per batch.

        Yields:
            The parts of one text, in order, to be taken before those of the next.
        """
        return self._translate_texts(
            texts, (), self._resolve(options), batch_size, with_evidence=True
        )

    def _translate_texts(
        self,
        texts: Sequence[str],
        prefixes: Sequence[str],
        options: DecodingOptions,
        batch_size: int,
        with_evidence: bool,
    ) -> Iterator[Iterator[tuple[Segment, Translation]]]:
        sentences = (
            (number, sentence)
            for number, (text, prefix) in enumerate(
                zip(texts, prefixes or itertools.repeat("", len(texts)), strict=True)
            )
            for sentence in read_sentences(self.model, text, prefix, options)
        )
        parts = self._translate_sentences(sentences, options, batch_size, with_evidence)
        by_text = itertools.groupby(parts, operator.itemgetter(0))
        found, of_text = next(by_text, (None, None))
        for number in range(len(texts)):
            if of_text is None or found != number:
                yield iter(())
                continue
            yield ((sentence.segment, part) for _, sentence, part in of_text)
            found, of_text = next(by_text, (None, None))

    def _translate_sentences(
        self,
        sentences: Iterable[tuple[int, Sentence]],
        options: DecodingOptions,
        batch_size: int,
        with_evidence: bool,
    ) -> Iterator[tuple[int, Sentence, Translation]]:
        """Yield sentences, with the number of their text, and their translations."""
        remaining = iter(sentences)
        while window := list(itertools.islice(remaining, _BATCHES * batch_size)):
            lengths = [len(sentence.source.token_ids) for _, sentence in window]
            batches = batches_by_length(lengths, batch_size)
            results = (
                self._translate_batch(
                    [window[place][1] for place in places], options, with_evidence
                )
                for places in batches
            )
            for (number, sentence), part in zip(
                window, restore_order(batches, results), strict=True
            ):
                yield number, sentence, part

    def _translate_batch(
        self, batch: Sequence[Sentence], options: DecodingOptions, with_evidence: bool
    ) -> list[Translation]:
        found = translate_sentences(self.model, batch, options)
        if with_evidence:
            return found
        return [translation.without_evidence() for translation in found]

    def stream(
        self, text: str, options: DecodingOptions | None = None
    ) -> Iterator[StreamedToken]:
        """Yield the translation of one text token by token, as it grows.

        The texts of all tokens together are the text that `translate` returns for
        `beam_size` 1. A beam cannot be streamed, because it may change its mind about
        what was shown. With `copy_unknown`, or a term of several forms, a sentence is
        shown once it is whole, as is one with tags, or with spans that a bundle
        without slots carries over.

        Args:
            text: Text to translate.
            options: Instead of the translator's own; an unset `beam_size` means 1.

        Examples:
            >>> options = DecodingOptions(beam_size=1)
            >>> shown = "".join(token.text for token in translator.stream("hello"))
            >>> shown == translator.translate("hello", options).text
            True
        """
        _require_string(text, "text")
        options = options or self.options
        if options.beam_size not in (None, 1) or options.num_hypotheses > 1:
            raise ValueError(
                "`stream` follows one hypothesis: `beam_size` and `num_hypotheses` "
                f"must be 1. Received: beam_size={options.beam_size}, "
                f"num_hypotheses={options.num_hypotheses}."
            )
        options = self._resolve(dataclasses.replace(options, beam_size=1))
        sentences = read_sentences(self.model, replace_surrogates(text), "", options)
        return stream_sentences(self.model, sentences, options)

    def _warn_of_unknown(self, prefix: str) -> None:
        """Say which parts of a prefix no translation of this model can begin with."""
        found = self.model.target_tokenizer.tokenize(prefix)
        tokens = zip(found.token_ids, found.tokens, strict=True)
        unknown = [token for token_id, token in tokens if token_id == UNK_ID]
        if unknown:
            logger.warning(
                "The vocabulary must have what a `target_prefix` holds. It lacks %s of "
                "%r, which the translation leaves out.",
                ", ".join(map(repr, unknown)),
                prefix,
            )

    def _resolve(self, options: DecodingOptions | None) -> DecodingOptions:
        options = options or self.options
        if not self.model.attends and (
            options.copy_unknown or options.coverage_penalty
        ):
            raise ValueError(
                "`copy_unknown` and `coverage_penalty` need a model with attention. "
                f"Received: copy_unknown={options.copy_unknown}, "
                f"coverage_penalty={options.coverage_penalty} for a model without."
            )
        if options.number_format and self.model.slot_ids is None:
            raise ValueError(
                "`number_format` needs a model that was trained with slots "
                "(`slot_share`). Received: "
                f"number_format={options.number_format!r} for a model without."
            )
        return options.resolve(self.model.decoding)


def _open_again(
    kind: type[Translator],
    path: Path,
    checksum: str,
    options: DecodingOptions,
    threads: int,
) -> Translator:
    """Return a translator of the same bundle, for copies and pickles.

    Raises:
        BundleError: The bundle is gone, or there is another one in its place.
    """
    try:
        translator = kind(path, options, threads=threads)
    except BundleError as error:
        raise BundleError(
            f"a copy of a translator opens its bundle again, and {error}"
        ) from None
    if translator._origin is None or translator._origin.checksum != checksum:
        raise BundleError(
            f"{path} must hold the bundle that the translator was made of, to copy it. "
            "Received: another bundle."
        )
    return translator


def _require_string(value: object, name: str) -> None:
    if not isinstance(value, str):
        raise ValueError(f"`{name}` must be a string. Received: {value!r}.")


def _strings(values: Iterable[str], name: str) -> list[str]:
    """Return what was given, numpy's arrays too, as a list of strings."""
    if isinstance(values, (str, bytes)):
        raise ValueError(
            f"`{name}` must be a sequence of strings. Received one string: {values!r}."
        )
    values = list(values)
    for place, value in enumerate(values):
        _require_string(value, f"{name}[{place}]")
    return values
