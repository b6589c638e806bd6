"""Named recipes to start from."""

from typing import Any

from keras_s2s.config import ConfigError, ModelConfig, Recipe

_DEEP_AND_REGULARISED: dict[str, Any] = {
    "conditional": True,
    # Worth more than wider layers, and cheaper: docs/recipes.md.
    "encoder_layers": 3,
    "tied_embeddings": "target",
    "embedding_dropout": 0.4,
    "word_dropout": 0.1,
    "context_dropout": 0.4,
    "output_dropout": 0.4,
}

# What the guarantees of docs/fidelity.md need; what that costs: docs/recipes.md.
_CARRYING: dict[str, Any] = {
    "slot_share": 0.9,
    "drawn_slot_share": 0.2,
    "small_letter_share": 0.05,
}

_LONG_TRAINING: dict[str, Any] = {
    "epochs": 25,
    "patience": 0,
    # Matmuls are small: several at the same time, one thread each, take less time than
    # one after the other on several threads.
    "operator_threads": 1,
    # Two shards: on 4 cores a step takes three quarters of the time, on 2 as long.
    "batch_parts": 2,
}

PRESETS: dict[str, dict[str, dict[str, Any]]] = {
    "plain": {"model": {}, "data": {}, "training": {}},
    "tiny": {
        "model": {
            "embedding_dim": 128,
            "encoder_units": 64,
            "units": 128,
            "attention_units": 64,
        },
        "data": {
            # Larger ones would hold whole phrases of the phrasebook as single pieces.
            "source_vocab_size": 600,
            "target_vocab_size": 900,
            "max_source_length": 120,
            "max_target_length": 120,
            "batch_tokens": 1800,
        },
        "training": {
            "epochs": 12,
            "learning_rate": 4e-3,
            "weight_averaging": 0.98,
            "operator_threads": 1,
        },
    },
    "small": {
        "model": {"units": 384, **_DEEP_AND_REGULARISED},
        "data": {"batch_tokens": 1200, **_CARRYING},
        "training": _LONG_TRAINING,
    },
    "base": {
        "model": {"units": 512, "encoder_units": 384, **_DEEP_AND_REGULARISED},
        "data": {"batch_tokens": 1200, **_CARRYING},
        "training": _LONG_TRAINING,
    },
}
"""Values that differ from the defaults, by preset and section of the recipe."""


def preset_recipe(name: str, attention: str = "bahdanau", cell: str = "gru") -> Recipe:
    """Return a named recipe for one of the two systems and one of the three cells.

    Args:
        name: Key of `PRESETS`.
        attention: "bahdanau" or "none".
        cell: "gru", "lstm" or "rnn".

    Raises:
        ConfigError: One of them is unknown; the message lists the valid ones.
    """
    if name not in PRESETS:
        raise ConfigError(
            f"`preset` must be one of {', '.join(PRESETS)}. Received: {name}."
        )
    preset = PRESETS[name]
    model = {**preset["model"], "attention": attention, "cell": cell}
    if attention == "none":
        model |= _without_attention(model)
    return Recipe.from_json({**preset, "model": model})


def _without_attention(model: dict[str, Any]) -> dict[str, Any]:
    """Return what differs where one context vector has to carry the source."""
    units = model.get("units", ModelConfig.units)
    changes = {
        "conditional": False,
        # Measured with one layer alone.
        "encoder_layers": 1,
        # The final state of one left-to-right pass is the context: as wide as the
        # decoder's state, it goes over as it is.
        "bidirectional": False,
        "encoder_units": units,
    }
    if model.get("tied_embeddings", "none") != "none":
        # The state meets the output's weights directly.
        changes["embedding_dim"] = units
    return changes
