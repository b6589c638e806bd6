"""The proof that an exported system translates as the Keras model does."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from edge_runtime.search.greedy_search import Hypothesis
from export.errors import QualityError
from export.options import FLOAT32, ExportOptions
from export.proof.hypotheses import (
    Agreement,
    compare_hypotheses,
    require_same_hypotheses,
    translate,
)
from export.proof.parity import System, compare_systems
from export.proof.quality import measure_quality
from export.proof.verification_data import VerificationData
from keras_s2s.evaluation.scores.bleu import bleu_tokenizer
from keras_s2s.run.run_directory import Run

KERAS = "Keras"

Progress = Callable[[str], None]


def prove(
    keras: System,
    exported: Sequence[System],
    *,
    run: Run,
    data: VerificationData,
    options: ExportOptions,
    progress: Progress,
) -> dict[str, Any]:
    """Compare exported systems with Keras; return what was found, for the manifest.

    Systems with float32 weights must have equal tensors, to within the tolerance, and
    equal hypotheses. One with fewer bits may lose `max_bleu_loss`.

    Args:
        keras: The Keras models.
        exported: The float32 graphs as ONNX, and after them, where it is another
            system, what the bundle will hold.
        run: What was exported.
        data: Sentences to translate.
        options: How the bundle is made.
        progress: Told what is being done and what was found.

    Raises:
        ParityError: A tensor differs.
        HypothesisError: A float32 system translates differently.
        QualityError: A system with fewer bits translates worse than allowed.
    """
    tensors = {
        system.name: _compare_tensors(keras, system, run, options, progress)
        for system in exported
    }
    progress(f"translating {len(data.sources)} sentences ({data.origin})")
    limit = run.recipe.data.max_target_length
    hypotheses = {
        system.name: translate(system, data.sources, limit)
        for system in (keras, *exported)
    }
    for system in exported:
        agreement = compare_hypotheses(
            keras, data.sources, hypotheses[KERAS], hypotheses[system.name]
        )
        if _is_exact(system, options):
            require_same_hypotheses(agreement)
        _report(system, agreement, progress)
    proof: dict[str, Any] = {
        "tolerance": options.tolerance,
        "tensors": tensors,
        "hypotheses": {**agreement.to_json(), "data": data.origin},
    }
    if not data.references:
        return {"proof": proof}
    verification = _compare_quality(hypotheses, run, data, options, progress)
    return {"proof": proof, "verification": verification}


def _is_exact(system: System, options: ExportOptions) -> bool:
    return system.name == FLOAT32 or options.quantization == "none"


def _compare_tensors(
    keras: System,
    system: System,
    run: Run,
    options: ExportOptions,
    progress: Progress,
) -> dict[str, Any]:
    exact = _is_exact(system, options)
    differences = compare_systems(
        keras,
        system,
        run.source_tokenizer.vocab_size,
        run.target_tokenizer.vocab_size,
        # Fewer bits do differ; by how much is recorded.
        tolerance=options.tolerance if exact else float("inf"),
        whole_vocabulary=exact,
    )
    allowed = f", allowed {options.tolerance:.0e}" if exact else ""
    progress(
        f"{system.name}: largest difference of any tensor {differences.largest:.1e} "
        f"(among {differences.values:,} values{allowed})"
    )
    return differences.to_json()


def _report(system: System, agreement: Agreement, progress: Progress) -> None:
    tied = f", {agreement.tied} tied" if agreement.tied else ""
    progress(
        f"{system.name}: {agreement.identical} of {agreement.compared} hypotheses "
        f"identical to Keras's{tied}"
    )


def _compare_quality(
    hypotheses: Mapping[str, Sequence[Hypothesis]],
    run: Run,
    data: VerificationData,
    options: ExportOptions,
    progress: Progress,
) -> dict[str, Any]:
    texts = {
        name: [run.target_tokenizer.decode(found.token_ids) for found in several]
        for name, several in hypotheses.items()
    }
    setting = options.bleu_tokenizer
    if setting == "auto":
        setting = run.recipe.training.bleu_tokenizer
    tokenizer = bleu_tokenizer(run.recipe.data.target_language, setting)
    qualities = measure_quality(texts, data.references, tokenizer)
    for name, quality in qualities.items():
        progress(
            f"{name}: BLEU {quality.bleu.value:.2f}, chrF {quality.chrf.value:.2f}"
        )
    loss = qualities[FLOAT32].bleu.value - qualities[options.name].bleu.value
    if options.quantization != "none" and loss > options.max_bleu_loss:
        raise QualityError(options.quantization, loss, options.max_bleu_loss)
    return {
        "data": data.origin,
        "sentences": len(data.sources),
        "systems": {name: quality.to_json() for name, quality in qualities.items()},
    }
