"""What each target position counts in a loss or a metric."""

from typing import Any

from keras import ops

from keras_s2s.model.cross_entropy import real_tokens


def token_weights(target_ids: Any, sample_weight: Any, dtype: Any) -> Any:
    """Return what each position counts, `(batch, target_length)`; padding counts 0.

    Args:
        target_ids: Shape `(batch, target_length)`.
        sample_weight: One a sentence, `(batch,)` or `(batch, 1)`, one a token,
            `(batch, target_length)`, or None.
        dtype: Of the result.

    Raises:
        ValueError: The weights have another shape.
    """
    real = real_tokens(target_ids, dtype)
    if sample_weight is None:
        return real
    weights = ops.cast(ops.convert_to_tensor(sample_weight), dtype)
    # After batches of different kinds of weights, TensorFlow knows no number of axes.
    if weights.shape.rank is None:
        return real * ops.reshape(weights, (ops.shape(real)[0], -1))
    _check_weights(tuple(weights.shape), tuple(target_ids.shape))
    if len(weights.shape) == 1:
        weights = ops.expand_dims(weights, axis=1)
    return real * weights


def check_target_shapes(target_ids: Any, logits: Any) -> None:
    """Refuse target ids and logits that do not belong together.

    Raises:
        ValueError: The message names the argument and the shape it must have.
    """
    ids_shape, logits_shape = target_ids.shape, logits.shape
    if ids_shape.rank is None or logits_shape.rank is None:
        return
    ids_shape, logits_shape = tuple(ids_shape), tuple(logits_shape)
    if len(logits_shape) != 3:
        raise ValueError(
            "`y_pred` must have shape (batch, target_length, vocab_size). "
            f"Received y_pred of shape {logits_shape}."
        )
    if len(ids_shape) != 2 or not _fit(ids_shape, logits_shape[:2]):
        raise ValueError(
            "`y_true` must be token ids of shape (batch, target_length), as long as "
            f"`y_pred`. Received y_true of shape {ids_shape} and y_pred of shape "
            f"{logits_shape}."
        )


def _check_weights(
    shape: tuple[int | None, ...], ids_shape: tuple[int | None, ...]
) -> None:
    allowed = [ids_shape[:1], (*ids_shape[:1], 1), ids_shape]
    if not any(_fit(shape, each) for each in allowed):
        raise ValueError(
            "`sample_weight` must have shape (batch,), (batch, 1) or "
            f"(batch, target_length). Received sample_weight of shape {shape} and "
            f"target ids of shape {ids_shape}."
        )


def _fit(one: tuple[int | None, ...], other: tuple[int | None, ...]) -> bool:
    """Whether two shapes may be the same, as far as their sizes are known."""
    return len(one) == len(other) and all(
        None in sizes or sizes[0] == sizes[1] for sizes in zip(one, other, strict=True)
    )
