"""SentencePiece models without normalisation rules that their vocabulary cannot use.

Unicode's compatibility forms make a table of about 225,000 rules, 240 kB in every
model. Most of them map characters that a vocabulary does not hold to others that it
does not hold, such as Hangul in an English one. These characters are unknown with and
without the rule. Neighbouring unknown characters are one token, so the rule can be
removed.
"""

from collections.abc import Iterable, Mapping

import sentencepiece

from edge_runtime.text.tokenizer import Tokenizer
from export.errors import ExportError
from keras_s2s.data.sentencepiece_file import (
    charsmap_of,
    read_sentencepiece_settings,
    with_charsmap,
)

_MODEL_TYPES = ("unigram", "bpe")
"""Types whose tokens depend on known characters alone."""

_Rules = Mapping[str, str]
"""What a run of characters becomes; the longest run that has a rule is replaced."""

_TEXTS_IN_LINE = 100

_SPACE = "\u2581"
"""How a vocabulary writes a space."""


def make_lean_tokenizer(model: bytes) -> bytes:
    """Return a model that makes the same tokens, at the same places, of every text.

    A model with byte fallback is returned unchanged: it has no unknown characters.

    Args:
        model: Content of a SentencePiece model file.

    Raises:
        ExportError: The smaller model makes other tokens of the text of some rule.
    """
    settings = read_sentencepiece_settings(model)
    if (
        not settings.charsmap
        or settings.byte_fallback
        or settings.model_type not in _MODEL_TYPES
    ):
        return model
    known = {character for piece in Tokenizer(model).pieces for character in piece}
    if _SPACE in known:
        known.add(" ")
    rules = dict(sentencepiece.SentencePieceNormalizer(model_proto=model).Decompile())
    kept = needed_rules(rules, known)
    smaller = with_charsmap(model, _compile(kept))
    _require_same_tokens(model, smaller, rules.keys() - kept.keys())
    return smaller


def needed_rules(rules: _Rules, known: set[str]) -> _Rules:
    """Return the rules without which some text would have other tokens.

    A rule can be removed if it maps unknown characters to one or more unknown
    characters. A rule for several characters must also not contain the beginning of a
    rule that stays: without it, that rule would apply within these characters.

    Args:
        rules: All rules of a normaliser.
        known: The characters of the vocabulary.
    """
    kept = {
        run: result
        for run, result in rules.items()
        if not result or not known.isdisjoint(run) or not known.isdisjoint(result)
    }
    hiding = [run for run in rules if len(run) > 1 and run not in kept]
    while True:
        beginnings = {run[0] for run in kept}
        found = [
            run
            for run in hiding
            if not beginnings.isdisjoint(run)  # of most: the rest is slower
            and (
                not beginnings.isdisjoint(run[1:])
                or any(run[:length] in kept for length in range(1, len(run)))
            )
        ]
        if not found:
            return kept
        kept.update((run, rules[run]) for run in found)
        hiding = [run for run in hiding if run not in kept]


def _compile(rules: _Rules) -> bytes:
    """Return rules in the form in which SentencePiece looks them up."""
    if not rules:
        return b""
    sentencepiece.set_min_log_level(2)  # it tells how many rules it compiles
    normalizer = sentencepiece.SentencePieceNormalizer(norm_map=sorted(rules.items()))
    return charsmap_of(normalizer.serialized_normalizer_spec())


def _require_same_tokens(model: bytes, smaller: bytes, dropped: Iterable[str]) -> None:
    """Compare two models on the text of every rule that one of them lacks.

    Each text stands between spaces and between letters, many in a line: a line takes
    hardly longer than a text.
    """
    before, after = Tokenizer(model), Tokenizer(smaller)
    letter = next((piece for piece in before.pieces if len(piece) == 1), "")
    runs = sorted(dropped)
    parts = [
        runs[at : at + _TEXTS_IN_LINE] for at in range(0, len(runs), _TEXTS_IN_LINE)
    ]
    for around in (" ", letter):
        lines = [around.join(("", *part, "")) for part in parts]
        pairs = zip(before.encode_batch(lines), after.encode_batch(lines), strict=True)
        for part, line, (expected, found) in zip(parts, lines, pairs, strict=True):
            if expected != found:
                texts = [f"{around}{run}{around}" for run in part]
                text = next(
                    (t for t in texts if before.encode(t) != after.encode(t)), line
                )
                raise ExportError(
                    "the tokenizer without unused rules must make the same tokens of "
                    f"{text!r}. Received: {after.encode(text)}, not "
                    f"{before.encode(text)}."
                )
