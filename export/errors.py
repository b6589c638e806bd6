"""The errors that callers of the exporter catch."""

from edge_runtime.errors import UserError


class ExportError(UserError):
    """A run cannot be exported; nothing was written."""


class ParityError(ExportError):
    """A tensor of an exported graph differs from the Keras model.

    Attributes:
        graph: File name of the graph.
        tensor: Name of the output that differs.
        max_abs_difference: Largest absolute difference found in it.
        tolerance: Largest difference allowed.
        shape: Sizes of the named axes at which it was found.
    """

    def __init__(
        self,
        graph: str,
        tensor: str,
        max_abs_difference: float,
        tolerance: float,
        shape: dict[str, int],
    ) -> None:
        self.graph = graph
        self.tensor = tensor
        self.max_abs_difference = max_abs_difference
        self.tolerance = tolerance
        self.shape = shape
        sizes = ", ".join(f"{axis}={size}" for axis, size in shape.items())
        super().__init__(
            f"{graph} differs from Keras: {tensor} max |diff| "
            f"{max_abs_difference:.1e} > {tolerance:.0e} at {sizes}."
        )


class HypothesisError(ExportError):
    """An exported bundle translates differently from the Keras model.

    Attributes:
        differing: Number of sentences whose hypotheses differ.
        compared: Number of sentences compared.
    """

    def __init__(self, message: str, differing: int, compared: int) -> None:
        self.differing = differing
        self.compared = compared
        super().__init__(message)


class QualityError(ExportError):
    """A quantised bundle translates worse than allowed.

    Attributes:
        bleu_loss: BLEU of the float32 model less BLEU of the quantised one.
        max_bleu_loss: Largest loss allowed.
    """

    def __init__(
        self, quantization: str, bleu_loss: float, max_bleu_loss: float
    ) -> None:
        self.bleu_loss = bleu_loss
        self.max_bleu_loss = max_bleu_loss
        super().__init__(
            f"quantization {quantization} loses {bleu_loss:.2f} BLEU, more than "
            f"--max-bleu-loss {max_bleu_loss:g}. Allow more or store more bits."
        )
