"""The README.md of a bundle: what a person wants to know before using it."""

from collections.abc import Mapping, Sequence
from typing import Any

from edge_runtime.bundle.manifest import Manifest
from edge_runtime.contract import MANIFEST_FILE

_ARCHITECTURES = {
    "bahdanau": "Bahdanau attention ([Bahdanau et al., 2015]"
    "(https://arxiv.org/abs/1409.0473))",
    "none": "fixed-length context vector ([Sutskever et al., 2014]"
    "(https://arxiv.org/abs/1409.3215))",
}


def write_model_card(manifest: Manifest) -> str:
    """Return the text of the model card.

    Args:
        manifest: The bundle's manifest, complete but for the card's own entry.
    """
    source, target = manifest.source_language, manifest.target_language
    sections = [
        f"# {source} → {target} translator\n\n"
        f"Translates {source} into {target} offline: onnxruntime runs it, no training "
        "framework is needed. Made by keras-s2s "
        f"{manifest.versions.get('keras_s2s', '')}.",
        _section("Run it", _usage()),
        _section("Model", _model_table(manifest)),
        _section("Files", _file_table(manifest)),
        _section("Scores", _scores(manifest.scores)),
        _section("Proof", _proof(manifest.scores.get("proof", {}))),
        _section(
            "Licence",
            "The weights and the tokenizers come from the training data: what its "
            "licence asks for (naming the source, non-commercial use, …) holds for "
            "this bundle too. Write it here before you pass the bundle on.",
        ),
    ]
    return "\n".join(sections)


def _section(title: str, body: str) -> str:
    return f"\n## {title}\n\n{body}"


def _usage() -> str:
    return (
        "With keras-s2s installed, as its own README says:\n\n"
        "```\necho 'a sentence' | edge-translate THIS_DIRECTORY\n```\n\n"
        f"In another language: `{MANIFEST_FILE}` names every tensor. Run the encoder "
        "once, feed its outputs to the decoder step, start from the bos id, feed each "
        "step its own last token and its own `next_decoder_state_*`, stop at the eos "
        "id or at `max_target_length`."
    )


def _model_table(manifest: Manifest) -> str:
    facts = dict(manifest.architecture)
    attention = str(facts.pop("attention", ""))
    rows = {
        "system": _ARCHITECTURES.get(attention, attention),
        **facts,
        "weights stored as": "float32"
        if manifest.quantization == "none"
        else manifest.quantization,
        "longest source": f"{manifest.limits.max_source_length} tokens",
        "longest target": f"{manifest.limits.max_target_length} tokens",
    }
    return _table(
        ("", ""), [(_words(key), _cell(value)) for key, value in rows.items()]
    )


def _file_table(manifest: Manifest) -> str:
    total = sum(entry.size for entry in manifest.files.values())
    rows = [(name, f"{entry.size:,}") for name, entry in manifest.files.items()]
    return _table(("file", "bytes"), [*rows, ("together", f"{total:,}")])


def _scores(scores: Mapping[str, Any]) -> str:
    verification = scores.get("verification", {})
    parts = []
    if verification.get("systems"):
        first = next(iter(verification["systems"].values()))
        rows = [
            (
                name,
                f"{quality['bleu']['value']:.2f}",
                f"{quality['chrf']['value']:.2f}",
                _difference(quality["bleu"], first["bleu"]),
            )
            for name, quality in verification["systems"].items()
        ]
        parts.append(
            f"On {verification['sentences']} sentences of {verification['data']}, "
            "greedy search:\n\n"
            + _table(("system", "BLEU", "chrF", "BLEU against Keras"), rows)
            + f"\n\nBLEU `{first['bleu']['signature']}`, "
            f"chrF `{first['chrf']['signature']}`; p-values by paired bootstrap."
        )
    if scores.get("confidence"):
        parts.append(_confidence(scores["confidence"]))
    if scores.get("validation"):
        facts = [(_words(key), _cell(v)) for key, v in scores["validation"].items()]
        parts.append("In training:\n\n" + _table(("", ""), facts))
    return "\n\n".join(parts) or "None were measured at export."


def _confidence(fit: Mapping[str, Any]) -> str:
    quality = fit["held_out"]
    areas = quality["area_under_risk_coverage"]
    return (
        "Confidence of a translation: the chance that its chrF against a person's is "
        f"above {quality['accepted_chrf']:.0f}. Fitted on {fit['sentences']} "
        "sentences; held out in turn, its expected calibration error is "
        f"{quality['expected_calibration_error']:.3f}, its area under risk and "
        f"coverage {areas['confidence']:.4f} "
        f"(mean log-prob: {areas['mean_log_prob']:.4f}). "
        "Another kind of text needs a check: `keras-s2s evaluate`."
    )


def _difference(bleu: Mapping[str, Any], baseline: Mapping[str, Any]) -> str:
    if bleu["p_value"] is None:
        return ""
    return f"{bleu['value'] - baseline['value']:+.2f} (p = {bleu['p_value']:.4f})"


def _proof(proof: Mapping[str, Any]) -> str:
    if not proof:
        return "None."
    tensors, hypotheses = proof["tensors"]["float32"], proof["hypotheses"]
    text = (
        "Before this bundle was written, its float32 graphs were run beside the Keras "
        f"model: the largest difference among {tensors['values']:,} values is "
        f"{tensors['max_abs_difference']:.1e} (allowed: {proof['tolerance']:.0e}). "
        f"On {hypotheses['compared']} sentences ({hypotheses['data']}) the graphs in "
        f"this bundle gave {hypotheses['identical']} hypotheses identical to Keras's"
    )
    if hypotheses["tied"]:
        text += f" and {hypotheses['tied']} that are equally probable"
    return text + "."


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _words(key: str) -> str:
    return key.replace("_", " ")


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value).replace("|", "\\|")
