"""Translators and bundles that copy the source: every score is known beforehand."""

import io

import numpy as np
import pytest
import sentencepiece

from edge_runtime import contract
from edge_runtime.bundle.manifest import (
    FileEntry,
    GraphSpec,
    Limits,
    Manifest,
    TensorSpec,
    sha256_of,
)
from edge_runtime.contract import EOS_ID
from edge_runtime.model.translation_model import TranslationModel
from edge_runtime.text.tokenizer import Tokenizer
from edge_runtime.translation.translator import Translator

WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


@pytest.fixture(scope="session")
def sentences():
    """Sentences of 1 to 10 words, ten of each length."""
    rng = np.random.default_rng(0)
    return [
        " ".join(rng.choice(WORDS, size=length))
        for length in range(1, 11)
        for _ in range(10)
    ]


@pytest.fixture(scope="session")
def tokenizer(sentences):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences * 5),
        model_writer=model,
        vocab_size=40,
        hard_vocab_limit=False,
        pad_id=0,
        unk_id=1,
        bos_id=2,
        eos_id=3,
        minloglevel=2,
    )
    return Tokenizer(model.getvalue())


class Copying:
    """Encoder and step of a model that copies the source, at most `most` tokens."""

    def __init__(self, vocab_size, most=None, attends=True):
        self.vocab_size = vocab_size
        self.most = most
        self.attends = attends

    def encode(self, source_ids):
        return {
            "source": source_ids,
            "position": np.zeros(len(source_ids), dtype=np.int32),
        }

    def step(self, token_ids, states):
        source, position = states["source"], states["position"] + 1  # bos is at 0
        rows = np.arange(len(source))
        column = np.minimum(position, source.shape[1] - 1)
        expected = source[rows, column]
        if self.most is not None:
            expected = np.where(position > self.most, EOS_ID, expected)
        log_probs = np.full((len(source), self.vocab_size), -9.0, dtype=np.float32)
        log_probs[rows, expected] = -0.01
        next_states = {"source": source, "position": position}
        if self.attends:
            next_states["alignment"] = np.zeros(source.shape, dtype=np.float32)
            next_states["alignment"][rows, column] = 1.0
        return log_probs, next_states


@pytest.fixture(scope="session")
def make_translator(tokenizer):
    """Return a function that makes a copying translator."""

    def make(most=None, max_target_length=40, attends=True):
        copying = Copying(tokenizer.vocab_size, most, attends)
        model = TranslationModel(
            encode=copying.encode,
            step=copying.step,
            source_tokenizer=tokenizer,
            target_tokenizer=tokenizer,
            limits=Limits(60, max_target_length),
            attends=attends,
        )
        return Translator(model)

    return make


@pytest.fixture
def translator(make_translator):
    """A translator whose translation of a sentence is the sentence."""
    return make_translator()


ENCODER = """
<ir_version: 9, opset_import: ["" : 17]>
encoder (int32[batch, source_length] source_ids) => (
    float[batch, source_length, VOCAB] encoder_states,
    float[batch, source_length, 1] attention_keys,
    bool[batch, source_length] source_mask,
    float[batch, 1] decoder_state_0
) {
    depth = Constant<value_int: int = VOCAB>()
    values = Constant<value_floats: floats = [0.0, 1.0]>()
    ids = Cast<to: int = 7>(source_ids)
    encoder_states = OneHot<axis: int = -1>(ids, depth, values)
    pad = Constant<value: tensor = int32 {0}>()
    is_pad = Equal(source_ids, pad)
    source_mask = Not(is_pad)
    real = Cast<to: int = 1>(source_mask)
    last_axis = Constant<value_ints: ints = [2]>()
    attention_keys = Unsqueeze(real, last_axis)
    axis = Constant<value_ints: ints = [1]>()
    count = ReduceSum(real, axis)
    zero = Constant<value_float: float = 0.0>()
    decoder_state_0 = Mul(count, zero)
}
"""
DECODER_STEP = """
<ir_version: 9, opset_import: ["" : 17]>
decoder_step (
    int32[batch] token_ids,
    float[batch, source_length, VOCAB] encoder_states,
    float[batch, source_length, 1] attention_keys,
    bool[batch, source_length] source_mask,
    float[batch, 1] decoder_state_0
) => (
    float[batch, VOCAB] log_probs,
    float[batch, 1] next_decoder_state_0,
    float[batch, source_length] alignment
) {
    one = Constant<value_float: float = 1.0>()
    next_decoder_state_0 = Add(decoder_state_0, one)
    axis = Constant<value_ints: ints = [1]>()
    flat = Squeeze(next_decoder_state_0, axis)
    position = Cast<to: int = 7>(flat)
    shape = Shape(source_mask)
    second = Constant<value_int: int = 1>()
    length = Gather(shape, second)
    values = Constant<value_floats: floats = [0.0, 1.0]>()
    alignment = OneHot<axis: int = -1>(position, length, values)
    row = Unsqueeze(alignment, axis)
    row_context = MatMul(row, encoder_states)
    copied = Squeeze(row_context, axis)
    depth = Constant<value_int: int = VOCAB>()
    eos_id = Constant<value_ints: ints = [3]>()
    eos = OneHot<axis: int = -1>(eos_id, depth, values)
    most = Constant<value_float: float = MOST.0>()
    over = Greater(next_decoder_state_0, most)
    expected = Where(over, eos, copied)
    share = Constant<value_float: float = 0.9>()
    scaled = Mul(expected, share)
    rest = Constant<value_float: float = 0.001>()
    probs = Add(scaled, rest)
    log_probs = Log(probs)
}
"""


def read_graph(text, file):
    """Return the bytes of a graph, and what a manifest says about it."""
    onnx = pytest.importorskip("onnx", reason="needs the train extra")
    model = onnx.parser.parse_model(text)
    onnx.checker.check_model(model)
    types = {1: "float32", 6: "int32", 9: "bool"}

    def specs(values):
        return {
            value.name: TensorSpec(
                types[value.type.tensor_type.elem_type],
                tuple(
                    axis.dim_param or axis.dim_value
                    for axis in value.type.tensor_type.shape.dim
                ),
            )
            for value in values
        }

    spec = GraphSpec(file, specs(model.graph.input), specs(model.graph.output))
    return model.SerializeToString(), spec


@pytest.fixture(scope="session")
def write_copying_bundle(tokenizer):
    """Return a function that writes a bundle which copies at most `most` tokens."""

    def write(path, most=99, language="en"):
        vocab_size = str(tokenizer.vocab_size)
        encoder, encoder_spec = read_graph(
            ENCODER.replace("VOCAB", vocab_size), contract.ENCODER_FILE
        )
        text = DECODER_STEP.replace("VOCAB", vocab_size).replace("MOST", str(most))
        step, step_spec = read_graph(text, contract.DECODER_STEP_FILE)
        files = {
            encoder_spec.file: encoder,
            step_spec.file: step,
            contract.SHARED_TOKENIZER_FILE: tokenizer.model,
            contract.MODEL_CARD_FILE: b"# A translator that copies <everything>\n",
        }
        manifest = Manifest(
            source_language=language,
            target_language=language,
            encoder=encoder_spec,
            decoder_step=step_spec,
            source_tokenizer=contract.SHARED_TOKENIZER_FILE,
            target_tokenizer=contract.SHARED_TOKENIZER_FILE,
            limits=Limits(60, 40),
            files={
                name: FileEntry(sha256_of(content), len(content))
                for name, content in files.items()
            },
            architecture={"attention": "bahdanau"},
        )
        files[contract.MANIFEST_FILE] = manifest.to_json().encode()
        path.mkdir(parents=True)
        for name, content in files.items():
            (path / name).write_bytes(content)
        return path

    return write


@pytest.fixture(scope="session")
def copying_bundle(write_copying_bundle, tmp_path_factory):
    """Path of a bundle whose translation of a sentence is the sentence."""
    return write_copying_bundle(tmp_path_factory.mktemp("bundles") / "copying")


@pytest.fixture(scope="session")
def stopping_bundle(write_copying_bundle, tmp_path_factory):
    """Path of a bundle that copies four tokens and stops."""
    return write_copying_bundle(tmp_path_factory.mktemp("bundles") / "stopping", 4)


@pytest.fixture
def test_set(tmp_path, sentences):
    """Paths of a source and a reference file, which are equal."""
    source, reference = tmp_path / "test.source", tmp_path / "test.reference"
    for path in (source, reference):
        path.write_text("\n".join(sentences) + "\n", encoding="utf-8")
    return source, reference
