import io
import shutil
import zipfile
from dataclasses import replace

import pytest
import sentencepiece

from edge_runtime import BundleError, Translator
from edge_runtime.bundle.manifest import TensorSpec
from edge_runtime.bundle.open_bundle import open_bundle

SENTENCE = "我爱吃苹果。"


@pytest.fixture
def copy(bundle, tmp_path):
    return shutil.copytree(bundle, tmp_path / "bundle")


def zip_of(directory, path, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for file in directory.iterdir():
            archive.write(file, file.name)
    return path


def refuses(path, message):
    with pytest.raises(BundleError, match=message) as raised:
        Translator(path)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_translates_like_its_directory(bundle, tmp_path, compression):
    path = zip_of(bundle, tmp_path / "模型.zip", compression)
    expected = Translator(bundle).translate(SENTENCE)
    assert Translator(path).translate(SENTENCE) == expected


def test_a_path_may_have_any_characters(bundle, tmp_path):
    path = shutil.copytree(bundle, tmp_path / "模型 é😀")
    assert Translator(str(path)).translate(SENTENCE).text


def test_no_bundle_at_all_is_said_so(tmp_path):
    refuses(tmp_path / "nowhere", "there is no bundle at")
    refuses(tmp_path, "it has no bundle.json")


def test_a_path_that_no_file_system_takes_is_refused():
    with pytest.raises(BundleError, match="cannot be opened"):
        open_bundle("a" * 5000)
    with pytest.raises(BundleError):
        open_bundle("a\0b")


@pytest.mark.parametrize("name", ["encoder.onnx", "decoder_step.onnx", "source.spm"])
def test_a_missing_file_is_named(copy, name):
    (copy / name).unlink()
    refuses(copy, f"{name} is missing in")


def test_a_missing_file_in_a_zip_is_named(copy, tmp_path):
    (copy / "target.spm").unlink()
    refuses(zip_of(copy, tmp_path / "b.zip"), "target.spm is missing in")


@pytest.mark.parametrize("name", ["encoder.onnx", "decoder_step.onnx", "target.spm"])
def test_a_flipped_byte_is_noticed(copy, name):
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    refuses(copy, f"{name} in .* is damaged: its sha256 differs")


def test_a_file_that_was_cut_is_noticed(copy):
    content = (copy / "encoder.onnx").read_bytes()
    (copy / "encoder.onnx").write_bytes(content[:-10])
    refuses(copy, rf"it has {len(content) - 10} bytes, bundle.json says {len(content)}")


def test_a_model_card_may_be_edited_or_removed(copy, translator, tmp_path):
    expected = translator.translate(SENTENCE)
    card = copy / "README.md"
    card.write_bytes(card.read_bytes().replace(b"\n", b"\r\n"))
    assert Translator(copy).translate(SENTENCE) == expected
    card.write_text("Edited by hand, and much longer than it was before.")
    assert Translator(zip_of(copy, tmp_path / "b.zip")).translate(SENTENCE) == expected
    card.unlink()
    assert Translator(copy).translate(SENTENCE) == expected


def test_a_newer_format_is_refused(attention_files, tmp_path):
    path = attention_files.write(tmp_path / "b", format_version=3)
    refuses(path, r"bundle format 3 in .* newer than this runtime \(reads 1 to 2\)")


def test_a_file_that_is_no_zip_is_refused(tmp_path):
    path = tmp_path / "b.zip"
    path.write_bytes(b"PK\x03\x04 and nothing more")
    refuses(path, "neither a directory nor an undamaged zip file")


def test_a_directory_in_the_place_of_a_file_is_refused(copy):
    (copy / "source.spm").unlink()
    (copy / "source.spm").mkdir()
    refuses(copy, "source.spm is missing in")


def test_a_huge_manifest_is_refused(copy):
    (copy / "bundle.json").write_bytes(b" " * (1024 * 1024 + 1))
    refuses(copy, "bundle.json in .* is too large")


def test_bytes_that_are_no_model_are_refused(attention_files, tmp_path):
    changed = attention_files.with_file("encoder.onnx", b"no model at all")
    refuses(changed.write(tmp_path / "b"), "encoder.onnx in .* no graph that an export")


def test_bytes_that_are_no_tokenizer_are_refused(attention_files, tmp_path):
    changed = attention_files.with_file("source.spm", b"no model at all")
    refuses(changed.write(tmp_path / "b"), "source.spm in .* cannot be loaded")


def test_swapped_graphs_are_refused(attention_files, tmp_path):
    files = attention_files.files
    changed = attention_files.with_file("encoder.onnx", files["decoder_step.onnx"])
    changed = changed.with_file("decoder_step.onnx", files["encoder.onnx"])
    refuses(changed.write(tmp_path / "b"), "encoder.onnx in .* inputs must be those")


def test_a_tokenizer_whose_pieces_are_no_text_is_refused(attention_files, tmp_path):
    model = attention_files.files["target.spm"]
    space = "▁".encode()
    assert b"\n\x03" + space in model
    changed = attention_files.with_file(
        "target.spm", model.replace(b"\n\x03" + space, b"\n\x03" + space[:2] + b"\xff")
    )
    refuses(changed.write(tmp_path / "b"), "target.spm in .* cannot be loaded: 'utf-8'")


def test_a_tokenizer_of_another_size_is_refused(attention_files, source_spm, tmp_path):
    changed = attention_files.with_file("target.spm", source_spm)
    refuses(changed.write(tmp_path / "b"), "target.spm in .* as many pieces as")


def test_a_source_tokenizer_larger_than_the_encoder_is_refused(
    attention_files, target_spm, tmp_path
):
    changed = attention_files.with_file("source.spm", target_spm)
    refuses(changed.write(tmp_path / "b"), "encoder.onnx in .* cannot be run")


def test_other_special_ids_are_refused(attention_files, tmp_path):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a b c"] * 9),
        model_writer=model,
        vocab_size=12,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    changed = attention_files.with_file("source.spm", model.getvalue())
    refuses(changed.write(tmp_path / "b"), "source.spm in .* must have the special ids")


def altered(graph, side, name, spec):
    tensors = dict(getattr(graph, side))
    if spec is None:
        del tensors[name]
    else:
        tensors[name] = spec
    return replace(graph, **{side: tensors})


INT64_IDS = TensorSpec("int64", ("batch", "source_length"))


@pytest.mark.parametrize(
    ("graph", "side", "name", "spec", "message"),
    [
        ("encoder", "inputs", "source_ids", INT64_IDS, "must be int32 with 2 axes"),
        ("encoder", "inputs", "source_ids", None, "inputs must be source_ids"),
        ("encoder", "outputs", "source_mask", None, "outputs must be attention_keys"),
        ("encoder", "outputs", "decoder_state_0", None, "decoder_state_0"),
        ("decoder_step", "inputs", "source_mask", None, "inputs must be"),
        ("decoder_step", "inputs", "decoder_state_0", None, "inputs must be"),
        (
            "decoder_step",
            "inputs",
            "x",
            TensorSpec("float32", ("b",)),
            "inputs must be attention_keys",
        ),
        ("decoder_step", "outputs", "alignment", None, "outputs must be"),
        ("decoder_step", "outputs", "next_decoder_state_0", None, "outputs must be"),
        (
            "decoder_step",
            "outputs",
            "log_probs",
            TensorSpec("float32", ("batch", "vocab_size")),
            "fixed vocabulary size",
        ),
        (
            "decoder_step",
            "outputs",
            "next_decoder_state_0",
            TensorSpec("float32", ("batch", 9)),
            "must keep its shape",
        ),
        (
            "encoder",
            "outputs",
            "extra",
            TensorSpec("float32", ("batch",)),
            "outputs must be those of the manifest",
        ),
        (
            "decoder_step",
            "outputs",
            "log_probs",
            TensorSpec("float32", ("batch", 999)),
            "as many pieces as decoder_step.onnx predicts, 999",
        ),
    ],
)
def test_tensors_that_do_not_match_are_refused(
    attention_files, tmp_path, graph, side, name, spec, message
):
    changed = altered(getattr(attention_files.manifest, graph), side, name, spec)
    path = attention_files.write(tmp_path / "b", **{graph: changed})
    refuses(path, message)


def test_a_type_other_than_the_manifests_is_refused(attention_files, tmp_path):
    # Consistent within the manifest, but not what the graph has.
    width = TensorSpec("float32", ("batch", "source_length", 9))
    manifest = attention_files.manifest
    path = attention_files.write(
        tmp_path / "b",
        encoder=altered(manifest.encoder, "outputs", "encoder_states", width),
        decoder_step=altered(manifest.decoder_step, "inputs", "encoder_states", width),
    )
    refuses(path, r"encoder_states must have the shape .*9\]\. Received")


def test_only_what_is_asked_for_is_read(bundle):
    opened = open_bundle(bundle)
    assert opened.manifest.source_language == "zh"
    assert opened.read("README.md").startswith(b"# A model card")


def test_names_from_a_bundle_are_never_printed_as_they_are(copy):
    text = (copy / "bundle.json").read_text()
    (copy / "bundle.json").write_text(text.replace('"limits"', '"\x7f\u202elimits"'))
    with pytest.raises(BundleError, match=r"unknown \\x7f\\u202elimits") as raised:
        Translator(copy)
    assert str(raised.value).isprintable()


def test_an_endless_message_is_cut(copy):
    (copy / "bundle.json").write_text(f'{{"format_version": 1, "{"a" * 99_999}": 1}}')
    with pytest.raises(BundleError, match=r"unknown a+ … a+") as raised:
        Translator(copy)
    assert len(str(raised.value)) < 2100
