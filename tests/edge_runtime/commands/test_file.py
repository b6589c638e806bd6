import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edge_runtime import DecodingOptions

COMMAND = [sys.executable, "-m", "edge_runtime", "file"]
LETTER = "我爱吃苹果。\n\n  今天天气很好\nI love apples.\n12.50\n"


def run(*arguments):
    found = subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, check=False
    )
    return found.returncode, found.stdout, found.stderr.decode()


@pytest.fixture
def letter(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text(LETTER, encoding="utf-8")
    return path


@pytest.fixture
def output(tmp_path):
    return tmp_path / "letter.en.txt"


def expected(translator, options=None):
    lines = ["我爱吃苹果。", "今天天气很好", "I love apples."]
    found = translator.translate_batch(lines, options)
    texts = [each.text.strip() for each in found]
    return f"{texts[0]}\n\n  {texts[1]}\n{texts[2]}\n12.50\n"


def test_a_document_is_translated_and_the_screen_says_how_it_went(
    bundle, translator, letter, output
):
    code, shown, errors = run(bundle, letter, "--output", output)
    assert (code, shown) == (0, b"")
    assert output.read_text(encoding="utf-8") == expected(translator)
    assert re.match(
        r"letter\.txt: \d translated, 0 kept, \d unfinished, 0 left", errors
    )
    assert letter.read_text(encoding="utf-8") == LETTER
    assert {path.name for path in letter.parent.iterdir()} == {letter.name, output.name}


def test_the_options_of_lines_are_those_of_documents(
    bundle, translator, letter, output
):
    arguments = ["--sampling", "--seed", 7, "--top-k", 4, "--temperature", 2.0,
                 "--max-length", 6, "--min-length", 2, "--no-repeat-ngram", 1,
                 "--copy-unknown", "--split-sentences", "--batch-size", 2]  # fmt: skip
    code, _, _ = run(bundle, letter, "--output", output, *arguments)
    options = DecodingOptions(
        sampling=True, seed=7, top_k=4, temperature=2.0, max_length=6, min_length=2,
        no_repeat_ngram_size=1, copy_unknown=True, split_sentences=True,
    )  # fmt: skip
    assert code == 0
    assert output.read_text(encoding="utf-8") == expected(translator, options)
    assert expected(translator, options) != expected(translator)


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs /dev/stdout")
def test_the_output_may_be_a_pipe(bundle, translator, letter):
    code, shown, _ = run(bundle, letter, "--output", "/dev/stdout")
    assert (code, shown.decode()) == (0, expected(translator))


def test_the_output_may_be_an_open_file(bundle, translator, letter, output):
    with output.open("wb") as file:
        subprocess.run(
            [*COMMAND, bundle, letter, "--output", "/dev/fd/1"], stdout=file, check=True
        )
    assert output.read_text(encoding="utf-8") == expected(translator)
    assert {path.name for path in letter.parent.iterdir()} == {letter.name, output.name}


def test_lines_that_need_a_look_are_named(bundle, tmp_path):
    texts = {f"{n}": f"text {{name{n}}} of it" for n in range(30)}
    document, output = tmp_path / "en.json", tmp_path / "de.json"
    document.write_text(json.dumps(texts, indent=1))
    code, _, errors = run(bundle, document, "--output", output, "--carry", "none")
    assert code == 0
    assert output.read_bytes() == document.read_bytes()
    first, *lines, last = errors.splitlines()
    assert first == "en.json: 0 translated, 0 kept, 0 unfinished, 30 left as they were."
    assert lines[0] == "en.json:2: left (placeholders)"
    assert (len(lines), last) == (20, "and 10 more.")


def test_a_file_that_marks_them_says_so(bundle, tmp_path):
    document, output = tmp_path / "a.po", tmp_path / "b.po"
    document.write_text('msgid "a {name}"\nmsgstr ""\n')
    code, _, errors = run(bundle, document, "--output", output, "--carry", "none")
    assert code == 0
    assert output.read_text() == '#, fuzzy\nmsgid "a {name}"\nmsgstr "a {name}"\n'
    assert "They are marked in the output for a person's look." in errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{bundle}", "{letter}"], "Missing option '--output'"),
        (["{bundle}", "{letter}", "--output", "{letter}"], "must not be what is read"),
        (["{bundle}", "{letter}", "--output", "{folder}/link"], "not be what is read"),
        (["{bundle}", "{letter}", "--output", "{bundle}/a.txt"], "stand in the bundle"),
        (["{bundle}", "{letter}", "--output", "{folder}/there"], "--force replaces it"),
        (["{bundle}", "{letter}", "--output", "{folder}/no/b"], "a directory that"),
        (["{bundle}", "{folder}/none.txt", "--output", "{out}"], "No such file"),
        (["{bundle}", "{folder}/there", "--output", "{out}"], "must end in one of"),
        (["{bundle}", "{letter}", "--output", "{out}", "--format", "pdf"],
         "--format must be one of android, html"),
        (["{bundle}", "{letter}", "--output", "{out}", "--format", "json"],
         "The file must be JSON"),
        (["{bundle}", "{letter}", "--output", "{out}", "--encoding", "x"],
         "one that Python knows. Received: x"),
        (["{bundle}", "{letter}", "--output", "{out}", "--encoding", "ascii"],
         "Name the encoding with --encoding"),
        (["{bundle}", "{letter}", "--output", "{out}", "--batch-size", "0"],
         "`batch_size` must be at least 1"),
        (["{bundle}", "{letter}", "--output", "{out}", "--beam-size", "0"],
         "`beam_size` must be at least 1"),
        (["{bundle}", "{letter}", "--output", "{out}", "--target-language", 'x"y'],
         "A language code must be"),
        (["{folder}/no", "{letter}", "--output", "{out}"], "there is no bundle at"),
        (["{bundle}", "{letter}", "--output", "{other}"], "something else. Rename it"),
        (["{bundle}", "{letter}", "--output", "."], "and not be one itself"),
        (["{bundle}", "{letter}", "--output", "{terms}", "--glossary", "{terms}",
          "--force"], "terms, which is --glossary"),
        (["{bundle}", "/dev/zero", "--output", "{out}", "--format", "text"],
         "must be a file or a pipe. Received: /dev/zero"),
        (["{bundle}", "{letter}", "--output", "{out}", "--glossary", "/dev/zero"],
         "must be a file or a pipe. Received: /dev/zero"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_and_nothing_is_written(
    bundle, letter, tmp_path, arguments, message
):
    (tmp_path / "link").symlink_to(letter)
    (tmp_path / "there").write_text("mine")
    (tmp_path / "other.journal").write_text("mine")
    (tmp_path / "terms").write_text("苹果\tpears\n")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    names = {"bundle": bundle, "letter": letter, "folder": tmp_path}
    names |= {name: tmp_path / name for name in ("out", "other", "terms")}
    code, shown, errors = run(*(each.format(**names) for each in arguments))
    assert (code, shown) == (2, b"")
    assert errors.startswith("edge-translate file: ")
    assert errors.count("\n") == 1
    assert message in errors
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("output", ["bundle/data/encoder.onnx", "link", "hidden"])
def test_no_output_stands_anywhere_in_the_bundle(bundle, letter, tmp_path, output):
    copy = shutil.copytree(bundle, tmp_path / "bundle")
    (copy / "data").mkdir()
    graph = (copy / "encoder.onnx").rename(copy / "data" / "encoder.onnx")
    (copy / "encoder.onnx").symlink_to("data/encoder.onnx")
    (tmp_path / "link").symlink_to(graph)
    # What is translated so far would be kept in the bundle.
    (tmp_path / "hidden.journal").symlink_to(copy / "data" / "journal")
    before = graph.read_bytes()
    code, _, errors = run(copy, letter, "--output", tmp_path / output, "--force")
    assert code == 2
    assert "--output must not stand in the bundle" in errors
    assert graph.read_bytes() == before
    assert list((copy / "data").iterdir()) == [graph]


@pytest.mark.parametrize(
    "name", ["x" * 255, "x" * 247 + ".journal", "译" * 83], ids=lambda name: name[-9:]
)
def test_an_output_may_have_the_longest_name(bundle, translator, letter, name):
    output = letter.with_name(name)
    code, _, errors = run(bundle, letter, "--output", output)
    assert code == 0, errors
    assert output.read_text(encoding="utf-8") == expected(translator)
    assert set(letter.parent.iterdir()) == {letter, output}


def test_force_replaces_the_output(bundle, translator, letter, output):
    output.write_text("earlier")
    code, _, _ = run(bundle, letter, "--output", output, "--force")
    assert code == 0
    assert output.read_text(encoding="utf-8") == expected(translator)


def test_a_missing_library_is_named_with_what_installs_it(bundle, tmp_path):
    (tmp_path / "guide.po").write_text('msgid "a"\nmsgstr ""\n')
    code = """
import sys
sys.modules["polib"] = None
from edge_runtime.cli import main
main(sys.argv[1:])
"""
    found = subprocess.run(
        [sys.executable, "-c", code, "file", bundle, "guide.po", "--output", "x.po"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert found.returncode == 2
    assert found.stderr.count("\n") == 1
    assert 'needs: pip install "keras-s2s[documents]"' in found.stderr


@pytest.fixture
def long_file(tmp_path):
    path = tmp_path / "long.json"
    texts = [f"text {number:05} of it" for number in range(5000)]
    path.write_text(json.dumps(texts, indent=1))
    return path


def wait_for_lines(path, count):
    for _ in range(1200):
        if path.exists() and path.read_bytes().count(b"\n") > count:
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} did not get {count} lines")


def start(bundle, document, output, **options):
    return subprocess.Popen(
        [*COMMAND, str(bundle), str(document), "--output", str(output),
         "--batch-size", "16"],
        **options,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="POSIX signals and terminals")
def test_a_long_file_shows_progress_and_goes_on_after_a_kill(
    bundle, translator, long_file, tmp_path
):
    output = tmp_path / "long.de.json"
    journal = tmp_path / "long.de.json.journal"
    screen, terminal = pty.openpty()
    process = start(bundle, long_file, output, stderr=terminal)
    os.close(terminal)
    wait_for_lines(journal, 600)
    process.kill()
    process.wait(timeout=30)
    shown = b""
    try:
        while part := os.read(screen, 65536):
            shown += part
    except OSError:  # what Linux says at the end of a terminal
        pass
    os.close(screen)
    assert re.search(rb"long\.json  \[#+-+\]  \d+/5000", shown)
    assert not output.exists()
    kept = journal.read_bytes()
    done = kept.count(b"\n") - 1
    assert 600 <= done < 5000

    process = start(bundle, long_file, output, stderr=subprocess.PIPE)
    wait_for_lines(journal, done)
    assert journal.read_bytes().startswith(kept[: kept.rfind(b"\n") + 1])
    assert process.wait(timeout=300) == 0
    assert b"long.json:" in process.stderr.read()
    process.stderr.close()
    assert not journal.exists()
    texts = json.loads(long_file.read_bytes())
    found = json.loads(output.read_bytes())
    places = range(0, 5000, 499)
    expected = translator.translate_batch([texts[place] for place in places])
    assert [found[place] for place in places] == [
        each.text.strip() or each.source for each in expected
    ]


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_says_how_to_go_on(bundle, long_file, tmp_path):
    output = tmp_path / "long.de.json"
    process = start(
        *(bundle, long_file, output),
        stderr=subprocess.PIPE,
        # A shell that starts the tests in the background makes them ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    journal = tmp_path / "long.de.json.journal"
    wait_for_lines(journal, 1)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    errors = process.stderr.read().decode()
    process.stderr.close()
    assert f"The same command goes on from here: {journal}" in errors
    assert "Traceback" not in errors
    assert journal.exists()
    assert not output.exists()
