"""The sizes of model that `auto` chooses between, and what a token costs them."""

from dataclasses import dataclass
from typing import Any

from keras_s2s.config import ModelConfig
from keras_s2s.presets import PRESETS

_OVERHEAD = 540_000
"""Multiplications that take as long as what a step costs beside its matmuls.

Two models on Zen 5 cores (docs/recipes.md): 160 units and one encoder layer train 4.4
times as many tokens a second as `small`, with 6.2 times less to multiply.
"""


@dataclass(frozen=True)
class Size:
    """A size of model.

    Attributes:
        name: What it is called in messages.
        widths: Values of the model section.
        learning_rate: Highest learning rate where a corpus is passed over often.
        fast_learning_rate: The same for few passes with little dropout.
        least_tokens: Target tokens, all passes together, from which it is worth its
            time.
        dropout_share: Share of the dropout that the number of passes asks for: a small
            model overfits less.
    """

    name: str
    widths: dict[str, Any]
    learning_rate: float
    fast_learning_rate: float
    least_tokens: float
    dropout_share: float = 1.0

    def model_values(self, attention: str) -> dict[str, Any]:
        """Return the values of the model section for one of the two systems."""
        if attention != "none":
            return self.widths
        # One final state is the context, and meets the output's weights.
        widths = "embedding_dim", "encoder_units", "units"
        return dict.fromkeys(widths, self.widths["units"])


def _of_preset(name: str) -> dict[str, Any]:
    known = "embedding_dim", "encoder_units", "encoder_layers", "units"
    model = PRESETS[name]["model"]
    return {key: model[key] for key in known if key in model}


NARROW = Size(
    "narrow",
    {
        "embedding_dim": 160,
        "encoder_units": 96,
        "encoder_layers": 3,
        "units": 224,
        "attention_units": 128,
    },
    learning_rate=2e-3,
    fast_learning_rate=2e-3,
    least_tokens=0,
    dropout_share=0.5,
)
SMALL = Size("small", _of_preset("small"), 1e-3, 1.5e-3, 4e6)
BASE = Size("base", _of_preset("base"), 1e-3, 1.5e-3, 6e6)
SIZES = NARROW, SMALL, BASE
"""From the smallest to the largest."""


def cost_of_token(model: ModelConfig, target_vocab_size: int) -> float:
    """Return what a target token costs, in multiplications of a forward pass.

    A source is taken to be as long as its target. The proportion of two models' costs
    is about that of their seconds.
    """
    gates: int = {"gru": 3, "lstm": 4, "rnn": 1}[model.cell]
    directions = 2 if model.bidirectional else 1
    encoder, width = 0.0, model.embedding_dim
    for _ in range(model.encoder_layers):
        units = model.encoder_units
        encoder += directions * gates * (width + units) * units
        width = directions * units
    context = 0 if model.attention == "none" else model.value_dim
    units = model.units
    decoder = model.decoder_layers * gates * (context + units) * units
    decoder += gates * model.embedding_dim * units
    if model.conditional:
        decoder += gates * units * units
    if model.attention != "none":
        decoder += (units + context) * model.attention_units
    readout = (units + context + model.embedding_dim) * model.embedding_dim
    output = model.embedding_dim * target_vocab_size
    return encoder + decoder + readout + output + _OVERHEAD
