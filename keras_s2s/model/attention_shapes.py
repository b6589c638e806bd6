"""Which shapes can be attended over."""

from typing import Any

from keras import ops


def checked_mask(mask: Any, keys_shape: tuple[int | None, ...]) -> Any:
    """Return a mask `(batch, source_length)` as booleans; None stays None.

    Raises:
        ValueError: It has another number of axes, or another length than the keys.
    """
    if mask is None:
        return None
    mask = ops.convert_to_tensor(mask)
    shape = tuple(mask.shape)
    if len(shape) != 2 or _differ(shape[1], keys_shape[1]):
        raise ValueError(
            "`mask` must have shape (batch, source_length), as long as `keys`. "
            f"Received mask of shape {shape} and keys of shape {tuple(keys_shape)}."
        )
    return ops.cast(mask, "bool")


def check_attention_shapes(
    units: int,
    query_shape: tuple[int | None, ...],
    keys_shape: tuple[int | None, ...],
    values_shape: tuple[int | None, ...],
) -> None:
    """Refuse shapes that cannot be attended over.

    Raises:
        ValueError: The message names the argument and the shape it must have.
    """
    if len(query_shape) not in (2, 3):
        raise ValueError(
            "`query` must have shape (batch, query_dim) or "
            "(batch, target_length, query_dim). "
            f"Received query of shape {tuple(query_shape)}."
        )
    for name, shape in (("keys", keys_shape), ("values", values_shape)):
        if len(shape) != 3:
            raise ValueError(
                f"`{name}` must have shape (batch, source_length, features). "
                f"Received {name} of shape {tuple(shape)}."
            )
    if keys_shape[-1] != units:
        raise ValueError(
            f"`keys` must be projected to `units`={units} features. "
            f"Received keys of shape {tuple(keys_shape)}."
        )
    if _differ(keys_shape[1], values_shape[1]):
        raise ValueError(
            "`keys` and `values` must have the same source length. "
            f"Received keys of shape {tuple(keys_shape)} and values of shape "
            f"{tuple(values_shape)}."
        )


def _differ(one: int | None, other: int | None) -> bool:
    """Whether two sizes are known and not the same."""
    return None not in (one, other) and one != other
