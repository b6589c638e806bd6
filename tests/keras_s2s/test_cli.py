"""The commands as a user meets them; what they call has tests of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from command_runner import command_runner
from keras_s2s.cli import main
from keras_s2s.data.corpus import ParallelCorpus
from keras_s2s.data.joined_corpus import JoinedCorpus
from keras_s2s.data.table import Columns
from keras_s2s.training.training_data import TrainingData

COMMANDS = [
    *("demo", "train", "clean", "adapt", "distill", "back-translate", "evaluate"),
    "compare",
]


def call(*arguments):
    return command_runner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def text(tmp_path):
    """Options of a tiny training; the files can be changed before it starts."""
    words = "sun moon star tree river stone bird fish".split()
    lines = [
        " ".join(words[(row * 3 + column * row) % 8] for column in range(1 + row % 4))
        for row in range(60)
    ]
    for name in ("train.a", "train.b", "val.a", "val.b"):
        (tmp_path / name).write_text("\n".join(lines))
    return [
        *("--source", tmp_path / "train.a", "--target", tmp_path / "train.b"),
        *("--valid-source", tmp_path / "val.a", "--valid-target", tmp_path / "val.b"),
        *("--out", tmp_path / "run", "--preset", "tiny"),
        *("--set", "source_vocab_size=26", "--set", "target_vocab_size=26"),
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_an_example_without_loading_tensorflow(command):
    code = (
        "import sys\n"
        "from keras_s2s.cli import main\n"
        f"sys.argv = ['keras-s2s', '{command}', '--help']\n"
        "try:\n    main()\n"
        "finally:\n    assert 'tensorflow' not in sys.modules\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    assert "Example" in found.stdout
    assert f"keras-s2s {command}" in found.stdout


def test_the_recipe_can_be_printed_changed_and_read_again(tmp_path):
    printed = call("train", "--print-recipe", "--cell", "rnn")
    assert printed.exit_code == 0
    recipe = json.loads(printed.stdout)
    assert recipe["model"]["cell"] == "rnn"
    (tmp_path / "recipe.json").write_text(printed.stdout)
    again = call(
        *("train", "--print-recipe"),
        *("--config", tmp_path / "recipe.json", "--set", "units=99", "--seed", "5"),
    )
    changed = json.loads(again.stdout)
    assert (changed["model"]["units"], changed["training"]["seed"]) == (99, 5)
    changed["model"]["units"] = recipe["model"]["units"]
    changed["training"]["seed"] = recipe["training"]["seed"]
    assert changed == recipe


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_recipe_can_be_in_every_encoding_of_json(encoding, tmp_path):
    recipe = json.loads(call("train", "--print-recipe").stdout)
    recipe["data"]["source_language"] = "中文"
    (tmp_path / "recipe.json").write_text(
        json.dumps(recipe, ensure_ascii=False), encoding=encoding
    )
    again = call("train", "--print-recipe", "--config", tmp_path / "recipe.json")
    assert json.loads(again.stdout) == recipe


@pytest.mark.parametrize("content", [b"\xff\xfe{", b"{\xff}", b"", b"\x1f\x8b\x08"])
def test_a_file_that_is_no_recipe_is_refused_by_name(content, tmp_path):
    (tmp_path / "recipe.json").write_bytes(content)
    found = call("train", "--print-recipe", "--config", tmp_path / "recipe.json")
    assert found.exit_code == 2
    assert "recipe.json must hold a recipe as JSON" in found.stderr
    assert found.stderr.count("\n") == 1


@pytest.mark.parametrize("options", [[], ["--resume"]])
def test_training_needs_a_run_directory(options):
    refused = call("train", "--source", "a", "--target", "b", *options)
    assert refused.exit_code == 2
    assert "Give --out: the run directory" in refused.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--preset", "huge"], "one of plain, tiny, small, base"),
        (["--cell", "tree"], "one of 'gru', 'lstm', 'rnn'"),
        (["--attention", "luong"], "one of 'bahdanau', 'none'"),
        (["--set", "unit=3"], "Valid keys: "),
        (["--set", "units"], "takes key=value"),
        (["--resume", "--force"], "continues with the recipe of the run"),
        (["--resume"], "must hold config.json"),
        (["--source", "x"], "Give --source and --target, or --tsv, or --corpus"),
        (["--corpus", "x.doc"], "names end in .tsv, .csv, .tmx, .xlf, .xliff, .po"),
        (["--columns", "1,2"], "--columns are those of a TSV or CSV"),
        (
            ["--tsv", "x", "--columns", "1"],
            "Columns must be those of source and target, by number",
        ),
        (
            ["--tsv", "x", "--columns", "0,1"],
            "such as 1,3 or english,german. Received: 0,1",
        ),
        (["--corpus-weight", "2", "--corpus-weight", "1"], "2 weights, 1 corpus."),
        (["--corpus-weight", "0"], "0.0 is not in the range x>0"),
        (["--corpus-weight", "nan"], "nan is no number"),
        (["--tsv", "x", "--set", "corpus_weights=[1]"], "1 weights, 2 corpora."),
        (["--set", "corpus_weights=[1, 0]"], "`corpus_weights` must be above 0"),
        (["--set", "corpus_weights=2"], "numbers in brackets, such as [2, 0.5]"),
        (["--time-limit", "0"], "such as 90m, 1h30m or 5400s. Received: 0."),
        (["--time-limit", "abc"], "such as 90m, 1h30m or 5400s. Received: abc."),
        (["--time-limit", "9m", "--set", "epochs=3"], "leave out --set epochs"),
        (["--resume", "--time-limit", "9m"], "continues with the recipe of the run"),
    ],
)
def test_wrong_options_are_one_line_and_exit_code_2(options, message, text, tmp_path):
    arguments = list(text)
    if "--resume" in options:
        arguments = arguments[:10]
    if "--preset" in options:
        arguments.remove("--preset")
        arguments.remove("tiny")
    found = call("train", *arguments, *options)
    assert found.exit_code == 2
    assert message in found.stderr
    assert "Traceback" not in found.output
    assert not (tmp_path / "run").exists()


@pytest.fixture
def given(monkeypatch):
    """Recipe and corpora of the trainings that are started, instead of them."""
    found = []
    monkeypatch.setattr(
        "keras_s2s.commands.train._train",
        lambda recipe, corpora, out, cluster, **options: found.append(
            (recipe, *corpora)
        ),
    )
    return found


def test_a_document_is_a_corpus_of_the_languages_that_are_named(tmp_path, given):
    languages = ["--source-language", "en", "--target-language", "de"]
    documents = ["--corpus", tmp_path / "memory.tmx.gz"]
    documents += ["--valid-corpus", tmp_path / "valid.po"]
    call("train", *documents, "--out", tmp_path / "run", *languages)
    assert given.pop()[1:] == (
        ParallelCorpus(tmp_path / "memory.tmx.gz", languages=("en", "de")),
        ParallelCorpus(tmp_path / "valid.po", languages=("en", "de")),
    )
    call("train", *documents[:2], "--out", tmp_path / "run")
    assert given.pop()[1:] == (
        ParallelCorpus(tmp_path / "memory.tmx.gz", languages=("", "")),
        None,
    )


def test_several_corpora_are_joined_in_a_fixed_order_with_their_weights(
    tmp_path, given
):
    found = call(
        *("train", "--corpus", "a.csv.zst", "--tsv", "b", "--source", "c"),
        *("--target", "d", "--columns", "en,de", "--valid-tsv", "e"),
        *("--corpus-weight", 1, "--corpus-weight", 2.5, "--corpus-weight", 3),
        *("--out", tmp_path / "run"),
    )
    assert found.exit_code == 0, found.stderr
    recipe, train, valid = given.pop()
    columns = Columns("en", "de")
    assert train == JoinedCorpus(
        (
            ParallelCorpus(Path("c"), Path("d")),
            ParallelCorpus(Path("b"), columns=columns),
            ParallelCorpus(Path("a.csv.zst"), columns=columns),
        )
    )
    assert valid == ParallelCorpus(Path("e"), columns=columns)
    assert recipe.data.corpus_weights == (1.0, 2.5, 3.0)


def test_a_pipe_can_be_read_again_by_a_training():
    reading, writing = os.pipe()  # what a shell gives for `<(echo sun)`
    os.write(writing, b"sun\tSonne\nmoon\tMond\n" * 20)
    os.close(writing)
    data = TrainingData(ParallelCorpus(Path(f"/dev/fd/{reading}")))
    train, _ = TrainingData(data.train, data.train).divided()
    os.close(reading)
    assert train.count() == len(list(train)) == len(list(train)) == 40


def append(path, content):
    with path.open("ab") as file:
        file.write(content)


@pytest.mark.train
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--valid-source", "x"], "Give --valid-source and --valid-target, or"),
        (["--valid-target", "x"], "Give --valid-source and --valid-target, or"),
        (["--valid-tsv", "x"], "x cannot be read"),
    ],
)
def test_validation_pairs_are_held_out_only_if_none_are_given(options, message, text):
    pytest.importorskip("tensorflow", reason="needs the train extra")
    text = [*text[:4], *text[8:]]
    found = call("train", *text, *options)
    assert found.exit_code == 2
    assert message in found.stderr


@pytest.mark.train
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda path: append(path / "train.a", b"\nmore\n"),
            r"61 lines in .*train.a, 60 lines in .*train.b",
        ),
        (lambda path: (path / "train.a").write_text(""), "60 lines in"),
        (
            lambda path: [(path / f"train.{side}").write_text("") for side in "ab"],
            "is empty",
        ),
        (
            lambda path: (path / "train.a").write_bytes(b"sun\n\xff\n" + b"x\n" * 58),
            r"train.a, line 2 is not",
        ),
        (lambda path: (path / "val.b").unlink(), r"val.b cannot be read"),
    ],
    ids=["misaligned", "one-empty", "both-empty", "not-utf8", "missing"],
)
def test_bad_text_is_one_line_and_exit_code_2(spoil, message, text, tmp_path):
    pytest.importorskip("tensorflow", reason="needs the train extra")
    spoil(tmp_path)
    found = call("train", *text)
    assert found.exit_code == 2
    assert found.stderr.count("\n") == 1
    assert found.stderr.startswith("keras-s2s: ")
    import re

    assert re.search(message, found.stderr)
    assert not (tmp_path / "run").exists()


@pytest.mark.train
def test_a_vocabulary_the_corpus_cannot_fill_says_what_to_set(text):
    pytest.importorskip("tensorflow", reason="needs the train extra")
    found = call("train", *text, "--set", "target_vocab_size=5000")
    assert found.exit_code == 2
    assert "Set target_vocab_size=" in found.stderr
    assert "Traceback" not in found.output


def begin_training(text, tmp_path, *options):
    """Start a training that would not end; return it after its first epoch."""
    pytest.importorskip("tensorflow", reason="needs the train extra")
    # A shell that starts the tests in the background makes them ignore Ctrl-C, and
    # `nohup` makes them ignore HUP.
    code = (
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
        "from keras_s2s.cli import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", code, "train", *map(str, text)]
    process = subprocess.Popen(
        [
            *(*command, "--set", "epochs=100000", "--set", "patience=0"),
            *("--attention", "none", "--cell", "rnn", *options),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    state = tmp_path / "run" / "training_state.npz"
    deadline = time.monotonic() + 120
    while not state.exists() and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return process


def stop(process, number, directory):
    """Send a signal to a training; what it has made must stay, and it must say so."""
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 128 + number, stderr[-2000:]
    assert "--resume" in stderr.splitlines()[-1]
    assert "Traceback" not in stderr
    assert stdout == ""
    assert (directory / "training_state.npz").exists()
    assert not (directory / "in-use.lock").exists()


@pytest.mark.train
@pytest.mark.slow
def test_a_stop_keeps_what_there_is_and_says_how_to_resume(text, tmp_path):
    stop(begin_training(text, tmp_path), signal.SIGINT, tmp_path / "run")


def test_term_ends_every_command_as_ctrl_c_does(text, tmp_path, monkeypatch):
    def end(*arguments):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)

    monkeypatch.setattr("keras_s2s.files.outputs.check_outputs", end)
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        found = call("evaluate", "bundle", *("--source", "a", "--reference", "b"))
    finally:
        signal.signal(signal.SIGTERM, before)
    assert found.exit_code == 128 + signal.SIGTERM
    assert found.output == ""


@pytest.mark.train
@pytest.mark.slow
def test_two_trainings_do_not_write_one_run_and_term_stops_one(text, tmp_path):
    process = begin_training(text, tmp_path)
    try:
        for options in (["--force"], []):
            refused = call("train", *text, *options)
            assert refused.exit_code == 2
        resumed = call("train", *text[:10], "--resume")
        assert resumed.exit_code == 2
        assert f"Process {process.pid} on " in resumed.stderr
        stop(process, signal.SIGTERM, tmp_path / "run")
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("command", ["train", "demo"])
def test_force_destroys_only_what_is_the_commands_own(command, text, tmp_path):
    pytest.importorskip("tensorflow", reason="needs the train extra")
    (tmp_path / "thesis.txt").write_text("years of work")
    before = sorted(tmp_path.iterdir())
    arguments = text if command == "train" else []
    for out in (tmp_path, tmp_path / "link"):
        if out != tmp_path:
            out.symlink_to(tmp_path)
            before = sorted(tmp_path.iterdir())
        found = call(command, *arguments, "--out", out, "--force")
        assert found.exit_code == 2, found.output
        assert found.stderr.count("\n") == 1
        assert sorted(tmp_path.iterdir()) == before


def test_a_config_in_the_run_that_is_replaced_is_refused(text, tmp_path):
    (tmp_path / "run").mkdir()
    recipe = tmp_path / "run" / "config.json"
    recipe.write_text(call("train", "--print-recipe").stdout)
    arguments = [*text[:10], "--config", recipe, "--force"]
    found = call("train", *arguments)
    assert found.exit_code == 2
    assert "--config must not lie in --out" in found.stderr
    assert recipe.exists()
