"""A recipe: everything that decides what a training run becomes, to and from JSON."""

import contextlib
import dataclasses
import json
import types
import typing
from dataclasses import dataclass, field
from typing import Any, Literal, Self, get_args, get_origin, get_type_hints

Attention = Literal["bahdanau", "none"]
Cell = Literal["gru", "lstm", "rnn"]
Normalization = Literal["nmt_nfkc", "nfkc", "nmt_nfkc_cf", "nfkc_cf", "identity"]
TiedEmbeddings = Literal["none", "target", "all"]


class ConfigError(ValueError):
    """A recipe holds an unknown key, a value of the wrong type or a contradiction."""


class _JsonConfig:
    """Conversion between frozen dataclasses and plain JSON objects."""

    def to_json(self) -> dict[str, Any]:
        """Return a plain object of the same structure."""
        return dataclasses.asdict(self)  # type: ignore[call-overload, no-any-return]

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Build a config; refuse keys it does not have, naming those it has.

        Raises:
            ConfigError: A key is unknown or a value has the wrong type.
        """
        hints = get_type_hints(cls)
        _check_keys(cls.__name__, values, hints)
        converted: dict[str, Any] = {}
        for key, value in values.items():
            hint = hints[key]
            if isinstance(hint, type) and issubclass(hint, _JsonConfig):
                converted[key] = hint.from_json(value)
            else:
                converted[key] = _converted(key, value, hint)
        return cls(**converted)


@dataclass(frozen=True)
class ModelConfig(_JsonConfig):
    """The architecture.

    Attributes:
        attention: "bahdanau" looks back at the source at every step; "none" has one
            fixed-length context vector, the encoder's final state.
        cell: Recurrent cell of encoder and decoder.
        embedding_dim: Width of source and target embeddings.
        encoder_units: Width of each direction of each encoder layer.
        encoder_layers: Encoder layers; those above the first add their input.
        bidirectional: Whether each encoder layer also reads backwards.
        units: Width of each decoder state.
        decoder_layers: Decoder layers; those above the first add their input.
        attention_units: Width in which query and keys are compared.
        conditional: Whether a recurrent cell of its own makes the attention's query.
        tied_embeddings: "target" shares the target embedding with the output layer,
            "all" shares it with the source embedding too (needs one vocabulary).
        embedding_dropout: Rate on source and target embeddings.
        word_dropout: Rate at which a whole embedded token is dropped.
        word_dropout_sides: "both", or "target" alone: a decoder that misses tokens of
            its own looks at the source for them, while a source token that is missing
            has to be looked for beside its place.
        context_dropout: Rate on encoder states.
        output_dropout: Rate on the last layer before the logits.
        recurrent_dropout: Rate at which single weights of the recurrent kernels are
            dropped, anew for every batch.
        layer_norm: Whether the outputs of encoder layers and what the readout reads
            are normalised.
    """

    attention: Attention = "bahdanau"
    cell: Cell = "gru"
    embedding_dim: int = 256
    encoder_units: int = 256
    encoder_layers: int = 1
    bidirectional: bool = True
    units: int = 256
    decoder_layers: int = 1
    attention_units: int = 256
    conditional: bool = False
    tied_embeddings: TiedEmbeddings = "none"
    embedding_dropout: float = 0.0
    word_dropout: float = 0.0
    word_dropout_sides: Literal["both", "target"] = "both"
    context_dropout: float = 0.0
    output_dropout: float = 0.0
    recurrent_dropout: float = 0.0
    layer_norm: bool = False

    def __post_init__(self) -> None:
        for name in (
            "embedding_dim",
            "encoder_units",
            "encoder_layers",
            "units",
            "decoder_layers",
            "attention_units",
        ):
            _check(getattr(self, name) >= 1, self, name, "must be at least 1")
        for name in (
            "embedding_dropout",
            "word_dropout",
            "context_dropout",
            "output_dropout",
            "recurrent_dropout",
        ):
            _check(0 <= getattr(self, name) < 1, self, name, "must be in [0, 1)")
        if self.attention == "none":
            _check(not self.conditional, self, "conditional", "needs attention")
            if self.tied_embeddings != "none":
                _check(
                    self.units == self.embedding_dim,
                    self,
                    "units",
                    "must equal embedding_dim to tie the output without attention",
                )

    @property
    def value_dim(self) -> int:
        """Width of the encoder states."""
        return self.encoder_units * (2 if self.bidirectional else 1)


@dataclass(frozen=True)
class DataConfig(_JsonConfig):
    """How text becomes batches.

    Attributes:
        source_language: Language code of the source, for the bundle and its card.
        target_language: Language code of the target.
        source_vocab_size: Pieces of the source tokenizer, special tokens included.
        target_vocab_size: Pieces of the target tokenizer.
        shared_vocabulary: Whether one tokenizer (of `target_vocab_size` pieces, trained
            on both sides) serves both.
        tokenizer_model: SentencePiece algorithm.
        normalization: SentencePiece's normalisation rule; those in `_cf` fold case.
        character_coverage: Share of characters the vocabularies must cover.
        max_source_length: Longest source kept for training, in tokens, bos and eos
            included; on the device longer lines are split.
        max_target_length: Longest target kept for training, in tokens, eos included.
        batch_tokens: Target tokens in a batch, padding included.
        subword_sampling: Smoothing of the distribution from which every epoch draws a
            new segmentation of every sentence; lower is more random, 0 always takes
            the best one.
    """

    source_language: str = "source"
    target_language: str = "target"
    source_vocab_size: int = 4000
    target_vocab_size: int = 4000
    shared_vocabulary: bool = False
    tokenizer_model: Literal["unigram", "bpe"] = "unigram"
    normalization: Normalization = "nmt_nfkc"
    character_coverage: float = 0.9999
    max_source_length: int = 80
    max_target_length: int = 80
    batch_tokens: int = 1500
    subword_sampling: float = 0.0

    def __post_init__(self) -> None:
        for name in ("source_vocab_size", "target_vocab_size"):
            _check(getattr(self, name) >= 8, self, name, "must be at least 8")
        for name in ("max_source_length", "max_target_length"):
            _check(getattr(self, name) >= 3, self, name, "must be at least 3")
        _check(
            self.subword_sampling >= 0, self, "subword_sampling", "must not be negative"
        )
        _check(self.batch_tokens >= 1, self, "batch_tokens", "must be at least 1")
        _check(
            0.5 <= self.character_coverage <= 1,
            self,
            "character_coverage",
            "must be in [0.5, 1]",
        )


@dataclass(frozen=True)
class TrainingConfig(_JsonConfig):
    """How the weights are found.

    Attributes:
        epochs: Passes over the training pairs.
        learning_rate: Highest learning rate of Adam.
        warmup_epochs: Epochs of linear rise from 0 to `learning_rate`.
        final_learning_rate: What the cosine decay after the warm-up ends at.
        gradient_norm: Largest global norm of a gradient; 0 for no clipping.
        label_smoothing: Probability spread over the whole vocabulary.
        consistency: Weight of the divergence between two passes of the same pairs under
            different dropout; 0 for one pass. `batch_tokens` counts both.
        weight_averaging: Decay per step of the exponential moving average of the
            weights that is validated and kept; 0 for no averaging.
        patience: Epochs without a better validation BLEU before training stops; 0
            never stops early.
        first_validation_epoch: Epoch after which the first validation BLEU is taken.
        validation_pairs: At most so many validation pairs are translated; 0 for all.
        bleu_tokenizer: sacreBLEU's tokenizer for validation; "auto" goes by the target
            language, "none" is for text that is tokenized already.
        operator_threads: Threads that one TensorFlow operator may use; 0 leaves it to
            TensorFlow. For layers of about 128 units, one thread an operator and
            several operators at once take half the time.
        batch_parts: Groups of a batch's rows that are computed at the same time, each
            on a core, and whose gradients are added up, with `operator_threads=1`. On 4
            cores two pay for batches of a thousand tokens, four for several thousand.
            Batches of 4,000 tokens a part and more are computed some rows at a time.
        products: Precision of matrix products while training; "auto" takes bfloat16,
            in one of two ways, where a measurement at the start finds it faster.
            Weights, validation and everything that is saved are float32.
        seed: Decides initial weights, order of batches and dropout.
    """

    epochs: int = 20
    learning_rate: float = 1e-3
    warmup_epochs: float = 1.0
    final_learning_rate: float = 1e-5
    gradient_norm: float = 1.0
    label_smoothing: float = 0.1
    consistency: float = 0.0
    weight_averaging: float = 0.998
    patience: int = 6
    first_validation_epoch: int = 1
    validation_pairs: int = 0
    bleu_tokenizer: Literal["auto", "13a", "intl", "char", "zh", "none"] = "auto"
    operator_threads: int = 0
    batch_parts: int = 1
    products: Literal["auto", "float32", "bfloat16"] = "auto"
    seed: int = 1

    def __post_init__(self) -> None:
        _check(self.epochs >= 1, self, "epochs", "must be at least 1")
        _check(self.learning_rate > 0, self, "learning_rate", "must be positive")
        for name in ("label_smoothing", "weight_averaging"):
            _check(0 <= getattr(self, name) < 1, self, name, "must be in [0, 1)")
        for name in (
            "warmup_epochs",
            "final_learning_rate",
            "gradient_norm",
            "consistency",
            "patience",
            "validation_pairs",
            "operator_threads",
            "seed",
        ):
            _check(getattr(self, name) >= 0, self, name, "must not be negative")
        _check(self.batch_parts >= 1, self, "batch_parts", "must be at least 1")
        _check(
            self.batch_parts == 1 or not self.consistency,
            self,
            "batch_parts",
            "must be 1 with `consistency`, which compares a batch's halves",
        )
        _check(
            self.first_validation_epoch >= 1,
            self,
            "first_validation_epoch",
            "must be at least 1",
        )


@dataclass(frozen=True)
class Recipe(_JsonConfig):
    """Model, data and training together: the whole of `config.json`."""

    model: ModelConfig = field(default_factory=ModelConfig)
    data: DataConfig = field(default_factory=DataConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)

    def __post_init__(self) -> None:
        _check(
            self.model.tied_embeddings != "all" or self.data.shared_vocabulary,
            self.model,
            "tied_embeddings",
            'needs shared_vocabulary=true to tie "all"',
        )

    def with_settings(self, settings: dict[str, str]) -> "Recipe":
        """Return a recipe with single values replaced, as `--set key=value` gives them.

        Args:
            settings: Values as text, by key; keys are those of the three configs.

        Raises:
            ConfigError: A key is unknown or its value cannot be read.
        """
        sections = {name: getattr(self, name) for name in ("model", "data", "training")}
        owners = {
            key.name: name
            for name, section in sections.items()
            for key in dataclasses.fields(section)
        }
        _check_keys("a recipe", settings, owners)
        changes: dict[str, dict[str, Any]] = {name: {} for name in sections}
        for key, text in settings.items():
            section = sections[owners[key]]
            hint = get_type_hints(type(section))[key]
            changes[owners[key]][key] = _parsed(key, text, hint)
        return Recipe(
            **{
                name: dataclasses.replace(section, **changes[name])
                for name, section in sections.items()
            }
        )


def _check_keys(
    owner: str, given: typing.Iterable[str], known: typing.Iterable[str]
) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ConfigError(
            f"{owner} has no key {', '.join(map(repr, unknown))}. "
            f"Valid keys: {', '.join(sorted(known))}."
        )


def _check(holds: bool, config: Any, name: str, rule: str) -> None:
    if not holds:
        raise ConfigError(f"`{name}` {rule}. Received: {name}={getattr(config, name)}.")


def _converted(key: str, value: Any, hint: Any) -> Any:
    """Return `value` as the type `hint` asks for."""
    if get_origin(hint) is Literal:
        if value in get_args(hint):
            return value
        expected = f"one of {', '.join(map(repr, get_args(hint)))}"
    elif hint is bool:
        if isinstance(value, bool):
            return value
        expected = "true or false"
    elif hint is int:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        expected = "a whole number"
    elif hint is float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        expected = "a number"
    else:
        if isinstance(value, str):
            return value
        expected = "text"
    raise ConfigError(f"`{key}` must be {expected}. Received: {key}={value!r}.")


def _parsed(key: str, text: str, hint: Any) -> Any:
    """Read a command line's text as the type `hint` asks for."""
    if hint is str or get_origin(hint) in (Literal, types.UnionType):
        return _converted(key, text, hint)
    try:
        value = json.loads(text.lower() if hint is bool else text)
    except json.JSONDecodeError:
        value = text
        if hint is float:
            with contextlib.suppress(ValueError):
                value = float(text)  # JSON knows no ".2" and no "1."
    return _converted(key, value, hint)
