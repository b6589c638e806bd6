"""The recipe of an adaptation: that of the run, with a schedule for little text."""

from collections.abc import Mapping
from dataclasses import fields, replace

from keras_s2s.config import ConfigError, Recipe, TrainingConfig

EPOCHS = 10
_RATE_SHARE = 0.3
"""Share of the first training's highest learning rate: enough to learn new words, and
too little to leave what is known at once."""
_WARMUP_SHARE = 0.1
_PATIENCE = 5

_CHANGEABLE = {
    *(field.name for field in fields(TrainingConfig)),
    "batch_tokens",
    "embedding_dropout",
    "word_dropout",
    "context_dropout",
    "output_dropout",
    "recurrent_dropout",
}


def fine_tuning_recipe(
    recipe: Recipe,
    epochs: int | None = None,
    settings: Mapping[str, str] | None = None,
    *,
    again: bool = False,
) -> Recipe:
    """Return the recipe by which a run is adapted.

    Args:
        recipe: The recipe of the run.
        epochs: Passes over the new text; by default as the settings say, or `EPOCHS`.
        settings: Single values as text, by key.
        again: Whether the run is an adaptation itself, with a learning rate for that.

    Raises:
        ConfigError: A setting is of what must stay as it is: architecture and text.
    """
    settings = dict(settings or {})
    fixed = sorted(settings.keys() - _CHANGEABLE)
    if fixed:
        raise ConfigError(
            "An adaptation keeps the model and the vocabularies of its run. `--set` "
            f"takes {', '.join(sorted(_CHANGEABLE))}. Received: {', '.join(fixed)}."
        )
    if epochs is not None:
        settings["epochs"] = str(epochs)
    before = recipe.training
    rate = before.learning_rate * (1 if again else _RATE_SHARE)
    training = replace(
        before,
        epochs=EPOCHS,
        time_limit=0.0,
        # A short limit leaves the time for few pairs, which bound nothing.
        validation_pairs=0 if before.time_limit else before.validation_pairs,
        measured_speed=0.0,
        learning_rate=rate,
        final_learning_rate=min(before.final_learning_rate, rate),
        patience=_PATIENCE,
        first_validation_epoch=1,
        # That of the processor which trains now.
        matmul_precision="auto",
    )
    # Weights were of the corpora of the first training.
    data = replace(recipe.data, corpus_weights=())
    changed = replace(recipe, data=data, training=training).with_settings(settings)
    if "warmup_epochs" in settings:
        return changed
    warmup = _WARMUP_SHARE * changed.training.epochs
    return replace(changed, training=replace(changed.training, warmup_epochs=warmup))
