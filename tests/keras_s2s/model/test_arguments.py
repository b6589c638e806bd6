"""What constructors refuse, in one line that names the argument."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
from keras_s2s.config import ModelConfig
from keras_s2s.fast.dropout import Dropout
from keras_s2s.fast.optimizer import FusedAdam
from keras_s2s.model.cells import GRUCell
from keras_s2s.model.decoder import DecoderLoop
from keras_s2s.model.decoder_cells import AttentionDecoderCell, FixedContextDecoderCell
from keras_s2s.model.dense import Dense
from keras_s2s.model.embedding import Embedding
from keras_s2s.model.encoder import Recurrence
from keras_s2s.model.implementation import Implementation
from keras_s2s.model.initializers import GatewiseInitializer, UnitForgetBias
from keras_s2s.model.loss import SmoothedCrossEntropy
from keras_s2s.model.readout import Readout
from keras_s2s.model.seq2seq import build_seq2seq

pytestmark = pytest.mark.train

CONFIG = ModelConfig(embedding_dim=5, encoder_units=3, units=4, attention_units=4)


def attention_cell(**changes):
    sizes = {"attention_units": 3, "value_dim": 5}
    return AttentionDecoderCell("gru", 4, **(sizes | changes))


def loop(**options):
    return DecoderLoop(FixedContextDecoderCell("gru", 4), **options)


PRECISION = "must be one of 'bfloat16', 'float32'"
FLAG = "must be True or False"
RATE = r"must be a number in [0, 1)"
COUNT = "must be a positive integer"
REFUSED = [
    (lambda value: Dense(3, matmul_precision=value), "matmul_precision", PRECISION),
    (
        lambda value: Embedding(9, 3, matmul_precision=value),
        "matmul_precision",
        PRECISION,
    ),
    (lambda value: loop(matmul_precision=value), "matmul_precision", PRECISION),
    (
        lambda value: Recurrence("gru", 4, matmul_precision=value),
        "matmul_precision",
        PRECISION,
    ),
    (lambda value: Readout(matmul_precision=value), "matmul_precision", PRECISION),
    (lambda value: Recurrence("gru", 4, fast=value), "fast", FLAG),
    (lambda value: loop(fast=value), "fast", FLAG),
    (lambda value: Recurrence("gru", 4, backward=value), "backward", FLAG),
    (lambda value: attention_cell(conditional=value), "conditional", FLAG),
    (lambda value: Readout(layer_norm=value), "layer_norm", FLAG),
    (DecoderLoop, "cell", "must be a DecoderCell"),
    (lambda value: FusedAdam(amsgrad=value), "amsgrad", "must be False"),
    (lambda value: build_seq2seq(value, 40, 40), "config", "must be a ModelConfig"),
    (
        lambda value: build_seq2seq(CONFIG, 40, 40, value),
        "implementation",
        "must be an Implementation",
    ),
    (lambda value: build_seq2seq(CONFIG, value, 40), "source_vocab_size", COUNT),
    (lambda value: build_seq2seq(CONFIG, 40, value), "target_vocab_size", COUNT),
    (SmoothedCrossEntropy, "label_smoothing", RATE),
    (Dropout, "rate", RATE),
    (lambda value: Readout(dropout=value), "dropout", RATE),
    (lambda value: Readout(hidden_dim=value), "hidden_dim", COUNT),
    (lambda value: Embedding(value, 8), "input_dim", COUNT),
    (lambda value: Embedding(40, value), "output_dim", COUNT),
    (Dense, "units", COUNT),
    (
        lambda value: GatewiseInitializer("glorot_uniform", value),
        "num_gates",
        COUNT,
    ),
    (UnitForgetBias, "units", COUNT),
    (lambda value: Recurrence(value, 4), "cell", "must be one of 'gru', 'lstm', 'rnn'"),
]


@pytest.mark.parametrize("value", ["16", ("no",)])
@pytest.mark.parametrize(
    ("make", "name", "rule"),
    REFUSED,
    ids=[f"{number}-{name}" for number, (_, name, _) in enumerate(REFUSED)],
)
def test_a_value_of_another_kind_is_refused_by_name(make, name, rule, value):
    with pytest.raises(ValueError) as refused:
        make(value)
    message = str(refused.value)
    assert message.startswith(f"`{name}` {rule}")
    assert message.endswith(f"Received: {value!r}.")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"matmul_precision": "bf16"}, "`matmul_precision` must be one of .*'bf16'"),
        ({"fast": "no"}, "`fast` must be true or false.*'no'"),
        ({"fast": 1}, "`fast` must be true or false.*1"),
    ],
)
def test_an_implementation_is_checked_like_a_recipe(values, message):
    with pytest.raises(ValueError, match=message):
        Implementation(**values)


@pytest.mark.parametrize("sizes", [(3, 40), (40, 3)])
def test_a_vocabulary_has_room_for_the_special_tokens(sizes):
    with pytest.raises(ValueError, match=r"_vocab_size` must be at least 4.*: 3\.$"):
        build_seq2seq(CONFIG, *sizes)


def test_numbers_and_booleans_of_numpy_are_stored_as_pythons_own():
    layer = Recurrence(
        "gru",
        np.int64(4),
        backward=np.True_,
        recurrent_dropout=np.float32(0.5),
    )
    config = layer.get_config()
    stored = [config[name] for name in ("units", "backward", "recurrent_dropout")]
    assert stored == [4, True, 0.5]
    assert [type(value) for value in stored] == [int, bool, float]
    assert type(Dropout(np.float32(0.5)).rate) is float
    assert type(GRUCell(np.int64(4)).units) is int
