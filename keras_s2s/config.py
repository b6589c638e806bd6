"""A recipe: everything that decides what a training run becomes, to and from JSON."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from edge_runtime.bundle.bounds import SEQUENCE_LENGTH
from keras_s2s.checked_config import CheckedConfig, ConfigError, check_keys
from keras_s2s.earlier_keys import current_part, current_settings

__all__ = ["ConfigError", "DataConfig", "ModelConfig", "Recipe", "TrainingConfig"]

Attention = Literal["bahdanau", "none"]
Cell = Literal["gru", "lstm", "rnn"]
Normalization = Literal["nmt_nfkc", "nfkc", "nmt_nfkc_cf", "nfkc_cf", "identity"]
TiedEmbeddings = Literal["none", "target", "all"]

_LARGEST_WIDTH = 65_536
_MOST_LAYERS = 100
_LARGEST_VOCABULARY = 1_000_000
_LARGEST_COUNT = 1_000_000_000
"""Beyond them no machine is large enough: a slip of the hand is told at once."""


@dataclass(frozen=True)
class ModelConfig(CheckedConfig):
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

    def check(self) -> None:
        """Check bounds and combinations.

        Raises:
            ConfigError: One does not hold.
        """
        widths = "embedding_dim", "encoder_units", "units", "attention_units"
        layers = "encoder_layers", "decoder_layers"
        self.require_each(
            (*widths, *layers), lambda size: size >= 1, "must be at least 1"
        )
        self.require_at_most(_LARGEST_WIDTH, widths)
        self.require_at_most(_MOST_LAYERS, layers)
        self.require_each(
            (
                "embedding_dropout",
                "word_dropout",
                "context_dropout",
                "output_dropout",
                "recurrent_dropout",
            ),
            lambda rate: 0 <= rate < 1,
            "must be in [0, 1)",
        )
        if self.attention == "none":
            self.require(not self.conditional, "conditional", "needs attention")
            self.require(
                self.tied_embeddings == "none" or self.units == self.embedding_dim,
                "units",
                "must equal embedding_dim to tie the output without attention",
            )

    @property
    def value_dim(self) -> int:
        """Width of the encoder states."""
        return self.encoder_units * (2 if self.bidirectional else 1)


@dataclass(frozen=True)
class DataConfig(CheckedConfig):
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
        slot_share: Share of the pairs in which a span that stands on both sides, such
            as a number or an address, is a slot; 0 for vocabularies without slots.
            Tags that stand on both sides are taken out of every pair.
        drawn_slot_share: Share of the pairs in which slots are drawn around words that
            translate each other; needs `slot_share`.
        small_letter_share: Share of the pairs whose source is written in small letters
            but for its first, as lines in capitals are read.
        corpus_weights: How often an epoch has the pairs of each corpus, in the order
            in which they are given: 2.5 is twice, and a new half of them once more.
            Empty for each pair once.
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
    slot_share: float = 0.0
    drawn_slot_share: float = 0.0
    small_letter_share: float = 0.0
    corpus_weights: tuple[float, ...] = ()

    def check(self) -> None:
        """Check bounds.

        Raises:
            ConfigError: One does not hold.
        """
        self.require_each(
            ("source_vocab_size", "target_vocab_size"),
            lambda size: size >= 8,
            "must be at least 8",
        )
        self.require_at_most(
            _LARGEST_VOCABULARY, ("source_vocab_size", "target_vocab_size")
        )
        self.require_each(
            ("max_source_length", "max_target_length"),
            lambda length: length >= 3,
            "must be at least 3",
        )
        self.require_at_most(
            SEQUENCE_LENGTH, ("max_source_length", "max_target_length")
        )
        self.require_each(
            ("slot_share", "drawn_slot_share", "small_letter_share"),
            lambda share: 0 <= share <= 1,
            "must be in [0, 1]",
        )
        self.require(
            not self.drawn_slot_share or self.slot_share > 0,
            "drawn_slot_share",
            "needs slot_share",
        )
        self.require(
            all(0 < weight <= 1000 for weight in self.corpus_weights),
            "corpus_weights",
            "must be above 0 and at most 1000",
        )
        self.require(self.batch_tokens >= 1, "batch_tokens", "must be at least 1")
        self.require_at_most(_LARGEST_COUNT, ("batch_tokens",))
        self.require(
            0.98 <= self.character_coverage <= 1,
            "character_coverage",
            "must be in [0.98, 1]",
        )


@dataclass(frozen=True)
class TrainingConfig(CheckedConfig):
    """How the weights are found.

    Attributes:
        epochs: Passes over the training pairs; with a time limit, those that fitted
            into it at the measured speed.
        time_limit: Seconds that the training may take, from its start to its scores,
            all its starts together; its learning rate follows the clock then, and the
            clock ends it, not `epochs`. 0 for no limit.
        measured_speed: Target tokens per second that this machine trained at the start
            of a training with a time limit; 0 where it was not measured.
        learning_rate: Highest learning rate of Adam.
        warmup_epochs: Epochs of linear rise from 0 to `learning_rate`.
        final_learning_rate: What the cosine decay after the warm-up ends at.
        adam_beta_1: Decay per step of Adam's mean of the gradients.
        adam_beta_2: Decay per step of Adam's mean of the squared gradients.
        adam_epsilon: What Adam adds to the root of that mean before it divides.
        gradient_norm: Largest global norm of a gradient; 0 for no clipping.
        label_smoothing: Probability distributed over the whole vocabulary.
        weight_averaging: Decay per step of the exponential moving average of the
            weights that is validated and saved; 0 for no averaging.
        patience: Epochs without a better validation BLEU before training stops; 0
            never stops early.
        first_validation_epoch: Epoch after which the first validation BLEU is taken.
        validation_pairs: At most so many validation pairs are translated; 0 for all.
        bleu_tokenizer: sacreBLEU's tokenizer for validation; "auto" goes by the target
            language, "none" is for text that is tokenized already.
        operator_threads: Threads that one TensorFlow operator may use; 0 leaves it to
            TensorFlow. For layers of about 128 units, one thread an operator and
            several operators at once take half the time.
        batch_parts: Shards of a micro-batch: groups of rows that are computed at the
            same time, each on a core, with `operator_threads=1`; their gradients are
            summed. On 4 cores two pay for batches of a thousand tokens, four for
            several thousand. Gradients of batches of 4,000 tokens a shard and more are
            accumulated over micro-batches.
        matmul_precision: Of the operands of matmuls while training; "auto" is bfloat16
            where the processor has instructions for it, and float32 elsewhere. Weights,
            sums, validation and everything that is saved are float32.
        seed: Decides initial weights, order of batches and dropout.
    """

    epochs: int = 20
    time_limit: float = 0.0
    measured_speed: float = 0.0
    learning_rate: float = 1e-3
    warmup_epochs: float = 1.0
    final_learning_rate: float = 1e-5
    adam_beta_1: float = 0.9
    adam_beta_2: float = 0.98
    adam_epsilon: float = 1e-9
    gradient_norm: float = 1.0
    label_smoothing: float = 0.1
    weight_averaging: float = 0.998
    patience: int = 6
    first_validation_epoch: int = 1
    validation_pairs: int = 0
    bleu_tokenizer: Literal["auto", "13a", "intl", "char", "zh", "none"] = "auto"
    operator_threads: int = 0
    batch_parts: int = 1
    matmul_precision: Literal["auto", "float32", "bfloat16"] = "auto"
    seed: int = 1

    def check(self) -> None:
        """Check bounds and combinations.

        Raises:
            ConfigError: One does not hold.
        """
        self.require_each(
            ("epochs", "batch_parts", "first_validation_epoch"),
            lambda count: count >= 1,
            "must be at least 1",
        )
        self.require_at_most(
            _LARGEST_COUNT,
            (
                *("epochs", "first_validation_epoch", "warmup_epochs", "patience"),
                *("batch_parts", "validation_pairs", "operator_threads"),
            ),
        )
        self.require_each(
            ("learning_rate", "adam_epsilon"),
            lambda value: value > 0,
            "must be positive",
        )
        self.require_each(
            ("adam_beta_1", "adam_beta_2", "label_smoothing", "weight_averaging"),
            lambda share: 0 <= share < 1,
            "must be in [0, 1)",
        )
        self.require_each(
            (
                "time_limit",
                "measured_speed",
                "warmup_epochs",
                "final_learning_rate",
                "gradient_norm",
                "patience",
                "validation_pairs",
                "operator_threads",
                "seed",
            ),
            lambda value: value >= 0,
            "must not be negative",
        )
        # What numpy's generator, which Keras seeds too, takes.
        self.require(self.seed < 2**32, "seed", "must be below 2^32 = 4294967296")


@dataclass(frozen=True)
class Recipe(CheckedConfig):
    """Model, data and training together: the whole of `config.json`.

    Attributes:
        model: The architecture.
        data: How text becomes batches.
        training: How the weights are found.
    """

    model: ModelConfig = field(default_factory=ModelConfig)
    data: DataConfig = field(default_factory=DataConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)

    def check(self) -> None:
        """Check what the parts ask of each other.

        Raises:
            ConfigError: One does not hold.
        """
        self.model.require(
            self.model.tied_embeddings != "all" or self.data.shared_vocabulary,
            "tied_embeddings",
            'needs shared_vocabulary=true to tie "all"',
        )

    @classmethod
    def from_json(cls, values: Mapping[str, Any], *, trained: bool = False) -> Self:
        """Build a recipe; keys that are missing have their defaults.

        Args:
            values: Objects `model`, `data` and `training`; renamed keys of earlier
                releases are understood.
            trained: Whether it describes weights that are trained already, so that
                removed keys that only decided how they were found do not matter.

        Raises:
            ConfigError: A key is unknown or removed, or a value has the wrong type or
                is out of bounds.
        """
        if isinstance(values, Mapping):
            values = {
                part: current_part(part, value, trained=trained)
                if isinstance(value, Mapping)
                else value
                for part, value in values.items()
            }
        return super().from_json(values)

    def with_settings(self, settings: Mapping[str, str]) -> Self:
        """Return a recipe with single values replaced, as `--set key=value` gives them.

        Args:
            settings: Values as text, by key; keys are those of the three configs, or
                earlier names of them.

        Raises:
            ConfigError: A key is unknown or removed, or its value cannot be read.
        """
        settings = current_settings(settings)
        sections = self._sections
        owners = {
            key: name
            for name, section in sections.items()
            for key in section.field_names()
        }
        check_keys("a recipe", settings, owners)
        changed = {
            name: section.with_texts(
                {key: text for key, text in settings.items() if owners[key] == name}
            )
            for name, section in sections.items()
        }
        return dataclasses.replace(self, **changed)

    @property
    def languages(self) -> tuple[str, str]:
        """Codes of source and target language."""
        return self.data.source_language, self.data.target_language

    @property
    def _sections(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.field_names()}
