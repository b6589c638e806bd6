"""The proof that exported graphs translate as the Keras model does."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from edge_runtime.model.translation_model import TranslationModel
from edge_runtime.search.greedy_search import Hypothesis
from export.errors import QualityError
from export.options import FLOAT32, ExportOptions
from export.proof.hypotheses import (
    Agreement,
    compare_hypotheses,
    require_same_hypotheses,
    translate,
)
from export.proof.parity import compare_models
from export.proof.verification_data import VerificationData
from keras_s2s.evaluation.scores.bleu import bleu_tokenizer
from keras_s2s.evaluation.scores.comparison import compare
from keras_s2s.run.run_directory import Run

KERAS = "Keras"

Progress = Callable[[str], None]


def prove(
    keras: TranslationModel,
    exported: Mapping[str, TranslationModel],
    *,
    run: Run,
    data: VerificationData,
    options: ExportOptions,
    progress: Progress,
) -> dict[str, Any]:
    """Compare exported graphs with Keras; return the results for the manifest.

    Graphs with float32 weights must have equal tensors, to within the tolerance, and
    equal hypotheses. Quantised graphs may lose up to `max_bleu_loss`.

    Args:
        keras: The model, computed by Keras.
        exported: The same model by name, computed by the float32 graphs, and by the
            quantised or `.ort` graphs of the bundle, if there are any.
        run: The exported run.
        data: Sentences to translate.
        options: How the bundle is made.
        progress: Called with a message for each step and result.

    Raises:
        ParityError: A tensor differs.
        HypothesisError: Float32 graphs translate differently.
        QualityError: Quantised graphs translate worse than allowed.
    """
    tensors = {
        name: _compare_tensors(keras, name, model, options, progress)
        for name, model in exported.items()
    }
    progress(f"translating {len(data.sources)} sentences ({data.origin})")
    hypotheses = {
        name: translate(model, data.sources)
        for name, model in {KERAS: keras, **exported}.items()
    }
    for name in exported:
        agreement = compare_hypotheses(
            keras, data.sources, hypotheses[KERAS], hypotheses[name]
        )
        if _is_exact(name, options):
            require_same_hypotheses(agreement)
        _report(name, agreement, progress)
    proof: dict[str, Any] = {
        "tolerance": options.tolerance,
        "tensors": tensors,
        "hypotheses": {**agreement.to_json(), "data": data.origin},
    }
    if not data.references:
        return {"proof": proof}
    verification = _compare_quality(hypotheses, run, data, options, progress)
    return {"proof": proof, "verification": verification}


def _is_exact(name: str, options: ExportOptions) -> bool:
    return name == FLOAT32 or options.quantization == "none"


def _compare_tensors(
    keras: TranslationModel,
    name: str,
    model: TranslationModel,
    options: ExportOptions,
    progress: Progress,
) -> dict[str, Any]:
    exact = _is_exact(name, options)
    differences = compare_models(
        keras,
        model,
        # Quantised tensors do differ; their difference is recorded.
        tolerance=options.tolerance if exact else float("inf"),
        whole_vocabulary=exact,
    )
    allowed = f", allowed {options.tolerance:.0e}" if exact else ""
    progress(
        f"{name}: largest difference of any tensor {differences.largest:.1e} "
        f"(among {differences.values:,} values{allowed})"
    )
    return differences.to_json()


def _report(name: str, agreement: Agreement, progress: Progress) -> None:
    tied = f", {agreement.tied} tied" if agreement.tied else ""
    progress(
        f"{name}: {agreement.identical} of {agreement.compared} hypotheses "
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
    language = run.recipe.data.target_language
    tokenizer = bleu_tokenizer(language, setting, data.references)
    found = compare(texts, data.references, tokenizer=tokenizer, most_differences=0)
    bleu = {name: paired.score.value for name, paired in found.bleu.items()}
    chrf = {name: paired.score.value for name, paired in found.chrf.items()}
    for name in texts:
        progress(f"{name}: BLEU {bleu[name]:.2f}, chrF {chrf[name]:.2f}")
    loss = bleu[FLOAT32] - bleu[options.name]
    if options.quantization != "none" and loss > options.max_bleu_loss:
        raise QualityError(options.quantization, loss, options.max_bleu_loss)
    return {
        "data": data.origin,
        "sentences": len(data.sources),
        "systems": {
            name: {
                "bleu": found.bleu[name].to_json(),
                "chrf": found.chrf[name].to_json(),
            }
            for name in texts
        },
    }
