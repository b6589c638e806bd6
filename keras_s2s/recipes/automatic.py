"""The preset `auto`: a recipe for a corpus and for the time there is, with reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from keras_s2s.config import ConfigError, Recipe
from keras_s2s.presets import preset_recipe
from keras_s2s.recipes.corpus_facts import DENSE_SCRIPT, CorpusFacts, SideFacts
from keras_s2s.recipes.rules import (
    CORPUS_RULES,
    LEAST_PATIENCE,
    PASSES_RULES,
    PATIENCE_SHARE,
    REFERENCE_SPEED,
    WARMUP_SHARE,
    WARMUP_STEPS,
    CorpusRule,
)
from keras_s2s.recipes.sizes import SIZES, SMALL, Size, cost_of_token


@dataclass(frozen=True)
class Choice:
    """A recipe and why it is that one.

    Attributes:
        recipe: The recipe.
        reasons: One line a choice.
    """

    recipe: Recipe
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class TimeThere:
    """How much can be trained.

    Attributes:
        seconds: Seconds that are left for training.
        speed: Target tokens per second of the model of `recipe`.
        recipe: What the speed was measured with; None for a guess.
        epoch_tokens: Target tokens of the corpus.
    """

    seconds: float
    speed: float
    recipe: Recipe | None
    epoch_tokens: float


VOCABULARY_SIZES = frozenset({"source_vocab_size", "target_vocab_size"})


@dataclass(frozen=True)
class Automatic:
    """Chooses recipes.

    Attributes:
        attention: "bahdanau" or "none".
        cell: "gru", "lstm" or "rnn".
        settings: Values that are set whatever the rules say, by key, as text.
        time_limit: Seconds that the training may take; 0 for no limit.
    """

    attention: str = "bahdanau"
    cell: str = "gru"
    settings: Mapping[str, str] = field(default_factory=dict)
    time_limit: float = 0.0

    def __post_init__(self) -> None:
        """Refuse settings of what the rules and the clock decide."""
        decided = {"time_limit", "measured_speed"}
        if self.time_limit:
            decided.add("epochs")
        for key in self.settings:
            if key in decided:
                raise ConfigError(
                    f"`{key}` must be left to the time limit. "
                    f"Received: {key}={self.settings[key]}."
                )

    @property
    def languages(self) -> tuple[str, str]:
        """Codes of source and target language."""
        return Recipe().with_settings(self.settings).languages

    @property
    def chosen_vocabularies(self) -> frozenset[str]:
        """Sizes of vocabularies that the rules choose: what the text may not fill."""
        return VOCABULARY_SIZES - self.settings.keys()

    def for_corpus(self, facts: CorpusFacts) -> Choice:
        """Choose by the corpus, and with a limit by a guess of the speed."""
        if not self.time_limit:
            return self._choose(facts, None)
        tokens = facts.pairs * facts.target.expected_tokens
        guess = TimeThere(self.time_limit, REFERENCE_SPEED, None, tokens)
        return self._choose(facts, guess)

    def for_time(self, facts: CorpusFacts, time: TimeThere) -> Choice:
        """Choose by the corpus and by what was measured."""
        return self._choose(facts, time)

    def _choose(self, facts: CorpusFacts, time: TimeThere | None) -> Choice:
        corpus_rule = next(rule for rule in CORPUS_RULES if facts.pairs < rule.below)
        source_pieces = _pieces(corpus_rule, facts.source)
        target_pieces = _pieces(corpus_rule, facts.target)
        if time and time.recipe:
            # The tokenizers are there; they may be smaller.
            source_pieces = time.recipe.data.source_vocab_size
            target_pieces = time.recipe.data.target_vocab_size
        data = {
            "source_vocab_size": source_pieces,
            "target_vocab_size": target_pieces,
            "batch_tokens": corpus_rule.batch_tokens,
        }
        reasons = [
            f"vocabularies: {source_pieces} and {target_pieces} pieces, for "
            f"{facts.pairs} pairs and {facts.source.alphabet} and "
            f"{facts.target.alphabet} different characters",
            f"batches: {data['batch_tokens']} target tokens, for {facts.pairs} pairs",
        ]
        size, reason = self._size(corpus_rule, data, time)
        reasons.append(reason)
        if time:
            passes = self._tokens(size, data, time) / time.epoch_tokens
        else:
            passes = corpus_rule.epochs
        passes_rule = next(rule for rule in PASSES_RULES if passes < rule.below)
        epochs = max(1, round(passes))
        where = "fit into the time" if time else "are best without a limit"
        reasons.append(f"epochs: some {passes:.1f} passes over the text {where}")
        dropout = size.dropout_share * passes_rule.dropout
        word_dropout = size.dropout_share * passes_rule.word_dropout
        reasons.append(
            f"dropout: {dropout:g}, of whole words {word_dropout:g}, for {passes:.1f} "
            f"passes and the size {size.name}"
        )
        rate = size.fast_learning_rate if passes_rule.is_fast else size.learning_rate
        reasons.append(
            f"learning rate: {rate:g}, for the size {size.name} and this dropout"
        )
        patience = max(LEAST_PATIENCE, round(PATIENCE_SHARE * epochs))
        recipe = self._recipe(
            size,
            data,
            dropout=dropout,
            word_dropout=word_dropout,
            training={
                "epochs": epochs,
                "learning_rate": rate,
                "time_limit": self.time_limit,
                "warmup_epochs": self._warmup(facts, time, data, epochs),
                "patience": 0 if time else patience,
            },
        )
        if self.settings:
            given = ", ".join(f"{key}={text}" for key, text in self.settings.items())
            reasons.append(f"as given: {given}")
        return Choice(recipe, tuple(reasons))

    def _size(
        self, rule: CorpusRule, data: dict[str, Any], time: TimeThere | None
    ) -> tuple[Size, str]:
        """Return the largest size that the corpus and the time are enough for."""
        if time is None:
            return rule.size, f"size: {rule.size.name}, for as many pairs"
        allowed = SIZES[: SIZES.index(rule.size) + 1]
        found = allowed[0]
        for size in allowed:
            if self._tokens(size, data, time) >= size.least_tokens:
                found = size
        millions = self._tokens(found, data, time) / 1e6
        larger = allowed[allowed.index(found) + 1 :]
        reason = f"size: {found.name}, which trains {millions:.1f} million tokens"
        if larger:
            other = self._tokens(larger[0], data, time) / 1e6
            reason += (
                f"; {larger[0].name} would train {other:.1f} and needs "
                f"{larger[0].least_tokens / 1e6:.1f}"
            )
        else:
            reason += "; a larger one is not worth it for as many pairs"
        return found, reason

    def _tokens(self, size: Size, data: dict[str, Any], time: TimeThere) -> float:
        """Return the target tokens that a size trains in the time."""
        measured = time.recipe or self._recipe(SMALL, data)
        return (
            time.seconds
            * time.speed
            * _cost(measured)
            / _cost(self._recipe(size, data))
        )

    def _recipe(
        self,
        size: Size,
        data: dict[str, Any],
        *,
        dropout: float = 0.0,
        word_dropout: float = 0.0,
        training: dict[str, Any] | None = None,
    ) -> Recipe:
        """Return the recipe of a size, with what the user has set."""
        start = preset_recipe(SMALL.name, self.attention, self.cell)
        model = {
            **size.model_values(self.attention),
            "embedding_dropout": dropout,
            "context_dropout": dropout,
            "output_dropout": dropout,
            "word_dropout": word_dropout,
        }
        recipe = Recipe(
            replace(start.model, **model),
            replace(start.data, **data),
            replace(start.training, **(training or {})),
        )
        return recipe.with_settings(self.settings)

    def _warmup(
        self,
        facts: CorpusFacts,
        time: TimeThere | None,
        data: dict[str, Any],
        epochs: int,
    ) -> float:
        """Return the epochs of the warm-up."""
        tokens = (
            time.epoch_tokens if time else facts.pairs * facts.target.expected_tokens
        )
        steps: float = max(1.0, tokens / data["batch_tokens"])
        return round(min(WARMUP_STEPS / steps, WARMUP_SHARE * epochs), 4)


def _pieces(rule: CorpusRule, side: SideFacts) -> int:
    """Return the pieces of a vocabulary."""
    if side.alphabet < DENSE_SCRIPT:
        return rule.pieces
    # In hundreds, so that a few pairs more do not change it.
    least = -(-(side.alphabet + rule.spare_pieces) // 100) * 100
    return max(rule.pieces, least)


def _cost(recipe: Recipe) -> float:
    return cost_of_token(recipe.model, recipe.data.target_vocab_size)
