"""Options of an export, checked as a whole."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from edge_runtime.bundle.manifest import DecodingDefaults
from export.errors import ExportError
from export.graph.onnx_graph import DEFAULT_OPSET, check_opset
from export.weights.quantization import Quantization

GraphFormat = Literal["onnx", "ort"]


@dataclass(frozen=True)
class ExportOptions:
    """How a bundle is made.

    Attributes:
        quantization: How weights are stored.
        graph_format: "onnx", or "ort" for reduced builds of onnxruntime.
        opset: Version of ONNX's operators.
        tolerance: Largest difference of any value from Keras.
        verify_source: Sentences to translate with every system.
        verify_reference: Their translations, for BLEU and chrF.
        max_bleu_loss: Most BLEU that a quantised bundle may lose.
        bleu_tokenizer: sacreBLEU's tokenizer; "auto" for the one that validated the
            training, or else that of the target language.
        decoding: Decoding options that the bundle recommends.
        force: Whether to replace a bundle that is there.
    """

    quantization: Quantization = "none"
    graph_format: GraphFormat = "onnx"
    opset: int = DEFAULT_OPSET
    tolerance: float = 1e-4
    verify_source: Path | None = None
    verify_reference: Path | None = None
    max_bleu_loss: float = 0.5
    bleu_tokenizer: str = "auto"
    decoding: DecodingDefaults = field(default_factory=DecodingDefaults)
    force: bool = False

    def __post_init__(self) -> None:
        if self.verify_reference is not None and self.verify_source is None:
            raise ExportError("--verify-reference needs --verify-source.")
        if self.quantization == "fp16" and self.graph_format == "ort":
            raise ExportError(
                "--format ort cannot store fp16: onnxruntime widens it before writing. "
                "Use --quantize int8."
            )
        check_opset(self.opset)

    @property
    def name(self) -> str:
        """Name of the exported system in the proof."""
        name = FLOAT32 if self.quantization == "none" else self.quantization
        return name if self.graph_format == "onnx" else f"{name} .ort"


FLOAT32 = "float32"
"""Name of the graphs before quantisation."""
