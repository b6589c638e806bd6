"""Translators and bundles that copy the source: every score is known beforehand."""

import io
import re

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


# Of the operators that exports write: a bundle may hold no others.
ENCODER = """
<ir_version: 9, opset_import: ["" : 17]>
encoder (int32[batch, source_length] source_ids) => (
    float[batch, source_length, VOCAB] encoder_states,
    float[batch, source_length, 1] attention_keys,
    bool[batch, source_length] source_mask,
    float[batch, 1] decoder_state_0,
    float[batch, 1] decoder_state_1
)
<
    float[VOCAB, VOCAB] one_hot = {ONE_HOT},
    int32 pad = {0},
    int64[1] axis_1 = {1},
    int64[1] axis_2 = {2},
    int64[1] beginning = {0},
    int64[1] end = {1000},
    int64[1] shift_0 = {1},
    int64[1] shift_1 = {2},
    int64[1] shift_2 = {4},
    int64[1] shift_3 = {8},
    int64[1] shift_4 = {16},
    int64[1] shift_5 = {32},
    float zero = {0}
>
{
    encoder_states = Gather(one_hot, source_ids)
    is_pad = Equal(source_ids, pad)
    source_mask = Not(is_pad)
    count_0 = Cast<to: int = 1>(source_mask)
    decoder_state_0 = ReduceSum(count_0, axis_1)
    decoder_state_1 = Mul(decoder_state_0, zero)
    COUNTS
    attention_keys = Unsqueeze(count_6, axis_2)
}
"""
# Adds the count that is found 1, 2, 4, ..., 32 further on: at last it is that of the
# tokens from here to the end, of up to 64.
COUNT = """
    further_NEXT = Slice(count_LAST, shift_LAST, end, axis_1)
    first_NEXT = Slice(count_LAST, beginning, shift_LAST, axis_1)
    nothing_NEXT = Mul(first_NEXT, zero)
    shifted_NEXT = Concat<axis: int = 1>(further_NEXT, nothing_NEXT)
    count_NEXT = Add(count_LAST, shifted_NEXT)
"""
DECODER_STEP = """
<ir_version: 9, opset_import: ["" : 17]>
decoder_step (
    int32[batch] token_ids,
    float[batch, source_length, VOCAB] encoder_states,
    float[batch, source_length, 1] attention_keys,
    bool[batch, source_length] source_mask,
    float[batch, 1] decoder_state_0,
    float[batch, 1] decoder_state_1
) => (
    float[batch, VOCAB] log_probs,
    float[batch, 1] next_decoder_state_0,
    float[batch, 1] next_decoder_state_1,
    float[batch, source_length] alignment
)
<
    float[1, VOCAB] eos = {EOS},
    int64[1] axis_1 = {1},
    int64[1] axis_2 = {2},
    float one = {1},
    float most = {MOST},
    float sureness = {9}
>
{
    next_decoder_state_0 = Sub(decoder_state_0, one)
    next_decoder_state_1 = Add(decoder_state_1, one)
    counts = Squeeze(attention_keys, axis_2)
    is_next = Equal(counts, next_decoder_state_0)
    alignment = Cast<to: int = 1>(is_next)
    row = Unsqueeze(alignment, axis_1)
    row_context = MatMul(row, encoder_states)
    copied = Squeeze(row_context, axis_1)
    at_least_most = Max(next_decoder_state_1, most)
    goes_on = Equal(at_least_most, most)
    expected = Where(goes_on, copied, eos)
    scaled = Mul(expected, sureness)
    log_probs = LogSoftmax<axis: int = -1>(scaled)
}
"""


def write_graphs(vocab_size, most):
    """Return the texts of both graphs of a model that copies at most `most` tokens."""
    one_hot = np.eye(vocab_size, dtype=int)
    counts = [
        COUNT.replace("LAST", str(last)).replace("NEXT", str(last + 1))
        for last in range(6)
    ]
    values = {
        "ONE_HOT": ", ".join(map(str, one_hot.ravel())),
        "EOS": ", ".join(map(str, one_hot[EOS_ID])),
        "VOCAB": str(vocab_size),
        "MOST": str(most),
        "COUNTS": "".join(counts),
    }
    return [
        re.sub("|".join(values), lambda found: values[found[0]], text)
        for text in (ENCODER, DECODER_STEP)
    ]


def read_graph(text, file):
    """Return the bytes of a graph, and what a manifest says about it."""
    onnx = pytest.importorskip("onnx", reason="needs the train extra")
    model = onnx.parser.parse_model(text)
    for weight in model.graph.initializer:
        # The parser lists numbers; exports write their bytes.
        array = onnx.numpy_helper.to_array(weight)
        weight.CopyFrom(onnx.numpy_helper.from_array(array, weight.name))
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
        encoder_text, step_text = write_graphs(tokenizer.vocab_size, most)
        encoder, encoder_spec = read_graph(encoder_text, contract.ENCODER_FILE)
        step, step_spec = read_graph(step_text, contract.DECODER_STEP_FILE)
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
