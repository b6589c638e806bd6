import logging

import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras
import numpy as np
import tensorflow as tf

from edge_runtime.translation.translation import Translation
from keras_s2s.data.corpus import SentencePair
from keras_s2s.evaluation.pictures.fonts import FontError
from keras_s2s.training.training_samples import TrainingSamples

pytestmark = pytest.mark.train


class Echo:
    """A translator whose translation of a sentence is the sentence."""

    def __init__(self, attends=True):
        self._attends = attends

    def translate_batch(self, sources):
        return [self._translation(source) for source in sources]

    def _translation(self, source):
        tokens = (*(f"▁{word}" for word in source.split()), "</s>")
        source_tokens = ("<s>", *tokens)
        alignment = np.eye(len(tokens), len(source_tokens), 1, dtype=np.float32)
        return Translation(
            source,
            source,
            source_tokens=source_tokens,
            tokens=tokens,
            token_log_probs=(0.0,) * len(tokens),
            alignments=(alignment,) if self._attends else (),
        )


def train(callback, epochs=2):
    """Fit a model of one weight: the callback asks nothing of it but its optimizer."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    ones = np.ones((2, 1))
    model.fit(ones, ones, epochs=epochs, verbose=0, callbacks=[callback])


def read_summaries(logs):
    """Values by step and tag."""
    (file,) = (logs / "samples").iterdir()
    found = {}
    for record in tf.data.TFRecordDataset(str(file)):
        event = tf.compat.v1.Event.FromString(record.numpy())
        for value in event.summary.value:
            found[event.step, value.tag] = tf.make_ndarray(value.tensor)
    return found


PAIRS = [SentencePair("one two", "a | b"), SentencePair("three", "c")]


def test_translations_and_alignments_are_written_every_epoch(tmp_path):
    train(TrainingSamples(Echo(), PAIRS, tmp_path))
    found = read_summaries(tmp_path)
    assert {step for step, _ in found} == {0, 1}
    text = found[1, "translations"].item().decode()
    assert "| one two | one two | a \\| b |" in text
    assert "| three | three | c |" in text
    for place in range(2):
        width, height, *pictures = found[1, f"alignment/{place}"]
        assert int(width) > 50
        assert int(height) > 50
        assert pictures[0].startswith(b"\x89PNG")


def test_the_averaged_weights_translate_and_training_goes_on(tmp_path):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(use_ema=True), "mse")
    model.optimizer.build(model.trainable_variables)
    kernel = model.trainable_variables[0]
    kernel.assign([[3.0]])
    model.optimizer._model_variables_moving_average[0].assign([[2.0]])
    seen = []

    class Watching(Echo):
        def translate_batch(self, sources):
            seen.append(kernel.numpy().item())
            return super().translate_batch(sources)

    callback = TrainingSamples(Watching(attends=False), PAIRS, tmp_path)
    callback.set_model(model)
    callback.on_epoch_end(0)
    assert seen == [2.0]
    assert kernel.numpy().item() == 3.0


def test_a_sentence_of_a_thousand_words_is_shown_by_its_beginning(tmp_path):
    long = " ".join(f"w{number}" for number in range(1000))
    train(TrainingSamples(Echo(), [SentencePair(long, "b")], tmp_path), epochs=1)
    found = read_summaries(tmp_path)
    text = found[0, "translations"].item().decode()
    assert text.count("…") == 2
    assert len(text) < 2200
    width, height, _ = found[0, "alignment/0"]
    assert max(int(width), int(height)) < 3500


def test_a_model_without_attention_writes_no_pictures(tmp_path):
    callback = TrainingSamples(Echo(attends=False), PAIRS, tmp_path)
    train(callback, epochs=1)
    assert {tag for _, tag in read_summaries(tmp_path)} == {"translations"}


def test_a_missing_font_is_told_once(tmp_path, monkeypatch, caplog):
    def no_font(*arguments):
        raise FontError("no font")

    monkeypatch.setattr(
        "keras_s2s.evaluation.pictures.alignment_picture.font_families", no_font
    )
    with caplog.at_level(logging.WARNING):
        train(TrainingSamples(Echo(), PAIRS, tmp_path))
    told = [r.getMessage() for r in caplog.records if r.name.startswith("keras_s2s")]
    assert told == ["TensorBoard shows no alignments: no font"]
    assert {tag for _, tag in read_summaries(tmp_path)} == {"translations"}
