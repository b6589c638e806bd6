"""Whether the graphs that a manifest describes have the tensors a runtime needs."""

from collections.abc import Mapping

from edge_runtime.bundle.manifest import Manifest, TensorSpec
from edge_runtime.contract import (
    ALIGNMENT,
    ATTENTION_FEATURES,
    ATTENTION_KEYS,
    ATTENTION_TENSORS,
    DECODER_STATE_PREFIX,
    ENCODER_STATES,
    LOG_PROBS,
    NEXT_DECODER_STATE_PREFIX,
    SOURCE_IDS,
    SOURCE_MASK,
    TOKEN_IDS,
    decoder_state,
    next_decoder_state,
)
from edge_runtime.errors import BundleError

_KINDS = {
    SOURCE_IDS: ("int32", 2),
    ENCODER_STATES: ("float32", 3),
    ATTENTION_KEYS: ("float32", 3),
    SOURCE_MASK: ("bool", 2),
    TOKEN_IDS: ("int32", 1),
    LOG_PROBS: ("float32", 2),
    ALIGNMENT: ("float32", 2),
}
"""Type and number of axes of every tensor that is no decoder state."""


def check_graphs(manifest: Manifest, where: str) -> None:
    """Check names, types and ranks of all tensors against the contract.

    What the confidence goes by must be there, too.

    Outputs beyond the contract are allowed; they are not read.

    Args:
        manifest: The manifest to check.
        where: Path of the bundle, to name in errors.

    Raises:
        BundleError: A tensor is missing, unknown, or of another kind.
    """
    encoder, step = manifest.encoder, manifest.decoder_step
    count = sum(name.startswith(DECODER_STATE_PREFIX) for name in step.inputs)
    states = {decoder_state(index) for index in range(max(count, 1))}
    next_states = {next_decoder_state(index) for index in range(max(count, 1))}
    attends = any(name in step.inputs for name in ATTENTION_TENSORS)
    attention = set(ATTENTION_TENSORS) if attends else set()
    alignment = {ALIGNMENT} if attends else set()

    encoder_at, step_at = f"{encoder.file} in {where}", f"{step.file} in {where}"
    _check(encoder.inputs, {SOURCE_IDS}, f"{encoder_at}, inputs", exactly=True)
    _check(encoder.outputs, states | attention, f"{encoder_at}, outputs")
    _check(
        step.inputs,
        {TOKEN_IDS} | states | attention,
        f"{step_at}, inputs",
        exactly=True,
    )
    _check(step.outputs, {LOG_PROBS} | next_states | alignment, f"{step_at}, outputs")
    for name in sorted(states | attention):
        _check_same(encoder.outputs[name], step.inputs[name], name, where)
    for name in sorted(states):
        following = step.outputs[
            name.replace(DECODER_STATE_PREFIX, NEXT_DECODER_STATE_PREFIX)
        ]
        _check_same(step.inputs[name], following, f"next_{name}", where)
    if not isinstance(step.outputs[LOG_PROBS].shape[-1], int):
        raise BundleError(
            f"{step_at}, outputs, {LOG_PROBS} must have a fixed vocabulary size. "
            f"Received: {list(step.outputs[LOG_PROBS].shape)}."
        )
    # Not `attends`: a step may return an alignment that it needs no input for.
    features = manifest.confidence.features if manifest.confidence else ()
    unmeasured = sorted(set(features) & set(ATTENTION_FEATURES))
    if unmeasured and ALIGNMENT not in step.outputs:
        raise BundleError(
            f"confidence in {where} must not go by attention, which the decoder step "
            f"does not return. Received: {', '.join(unmeasured)}."
        )


def _check(
    tensors: Mapping[str, TensorSpec],
    required: set[str],
    where: str,
    exactly: bool = False,
) -> None:
    missing = sorted(required - set(tensors))
    unknown = sorted(set(tensors) - required) if exactly else []
    if missing or unknown:
        raise BundleError(
            f"{where} must be {', '.join(sorted(required))}. Received: "
            f"{', '.join(sorted(tensors)) or 'none'}."
        )
    for name in required:
        dtype, rank = _KINDS.get(name, ("float32", 2))
        spec = tensors[name]
        if spec.dtype != dtype or len(spec.shape) != rank:
            raise BundleError(
                f"{where}, {name} must be {dtype} with {rank} axes. "
                f"Received: {spec.dtype} {list(spec.shape)}."
            )


def _check_same(first: TensorSpec, second: TensorSpec, name: str, where: str) -> None:
    differ = any(
        isinstance(a, int) and isinstance(b, int) and a != b
        for a, b in zip(first.shape, second.shape, strict=True)
    )
    if differ:
        raise BundleError(
            f"{name} in {where} must keep its shape from one graph to the next. "
            f"Received: {list(first.shape)}, then {list(second.shape)}."
        )
