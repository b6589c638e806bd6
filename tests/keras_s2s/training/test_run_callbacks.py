from types import SimpleNamespace

import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from edge_runtime.translation.translation import Translation
from keras_s2s.config import Recipe
from keras_s2s.data.corpus import SentencePair
from keras_s2s.data.slots.text_facts import TextFacts
from keras_s2s.run.run_directory import read_recipe
from keras_s2s.training import run_callbacks as module
from keras_s2s.training.checkpoint import Progress, restore_state
from keras_s2s.training.prepared_training import compile_model
from keras_s2s.training.time_limit.run_clock import RunClock

pytestmark = pytest.mark.train


class Translator:
    """Validates; the translations that are only shown take all memory."""

    def __init__(self, model):
        pass

    def translate_batch(self, sources, batch_size=None):
        if batch_size is None:
            raise MemoryError
        return [Translation(source, source) for source in sources]


def test_an_epoch_is_saved_before_anything_is_drawn_of_it(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "Translator", Translator)
    monkeypatch.setattr(module, "keras_translation_model", lambda *parts: None)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    compile_model(model, Recipe().training, batches_per_epoch=10)
    model.optimizer.build(model.trainable_variables)
    run = SimpleNamespace(
        recipe=Recipe(),
        path=tmp_path,
        tokenizers=(None, None),
        facts=TextFacts(),
        valid_pairs=[SentencePair("a b c d", "a b c e")],
    )
    progress = Progress("key")
    callbacks = module.run_callbacks(run, SimpleNamespace(seq2seq=None), progress)
    every = keras.callbacks.CallbackList(callbacks, model=model, epochs=3)
    with pytest.raises(MemoryError):
        every.on_epoch_end(0, {"loss": 1.0})
    restored = restore_state(model, tmp_path)
    assert restored.finished_epochs == 1
    assert restored.best_chrf > 0
    assert {"loss", "val_bleu", "val_chrf"} <= restored.history[0].keys()


def test_pairs_that_there_is_no_time_for_are_left_out_for_good(monkeypatch, tmp_path):
    """The recipe that was written is the one that a resumed run is held to."""
    monkeypatch.setattr(module, "Translator", Translator)
    monkeypatch.setattr(module, "keras_translation_model", lambda *parts: None)
    monkeypatch.setattr(module.Paces, "expect", lambda *arguments: 1)
    pair = SentencePair("a b c d", "a b c e")
    run = SimpleNamespace(
        recipe=Recipe().with_settings({"time_limit": "60"}),
        path=tmp_path,
        tokenizers=(None, None),
        facts=TextFacts(),
        valid_pairs=[pair, pair],
    )
    training = SimpleNamespace(seq2seq=None, model=None, batches=[None])
    progress = Progress("key", recipe=run.recipe.to_json())
    module.run_callbacks(run, training, progress, RunClock())
    written = read_recipe(tmp_path)
    assert written.training.validation_pairs == 1
    assert Recipe.from_json(progress.recipe) == written
