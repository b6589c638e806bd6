"""The manifest `bundle.json`: what a bundle holds, and the only place of its format."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from edge_runtime.bundle import bounds
from edge_runtime.bundle.confidence_model import ConfidenceModel
from edge_runtime.bundle.json_fields import (
    parse_json,
    read_free_object,
    read_integer,
    read_name,
    read_number,
    read_object,
)
from edge_runtime.contract import (
    BUNDLE_FORMAT_VERSION,
    MANIFEST_FILE,
    SPAN_KINDS,
    SPECIAL_IDS,
)
from edge_runtime.errors import BundleError


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of `content` as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


REQUIRED_ONNXRUNTIME = "required_onnxruntime"
"""Key of the manifest's `versions`; bundles that were made earlier do not have it."""

_VERSION = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){1,3}")


def oldest_onnxruntime(quantization: str) -> str:
    """Return the oldest version of onnxruntime that runs weights stored in a way."""
    # Rows of 4 bits are looked up by an operator that 1.23 brought.
    return "1.23" if quantization == "int4" else "1.20"


@dataclass(frozen=True)
class TensorSpec:
    """Type and shape of one tensor of a graph.

    Attributes:
        dtype: Numpy's name of the type: `float32`, `int32` or `bool`.
        shape: One entry per axis: a fixed size, or the name of a dynamic axis.
    """

    dtype: str
    shape: tuple[int | str, ...]


@dataclass(frozen=True)
class GraphSpec:
    """One ONNX file with the names and shapes of its tensors."""

    file: str
    inputs: Mapping[str, TensorSpec]
    outputs: Mapping[str, TensorSpec]


@dataclass(frozen=True)
class Limits:
    """Longest sequences the model was made for, in tokens.

    Attributes:
        max_source_length: Most source tokens, bos and eos included.
        max_target_length: Most target tokens, eos included.
    """

    max_source_length: int
    max_target_length: int


BEAM_LENGTH_PENALTY: Final = 1.0
"""Length penalty of beam search where nobody says another: without any, beams prefer
hypotheses that end too early (docs/recipes.md)."""


@dataclass(frozen=True)
class DecodingDefaults:
    """What the exporter recommends where the caller leaves an option unset.

    Attributes:
        beam_size: Hypotheses kept per sentence.
        length_penalty: Strength of the length penalty.
        split_sentences: Whether every sentence is translated on its own, as the model
            was trained with one sentence a line.
        carry: Kinds of spans that translations take over unchanged.
    """

    beam_size: int = 1
    length_penalty: float = 0.0
    split_sentences: bool = True
    carry: tuple[str, ...] = SPAN_KINDS


@dataclass(frozen=True)
class FileEntry:
    """Size in bytes and SHA-256 of one file of the bundle."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """Everything a runtime needs to know to drive the two graphs of a bundle.

    Attributes:
        source_language: Language code of the input, such as `zh`.
        target_language: Language code of the output.
        encoder: The graph that reads a source sentence.
        decoder_step: The graph that predicts one token.
        source_tokenizer: File name of the source SentencePiece model.
        target_tokenizer: File name of the target one; may be the same file.
        limits: Longest sequences.
        files: Size and SHA-256 of every file that the bundle was written with besides
            the manifest.
        decoding: Defaults recommended by the exporter.
        confidence: How the confidence of a translation is computed; `None` where none
            was fitted.
        quantization: How the weights are stored: `none`, `int8`, ...
        architecture: Facts about the model, free form.
        scores: Scores measured at export, free form.
        versions: Versions of what made the bundle, free form, and under
            `REQUIRED_ONNXRUNTIME` the oldest onnxruntime that runs it.
        special_ids: Ids of pad, unk, bos and eos.
        format_version: Version of the format the bundle is written in.
    """

    source_language: str
    target_language: str
    encoder: GraphSpec
    decoder_step: GraphSpec
    source_tokenizer: str
    target_tokenizer: str
    limits: Limits
    files: Mapping[str, FileEntry]
    decoding: DecodingDefaults = DecodingDefaults()
    confidence: ConfidenceModel | None = None
    quantization: str = "none"
    architecture: Mapping[str, Any] = field(default_factory=dict)
    scores: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, Any] = field(default_factory=dict)
    special_ids: Mapping[str, int] = field(default_factory=lambda: dict(SPECIAL_IDS))
    format_version: int = BUNDLE_FORMAT_VERSION

    @property
    def used_files(self) -> tuple[str, ...]:
        """Names of the files that a translation needs; others are for people."""
        used = (
            self.encoder.file,
            self.decoder_step.file,
            self.source_tokenizer,
            self.target_tokenizer,
        )
        return tuple(dict.fromkeys(used))

    @property
    def required_onnxruntime(self) -> str:
        """Oldest version of onnxruntime that runs the graphs, such as `1.23`."""
        stated = self.versions.get(REQUIRED_ONNXRUNTIME)
        if isinstance(stated, str) and _VERSION.fullmatch(stated):
            return stated
        return oldest_onnxruntime(self.quantization)

    def to_json(self) -> str:
        """Return the text of `bundle.json`, its own checksum included."""
        content = self._content()
        content["checksum"] = _checksum(content)
        return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes, where: str = MANIFEST_FILE) -> "Manifest":
        """Read the text of `bundle.json`.

        Args:
            text: Content of the file.
            where: Path to name in errors.

        Raises:
            BundleError: The text is no manifest, is of a newer format, has missing or
                unknown keys or values out of bounds, or was changed after it was
                written.
        """
        content = parse_json(text, where)
        fields = read_free_object(content, where)
        _check_format_version(fields, where)
        keys = _KEYS if fields["format_version"] > 1 else _KEYS_OF_FORMAT_1
        fields = read_object(content, where, keys)
        manifest = _read_manifest(fields, where)
        found = read_name(fields["checksum"], f"{where}, checksum")
        if found != _checksum({k: v for k, v in fields.items() if k != "checksum"}):
            raise BundleError(
                f"{where} was changed after it was written: its checksum differs. "
                "Export the bundle again."
            )
        return manifest

    def _content(self) -> dict[str, Any]:
        content = {
            "format_version": self.format_version,
            "source_language": self.source_language,
            "target_language": self.target_language,
            "architecture": dict(self.architecture),
            "quantization": self.quantization,
            "special_ids": dict(self.special_ids),
            "tokenizers": {
                "source": self.source_tokenizer,
                "target": self.target_tokenizer,
            },
            "graphs": {
                "encoder": _graph_content(self.encoder),
                "decoder_step": _graph_content(self.decoder_step),
            },
            "limits": {
                "max_source_length": self.limits.max_source_length,
                "max_target_length": self.limits.max_target_length,
            },
            "decoding": _decoding_content(self.decoding, self.format_version),
            "files": {
                name: {"sha256": entry.sha256, "size": entry.size}
                for name, entry in self.files.items()
            },
            "scores": dict(self.scores),
            "versions": dict(self.versions),
        }
        if self.format_version > 1:
            confidence = self.confidence
            content["confidence"] = None if confidence is None else confidence.to_json()
        return content


_KEYS_OF_FORMAT_1 = (
    "format_version",
    "source_language",
    "target_language",
    "architecture",
    "quantization",
    "special_ids",
    "tokenizers",
    "graphs",
    "limits",
    "decoding",
    "files",
    "scores",
    "versions",
    "checksum",
)
_KEYS = (*_KEYS_OF_FORMAT_1, "confidence")


def _checksum(content: Mapping[str, Any]) -> str:
    """Hash the content as JSON with sorted keys, no spaces and ASCII only."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return sha256_of(canonical.encode("ascii"))


def _check_format_version(fields: Mapping[str, Any], where: str) -> None:
    version = fields.get("format_version")
    if version is None:
        raise BundleError(f"{where} must have the key format_version.")
    version = read_integer(
        version, f"{where}, format_version", 1, bounds.LARGEST_INTEGER
    )
    if version > BUNDLE_FORMAT_VERSION:
        raise BundleError(
            f"bundle format {version} in {where} is newer than this runtime (reads 1 "
            f"to {BUNDLE_FORMAT_VERSION}). Upgrade keras-s2s or export again."
        )


def _decoding_content(
    decoding: DecodingDefaults, format_version: int
) -> dict[str, Any]:
    content: dict[str, Any] = {
        "beam_size": decoding.beam_size,
        "length_penalty": decoding.length_penalty,
    }
    if format_version > 1:
        content["split_sentences"] = decoding.split_sentences
        content["carry"] = list(decoding.carry)
    return content


def _graph_content(graph: GraphSpec) -> dict[str, Any]:
    def tensors(specs: Mapping[str, TensorSpec]) -> dict[str, Any]:
        return {
            name: {"dtype": spec.dtype, "shape": list(spec.shape)}
            for name, spec in specs.items()
        }

    return {
        "file": graph.file,
        "inputs": tensors(graph.inputs),
        "outputs": tensors(graph.outputs),
    }


def _read_manifest(fields: Mapping[str, Any], where: str) -> Manifest:
    graphs = read_object(
        fields["graphs"], f"{where}, graphs", ("encoder", "decoder_step")
    )
    tokenizers = read_object(
        fields["tokenizers"], f"{where}, tokenizers", ("source", "target")
    )
    limits = read_object(
        fields["limits"], f"{where}, limits", ("max_source_length", "max_target_length")
    )
    special_ids = read_object(
        fields["special_ids"], f"{where}, special_ids", tuple(SPECIAL_IDS)
    )
    # To Python, `True` and `1.0` equal `1`.
    are_integers = all(type(value) is int for value in special_ids.values())
    if not are_integers or dict(special_ids) != SPECIAL_IDS:
        raise BundleError(
            f"{where}, special_ids must be {SPECIAL_IDS}. Received: {special_ids}."
        )
    files = _read_files(fields["files"], f"{where}, files")
    manifest = Manifest(
        format_version=fields["format_version"],
        source_language=read_name(
            fields["source_language"], f"{where}, source_language"
        ),
        target_language=read_name(
            fields["target_language"], f"{where}, target_language"
        ),
        architecture=read_free_object(fields["architecture"], f"{where}, architecture"),
        quantization=read_name(fields["quantization"], f"{where}, quantization"),
        special_ids=dict(SPECIAL_IDS),
        source_tokenizer=read_name(
            tokenizers["source"], f"{where}, tokenizers, source"
        ),
        target_tokenizer=read_name(
            tokenizers["target"], f"{where}, tokenizers, target"
        ),
        encoder=_read_graph(graphs["encoder"], f"{where}, graphs, encoder"),
        decoder_step=_read_graph(
            graphs["decoder_step"], f"{where}, graphs, decoder_step"
        ),
        limits=Limits(
            # bos, one token and eos are the shortest source that says anything.
            max_source_length=read_integer(
                limits["max_source_length"],
                f"{where}, limits, max_source_length",
                3,
                bounds.SEQUENCE_LENGTH,
            ),
            max_target_length=read_integer(
                limits["max_target_length"],
                f"{where}, limits, max_target_length",
                1,
                bounds.SEQUENCE_LENGTH,
            ),
        ),
        decoding=_read_decoding(
            fields["decoding"], f"{where}, decoding", fields["format_version"]
        ),
        confidence=_read_confidence(fields.get("confidence"), f"{where}, confidence"),
        files=files,
        scores=read_free_object(fields["scores"], f"{where}, scores"),
        versions=read_free_object(fields["versions"], f"{where}, versions"),
    )
    _check_references(manifest, where)
    return manifest


def _check_references(manifest: Manifest, where: str) -> None:
    unlisted = sorted(set(manifest.used_files) - set(manifest.files))
    if unlisted:
        raise BundleError(
            f"{where}, files must list every file that is used. "
            f"Missing: {', '.join(unlisted)}."
        )


def _read_decoding(value: object, where: str, format_version: int) -> DecodingDefaults:
    keys = ("beam_size", "length_penalty", "split_sentences", "carry")
    fields = read_object(value, where, keys[:2] if format_version == 1 else keys)
    defaults = DecodingDefaults(
        beam_size=read_integer(
            fields["beam_size"], f"{where}, beam_size", 1, bounds.BEAM_SIZE
        ),
        length_penalty=read_number(
            fields["length_penalty"],
            f"{where}, length_penalty",
            0.0,
            bounds.LENGTH_PENALTY,
        ),
    )
    if format_version == 1:
        return defaults
    split_sentences, carry = fields["split_sentences"], fields["carry"]
    if not isinstance(split_sentences, bool):
        raise BundleError(
            f"{where}, split_sentences must be true or false. "
            f"Received: {split_sentences!r:.80}."
        )
    if not isinstance(carry, list) or not all(kind in SPAN_KINDS for kind in carry):
        raise BundleError(
            f"{where}, carry must be a list of kinds among {', '.join(SPAN_KINDS)}. "
            f"Received: {carry!r:.80}."
        )
    return replace(defaults, split_sentences=split_sentences, carry=tuple(carry))


def _read_confidence(value: object, where: str) -> ConfidenceModel | None:
    return None if value is None else ConfidenceModel.from_json(value, where)


def _read_files(value: object, where: str) -> dict[str, FileEntry]:
    files = {}
    for name, entry in read_free_object(value, where, bounds.FILES).items():
        if read_name(name, where) in ("", ".", "..") or set(name) & set("/\\:"):
            raise BundleError(f"{where} must be plain file names. Received: {name!r}.")
        fields = read_object(entry, f"{where}, {name}", ("sha256", "size"))
        files[name] = FileEntry(
            sha256=read_name(fields["sha256"], f"{where}, {name}, sha256"),
            size=read_integer(
                fields["size"], f"{where}, {name}, size", 0, bounds.FILE_BYTES
            ),
        )
    return files


def _read_graph(value: object, where: str) -> GraphSpec:
    fields = read_object(value, where, ("file", "inputs", "outputs"))
    return GraphSpec(
        file=read_name(fields["file"], f"{where}, file"),
        inputs=_read_tensors(fields["inputs"], f"{where}, inputs"),
        outputs=_read_tensors(fields["outputs"], f"{where}, outputs"),
    )


def _read_tensors(value: object, where: str) -> dict[str, TensorSpec]:
    tensors = {}
    for name, entry in read_free_object(value, where, bounds.TENSORS).items():
        place = f"{where}, {read_name(name, where)}"
        fields = read_object(entry, place, ("dtype", "shape"))
        shape = fields["shape"]
        if not isinstance(shape, list) or len(shape) > bounds.AXES:
            raise BundleError(
                f"{place}, shape must be a list of at most {bounds.AXES} axes. "
                f"Received: {shape!r:.80}."
            )
        tensors[name] = TensorSpec(
            dtype=read_name(fields["dtype"], f"{place}, dtype"),
            shape=tuple(
                read_name(axis, f"{place}, shape")
                if isinstance(axis, str)
                else read_integer(axis, f"{place}, shape", 1, bounds.AXIS_SIZE)
                for axis in shape
            ),
        )
    return tensors
