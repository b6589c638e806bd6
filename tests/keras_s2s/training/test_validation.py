"""The callback with a model of one weight and a translator that notes the weight."""

import contextlib
from types import SimpleNamespace

import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from edge_runtime.translation.translation import Translation
from keras_s2s.config import Recipe
from keras_s2s.data.corpus import SentencePair
from keras_s2s.run.run_directory import weights_file
from keras_s2s.run.weights import weights_from_bytes
from keras_s2s.training.checkpoint import Progress
from keras_s2s.training.prepared_training import compile_model
from keras_s2s.training.validation import Validation, _rank

pytestmark = pytest.mark.train

PAIRS = [SentencePair("甲", "a short text"), SentencePair("乙", "another one")]
GOOD, FAIR, BAD = 0, 4, 100
"""Characters of the reference that a translation lacks."""


class Translator:
    """Says a beginning of the reference and notes the weight it would use."""

    def __init__(self, model):
        self.model = model
        self.lacking = GOOD
        self.sources = []
        self.seen = []

    def translate_batch(self, sources, batch_size):
        self.sources.append(list(sources))
        self.seen.append(float(self.model.get_weights()[0][0, 0]))
        references = {pair.source: pair.target for pair in PAIRS}
        return [
            Translation(source, references[source][: -self.lacking or None])
            for source in sources
        ]


@pytest.fixture
def model():
    """One weight of 1, averaged over updates, whose average begins at 1, too."""
    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    return keras.Sequential([keras.Input((1,)), layer])


def compiled(model, recipe):
    compile_model(model, recipe.training, batches_per_epoch=10)
    model.optimizer.build(model.trainable_variables)
    return model


def set_weight(model, value):
    model.trainable_variables[0].assign([[value]])


def set_average(model, value):
    model.optimizer._model_variables_moving_average[0].assign([[value]])


def weight(model):
    return float(model.get_weights()[0][0, 0])


@pytest.fixture
def validation_of(model, tmp_path):
    def make(epochs=9, **settings):
        texts = {"bleu_tokenizer": "char"} | settings
        recipe = Recipe().with_settings(texts)
        compiled(model, recipe)
        progress = Progress("key")
        translator = Translator(model)
        validation = Validation(translator, PAIRS, recipe, tmp_path, progress)
        validation.set_model(model)
        validation.set_params({"epochs": epochs})
        model.stop_training = False
        return validation, translator, progress

    return make


def best_weight(model, tmp_path):
    """Return the weight in the file of the best ones."""
    (found,) = weights_from_bytes(weights_file(tmp_path, "best").read_bytes()).values()
    return found.item()


def test_the_averaged_weights_are_validated_and_saved_and_training_goes_on(
    model, validation_of, tmp_path
):
    validation, translator, _ = validation_of(weight_averaging="0.5")
    set_weight(model, 3.0)
    set_average(model, 2.0)
    validation.on_epoch_end(0, {})
    assert translator.seen == [2.0], "validated"
    assert best_weight(model, tmp_path) == 2.0, "saved"
    assert weight(model) == 3.0, "trained on"


def test_without_averaging_the_trained_weights_are_validated_and_saved(
    model, validation_of, tmp_path
):
    validation, translator, _ = validation_of(weight_averaging="0")
    set_weight(model, 3.0)
    validation.on_epoch_end(0, {})
    assert translator.seen == [3.0]
    assert best_weight(model, tmp_path) == 3.0
    assert weight(model) == 3.0


def test_a_translator_that_fails_leaves_the_trained_weights(model, validation_of):
    validation, translator, _ = validation_of(weight_averaging="0.5")
    set_weight(model, 3.0)
    translator.model = None
    with pytest.raises(AttributeError):
        validation.on_epoch_end(0, {})
    assert weight(model) == 3.0


def test_the_best_weights_are_replaced_by_better_ones_alone(
    model, validation_of, tmp_path
):
    validation, translator, progress = validation_of(weight_averaging="0")
    saved, bleu = [], []
    for epoch, lacking in enumerate([BAD, FAIR, FAIR, BAD, GOOD, FAIR]):
        translator.lacking = lacking
        set_weight(model, epoch + 1.0)
        logs = {}
        validation.on_epoch_end(epoch, logs)
        saved.append(best_weight(model, tmp_path))
        bleu.append(logs["val_bleu"])
    assert saved == [1, 2, 2, 2, 5, 5]
    assert bleu[0] == 0 < bleu[1] == bleu[2] < bleu[4]
    assert progress.best_epoch == 5
    assert progress.best_bleu == pytest.approx(bleu[4], abs=0.01)


def translations_in_turn(translator, epochs):
    """Let the translator say what is listed, epoch by epoch."""
    turns = iter(epochs)

    def translate_batch(sources, batch_size):
        return [Translation(*both) for both in zip(sources, next(turns), strict=True)]

    translator.translate_batch = translate_batch


def test_where_bleu_cannot_tell_epochs_apart_chrf_decides(
    model, validation_of, tmp_path
):
    validation, translator, progress = validation_of(
        weight_averaging="0", bleu_tokenizer="13a", patience="2"
    )
    epochs = [
        ("xyz", "xyz"),
        ("a shot tet", "anothr oe"),
        ("a short tex", "another on"),
        ("a shot tet", "anothr oe"),
        ("xyz", "xyz"),
    ]
    translations_in_turn(translator, epochs)
    saved, chrf, stopped = [], [], []
    for epoch in range(len(epochs)):
        set_weight(model, epoch + 1.0)
        logs = {}
        validation.on_epoch_end(epoch, logs)
        assert logs["val_bleu"] < 1
        chrf.append(logs["val_chrf"])
        saved.append(best_weight(model, tmp_path))
        stopped.append(model.stop_training)
    assert chrf[0] < chrf[1] < chrf[2]
    assert saved == [1, 2, 3, 3, 3]
    assert progress.best_epoch == 3
    assert progress.best_chrf == pytest.approx(chrf[2], abs=0.01)
    assert stopped == [False, False, False, False, True]


def test_a_better_bleu_wins_over_a_better_chrf(model, validation_of, tmp_path):
    validation, translator, progress = validation_of(bleu_tokenizer="none")
    references = ["a short text of words", "another one of some words"]
    validation._references[:] = references
    right_words = ["a short text of xxxxx", "another one of some xxxxx"]
    right_letters = ["as hort texto fwo rds", "anot her oneo fso mewords"]
    translations_in_turn(translator, [right_letters, right_words, right_letters])
    scores = []
    for epoch in range(3):
        logs = {}
        validation.on_epoch_end(epoch, logs)
        scores.append((logs["val_bleu"], logs["val_chrf"]))
    assert scores[0][0] < scores[1][0]
    assert scores[0][1] > scores[1][1]
    assert progress.best_epoch == 2


def test_bleu_decides_from_where_it_is_more_than_smoothing():
    falling = [(30.004, 40.0), (30.003, 39.0), (29.99, 60.0), (1.0, 5.0)]
    without_bleu = [(0.3, 20.0), (0.9, 19.0), (0.0, 0.0), (-1.0, -1.0)]
    ranks = [_rank(*scores) for scores in (*falling, *without_bleu)]
    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) == len(ranks)


def test_the_tokenizer_follows_the_references_where_no_language_is_given(
    model, tmp_path
):
    recipe = Recipe()
    progress = Progress("key")
    compiled(model, recipe)
    pairs = [SentencePair("a", "我们喜欢吃苹果"), SentencePair("b", "他们在学习汉语")]
    translator = Translator(model)
    validation = Validation(translator, pairs, recipe, tmp_path, progress)
    validation.set_model(model)
    validation.set_params({"epochs": 2})
    translations_in_turn(translator, [("我们喜欢吃香蕉", "他们在学习汉语")])
    logs = {}
    validation.on_epoch_end(0, logs)
    assert logs["val_bleu"] > 50


def test_training_stops_as_many_epochs_after_the_best_as_patience_says(
    model, validation_of
):
    validation, translator, _ = validation_of(patience="2")
    stopped = []
    for epoch, lacking in enumerate([BAD, GOOD, FAIR, FAIR]):
        translator.lacking = lacking
        validation.on_epoch_end(epoch, {})
        stopped.append(model.stop_training)
    assert stopped == [False, False, False, True]


def test_patience_0_never_stops(model, validation_of):
    validation, translator, _ = validation_of(patience="0")
    for epoch in range(8):
        validation.on_epoch_end(epoch, {})
        translator.lacking = BAD
    assert not model.stop_training


def test_epochs_before_the_first_validation_are_passed_over_but_for_the_last(
    model, validation_of
):
    validation, translator, _ = validation_of(first_validation_epoch="3")
    validated = []
    for epoch in range(4):
        validation.on_epoch_end(epoch, {})
        validated.append(len(translator.seen))
    assert validated == [0, 0, 1, 2]

    validation, translator, _ = validation_of(epochs=2, first_validation_epoch="3")
    validation.on_epoch_end(0, {})
    validation.on_epoch_end(1, {})
    assert len(translator.seen) == 1


def test_with_a_time_limit_its_pace_decides_and_the_end_is_always_validated(
    model, validation_of
):
    validation, translator, progress = validation_of(patience="1")
    due = iter([False, True, True, False, False])
    validation._pace = SimpleNamespace(
        is_due=lambda: next(due), measured=contextlib.nullcontext
    )
    validated = []
    for epoch in range(5):
        progress.ended = "the time is over" if epoch == 4 else ""
        validation.on_epoch_end(epoch, {})
        validated.append(len(translator.seen))
    assert validated == [0, 1, 2, 2, 3]
    assert not model.stop_training, "patience is the clock's"


def test_as_many_pairs_are_translated_as_are_kept(validation_of):
    validation, translator, _ = validation_of()
    validation.translate_first(1)
    assert validation.pair_count == 2
    validation.keep_pairs(1)
    validation._validate(1, {})
    assert translator.sources == [["甲"], ["甲"]]
    assert validation.pair_count == 1


def test_no_more_pairs_are_translated_than_the_recipe_says(validation_of):
    for setting, expected in (("0", ["甲", "乙"]), ("1", ["甲"]), ("5", ["甲", "乙"])):
        validation, translator, _ = validation_of(validation_pairs=setting)
        validation.on_epoch_end(0, {})
        assert translator.sources == [expected]
