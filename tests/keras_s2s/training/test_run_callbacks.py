from types import SimpleNamespace

import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from edge_runtime.translation.translation import Translation
from keras_s2s.config import Recipe
from keras_s2s.data.corpus import SentencePair
from keras_s2s.data.slots.text_facts import TextFacts
from keras_s2s.training import run_callbacks as module
from keras_s2s.training.checkpoint import Progress, restore_state
from keras_s2s.training.prepared_training import compile_model

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
