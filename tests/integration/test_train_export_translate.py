"""The whole path with small models: trained, exported, translated elsewhere."""

import json
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from edge_runtime import DecodingOptions, Translator
from edge_runtime.contract import BOS_ID, EOS_ID
from export.pipeline import export_bundle
from keras_s2s.config import Recipe
from keras_s2s.data.corpus import ParallelCorpus
from keras_s2s.run.keras_model import keras_translation_model
from keras_s2s.training.trainer import train
from keras_s2s.training.training_data import TrainingData

pytestmark = [pytest.mark.train, pytest.mark.slow]

# Both ways to a context; tests/export/test_pipeline.py translates all six systems.
SYSTEMS = [("bahdanau", "gru"), ("none", "lstm")]
DIGITS = dict(
    zip(
        "一二三四五六七八",
        "one two three four five six seven eight".split(),
        strict=True,
    )
)

TRANSLATE = """
import json, sys
from edge_runtime import Translator
texts = json.loads(sys.argv[1])
translations = {
    bundle: [found.text for found in Translator(bundle).translate_batch(texts)]
    for bundle in sys.argv[2:]
}
print(json.dumps({"translations": translations, "modules": sorted(sys.modules)}))
"""


def sentences(count, longest, seed):
    """Chinese digits, and the same numbers in English back to front."""
    rng = np.random.default_rng(seed)
    sources = [
        "".join(rng.choice(list(DIGITS), size=rng.integers(1, longest + 1)))
        for _ in range(count)
    ]
    return sources, [" ".join(DIGITS[digit] for digit in s[::-1]) for s in sources]


def corpus(directory, name, count, longest, seed):
    directory.mkdir(exist_ok=True)
    paths = [directory / f"{name}.{side}" for side in ("zh", "en")]
    for path, lines in zip(paths, sentences(count, longest, seed), strict=True):
        path.write_text("\n".join(lines), encoding="utf-8")
    return ParallelCorpus(*paths)


def recipe(attention, cell, **settings):
    common = {
        "attention": attention,
        "cell": cell,
        "embedding_dim": 16,
        "encoder_units": 24,
        "bidirectional": attention != "none",
        "units": 24,
        "attention_units": 24,
        "source_vocab_size": 14,
        "target_vocab_size": 24,
        "patience": 0,
        "weight_averaging": 0,
    }
    return Recipe().with_settings(
        {key: str(value) for key, value in (common | settings).items()}
    )


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Systems with their bundles; the first has learnt, the others begin to."""
    directory = tmp_path_factory.mktemp("systems")
    data = TrainingData(
        corpus(directory / "data", "train", 1500, 5, 2),
        corpus(directory / "data", "valid", 50, 5, 3),
    )
    found = {}
    for system in SYSTEMS:
        name = "-".join(system)
        epochs = 12 if system == SYSTEMS[0] else 1
        settings = {
            "units": 48,
            "encoder_units": 48 if system[0] != "none" else 24,
            "epochs": epochs,
            "batch_tokens": 400,
            "learning_rate": 0.01,
            "first_validation_epoch": epochs,
            "label_smoothing": 0,
        }
        run = train(recipe(*system, **settings), data, directory / name)
        bundle = directory / f"{name}-bundle"
        export_bundle(run, bundle)
        found[system] = run, bundle
    return found


def test_systems_translate_in_a_fresh_process_as_keras_does(exported):
    texts = sentences(30, 7, 5)[0]
    output = subprocess.run(
        [
            *(sys.executable, "-c", TRANSLATE, json.dumps(texts)),
            *(str(bundle) for _, bundle in exported.values()),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = json.loads(output)
    assert not {"tensorflow", "keras", "keras_s2s", "export"} & set(found["modules"])
    distinct = set()
    for run, bundle in exported.values():
        model = keras_translation_model(
            run.seq2seq, run.source_tokenizer, run.target_tokenizer, run.recipe.data
        )
        expected = [each.text for each in Translator(model).translate_batch(texts)]
        assert found["translations"][str(bundle)] == expected
        distinct.add(tuple(expected))
    assert len(distinct) == len(SYSTEMS), "the systems are different models"


def test_a_numpy_decoder_with_the_trained_weights_translates_the_same(exported):
    run, bundle = exported["bahdanau", "gru"]
    # The decoder below knows nothing of loops.
    translator = Translator(bundle, DecodingOptions(break_loops=False))
    weights = {weight.path: np.array(weight) for weight in run.seq2seq.training.weights}
    for text in sentences(20, 7, 6)[0]:
        source_ids = [BOS_ID, *run.source_tokenizer.encode(text), EOS_ID]
        limit = translator.options.length_limit(
            len(source_ids), run.recipe.data.max_target_length
        )
        token_ids = NumpyTranslator(weights).translate(source_ids, limit)
        assert run.target_tokenizer.decode(token_ids) == translator.translate(text).text


def test_attention_learns_to_read_backwards_to_exact_text(exported):
    _, bundle = exported["bahdanau", "gru"]
    sources, references = sentences(50, 5, 4)
    found = [each.text for each in Translator(bundle).translate_batch(sources)]
    right = sum(map(str.__eq__, found, references))
    assert right >= 48, list(zip(found, references, strict=True))


class NumpyTranslator:
    """Bahdanau's encoder-decoder with GRUs, written from the equations alone."""

    def __init__(self, weights):
        self.weights = weights

    def weight(self, *parts):
        (found,) = [
            value
            for path, value in self.weights.items()
            if all(part in path.split("/") for part in parts)
        ]
        return found

    def gru(self, projected, state, *cell):
        recurrent = state @ self.weight(*cell, "recurrent_kernel")
        recurrent = recurrent + self.weight(*cell, "recurrent_bias")
        x_z, x_r, x_h = np.split(projected, 3)
        u_z, u_r, u_h = np.split(recurrent, 3)
        update = 1 / (1 + np.exp(-(x_z + u_z)))
        reset = 1 / (1 + np.exp(-(x_r + u_r)))
        return update * state + (1 - update) * np.tanh(x_h + reset * u_h)

    def read(self, embedded, name):
        state = np.zeros(self.weight(name, "recurrent_kernel").shape[0])
        states = []
        for token in embedded:
            projected = token @ self.weight(name, "projection", "kernel")
            projected = projected + self.weight(name, "projection", "bias")
            state = self.gru(projected, state, name)
            states.append(state)
        return states

    def translate(self, source_ids, limit):
        embedded = self.weight("source_embedding", "embeddings")[source_ids]
        forward = self.read(embedded, "forward_0")
        backward = self.read(embedded[::-1], "backward_0")[::-1]
        values = np.concatenate([forward, backward], axis=1)
        keys = values @ self.weight("key_projection", "kernel")
        state = np.tanh(
            np.concatenate([forward[-1], backward[0]])
            @ self.weight("bridge_0", "kernel")
            + self.weight("bridge_0", "bias")
        )
        token_ids, token_id = [], BOS_ID
        while len(token_ids) < limit:
            token = self.weight("target_embedding", "embeddings")[token_id]
            scores = (
                np.tanh(state @ self.weight("attention", "query_kernel") + keys)
                @ self.weight("attention", "energy_kernel")
            )[:, 0]
            alignment = np.exp(scores) / np.exp(scores).sum()
            context = alignment @ values
            projected = (
                token @ self.weight("token_projection", "kernel")
                + self.weight("token_projection", "bias")
                + context @ self.weight("context_projection", "kernel")
            )
            state = self.gru(projected, state, "cell_0")
            hidden = np.tanh(
                np.concatenate([state, context, token])
                @ self.weight("readout", "hidden", "kernel")
                + self.weight("readout", "hidden", "bias")
            )
            output_kernel = self.weights["output_projection/kernel"]
            token_id = int(
                np.argmax(hidden @ output_kernel + self.weights["output_bias/bias"])
            )
            if token_id == EOS_ID:
                break
            token_ids.append(token_id)
        return token_ids
