"""Small translators with random weights, built once per architecture."""

import functools
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

SMALL = {"embedding_dim": 16, "encoder_units": 8, "units": 16, "attention_units": 10}
VOCAB_SIZE = 60


@pytest.fixture(scope="session")
def tokenizer_file(tmp_path_factory):
    sentencepiece = pytest.importorskip("sentencepiece")
    path = tmp_path_factory.mktemp("tokenizer") / "shared.spm"
    generator = np.random.default_rng(0)
    letters = list("abcdefghijklmnop")
    lines = [
        " ".join("".join(generator.choice(letters, 4)) for _ in range(6))
        for _ in range(200)
    ]
    with path.open("wb") as file:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines),
            model_writer=file,
            vocab_size=VOCAB_SIZE,
            pad_id=0,
            unk_id=1,
            bos_id=2,
            eos_id=3,
            normalization_rule_name="identity",
            minloglevel=2,
        )
    return path


@pytest.fixture(scope="session")
def make_run(tokenizer_file, tmp_path_factory):
    """Return a function from settings of the architecture to a `Run`."""
    keras = pytest.importorskip("keras", reason="export needs the training extra")
    from edge_runtime.text.tokenizer import Tokenizer
    from keras_s2s.config import DataConfig, ModelConfig, Recipe
    from keras_s2s.model.seq2seq import build_seq2seq
    from keras_s2s.run.run_directory import Run

    tokenizer = Tokenizer.from_file(tokenizer_file)

    @functools.cache
    def make(**settings):
        keras.utils.set_random_seed(0)
        config = ModelConfig(**{**SMALL, **settings})
        seq2seq = build_seq2seq(config, tokenizer.vocab_size, tokenizer.vocab_size)
        generator = np.random.default_rng(1)
        for weight in seq2seq.training.weights:
            # Biases too: zeros would hide where they go.
            scale = 0.3 if len(weight.shape) == 1 else 1.2 * weight.shape[0] ** -0.5
            noise = generator.normal(size=weight.shape) * min(scale, 0.3)
            weight.assign(np.asarray(weight) + noise.astype(np.float32))
        data = DataConfig(
            source_language="xx",
            target_language="yy",
            shared_vocabulary=True,
            max_source_length=40,
            max_target_length=12,
        )
        return Run(
            path=tmp_path_factory.mktemp("run"),
            recipe=replace(Recipe(), model=config, data=data),
            seq2seq=seq2seq,
            source_tokenizer=tokenizer,
            target_tokenizer=tokenizer,
            tokenizer_files={"source": tokenizer_file, "target": tokenizer_file},
            scores={"bleu": 12.5},
        )

    return make


@pytest.fixture(scope="session")
def convert(make_run):
    """Return a function from an architecture to its two ONNX graphs."""
    from export.graph.run_graphs import convert_run

    @functools.cache
    def convert(**settings):
        models = convert_run(make_run(**settings), 17, lambda message: None)
        return models["encoder.onnx"], models["decoder_step.onnx"]

    return convert


@pytest.fixture(scope="session")
def keras_model(make_run):
    """Return a function from an architecture to its model, computed by Keras."""
    from keras_s2s.run.keras_model import keras_translation_model

    @functools.cache
    def keras_model(**settings):
        run = make_run(**settings)
        return keras_translation_model(
            run.seq2seq, run.source_tokenizer, run.target_tokenizer, run.recipe.data
        )

    return keras_model


@pytest.fixture(scope="session")
def open_graphs(make_run, keras_model):
    """Return a function from two graphs and their architecture to a model."""
    from export.graph.run_graphs import serialize

    def open_graphs(encoder, step, graph_format="onnx", **settings):
        models = {"encoder.onnx": encoder, "decoder_step.onnx": step}
        seq2seq = make_run(**settings).seq2seq
        return serialize(models, seq2seq, graph_format).open(keras_model(**settings))

    return open_graphs


@pytest.fixture
def sentences(tmp_path):
    """Two aligned files of six lines, one of them empty."""
    source, reference = tmp_path / "verify.xx", tmp_path / "verify.yy"
    lines = ["abcd efgh", "ijkl", "", "mnop abcd efgh ijkl", "aaaa bbbb", "p"]
    source.write_text("\n".join(lines) + "\n")
    reference.write_text("\n".join(reversed(lines)) + "\n")
    return source, reference


def operators(model):
    """Return how often each operator occurs in a graph."""
    counts = {}
    for node in model.graph.node:
        counts[node.op_type] = counts.get(node.op_type, 0) + 1
    return dict(sorted(counts.items()))


@pytest.fixture(name="operators")
def operators_fixture():
    return operators


@pytest.fixture(scope="session")
def directory_of():
    def directory_of(path: Path):
        return {file.name: file.read_bytes() for file in path.iterdir()}

    return directory_of
