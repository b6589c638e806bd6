"""What a caller can choose about decoding, checked as a whole."""

import dataclasses
import functools
import math
import re
from dataclasses import dataclass

from edge_runtime.bundle.bounds import LENGTH_PENALTY
from edge_runtime.bundle.manifest import BEAM_LENGTH_PENALTY, DecodingDefaults
from edge_runtime.contract import SPAN_KINDS
from edge_runtime.text.glossary import Glossary
from edge_runtime.text.span_kinds import TERM

MAX_HYPOTHESES = 1000
"""Most hypotheses per sentence: each takes a row of every array of the search."""

MAX_LENGTH_FACTOR = 1000.0
"""Most target tokens per source token."""

_LANGUAGE = re.compile("[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_COVERAGE_PENALTY = 1000.0
_TEMPERATURES = 1e-6, 1e6
"""Beyond them, scores and log-probs would not be finite."""


@dataclass(frozen=True)
class DecodingOptions:
    """Options of one translation; the defaults follow what the bundle recommends.

    Attributes:
        beam_size: Hypotheses kept per sentence; 1 is greedy search. `None`: what the
            bundle recommends.
        num_hypotheses: Translations to return per text, the best first.
        length_penalty: Strength of `((5 + length) / 6) ** length_penalty`, by which
            log-probs are divided. `None`: what the bundle recommends; 1 for beam search
            where it recommends greedy search without any.
        coverage_penalty: Strength of the penalty for source words without attention;
            0 switches it off. Works where the model has attention.
        min_length: Fewest target tokens, eos not counted.
        max_length: Most target tokens, eos included. `None`: the bundle's limit.
        max_length_factor: A sentence of `n` source tokens gets at most
            `max_length_factor * n + max_length_constant` target tokens, so that a
            model that never ends costs little.
        max_length_constant: See `max_length_factor`.
        no_repeat_ngram_size: No n-gram of this many tokens occurs twice; 0 allows all.
        sampling: Draw tokens at random instead of taking the most probable.
        temperature: Log-probs are divided by it before drawing.
        top_k: Draw among this many most probable tokens; 0 for all.
        seed: Seed of the draws. The same text and seed give the same translation,
            whatever the batch.
        copy_unknown: Write the source word that an unknown token attended to in its
            place.
        split_sentences: Translate every sentence of a text on its own; otherwise only
            texts longer than the model's limit are split. `None`: what the bundle
            recommends.
        split_lines: Translate every line of a text on its own, and keep the line
            breaks between them. Otherwise a line break is white space, as in wrapped
            text.
        carry: Kinds of spans that a translation takes over unchanged, see
            `SPAN_KINDS`; none for an empty tuple. `None`: what the bundle recommends.
        glossary: Terms and their translations.
        number_format: Language whose readers the numbers that are carried over are
            written for, such as `de`; unset, they stay as they are.
        break_loops: Exclude tokens that would repeat a phrase more than four times in
            a row, unless the source repeats something as often.

    Examples:
        >>> DecodingOptions(beam_size=4, num_hypotheses=2).beam_size
        4
    """

    beam_size: int | None = None
    num_hypotheses: int = 1
    length_penalty: float | None = None
    coverage_penalty: float = 0.0
    min_length: int = 0
    max_length: int | None = None
    max_length_factor: float = 3.0
    max_length_constant: int = 20
    no_repeat_ngram_size: int = 0
    sampling: bool = False
    temperature: float = 1.0
    top_k: int = 0
    seed: int = 0
    copy_unknown: bool = False
    split_sentences: bool | None = None
    split_lines: bool = False
    carry: tuple[str, ...] | None = None
    glossary: Glossary | None = None
    number_format: str | None = None
    break_loops: bool = True

    def __post_init__(self) -> None:
        self._at_least("beam_size", 1)
        self._at_least("num_hypotheses", 1)
        self._at_least("length_penalty", 0.0)
        self._at_least("coverage_penalty", 0.0)
        self._at_least("min_length", 0)
        self._at_least("max_length", 1)
        self._at_least("max_length_factor", 0.0)
        self._at_least("max_length_constant", 1)
        self._at_least("no_repeat_ngram_size", 0)
        self._at_least("top_k", 0)
        self._at_least("seed", 0)
        self._at_most("beam_size", MAX_HYPOTHESES)
        self._at_most("num_hypotheses", MAX_HYPOTHESES)
        self._at_most("length_penalty", LENGTH_PENALTY)
        self._at_most("coverage_penalty", _COVERAGE_PENALTY)
        self._at_most("max_length_factor", MAX_LENGTH_FACTOR)
        unknown = [kind for kind in self.carry or () if kind not in SPAN_KINDS]
        if unknown:
            raise ValueError(
                f"`carry` must name kinds among {', '.join(SPAN_KINDS)}. "
                f"Received: {', '.join(map(repr, unknown))}."
            )
        if self.number_format is not None and not _LANGUAGE.fullmatch(
            self.number_format
        ):
            raise ValueError(
                "`number_format` must be the code of a language, as de or pt-BR. "
                f"Received: {self.number_format!r}."
            )
        lowest, highest = _TEMPERATURES
        # Written so that NaN is refused.
        if not lowest <= self.temperature <= highest:
            raise ValueError(
                f"`temperature` must be at least {lowest:f} and at most {highest:.0f}. "
                f"Received: {self.temperature}."
            )
        if self.max_length is not None and self.min_length >= self.max_length:
            raise ValueError(
                "`min_length` must be below `max_length`. Received: "
                f"min_length={self.min_length}, max_length={self.max_length}."
            )
        if self.sampling and self.beam_size not in (None, 1):
            raise ValueError(
                "`sampling` draws one token at a time: `beam_size` must be 1 or unset. "
                f"Received: beam_size={self.beam_size}."
            )
        if not self.sampling and self.beam_size is not None:
            self._check_hypotheses(self.beam_size)

    @functools.lru_cache  # noqa: B019 (of values, which are few)
    def resolve(self, defaults: DecodingDefaults) -> "DecodingOptions":
        """Return these options with everything set.

        A beam size recommended by the bundle is raised to `num_hypotheses` if that is
        larger.

        Args:
            defaults: What the bundle recommends.
        """
        beam_size = self.beam_size
        if beam_size is None:
            beam_size = (
                1 if self.sampling else max(defaults.beam_size, self.num_hypotheses)
            )
        length_penalty = self.length_penalty
        if length_penalty is None:
            length_penalty = defaults.length_penalty
            if beam_size > 1 and defaults.beam_size == 1:
                # Greedy search has no use for one, so none was recommended.
                length_penalty = length_penalty or BEAM_LENGTH_PENALTY
        split_sentences = self.split_sentences
        if split_sentences is None:
            split_sentences = defaults.split_sentences
        carry = defaults.carry if self.carry is None else self.carry
        if self.glossary:
            carry = (*carry, TERM)
        return dataclasses.replace(
            self,
            beam_size=beam_size,
            length_penalty=length_penalty,
            split_sentences=split_sentences,
            carry=tuple(dict.fromkeys(carry)),
        )

    @functools.cached_property
    def carried_kinds(self) -> frozenset[str]:
        """Kinds of spans that are carried over, once everything is set."""
        return frozenset(self.carry or ())

    def length_limit(self, source_length: int, max_target_length: int) -> int:
        """Return the most target tokens, eos included, for one sentence.

        Args:
            source_length: Number of source tokens, bos and eos included.
            max_target_length: The bundle's limit.
        """
        limit = max_target_length if self.max_length is None else self.max_length
        scaled = int(self.max_length_factor * source_length) + self.max_length_constant
        return min(limit, scaled)

    def _at_least(self, name: str, minimum: float) -> None:
        value = getattr(self, name)
        if value is not None and not minimum <= value < math.inf:
            raise ValueError(f"`{name}` must be at least {minimum}. Received: {value}.")

    def _at_most(self, name: str, maximum: float) -> None:
        value = getattr(self, name)
        if value is not None and value > maximum:
            raise ValueError(f"`{name}` must be at most {maximum}. Received: {value}.")

    def _check_hypotheses(self, beam_size: int) -> None:
        if self.num_hypotheses > beam_size:
            raise ValueError(
                "`num_hypotheses` must not exceed `beam_size`. Received: "
                f"num_hypotheses={self.num_hypotheses}, beam_size={beam_size}."
            )
