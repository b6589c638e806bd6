"""The Keras model that `model.fit` trains."""

import inspect
from collections.abc import Callable
from typing import Any

import keras


@keras.saving.register_keras_serializable(package="keras_s2s")
class TranslatorModel(keras.Model):
    """A functional model from source and target ids to logits.

    All of Keras works on it but `class_weight`: Keras makes one weight of a whole row
    of target ids, which means nothing here.
    """

    def fit(self, *args: Any, **kwargs: Any) -> Any:
        """Train, as `keras.Model.fit`.

        Raises:
            ValueError: A `class_weight` is given.
        """
        _refuse_class_weight(super().fit, args, kwargs)
        return super().fit(*args, **kwargs)

    def train_on_batch(self, *args: Any, **kwargs: Any) -> Any:
        """Train one step, as `keras.Model.train_on_batch`.

        Raises:
            ValueError: A `class_weight` is given.
        """
        _refuse_class_weight(super().train_on_batch, args, kwargs)
        return super().train_on_batch(*args, **kwargs)


def _refuse_class_weight(
    method: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    given = inspect.signature(method).bind(*args, **kwargs).arguments
    if given.get("class_weight") is not None:
        raise ValueError(
            "`class_weight` weighs rows by their class, and a target has a class a "
            "token. Give `sample_weight` instead, one a sentence (batch,) or one a "
            f"token (batch, target_length). Received: class_weight="
            f"{given['class_weight']}."
        )
