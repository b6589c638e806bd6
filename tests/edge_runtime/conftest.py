"""Tiny complete bundles: random weights, real graphs, real SentencePiece models."""

import io
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import sentencepiece
from onnx import TensorProto, helper, numpy_helper

from edge_runtime import Translator
from edge_runtime.bundle.confidence_model import ConfidenceModel
from edge_runtime.bundle.manifest import (
    FileEntry,
    GraphSpec,
    Limits,
    Manifest,
    TensorSpec,
    sha256_of,
)
from edge_runtime.contract import (
    ALIGNMENT,
    ATTENTION_KEYS,
    DECODER_STEP_FILE,
    ENCODER_FILE,
    ENCODER_STATES,
    LOG_PROBS,
    MANIFEST_FILE,
    SHARED_TOKENIZER_FILE,
    SOURCE_IDS,
    SOURCE_MASK,
    SOURCE_TOKENIZER_FILE,
    TARGET_TOKENIZER_FILE,
    TOKEN_IDS,
    decoder_state,
    next_decoder_state,
)
from edge_runtime.text.slots import SLOT_PIECES

SOURCE_LINES = [
    "我爱吃苹果。",
    "他每天喝水。",
    "我们去学校学习中文。",
    "今天天气很好，我们去公园吧！",
    "你叫什么名字？",
    "I love to eat apples.",
]
TARGET_LINES = [
    "I love to eat apples.",
    "He drinks water every day.",
    "We go to school to learn Chinese.",
    "The weather is nice today, let's go to the park!",
    "What is your name?",
]
UNITS = 8
FLOAT, INT32, BOOL = TensorProto.FLOAT, TensorProto.INT32, TensorProto.BOOL
DTYPES = {FLOAT: "float32", INT32: "int32", BOOL: "bool", TensorProto.INT64: "int64"}


def train_tokenizer(lines, vocab_size, **options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines * 20),
        model_writer=model,
        vocab_size=vocab_size,
        hard_vocab_limit=False,
        character_coverage=1.0,
        pad_id=0,
        unk_id=1,
        bos_id=2,
        eos_id=3,
        minloglevel=2,
        **options,
    )
    return model.getvalue()


@dataclass
class Graph:
    """An ONNX graph under construction, and what the manifest says about it."""

    inputs: dict
    outputs: dict
    nodes: list
    weights: list

    def op(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def weight(self, name, value):
        self.weights.append(numpy_helper.from_array(value, name))
        return name

    def serialize(self):
        def values(tensors):
            return [
                helper.make_tensor_value_info(name, dtype, list(shape))
                for name, (dtype, shape) in tensors.items()
            ]

        graph = helper.make_graph(
            self.nodes,
            "tiny",
            values(self.inputs),
            values(self.outputs),
            self.weights,
        )
        opset = [helper.make_opsetid("", 18)]
        model = helper.make_model(graph, opset_imports=opset, ir_version=9)
        onnx.checker.check_model(model)
        return model.SerializeToString()

    def spec(self, file):
        def specs(tensors):
            return {
                name: TensorSpec(DTYPES[dtype], tuple(shape))
                for name, (dtype, shape) in tensors.items()
            }

        return GraphSpec(file, specs(self.inputs), specs(self.outputs))


def normal(seed):
    rng = np.random.default_rng(seed)
    return lambda *shape, scale=1.0: rng.normal(scale=scale, size=shape).astype("f4")


def build_encoder(vocab_size, attention, states, seed):
    draw = normal(seed)
    graph = Graph({SOURCE_IDS: (INT32, ("batch", "source_length"))}, {}, [], [])
    embeddings = graph.weight("embeddings", draw(vocab_size, UNITS))
    zero = graph.weight("zero", np.array(0, dtype="i4"))
    embedded = graph.op("Gather", [embeddings, SOURCE_IDS], ENCODER_STATES)
    is_pad = graph.op("Equal", [SOURCE_IDS, zero], "is_pad")
    graph.op("Not", [is_pad], SOURCE_MASK)
    weights = graph.op("Cast", [SOURCE_MASK], "weights", to=FLOAT)
    axis = graph.weight("axis", np.array([2], dtype="i8"))
    column = graph.op("Unsqueeze", [weights, axis], "column")
    real = graph.op("Mul", [embedded, column], "real")
    sum_axis = graph.weight("sum_axis", np.array([1], dtype="i8"))
    total = graph.op("ReduceSum", [real, sum_axis], "total", keepdims=0)
    if attention:
        key_weights = graph.weight("key_weights", draw(UNITS, UNITS))
        graph.op("MatMul", [embedded, key_weights], ATTENTION_KEYS)
        shape = ("batch", "source_length", UNITS)
        graph.outputs[ENCODER_STATES] = (FLOAT, shape)
        graph.outputs[ATTENTION_KEYS] = (FLOAT, shape)
        graph.outputs[SOURCE_MASK] = (BOOL, shape[:2])
    for index in range(states):
        bridge = graph.weight(f"bridge_{index}", draw(UNITS, UNITS, scale=0.3))
        moved = graph.op("MatMul", [total, bridge], f"moved_{index}")
        graph.op("Tanh", [moved], decoder_state(index))
        graph.outputs[decoder_state(index)] = (FLOAT, ("batch", UNITS))
    return graph


def build_decoder_step(vocab_size, attention, states, seed):
    draw = normal(seed)
    graph = Graph({TOKEN_IDS: (INT32, ("batch",))}, {}, [], [])
    shape = ("batch", "source_length", UNITS)
    embeddings = graph.weight("embeddings", draw(vocab_size, UNITS))
    summed = graph.op("Gather", [embeddings, TOKEN_IDS], "embedded")
    if attention:
        graph.inputs[ENCODER_STATES] = (FLOAT, shape)
        graph.inputs[ATTENTION_KEYS] = (FLOAT, shape)
        graph.inputs[SOURCE_MASK] = (BOOL, shape[:2])
        axis = graph.weight("axis", np.array([1], dtype="i8"))
        last = graph.weight("last", np.array([2], dtype="i8"))
        query = graph.op("Unsqueeze", [decoder_state(0), axis], "query")
        energy = graph.op("Add", [query, ATTENTION_KEYS], "energy")
        energy = graph.op("Tanh", [energy], "tanh_energy")
        vector = graph.weight("vector", draw(UNITS, 1, scale=2.0))
        scores = graph.op("MatMul", [energy, vector], "column_scores")
        scores = graph.op("Squeeze", [scores, last], "scores")
        floor = graph.weight("floor", np.array(-1e9, dtype="f4"))
        scores = graph.op("Where", [SOURCE_MASK, scores, floor], "masked")
        graph.op("Softmax", [scores], ALIGNMENT, axis=-1)
        graph.outputs[ALIGNMENT] = (FLOAT, shape[:2])
        row = graph.op("Unsqueeze", [ALIGNMENT, axis], "row")
        context = graph.op("MatMul", [row, ENCODER_STATES], "row_context")
        context = graph.op("Squeeze", [context, axis], "context")
        summed = graph.op("Add", [summed, context], "with_context")
    for index in range(states):
        graph.inputs[decoder_state(index)] = (FLOAT, ("batch", UNITS))
        recurrent = graph.weight(f"recurrent_{index}", draw(UNITS, UNITS))
        moved = graph.op("MatMul", [decoder_state(index), recurrent], f"moved_{index}")
        moved = graph.op("Add", [moved, summed], f"summed_{index}")
        graph.op("Tanh", [moved], next_decoder_state(index))
        graph.outputs[next_decoder_state(index)] = (FLOAT, ("batch", UNITS))
    kernel = graph.weight("kernel", draw(UNITS, vocab_size))
    bias = np.zeros(vocab_size, dtype="f4")
    bias[[0, 2]] = -20.0  # no pad, no bos
    bias[3] = 2.0
    projected = graph.op(
        "MatMul", [next_decoder_state(states - 1), kernel], "projected"
    )
    logits = graph.op("Add", [projected, graph.weight("bias", bias)], "logits")
    graph.op("LogSoftmax", [logits], LOG_PROBS, axis=-1)
    graph.outputs[LOG_PROBS] = (FLOAT, ("batch", vocab_size))
    return graph


@dataclass(frozen=True)
class TinyBundle:
    """Files of a bundle in memory; `write` puts them, or changed ones, on disk."""

    manifest: Manifest
    files: dict

    def write(self, path, **changes):
        """Write the files; `changes` are fields of the manifest to replace."""
        path = Path(path)
        path.mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            (path / name).write_bytes(content)
        text = replace(self.manifest, **changes).to_json()
        (path / MANIFEST_FILE).write_text(text, encoding="utf-8")
        return path

    def with_file(self, name, content):
        """Return the bundle with one file replaced and the manifest to match."""
        entries = {**self.manifest.files, name: entry_of(content)}
        manifest = replace(self.manifest, files=entries)
        return TinyBundle(manifest, {**self.files, name: content})

    def with_shared_weights(self):
        """Return the bundle with the step's largest weight in the encoder's file."""
        step = onnx.load_from_string(self.files[DECODER_STEP_FILE])
        encoder = onnx.load_from_string(self.files[ENCODER_FILE])
        weight = max(step.graph.initializer, key=onnx.TensorProto.ByteSize)
        encoder.graph.initializer.add().CopyFrom(weight)
        encoder.graph.initializer[-1].name = "of the step"
        content, raw = encoder.SerializeToString(), weight.raw_data
        weight.ClearField("raw_data")
        weight.data_location = TensorProto.EXTERNAL
        for key, value in (
            ("location", ENCODER_FILE),
            ("offset", content.index(raw)),
            ("length", len(raw)),
        ):
            weight.external_data.add(key=key, value=str(value))
        shared = self.with_file(ENCODER_FILE, content)
        return shared.with_file(DECODER_STEP_FILE, step.SerializeToString())


def entry_of(content):
    return FileEntry(sha256_of(content), len(content))


def build_bundle(tokenizers, vocab_sizes, attention, states, shared=False):
    encoder = build_encoder(vocab_sizes[0], attention, states, seed=5)
    step = build_decoder_step(vocab_sizes[1], attention, states, seed=8)
    names = (SOURCE_TOKENIZER_FILE, TARGET_TOKENIZER_FILE)
    if shared:
        names = (SHARED_TOKENIZER_FILE, SHARED_TOKENIZER_FILE)
    files = {
        ENCODER_FILE: encoder.serialize(),
        DECODER_STEP_FILE: step.serialize(),
        **dict(zip(names, tokenizers, strict=True)),
        "README.md": b"# A model card\n",
    }
    manifest = Manifest(
        source_language="zh",
        target_language="en",
        encoder=encoder.spec(ENCODER_FILE),
        decoder_step=step.spec(DECODER_STEP_FILE),
        source_tokenizer=names[0],
        target_tokenizer=names[1],
        limits=Limits(max_source_length=30, max_target_length=20),
        files={name: entry_of(content) for name, content in files.items()},
        architecture={"attention": "bahdanau" if attention else "none"},
    )
    return TinyBundle(manifest, files)


@pytest.fixture(scope="session")
def source_spm():
    return train_tokenizer(SOURCE_LINES, 80)


@pytest.fixture(scope="session")
def target_spm():
    return train_tokenizer(TARGET_LINES, 70)


@pytest.fixture(scope="session")
def vocab_sizes(source_spm, target_spm):
    def size(model):
        return sentencepiece.SentencePieceProcessor(model_proto=model).vocab_size()

    return size(source_spm), size(target_spm)


@pytest.fixture(scope="session")
def attention_files(source_spm, target_spm, vocab_sizes):
    """A bundle with attention and one decoder state, in memory."""
    return build_bundle((source_spm, target_spm), vocab_sizes, True, 1)


@pytest.fixture(scope="session")
def fixed_context_files(source_spm, vocab_sizes):
    """A bundle without attention, two decoder states, one shared tokenizer."""
    sizes = (vocab_sizes[0],) * 2
    return build_bundle((source_spm,) * 2, sizes, False, 2, shared=True)


@pytest.fixture(scope="session")
def bundle(attention_files, tmp_path_factory):
    """Path of a bundle with attention."""
    return attention_files.write(tmp_path_factory.mktemp("bundles") / "attention")


CONFIDENCE = ConfidenceModel(
    features=("mean_log_prob", "unknown_source", "length", "coverage"),
    means=(-2.0, 0.1, 1.5, 0.7),
    scales=(0.5, 0.2, 1.0, 0.25),
    weights=(0.8, -0.4, -0.3, 0.2),
    bias=0.25,
)
"""A confidence by every kind of feature."""


@pytest.fixture(scope="session")
def confidence_model():
    return CONFIDENCE


@pytest.fixture(scope="session")
def confident_bundle(attention_files, confidence_model, tmp_path_factory):
    """Path of a bundle with attention and a confidence."""
    path = tmp_path_factory.mktemp("bundles") / "confident"
    return attention_files.write(path, confidence=confidence_model)


@pytest.fixture(scope="session")
def fixed_context_bundle(fixed_context_files, tmp_path_factory):
    """Path of a bundle without attention."""
    return fixed_context_files.write(tmp_path_factory.mktemp("bundles") / "fixed")


@pytest.fixture(scope="session")
def slot_files():
    """A bundle with attention whose tokenizers have slots, in memory."""
    slots = list(SLOT_PIECES)
    tokenizers = (
        train_tokenizer(SOURCE_LINES, 96, user_defined_symbols=slots),
        train_tokenizer(TARGET_LINES, 86, user_defined_symbols=slots),
    )
    sizes = [
        sentencepiece.SentencePieceProcessor(model_proto=model).vocab_size()
        for model in tokenizers
    ]
    return build_bundle(tokenizers, sizes, True, 1)


@pytest.fixture(scope="session")
def slot_translator(slot_files, tmp_path_factory):
    """A translator over a bundle with slots. Its weights are drawn, not trained."""
    return Translator(slot_files.write(tmp_path_factory.mktemp("bundles") / "slots"))


@pytest.fixture(scope="session")
def fixed_translator(fixed_context_bundle):
    """A translator over the bundle without attention."""
    return Translator(fixed_context_bundle)


@pytest.fixture(scope="session")
def translator(bundle):
    """A translator over the bundle with attention."""
    return Translator(bundle)
