import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow", reason="export needs the training extra")

import export.pipeline  # noqa: E402
from command_runner import command_runner  # noqa: E402
from export.cli import main  # noqa: E402


@pytest.fixture(scope="module")
def run_directory(make_run, tmp_path_factory):
    """A run with random weights, as training leaves it."""
    from keras_s2s.run.run_directory import save_weights, write_recipe

    run, path = make_run(), tmp_path_factory.mktemp("runs") / "run"
    path.mkdir()
    write_recipe(run.recipe, path)
    save_weights(run.seq2seq.training, path, "best")
    shutil.copy(run.tokenizer_files["source"], path / "shared.spm")
    return path


def invoke(*arguments):
    return command_runner().invoke(main, [str(argument) for argument in arguments])


def test_a_run_becomes_a_bundle_in_a_process_of_its_own(run_directory, tmp_path):
    command = [sys.executable, "-m", "export", run_directory, tmp_path / "bundle"]
    exported = subprocess.run(
        [*command, "--quantize", "int8"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert exported.returncode == 0, exported.stderr
    assert exported.stdout == ""
    assert exported.stderr.startswith("reading ")
    assert "converting encoder.onnx" in exported.stderr
    assert "largest difference of any tensor" in exported.stderr
    assert "of 100 hypotheses identical to Keras's" in exported.stderr
    # The edge runs it, in a process without TensorFlow.
    translated = subprocess.run(
        [sys.executable, "-m", "edge_runtime", tmp_path / "bundle"],
        input="abcd efgh\n\nmnop\n",
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert translated.returncode == 0, translated.stderr
    first, empty, last = translated.stdout.splitlines()
    assert first
    assert not empty
    assert last


def test_all_options_reach_the_export(run_directory, tmp_path, sentences, monkeypatch):
    received = []
    monkeypatch.setattr(
        export.pipeline,
        "export_bundle",
        lambda run, destination, options, progress: received.append(
            (destination, options)
        ),
    )
    source, reference = sentences
    result = invoke(
        run_directory,
        tmp_path / "bundle.zip",
        *("--quantize", "int4", "--format", "ort", "--opset", "18"),
        *("--verify-source", source, "--verify-reference", reference),
        *("--max-bleu-loss", "0.3", "--tolerance", "1e-3"),
        *("--bleu-tokenizer", "intl", "--beam-size", "4"),
        *("--length-penalty", "0.8", "--force"),
    )
    assert result.exit_code == 0, result.output
    ((destination, options),) = received
    assert destination == tmp_path / "bundle.zip"
    assert options.quantization == "int4"
    assert options.graph_format == "ort"
    assert options.opset == 18
    assert (options.verify_source, options.verify_reference) == (source, reference)
    assert (options.max_bleu_loss, options.tolerance) == (0.3, 1e-3)
    assert options.bleu_tokenizer == "intl"
    assert (options.decoding.beam_size, options.decoding.length_penalty) == (4, 0.8)
    assert options.force


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], (1, 0.0)),
        (["--beam-size", "4"], (4, 1.0)),
        (["--beam-size", "4", "--length-penalty", "0"], (4, 0.0)),
    ],
)
def test_a_recommended_beam_has_a_length_penalty(
    arguments, expected, run_directory, tmp_path, monkeypatch
):
    received = []
    monkeypatch.setattr(
        export.pipeline, "export_bundle", lambda *given: received.append(given)
    )
    result = invoke(run_directory, tmp_path / "bundle", *arguments)
    assert result.exit_code == 0, result.output
    decoding = received[0][2].decoding
    assert (decoding.beam_size, decoding.length_penalty) == expected


def errors(result):
    """Return the lines that say what is wrong, without progress and usage."""
    return [
        line for line in result.stderr.splitlines() if line.startswith("export-onnx: ")
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--opset", "9"], "--opset must be 17 to 18. Received: 9."),
        (["--weights", "last"], "last.weights.npz"),
        (["--quantize", "fp16", "--format", "ort"], "cannot store fp16"),
        (["--quantize", "int3"], "'int3' is not one of"),
        (["--verify-source", "nowhere.txt"], "'nowhere.txt' does not exist"),
        (["--tolerance", "0"], "--tolerance"),
        (["--beam-size", "0"], "--beam-size"),
    ],
)
def test_a_wrong_option_is_one_line_and_code_2(
    arguments, message, run_directory, tmp_path
):
    result = invoke(run_directory, tmp_path / "bundle", *arguments)
    assert result.exit_code == 2
    (line,) = errors(result)
    assert message in line
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "bundle").exists()


def test_a_directory_that_is_no_run_is_one_line(tmp_path):
    result = invoke(tmp_path, tmp_path / "bundle")
    assert result.exit_code == 2
    (line,) = errors(result)
    assert "must hold config.json" in line


def test_weights_that_do_not_fit_are_one_line(run_directory, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(run_directory, run)
    (run / "best.weights.npz").write_bytes(b"not weights")
    result = invoke(run, tmp_path / "bundle")
    assert result.exit_code == 2
    (line,) = errors(result)
    assert "best.weights.npz" in line


def test_a_taken_destination_is_one_line(run_directory, tmp_path):
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "file").write_text("")
    result = invoke(run_directory, tmp_path / "bundle")
    assert result.exit_code == 2
    (line,) = errors(result)
    assert line.endswith("exists and is not only a bundle.")


def test_what_is_read_is_not_replaced(run_directory, tmp_path, sentences):
    source, _ = sentences
    for bundle in (run_directory, run_directory.parent, source, source.parent):
        result = invoke(
            *(run_directory, bundle, "--verify-source", source, "--force"),
        )
        assert result.exit_code == 2
        (line,) = errors(result)
        assert "A bundle must not replace what is read" in line


def test_misaligned_verification_files_are_one_line(run_directory, tmp_path, sentences):
    source, reference = sentences
    reference.write_text("one\n")
    result = invoke(
        run_directory,
        tmp_path / "bundle",
        *("--verify-source", source, "--verify-reference", reference),
    )
    assert result.exit_code == 2
    (line,) = errors(result)
    assert "must have the same number of lines" in line


def test_an_interrupt_says_that_nothing_was_written(
    run_directory, tmp_path, monkeypatch
):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(export.pipeline, "export_bundle", interrupt)
    result = invoke(run_directory, tmp_path / "bundle")
    assert result.exit_code == 130
    assert errors(result) == ["export-onnx: interrupted; nothing was written."]


@pytest.mark.parametrize("written", [False, True])
def test_term_is_answered_as_ctrl_c_is(run_directory, tmp_path, monkeypatch, written):
    bundle = tmp_path / "bundle"

    def end(*arguments):
        if written:
            bundle.mkdir()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)

    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        monkeypatch.setattr(export.pipeline, "export_bundle", end)
        result = invoke(run_directory, bundle)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert result.exit_code == 128 + signal.SIGTERM
    what = f"{bundle} is written" if written else "nothing was written"
    assert errors(result) == [f"export-onnx: interrupted; {what}."]


def test_without_the_training_extra_the_command_says_what_to_install(
    run_directory, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    result = invoke(run_directory, tmp_path / "bundle")
    assert result.exit_code == 2
    (line,) = errors(result)
    assert 'pip install "keras-s2s[train]"' in line


def test_help_shows_an_example_and_starts_no_tensorflow():
    code = (
        "import sys; from click.testing import CliRunner; from export.cli import main; "
        "result = CliRunner().invoke(main, ['--help']); "
        "assert 'export-onnx runs/zh-en bundles/zh-en' in result.output; "
        "assert 'tensorflow' not in sys.modules"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
