"""The decoder step in a loop emits what its steps emit, bit for bit."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from edge_runtime import DecodingOptions, Translator
from edge_runtime.bundle.manifest import sha256_of
from edge_runtime.bundle.open_bundle import open_bundle
from edge_runtime.contract import BOS_ID, EOS_ID
from edge_runtime.model import greedy_loop
from edge_runtime.model.batches import pad_sources
from edge_runtime.model.greedy_graph import greedy_graph
from edge_runtime.model.protobuf_writer import written
from edge_runtime.model.translation_model import load_model
from edge_runtime.search.greedy_search import (
    collect_hypotheses,
    emit_tokens,
    most_probable,
)
from edge_runtime.search.scoring import Scoring

INT8 = "fixed_context_int8"
FILES = ["attention_files", "fixed_context_files", "slot_files"]
LINES = [
    "我爱吃苹果。",
    "他每天喝水。",
    "今天天气很好，我们去公园吧！",
    "I love",
    "x",
    "我",
]


@pytest.fixture
def at_once(monkeypatch):
    """The loop is made for the first sentence."""
    monkeypatch.setattr(greedy_loop, "CALLS_BEFORE", 0)


@pytest.fixture
def path(request, tmp_path):
    return request.getfixturevalue(request.param).write(tmp_path / "bundle")


def states_of(model, line):
    ids = [BOS_ID, *model.source_tokenizer.encode(line), EOS_ID]
    return model.encode(pad_sources([ids]))


def step_by_step(model, states, max_length):
    emissions = emit_tokens(
        model.step,
        states,
        most_probable,
        batch_size=1,
        bos_id=BOS_ID,
        eos_id=EOS_ID,
        max_length=max_length,
    )
    return collect_hypotheses(emissions, 1, EOS_ID, Scoring())[0]


@pytest.mark.parametrize("path", FILES, indirect=True)
def test_the_loop_emits_what_the_steps_emit(path, at_once, request):
    model = load_model(path)
    ended = set()
    for line in LINES:
        states = states_of(model, line)
        for max_length in (1, 2, 7, 60):
            found = model.step.search_greedily(states, max_length)
            expected = step_by_step(model, states, max_length)
            token_ids = [*expected.token_ids, *[EOS_ID] * expected.finished]
            assert found.token_ids == token_ids
            assert found.log_probs == list(expected.token_log_probs)
            assert len(found.alignment_rows) == len(token_ids) * model.attends
            if model.attends:
                assert np.array_equal(found.alignment_rows, expected.alignment)
            ended.add(expected.finished)
    # Whether the bundle with slots ends a hypothesis by itself depends on the pieces
    # that a version of SentencePiece finds.
    has_slots = "slot_files" in request.node.name
    assert ended >= ({False} if has_slots else {True, False})


@pytest.mark.parametrize("path", FILES, indirect=True)
@pytest.mark.parametrize("break_loops", [True, False])
def test_translations_are_those_of_the_steps(path, break_loops, at_once, monkeypatch):
    options = DecodingOptions(
        beam_size=1, length_penalty=0.7, break_loops=break_loops, max_length=40
    )
    found = [Translator(path).translate(line, options) for line in LINES]
    monkeypatch.setattr(greedy_loop, "CALLS_BEFORE", 10**9)
    assert found == [Translator(path).translate(line, options) for line in LINES]


@pytest.mark.parametrize("path", FILES[:1], indirect=True)
def test_a_sentence_alone_takes_no_step(path, at_once):
    model = load_model(path)

    class Step:
        search_greedily = model.step.search_greedily

        def __call__(self, token_ids, states):
            raise AssertionError("a step was taken")

    translator = Translator(replace(model, step=Step()))
    options = DecodingOptions(beam_size=1, break_loops=False, max_length=9)
    assert translator.translate("我爱吃苹果。", options).text
    for other in (
        {"beam_size": 2},
        {"sampling": True},
        {"num_hypotheses": 2, "sampling": True},
        {"min_length": 2},
        {"no_repeat_ngram_size": 2},
    ):
        with pytest.raises(AssertionError, match="a step was taken"):
            translator.translate("我爱吃苹果。", replace(options, **other))
    with pytest.raises(AssertionError, match="a step was taken"):
        translator.translate("我爱吃苹果。", options, target_prefix="I")
    with pytest.raises(AssertionError, match="a step was taken"):
        translator.translate_batch(["我爱吃苹果。", "我"], options)


@pytest.mark.parametrize("path", FILES[:1], indirect=True)
def test_the_loop_is_made_once_it_pays(path):
    model = load_model(path)
    states = states_of(model, "我爱")
    search = model.step.search_greedily
    first = [search(states, 5) for _ in range(greedy_loop.CALLS_BEFORE)]
    assert first == [None] * greedy_loop.CALLS_BEFORE
    assert search(states, 5) is not None


@pytest.mark.parametrize("path", FILES[:1], indirect=True)
def test_threads_share_one_loop(path, at_once, monkeypatch):
    model = load_model(path)
    states = states_of(model, "我爱")
    made = []
    start = greedy_loop.start_session
    monkeypatch.setattr(
        greedy_loop,
        "start_session",
        lambda *arguments: made.append(1) or start(*arguments),
    )
    found = []
    threads = [
        threading.Thread(
            target=lambda: found.append(model.step.search_greedily(states, 5))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]
    assert [each.token_ids for each in found] == [found[0].token_ids] * 8


@pytest.mark.parametrize("path", FILES[:1], indirect=True)
def test_without_a_loop_the_steps_are_taken(path, at_once, monkeypatch):
    def fail(*_):
        raise greedy_loop.BundleError("no operator Loop")

    expected = Translator(path).translate("我爱")
    monkeypatch.setattr(greedy_loop, "start_session", fail)
    translator = Translator(path)
    assert translator.model.step.search_greedily({}, 5) is None
    assert translator.translate("我爱") == expected


@pytest.mark.parametrize("path", FILES[:1], indirect=True)
def test_what_is_no_number_is_left_to_the_steps(path, at_once):
    model = load_model(path)
    states = dict(states_of(model, "我爱"))
    states["decoder_state_0"] = np.full_like(states["decoder_state_0"], np.nan)
    assert model.step.search_greedily(states, 5) is None


@pytest.mark.parametrize("files", FILES)
def test_the_graph_is_valid_and_holds_the_weights_once(request, files):
    files = request.getfixturevalue(files)
    spec = files.manifest.decoder_step
    step = files.files[spec.file]
    graph = greedy_graph(step, spec)
    model = onnx.load_from_string(graph)
    onnx.checker.check_model(model, full_check=True)
    assert len(graph) < len(step) + 2500
    (loop,) = model.graph.node
    (body,) = (attribute.g for attribute in loop.attribute)
    original = onnx.load_from_string(step).graph
    assert list(body.initializer)[: len(original.initializer)] == list(
        original.initializer
    )
    assert list(body.node)[: len(original.node)] == list(original.node)


def test_the_graph_is_the_one_that_the_page_makes():
    bundle = open_bundle(Path(__file__).parents[1] / "bundles/version_1" / INT8)
    spec = bundle.manifest.decoder_step
    # The same stands in `edge_runtime/web/tests/greedy_graph.test.ts`.
    assert sha256_of(greedy_graph(bundle.read(spec.file), spec)) == (
        "bbf9eeb10cd3d726fb78de9f5c5458718989720eadef190a95664737486e1eeb"
    )


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, 2**31, 2**63])
def test_integers_are_written_as_protobuf_writes_them(value):
    # ModelProto.ir_version is field 1; as many bits as an int64 has.
    expected = onnx.ModelProto(ir_version=value if value < 2**63 else -(2**63))
    assert written(1, value) == expected.SerializeToString()
