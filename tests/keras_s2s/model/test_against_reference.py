"""The Keras models against the translator in numpy, over all options together."""

import dataclasses
import typing
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import tensorflow as tf

from drawn_translators import (
    ARCHITECTURES,
    DRAWN_SETTINGS,
    DROPOUT,
    OPTIONS,
    SENTENCES,
    WIDTHS,
    assert_equal_steps,
    build_translator,
    decoder_states,
    describe,
    expected_predictions,
    step_through,
    weights_by_name,
)
from edge_runtime import contract
from keras_s2s.config import ModelConfig
from keras_s2s.model.loss import SmoothedCrossEntropy
from reference.loss import mean_loss
from reference.translator import read_source

pytestmark = [pytest.mark.train, pytest.mark.slow]

TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}
INPUTS = {
    "source_ids": SENTENCES.source_ids,
    "target_input_ids": SENTENCES.target_input_ids,
}
every_architecture = pytest.mark.parametrize("config", ARCHITECTURES, ids=describe)


def test_all_options_of_an_architecture_are_compared():
    names = [field.name for field in dataclasses.fields(ModelConfig)]
    assert sorted(names) == sorted([*OPTIONS, *WIDTHS, *DROPOUT])
    for name, hint in typing.get_type_hints(ModelConfig).items():
        if typing.get_origin(hint) is typing.Literal:
            assert set(OPTIONS[name]) == set(typing.get_args(hint))


def test_every_value_of_every_option_is_compared_several_times():
    counts = Counter(item for settings in DRAWN_SETTINGS for item in settings.items())
    for name, values in OPTIONS.items():
        for value in values:
            assert counts[name, value] >= 3


@every_architecture
def test_teacher_forcing_predicts_what_the_reference_does(config):
    logits = np.array(build_translator(config).training(INPUTS, training=False))
    for row, predictions in enumerate(expected_predictions(config)):
        expected = [prediction.logits for prediction in predictions]
        np.testing.assert_allclose(logits[row, : len(expected)], expected, **TOLERANCE)


@every_architecture
def test_the_encoder_tells_the_decoder_what_the_reference_does(config):
    seq2seq = build_translator(config)
    outputs = {
        name: np.array(tensor)
        for name, tensor in seq2seq.encoder(SENTENCES.source_ids).items()
    }
    attends = config.attention == "bahdanau"
    assert len(outputs) == len(decoder_states(outputs)) + (3 if attends else 0)
    weights = weights_by_name(seq2seq.training.weights)
    for row, (source_ids, _, _) in enumerate(SENTENCES.triples):
        expected = read_source(config, weights, source_ids)
        states = [state[row] for state in decoder_states(outputs)]
        assert len(states) == len(expected.states)
        np.testing.assert_allclose(states, expected.states, **TOLERANCE)
        if attends:
            length = len(source_ids)
            for name, wanted in (
                (contract.ENCODER_STATES, expected.values),
                (contract.ATTENTION_KEYS, expected.keys),
            ):
                np.testing.assert_allclose(
                    outputs[name][row, :length], wanted, **TOLERANCE
                )
            mask = outputs[contract.SOURCE_MASK][row]
            np.testing.assert_array_equal(mask, np.arange(len(mask)) < length)


def test_a_row_of_padding_alone_is_read_as_one_token():
    config = ARCHITECTURES[-1]
    seq2seq = build_translator(config)
    source_ids = np.array([[5, 6, 7], [0, 0, 0]], "int32")
    states = decoder_states(seq2seq.encoder(source_ids))
    weights = weights_by_name(seq2seq.training.weights)
    expected = read_source(config, weights, np.array([contract.PAD_ID])).states
    np.testing.assert_allclose([state[1] for state in states], expected, **TOLERANCE)


@every_architecture
def test_single_steps_predict_what_the_reference_does(config):
    seq2seq = build_translator(config)

    def step(token_ids, states):
        inputs = {
            tensor.name: states.get(tensor.name)
            for tensor in seq2seq.decoder_step.inputs
        }
        inputs[contract.TOKEN_IDS] = token_ids
        outputs = {
            name: np.array(tensor)
            for name, tensor in seq2seq.decoder_step(inputs).items()
        }
        states = dict(states)
        for name in list(outputs):
            if name.startswith(contract.NEXT_DECODER_STATE_PREFIX):
                states[name.removeprefix("next_")] = outputs[name]
            elif name == contract.ALIGNMENT:
                states[name] = outputs[name]
        return outputs[contract.LOG_PROBS], states

    found = step_through(seq2seq.encoder, step)
    assert_equal_steps(found, expected_predictions(config), **TOLERANCE)


@every_architecture
def test_every_gradient_is_the_slope_of_the_references_loss(config):
    """Along one random direction of every weight, by central differences.

    In training mode, in which gradients are those of `keras_s2s.fast`, and without
    dropout, which would draw something else every time.
    """
    config = replace(config, **dict.fromkeys(DROPOUT, 0.0))
    seq2seq = build_translator(config)
    smoothing = 0.1
    loss_of = SmoothedCrossEntropy(smoothing)
    variables = seq2seq.training.trainable_variables
    with tf.GradientTape() as tape:
        logits = seq2seq.training(INPUTS, training=True)
        loss = loss_of(SENTENCES.target_output_ids, logits)
    weights = weights_by_name(seq2seq.training.weights)

    def loss_with(name, values):
        changed = {**weights, name: values}
        return mean_loss(config, changed, SENTENCES.triples, smoothing)

    name = next(iter(weights))
    assert float(loss) == pytest.approx(loss_with(name, weights[name]), rel=1e-5)
    gradients = {
        place.path: np.array(tf.convert_to_tensor(gradient), "float64")
        for place, gradient in zip(
            variables, tape.gradient(loss, variables), strict=True
        )
    }
    rng = np.random.default_rng(3)
    width = 1e-5
    for variable in variables:
        (name,) = weights_by_name([variable])
        direction = rng.normal(size=variable.shape)
        slope = (
            loss_with(name, weights[name] + width * direction)
            - loss_with(name, weights[name] - width * direction)
        ) / (2 * width)
        found = np.sum(gradients[variable.path] * direction)
        assert found == pytest.approx(slope, rel=1e-4, abs=2e-5), name
