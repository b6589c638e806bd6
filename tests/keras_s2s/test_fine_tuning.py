"""A script as a Keras user writes it, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

pytestmark = [pytest.mark.train, pytest.mark.slow]

RUN = Path(__file__).parent / "run" / "earlier_runs" / "attention_gru"
SCRIPT = """
import sys
from pathlib import Path

import keras
import keras_s2s
import numpy as np

keras.config.set_dtype_policy("mixed_bfloat16")
run = keras_s2s.load_run(Path(sys.argv[1]))
seq2seq = run.seq2seq
seq2seq.encoder.trainable = False

pairs = [("三七一", "three seven one"), ("二", "two"), ("五五九", "five five nine")]
sources = [[2, *run.source_tokenizer.encode(s), 3] for s, _ in pairs]
targets = [[*run.target_tokenizer.encode(t), 3] for _, t in pairs]

def padded(rows):
    width = max(map(len, rows))
    return np.array([row + [0] * (width - len(row)) for row in rows], "int32")

inputs = {
    "source_ids": padded(sources),
    "target_input_ids": padded([[2, *target[:-1]] for target in targets]),
}
outputs = padded(targets)

model = seq2seq.training
model.compile(
    optimizer=keras.optimizers.Adam(0.03),
    loss=keras_s2s.SmoothedCrossEntropy(0.1),
    weighted_metrics=[keras_s2s.Perplexity()],
    jit_compile=False,
)
encoder = [weight.numpy() for weight in seq2seq.encoder.weights]
path = Path(sys.argv[2], "tuned.keras")
history = model.fit(
    inputs,
    outputs,
    sample_weight=np.array([1.0, 0.0, 2.0]),
    epochs=25,
    verbose=0,
    callbacks=[keras.callbacks.ModelCheckpoint(path)],
).history
assert history["perplexity"][-1] < 1.5 < history["perplexity"][0], history
for before, weight in zip(encoder, seq2seq.encoder.weights, strict=True):
    np.testing.assert_array_equal(weight.numpy(), before)

translator = keras_s2s.Translator(
    keras_s2s.keras_translation_model(
        seq2seq, run.source_tokenizer, run.target_tokenizer, run.recipe.data
    )
)
print([translator.translate(source).text for source, _ in pairs])

loaded = keras.models.load_model(path)
difference = np.abs(np.asarray(loaded(inputs)) - np.asarray(model(inputs))).max()
print("the same" if difference == 0 else difference)
"""


def test_a_trained_run_is_fine_tuned_with_keras_alone(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(RUN), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    translations, loaded = done.stdout.splitlines()
    assert translations.startswith("['three seven one', ")
    assert translations.endswith(", 'five five nine']")
    assert loaded == "the same"
