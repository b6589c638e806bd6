"""The callback with a model of one weight, on which both texts depend."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from edge_runtime.translation.translation import Translation
from keras_s2s.config import Recipe
from keras_s2s.data.corpus import SentencePair
from keras_s2s.run.run_directory import weights_file
from keras_s2s.run.weights import weights_from_bytes
from keras_s2s.training.adaptation.bounded_validation import BoundedValidation
from keras_s2s.training.adaptation.record import AdaptationRecord, read_record
from keras_s2s.training.checkpoint import Progress
from keras_s2s.training.prepared_training import compile_model

pytestmark = pytest.mark.train

TEXT = "a text of some length, whose end is lacking where the weight is not right"
NEW, OLD = SentencePair("new", TEXT), SentencePair("old", TEXT)


class Translator:
    """Right about the old text at weight 0, and about the new text at weight 8."""

    def __init__(self, model):
        self.model = model

    def translate_batch(self, sources, batch_size):
        weight = float(self.model.get_weights()[0][0, 0])
        wrong = {"old": abs(weight), "new": abs(weight - 8)}
        return [
            Translation(source, TEXT[: len(TEXT) - 4 * round(wrong[source])])
            for source in sources
        ]


@pytest.fixture
def adapt(tmp_path):
    """Return a function that validates weights epoch by epoch."""

    def run(weights, bound, old_pairs=(OLD,), averaging="0"):
        layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
        model = keras.Sequential([keras.Input((1,)), layer])
        recipe = Recipe().with_settings(
            {"bleu_tokenizer": "char", "weight_averaging": averaging, "patience": "0"}
        )
        compile_model(model, recipe.training, batches_per_epoch=10)
        model.optimizer.build(model.trainable_variables)
        progress = Progress("key")
        validation = BoundedValidation(
            *(Translator(model), [NEW], recipe, tmp_path, progress),
            old_pairs=old_pairs,
            original=[np.zeros((1, 1), np.float32)],
            record=AdaptationRecord("base", "digest", bound, 0.0),
        )
        validation.set_model(model)
        validation.set_params({"epochs": 9})
        validation.on_train_begin()
        logs = []
        for epoch, weight in enumerate(weights):
            model.trainable_variables[0].assign([[weight]])
            logs.append({})
            validation.on_epoch_end(epoch, logs[-1])
            assert model.get_weights()[0].item() == weight, "trained on"
        return progress, read_record(tmp_path), logs

    def best():
        content = weights_file(tmp_path, "best").read_bytes()
        (weight,) = weights_from_bytes(content).values()
        return weight.item()

    return run, best


def test_the_best_weights_on_the_new_text_within_the_bound_are_kept(adapt):
    run, best = adapt
    progress, record, logs = run([1, 2, 1], bound=20.0)
    assert best() == 2
    assert (record.epoch, record.share_of_change) == (2, 1.0)
    assert record.kept.new_bleu == progress.best_bleu > record.before.new_bleu
    assert record.before.old_bleu == pytest.approx(100)
    assert 80 <= record.kept.old_bleu < 100
    assert logs[1]["old_bleu"] == pytest.approx(record.kept.old_bleu, abs=0.01)
    assert logs[1]["val_bleu"] == pytest.approx(record.kept.new_bleu, abs=0.01)


def test_weights_that_forget_too_much_are_drawn_back(adapt):
    run, best = adapt
    progress, record, logs = run([8], bound=20.0)
    # At 8 too much is lost, and where the square of the distance would say, too.
    assert record.epoch == 1
    share = record.share_of_change
    assert 0.1 <= share < 1
    assert best() == pytest.approx(8 * share)
    assert progress.best_bleu == record.kept.new_bleu < logs[0]["val_bleu"]
    assert record.kept.old_bleu >= 80 > logs[0]["old_bleu"]
    assert f"{share:g} of the change of epoch 1" in record.summary()


@pytest.mark.parametrize(
    ("bound", "lost", "share"),
    [(1.0, 1.5, 0.776), (1.0, 1.05, 0.9), (1.0, 99.0, 0.095)],
)
def test_weights_are_drawn_back_as_far_as_the_bound_asks_for(
    adapt, monkeypatch, bound, lost, share
):
    run, best = adapt

    def old_bleu(self, sources, references):
        weight = float(self.model.get_weights()[0][0, 0])
        # The square of the distance, as near an optimum.
        return (50 + weight, 50) if sources == ["new"] else (60 - lost * weight**2, 60)

    monkeypatch.setattr(BoundedValidation, "_score", old_bleu)
    _, record, _ = run([1], bound=bound)
    assert record.share_of_change == share
    assert best() == pytest.approx(record.share_of_change)
    assert record.before.old_bleu - record.kept.old_bleu <= bound


def test_the_original_weights_stay_where_none_are_better_within_the_bound(adapt):
    run, best = adapt
    progress, record, _ = run([8, 4], bound=0.0)
    assert best() == 0
    assert (record.epoch, progress.best_epoch) == (0, 0)
    assert record.kept == record.before
    assert "no epoch was better within --max-forgetting: base's" in record.summary()


def test_without_a_bound_or_old_text_only_the_new_text_decides(adapt):
    run, best = adapt
    _, record, _ = run([8], bound=None)
    assert best() == 8
    assert record.kept.old_bleu < 80
    _, record, logs = run([6], bound=None, old_pairs=())
    assert best() == 6
    assert record.kept.old_bleu is None
    assert "old_bleu" not in logs[0]


def test_a_resumed_adaptation_measures_nothing_again(adapt, tmp_path):
    run, best = adapt
    run([2], bound=20.0)
    record = read_record(tmp_path)
    validation = BoundedValidation(
        *(None, [NEW], Recipe(), tmp_path, Progress("key")),
        old_pairs=[OLD],
        original=[],
        record=record,
    )
    validation.on_train_begin()
    assert best() == 2
