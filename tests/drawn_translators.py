"""Translators of drawn architectures with random weights, and sentences for them.

What is compared with `tests/reference` is built here. All that the comparison knows of
the names of a Keras model's weights stands in `weights_by_name`.
"""

import functools
import itertools
from dataclasses import dataclass

import numpy as np

from edge_runtime import contract
from keras_s2s.config import ModelConfig
from reference.translator import Prediction, translate_forced

OPTIONS = {
    "attention": ("bahdanau", "none"),
    "cell": ("rnn", "gru", "lstm"),
    "encoder_layers": (1, 2, 3),
    "bidirectional": (True, False),
    "decoder_layers": (1, 2, 3),
    "conditional": (False, True),
    "tied_embeddings": ("none", "target", "all"),
    "layer_norm": (False, True),
    "word_dropout_sides": ("both", "target"),
}
# No two are equal, and none is twice another: whatever is mixed up has another shape.
WIDTHS = {"embedding_dim": 5, "encoder_units": 4, "units": 7, "attention_units": 6}
# In evaluation mode none of them may act.
DROPOUT = dict.fromkeys(
    (
        "embedding_dropout",
        "word_dropout",
        "context_dropout",
        "output_dropout",
        "recurrent_dropout",
    ),
    0.5,
)
# Where final states are as many and as wide as the decoder's: they go over as they are
# in the first three, and through a bridge in the others.
EQUAL_WIDTHS = {"encoder_units": 4, "units": 8}
EQUAL_STATES = [
    {"attention": "none", "cell": "lstm", "encoder_layers": 2, "decoder_layers": 2},
    {"attention": "none", "cell": "gru", "tied_embeddings": "all", "embedding_dim": 8},
    {
        "attention": "none",
        "cell": "rnn",
        "bidirectional": False,
        "encoder_units": 8,
        "encoder_layers": 3,
        "decoder_layers": 3,
    },
    {"attention": "none", "cell": "gru", "encoder_layers": 2, "decoder_layers": 1},
    {"attention": "none", "cell": "lstm", "encoder_layers": 1, "decoder_layers": 2},
    {"attention": "bahdanau", "cell": "lstm", "encoder_layers": 2, "decoder_layers": 2},
]


def pairs_of(settings):
    """Return every two options of an architecture with their values."""
    chosen = [(name, settings[name]) for name in OPTIONS]
    return set(itertools.combinations(chosen, 2))


def _draw_settings():
    """Return settings among which every two values of two options occur together."""
    rng = np.random.default_rng(0)
    pool = [
        {name: values[rng.integers(len(values))] for name, values in OPTIONS.items()}
        for _ in range(2000)
    ]
    pool = [
        settings
        for settings in pool
        if settings["attention"] == "bahdanau" or not settings["conditional"]
    ]
    missing, chosen = set().union(*map(pairs_of, pool)), []
    while missing:
        best = max(pool, key=lambda settings: len(pairs_of(settings) & missing))
        missing -= pairs_of(best)
        chosen.append(best)
    return chosen


def _as_config(settings):
    widths = dict(WIDTHS)
    if settings["attention"] == "none" and settings["tied_embeddings"] != "none":
        widths["embedding_dim"] = widths["units"]
    return ModelConfig(**widths, **DROPOUT, **settings)


DRAWN_SETTINGS = _draw_settings()
ARCHITECTURES = [
    *map(_as_config, DRAWN_SETTINGS),
    *(ModelConfig(**{**WIDTHS, **EQUAL_WIDTHS, **also}) for also in EQUAL_STATES),
]


def describe(config):
    """Return a short name of an architecture."""
    directions = "2" if config.bidirectional else "1"
    parts = [
        config.attention,
        "conditional" if config.conditional else "",
        config.cell,
        f"encoder-{config.encoder_layers}x{directions}",
        f"decoder-{config.decoder_layers}",
        "" if config.tied_embeddings == "none" else f"tied-{config.tied_embeddings}",
        "norm" if config.layer_norm else "",
        "equal" if config.value_dim == config.units else "",
    ]
    return "-".join(filter(None, parts))


def weights_by_name(variables):
    """Return weights of a Keras model as `tests/reference` names them.

    A name is that of the layer and that of the weight. What a layer holds inside, its
    cell and the projection of its inputs, counts as the layer itself.
    """
    weights = {}
    for variable in variables:
        parts = [
            part
            for part in variable.path.split("/")
            if part not in ("cell", "projection")
        ]
        name = "/".join(parts[-2:])
        if name in weights:
            raise ValueError(f"Names of weights must differ. Received: {name} twice.")
        weights[name] = variable.numpy().astype("float64")
    return weights


def randomize(model):
    """Give every weight random values, biases and gains too."""
    rng = np.random.default_rng(1)
    for variable in model.weights:
        if not variable.dtype.startswith("float"):
            continue  # states of random generators
        scale = 0.5 if len(variable.shape) == 1 else 1.5 * variable.shape[0] ** -0.5
        if variable.path.endswith("embeddings"):
            scale = 0.8
        values = scale * rng.normal(size=variable.shape)
        if variable.name == "gamma":
            values += 1
        variable.assign(values.astype("float32"))


SOURCE_VOCAB_SIZE, TARGET_VOCAB_SIZE = 13, 11
SOURCE_LENGTHS, TARGET_LENGTHS = (4, 6, 3), (4, 2, 3)


@dataclass(frozen=True)
class Sentences:
    """Sentence pairs of different lengths, one by one and as a right-padded batch.

    Attributes:
        triples: Of each sentence source, target input and target output ids.
        source_ids: Shape `(batch, source_length)`.
        target_input_ids: Shape `(batch, target_length)`.
        target_output_ids: Shape `(batch, target_length)`.
    """

    triples: list
    source_ids: np.ndarray
    target_input_ids: np.ndarray
    target_output_ids: np.ndarray


def _draw_sentences():
    rng = np.random.default_rng(2)
    triples = []
    for source_length, target_length in zip(
        SOURCE_LENGTHS, TARGET_LENGTHS, strict=True
    ):
        # Any but padding, unknown tokens too, that both vocabularies have.
        source = rng.integers(1, TARGET_VOCAB_SIZE, source_length - 2)
        target = rng.integers(1, TARGET_VOCAB_SIZE, target_length - 1)
        source[0], target[-1] = contract.UNK_ID, contract.UNK_ID
        triples.append(
            (
                np.array([contract.BOS_ID, *source, contract.EOS_ID]),
                np.array([contract.BOS_ID, *target]),
                np.array([*target, contract.EOS_ID]),
            )
        )

    def padded(place):
        rows = [triple[place] for triple in triples]
        longest = max(map(len, rows))
        return np.array([np.pad(row, (0, longest - len(row))) for row in rows], "int32")

    return Sentences(triples, padded(0), padded(1), padded(2))


SENTENCES = _draw_sentences()


@functools.cache
def build_translator(config):
    """Return a translator of this architecture with random weights."""
    from keras_s2s.model.seq2seq import build_seq2seq

    one_vocabulary = config.tied_embeddings == "all"
    seq2seq = build_seq2seq(
        config,
        TARGET_VOCAB_SIZE if one_vocabulary else SOURCE_VOCAB_SIZE,
        TARGET_VOCAB_SIZE,
    )
    randomize(seq2seq.training)
    return seq2seq


@functools.cache
def expected_predictions(config):
    """Return what the reference predicts of each sentence, position by position."""
    weights = weights_by_name(build_translator(config).training.weights)
    return [
        translate_forced(config, weights, source_ids, target_input_ids)
        for source_ids, target_input_ids, _ in SENTENCES.triples
    ]


def step_through(encode, step):
    """Return the predictions of a system, one step of the whole batch at a time.

    Args:
        encode: From source ids to decoder states, as `EncoderSession` has it.
        step: From token ids and states to log-probs and states, as
            `DecoderStepSession` has it.
    """
    states = {k: np.array(v) for k, v in encode(SENTENCES.source_ids).items()}
    predictions = [[] for _ in SENTENCES.triples]
    for token_ids in SENTENCES.target_input_ids.T:
        log_probs, states = step(token_ids, states)
        for row, (source_ids, target_input_ids, _) in enumerate(SENTENCES.triples):
            if len(predictions[row]) < len(target_input_ids):
                alignment = states.get(contract.ALIGNMENT)
                if alignment is not None:
                    assert np.all(alignment[row, len(source_ids) :] == 0)
                    alignment = alignment[row, : len(source_ids)]
                predictions[row].append(
                    Prediction(
                        None,
                        log_probs[row],
                        [state[row] for state in decoder_states(states)],
                        alignment,
                    )
                )
    return predictions


def decoder_states(tensors):
    """Return the decoder states among some tensors by name."""
    names = map(contract.decoder_state, range(len(tensors)))
    return [tensors[name] for name in names if name in tensors]


def assert_equal_steps(found, expected, **tolerance):
    """Compare log-probs, states and alignments, which are all a step returns."""
    for own, wanted in zip(found, expected, strict=True):
        for one, other in zip(own, wanted, strict=True):
            np.testing.assert_allclose(one.log_probs, other.log_probs, **tolerance)
            assert len(one.states) == len(other.states)
            np.testing.assert_allclose(one.states, other.states, **tolerance)
            assert (one.alignment is None) == (other.alignment is None)
            if other.alignment is not None:
                np.testing.assert_allclose(one.alignment, other.alignment, **tolerance)
