import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
import sentencepiece

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow", reason="export needs the training extra")

import onnx  # noqa: E402
import onnxruntime  # noqa: E402

import export.graph.run_graphs  # noqa: E402
import export.pipeline  # noqa: E402
from edge_runtime import Translator  # noqa: E402
from edge_runtime.bundle.manifest import DecodingDefaults, Manifest  # noqa: E402
from edge_runtime.errors import BundleError  # noqa: E402
from edge_runtime.text.tokenizer import Tokenizer  # noqa: E402
from edge_runtime.version import __version__  # noqa: E402
from export.errors import (  # noqa: E402
    ExportError,
    HypothesisError,
    ParityError,
    QualityError,
)
from export.graph.editable_graph import EditableGraph  # noqa: E402
from export.options import ExportOptions  # noqa: E402
from export.pipeline import export_bundle  # noqa: E402
from installed_versions import INT4  # noqa: E402
from keras_s2s.data.sentencepiece_file import (  # noqa: E402
    charsmap_of,
    with_charsmap,
)
from keras_s2s.run.keras_model import keras_translation_model  # noqa: E402

TEXTS = ["abcd efgh", "mnop", "abcd efgh ijkl mnop aaaa", "p"]


def silent(message):
    pass


@pytest.fixture(scope="module")
def bundle(make_run, tmp_path_factory):
    """A float32 bundle that tests may read but not change."""
    destination = tmp_path_factory.mktemp("bundles") / "bundle"
    export_bundle(make_run(), destination, progress=silent)
    return destination


@pytest.mark.parametrize("attention", ["bahdanau", "none"])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_bundle_translates_as_keras_does(attention, cell, make_run, tmp_path):
    run = make_run(attention=attention, cell=cell)
    export_bundle(run, tmp_path / "bundle.zip", progress=silent)
    keras = Translator(
        keras_translation_model(
            run.seq2seq, run.source_tokenizer, run.target_tokenizer, run.recipe.data
        )
    )
    translator = Translator(tmp_path / "bundle.zip")
    found = [translation.text for translation in translator.translate_batch(TEXTS)]
    expected = [translation.text for translation in keras.translate_batch(TEXTS)]
    assert found == expected
    assert all(found)


def test_a_bundle_holds_what_the_manifest_lists(bundle, directory_of):
    files = directory_of(bundle)
    manifest = Manifest.from_json(files["bundle.json"])
    assert set(files) == {
        "README.md",
        "bundle.json",
        "decoder_step.onnx",
        "encoder.onnx",
        "shared.spm",
    }
    assert set(manifest.files) == set(files) - {"bundle.json"}
    for name, entry in manifest.files.items():
        assert entry.size == len(files[name])
        assert entry.sha256 == hashlib.sha256(files[name]).hexdigest()


def test_tokenizers_lose_the_rules_that_they_do_not_need(make_run, tmp_path):
    run = make_run()
    normalizer = sentencepiece.SentencePieceNormalizer(rule_name="nmt_nfkc")
    rules = charsmap_of(normalizer.serialized_normalizer_spec())
    whole = with_charsmap(run.source_tokenizer.model, rules)
    file = tmp_path / "shared.spm"
    file.write_bytes(whole)
    run = replace(run, tokenizer_files={"source": file, "target": file})
    export_bundle(run, tmp_path / "bundle", progress=silent)
    lean = (tmp_path / "bundle" / "shared.spm").read_bytes()
    assert len(lean) < len(whole) / 4
    assert Tokenizer(lean).encode("Ａｂ각ｃ") == Tokenizer(whole).encode("Ａｂ각ｃ")


def test_the_manifest_tells_what_was_exported_and_proved(bundle):
    manifest = Manifest.from_json((bundle / "bundle.json").read_bytes())
    assert (manifest.source_language, manifest.target_language) == ("xx", "yy")
    assert manifest.source_tokenizer == manifest.target_tokenizer == "shared.spm"
    assert manifest.limits.max_source_length == 40
    assert manifest.limits.max_target_length == 12
    assert manifest.quantization == "none"
    assert manifest.architecture["cell"] == "gru"
    assert manifest.architecture["source_vocab_size"] == 60
    assert manifest.architecture["parameters"] > 1000
    assert {"keras_s2s", "onnx", "tf2onnx", "tensorflow"} <= set(manifest.versions)
    proof = manifest.scores["proof"]
    assert proof["tolerance"] == 1e-4
    assert 0 < proof["tensors"]["float32"]["max_abs_difference"] < 1e-4
    assert proof["hypotheses"]["compared"] == 100
    assert proof["hypotheses"]["identical"] + proof["hypotheses"]["tied"] == 100
    assert manifest.scores["validation"] == {"bleu": 12.5}


@pytest.mark.parametrize("quantization", ["none", "int8"])
def test_two_exports_of_one_run_are_equal_byte_for_byte(
    quantization, make_run, tmp_path, directory_of
):
    options = ExportOptions(quantization=quantization)
    for name in ("first", "second"):
        export_bundle(make_run(), tmp_path / name, options, silent)
    first, second = (directory_of(tmp_path / name) for name in ("first", "second"))
    assert first == second


def test_graphs_say_what_made_them(bundle):
    for name in ("encoder", "decoder_step"):
        model = onnx.load(bundle / f"{name}.onnx")
        assert model.producer_name == "keras-s2s"
        assert model.producer_version == __version__
        assert model.graph.name == name
        assert not model.graph.doc_string


def test_the_model_card_is_for_people(bundle):
    card = (bundle / "README.md").read_text()
    for text in (
        "# xx → yy translator",
        "With keras-s2s installed, as its own README says:",
        "\n```\necho 'a sentence' | edge-translate THIS_DIRECTORY\n```\n",
        "arxiv.org/abs/1409.0473",
        "| cell | gru |",
        "| encoder.onnx |",
        "## Licence",
        "100 sentences (random tokens)",
        "| bleu | 12.5 |",
    ):
        assert text in card
    # No command that a package index has to answer.
    assert "pip install" not in card


@pytest.mark.parametrize("name", ["encoder.onnx", "decoder_step.onnx", "shared.spm"])
def test_a_flipped_byte_is_found_when_the_bundle_is_opened(
    name, bundle, tmp_path, directory_of
):
    for file, content in directory_of(bundle).items():
        changed = bytearray(content)
        if file == name:
            changed[len(changed) // 2] ^= 1
        (tmp_path / file).write_bytes(changed)
    with pytest.raises(BundleError, match=f"{name} .*is damaged"):
        Translator(tmp_path)


@pytest.mark.parametrize("graph_format", ["onnx", "ort"])
@pytest.mark.parametrize("quantization", ["fp16", "int8", INT4])
def test_a_quantised_bundle_translates(quantization, graph_format, make_run, tmp_path):
    options = ExportOptions(quantization=quantization, graph_format="onnx")
    if (quantization, graph_format) == ("fp16", "ort"):
        with pytest.raises(ExportError, match="cannot store fp16"):
            replace(options, graph_format="ort")
        return
    options = replace(options, graph_format=graph_format)
    manifest = export_bundle(make_run(), tmp_path / "bundle", options, silent)
    assert manifest.quantization == quantization
    oldest = "1.23" if quantization == "int4" else "1.20"
    assert manifest.versions["required_onnxruntime"] == oldest
    assert manifest.encoder.file == f"encoder.{graph_format}"
    assert set(manifest.scores["proof"]["tensors"]) == {"float32", options.name}
    translator = Translator(tmp_path / "bundle")
    assert all(found.text for found in translator.translate_batch(TEXTS))


def test_an_unquantised_ort_bundle_is_held_to_the_same_proof(make_run, tmp_path):
    options = ExportOptions(graph_format="ort")
    manifest = export_bundle(make_run(), tmp_path / "bundle", options, silent)
    proof = manifest.scores["proof"]
    converted, ort = proof["tensors"]["float32"], proof["tensors"]["float32 .ort"]
    assert ort["max_abs_difference"] < 1e-4
    assert ort["values"] == converted["values"]  # through the whole vocabularies
    assert proof["hypotheses"]["identical"] + proof["hypotheses"]["tied"] == 100
    assert (tmp_path / "bundle" / "required_operators_and_types.config").exists()


def test_scores_of_all_systems_stand_side_by_side(make_run, tmp_path, sentences):
    source, reference = sentences
    options = ExportOptions(
        quantization="int8",
        verify_source=source,
        verify_reference=reference,
        max_bleu_loss=100.0,
        decoding=DecodingDefaults(beam_size=3, length_penalty=0.6),
    )
    messages = []
    manifest = export_bundle(make_run(), tmp_path / "bundle", options, messages.append)
    verification = manifest.scores["verification"]
    tensors = manifest.scores["proof"]["tensors"]
    # Float32 graphs go through the whole vocabularies.
    assert tensors["float32"]["values"] > 2 * tensors["int8"]["values"]
    assert verification["sentences"] == 6
    assert list(verification["systems"]) == ["Keras", "float32", "int8"]
    for name, quality in verification["systems"].items():
        assert "version:" in quality["bleu"]["signature"]
        assert "version:" in quality["chrf"]["signature"]
        assert (quality["bleu"]["p_value"] is None) == (name == "Keras")
    keras, float32, int8 = verification["systems"].values()
    assert float32["bleu"]["value"] == keras["bleu"]["value"]
    assert manifest.decoding == DecodingDefaults(beam_size=3, length_penalty=0.6)
    card = (tmp_path / "bundle" / "README.md").read_text()
    difference = int8["bleu"]["value"] - keras["bleu"]["value"]
    (row,) = [line for line in card.splitlines() if line.startswith("| int8 |")]
    assert f"| {difference:+.2f} (p = {int8['bleu']['p_value']:.4f}) |" in row
    assert "6 sentences of verify.xx" in card
    assert any("6 of 6 hypotheses identical" in message for message in messages)
    assert any("largest difference of any tensor" in message for message in messages)


def test_a_bundle_that_loses_too_much_is_refused(
    make_run, tmp_path, sentences, monkeypatch
):
    source, reference = sentences
    options = ExportOptions(
        quantization="int8", verify_source=source, verify_reference=reference
    )
    compare = export.proof.bundle_proof.compare

    def compare_with_a_loss(*arguments, **options):
        found = compare(*arguments, **options)
        values = {"Keras": 31.0, "float32": 30.0, "int8": 29.375}
        bleu = {
            name: replace(paired, score=replace(paired.score, value=values[name]))
            for name, paired in found.bleu.items()
        }
        return replace(found, bleu=bleu)

    monkeypatch.setattr(export.proof.bundle_proof, "compare", compare_with_a_loss)
    with pytest.raises(QualityError, match=r"loses 0\.62 BLEU.*0\.5") as caught:
        export_bundle(make_run(), tmp_path / "bundle", options, silent)
    assert caught.value.bleu_loss == 0.625
    assert not (tmp_path / "bundle").exists()
    options = replace(options, max_bleu_loss=0.625)
    export_bundle(make_run(), tmp_path / "bundle", options, silent)


def spoil(monkeypatch, operator, change):
    """Make every export change a graph that has `operator` behind its own back."""
    convert = export.graph.run_graphs.convert_model

    def convert_and_spoil(*arguments):
        graph = EditableGraph(convert(*arguments))
        for node in graph.of_type(operator):
            change(graph, node)
        return graph.to_model()

    monkeypatch.setattr(export.graph.run_graphs, "convert_model", convert_and_spoil)


def change_a_weight(graph, node):
    kernel = graph.weights[node.input[2]].copy()
    kernel[0, 1, 1] += 0.02
    graph.weights[node.input[2]] = kernel


def swap_gates(graph, node):
    kernel = graph.weights[node.input[1]]
    graph.weights[node.input[1]] = np.roll(kernel, kernel.shape[1] // 3, axis=1)


def drop_mask(graph, node):
    # Padding becomes as attractive as what the floor of -1e9 is replaced by.
    graph.weights[node.input[2]] = np.zeros_like(graph.weights[node.input[2]])


@pytest.mark.parametrize(
    ("operator", "change", "graph"),
    [
        ("GRU", change_a_weight, "encoder.onnx"),
        ("GRU", swap_gates, "encoder.onnx"),
        ("Where", drop_mask, "decoder_step.onnx"),
    ],
)
def test_an_export_that_differs_is_refused_and_the_old_bundle_stays(
    operator, change, graph, make_run, tmp_path, monkeypatch, directory_of
):
    export_bundle(make_run(cell="rnn"), tmp_path / "bundle", progress=silent)
    before = directory_of(tmp_path / "bundle")
    spoil(monkeypatch, operator, change)
    with pytest.raises(ParityError) as caught:
        export_bundle(
            make_run(), tmp_path / "bundle", ExportOptions(force=True), silent
        )
    assert caught.value.graph == graph
    assert directory_of(tmp_path / "bundle") == before
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_hypotheses_that_differ_are_refused_although_tensors_pass(
    make_run, tmp_path, monkeypatch
):
    spoil(monkeypatch, "GRU", change_a_weight)
    monkeypatch.setattr(
        export.graph.run_graphs,
        "convert_model",
        _shifting(export.graph.run_graphs.convert_model),
    )
    with pytest.raises(HypothesisError, match="must translate as the Keras model"):
        export_bundle(
            make_run(), tmp_path / "bundle", ExportOptions(tolerance=1e6), silent
        )
    assert not (tmp_path / "bundle").exists()


def _shifting(convert):
    """Let the exported step prefer another token throughout."""

    def convert_and_shift(*arguments):
        graph = EditableGraph(convert(*arguments))
        for node in graph.of_type("LogSoftmax"):
            addition = graph.producer(node.input[0])
            bias = graph.weights[addition.input[1]].copy()
            bias[17] += 20.0
            graph.weights[addition.input[1]] = bias
        return graph.to_model()

    return convert_and_shift


def test_a_destination_that_is_taken_is_refused_before_any_work(
    make_run, tmp_path, monkeypatch, bundle
):
    def convert(*arguments):
        raise AssertionError("converted although the destination is taken")

    monkeypatch.setattr(export.pipeline, "convert_run", convert)
    with pytest.raises(ExportError, match=r"exists\. Use --force"):
        export_bundle(make_run(), bundle, progress=silent)


def test_weights_that_need_a_newer_onnxruntime_are_refused_before_any_work(
    make_run, tmp_path, monkeypatch
):
    def convert(*arguments):
        raise AssertionError("converted although onnxruntime is too old")

    monkeypatch.setattr(export.pipeline, "convert_run", convert)
    monkeypatch.setattr(onnxruntime, "__version__", "1.22.0")
    with pytest.raises(ExportError, match=r"int4 needs .* 1\.23 .* Received: .* 1\.22"):
        export_bundle(
            make_run(), tmp_path / "bundle", ExportOptions(quantization="int4"), silent
        )


def test_references_need_sources(tmp_path):
    with pytest.raises(ExportError, match="--verify-reference needs --verify-source"):
        ExportOptions(verify_reference=tmp_path)


def test_bundle_json_has_no_numbers_that_json_lacks(bundle):
    json.loads((bundle / "bundle.json").read_text(), parse_constant=pytest.fail)
