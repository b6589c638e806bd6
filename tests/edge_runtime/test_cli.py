import json
import os
import signal
import subprocess
import sys

import pytest

from edge_runtime import DecodingOptions
from edge_runtime.cli import main

COMMAND = [sys.executable, "-m", "edge_runtime"]


def start(*arguments, **options):
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


def run(*arguments, lines=b""):
    process = start(*arguments)
    output, errors = process.communicate(lines, timeout=60)
    return process.returncode, output, errors.decode()


LINES = (
    "我爱吃苹果。\n\n今天天气很好\r\n \nI love\u2028apples\x0b\x0c\x85.\n最后".encode()
)


@pytest.fixture(scope="module")
def expected(translator):
    texts = LINES.decode().replace("\r", "").split("\n")
    return [found.text for found in translator.translate_batch(texts)]


@pytest.mark.parametrize("processes", [1, 2])
def test_a_line_in_gives_a_line_out_in_order(bundle, expected, processes):
    code, output, errors = run(bundle, "--processes", processes, lines=LINES)
    assert (code, errors) == (0, "")
    assert output.decode() == "".join(f"{text}\n" for text in expected)
    assert output.count(b"\n") == 6


@pytest.mark.parametrize("processes", [1, 2])
def test_a_line_is_answered_before_the_next_one_is_written(bundle, processes):
    process = start(bundle, "--processes", processes)
    for _ in range(3):
        process.stdin.write("我爱吃苹果。\n".encode())
        process.stdin.flush()
        assert process.stdout.readline().strip()
    process.stdin.close()
    assert process.wait(timeout=30) == 0
    process.stdout.close()
    process.stderr.close()


@pytest.mark.parametrize("processes", [1, 2])
def test_bytes_that_are_not_utf8_are_replaced_with_a_warning(bundle, processes):
    lines = b"I love\n\xff\xfe apples\nI eat\nbad \x80\n"
    code, output, errors = run(bundle, "--processes", processes, lines=lines)
    assert code == 0
    assert output.count(b"\n") == 4
    assert "line 2 is not valid UTF-8" in errors
    assert "line 4 is not valid UTF-8" in errors
    assert errors.count("\n") == 2


@pytest.mark.parametrize("processes", [1, 2])
def test_a_reader_that_goes_away_ends_it_quietly(bundle, processes):
    process = start(bundle, "--processes", processes)
    process.stdin.write("我爱吃苹果。\n".encode())
    process.stdin.flush()
    assert process.stdout.readline()
    process.stdout.close()
    try:
        for _ in range(200):
            process.stdin.write("我爱吃苹果。\n".encode() * 50)
            process.stdin.flush()
        process.stdin.close()
    except BrokenPipeError:
        pass
    assert process.wait(timeout=30) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("processes", [1, 2])
def test_ctrl_c_ends_it_without_a_traceback(bundle, processes):
    process = start(
        *(bundle, "--processes", processes),
        start_new_session=True,
        # A shell that starts the tests in the background makes them ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    process.stdin.write("我爱吃苹果。\n".encode())
    process.stdin.flush()
    assert process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=30) == 130
    assert process.stderr.read() == b""
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()


def test_no_input_gives_no_output(bundle):
    assert run(bundle) == (0, b"", "")


def test_hypotheses_come_with_line_and_score(bundle, translator):
    code, output, _ = run(
        bundle, "--beam-size", 3, "--n-best", 2, lines="我爱\n\n你好\n".encode()
    )
    rows = [line.split("\t") for line in output.decode().splitlines()]
    assert code == 0
    assert [row[0] for row in rows] == ["0", "0", "1", "2", "2"]
    options = DecodingOptions(beam_size=3, num_hypotheses=2)
    found = translator.translate("我爱", options)
    assert rows[0] == ["0", f"{found.score:.6f}", found.text]
    assert rows[1][2] == found.alternatives[0].text


def test_json_lines_hold_everything(bundle, translator):
    code, output, _ = run(bundle, "--json", lines="我爱吃苹果。\n\n".encode())
    first, second = (json.loads(line) for line in output.splitlines())
    assert code == 0
    expected = translator.translate("我爱吃苹果。").to_json()
    assert first["tokens"] == expected["tokens"]
    assert first["word_alignment"] == expected["word_alignment"]
    assert (second["source"], second["text"], second["tokens"]) == ("", "", [])


def test_alignments_follow_a_tab(bundle, translator):
    _, output, _ = run(bundle, "--show-alignment", lines="我爱吃苹果。\n\n".encode())
    found = translator.translate("我爱吃苹果。")
    assert output.decode() == f"{found.text}\t{found.pharaoh}\n\n"


def test_options_reach_the_search(bundle, translator):
    arguments = ["--sampling", "--seed", 7, "--top-k", 4, "--temperature", 2.0,
                 "--max-length", 6, "--min-length", 2, "--no-repeat-ngram", 1,
                 "--copy-unknown", "--split-sentences"]  # fmt: skip
    options = DecodingOptions(
        sampling=True, seed=7, top_k=4, temperature=2.0, max_length=6, min_length=2,
        no_repeat_ngram_size=1, copy_unknown=True, split_sentences=True,
    )  # fmt: skip
    text = "我爱吃苹果。他每天喝水。"
    _, output, _ = run(bundle, *arguments, lines=text.encode())
    assert output.decode() == translator.translate(text, options).text + "\n"
    penalties = ["--beam-size", 4, "--length-penalty", 2.0, "--coverage-penalty", 1.0]
    _, output, _ = run(bundle, *penalties, "--json", lines=text.encode())
    options = DecodingOptions(beam_size=4, length_penalty=2.0, coverage_penalty=1.0)
    assert json.loads(output)["score"] == pytest.approx(
        translator.translate(text, options).score
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "there is no bundle at nowhere"),
        (["{bundle}", "--beam-size", "0"], "`beam_size` must be at least 1"),
        (["{bundle}", "--beam-size", "x"], "'x' is not a valid integer"),
        (["{bundle}", "--beam", "2"], "No such option"),
        (["{bundle}", "--processes", "0"], "`processes` must be at least 1"),
        (["{bundle}", "--batch-size", "0"], "`batch_size` must be at least 1"),
        (["{bundle}", "--threads", "0"], "`threads` must be at least 1"),
        (["{fixed}", "--copy-unknown"], "need a model with attention"),
        (["{fixed}", "--show-alignment"], "needs a model with attention"),
        ([], "Missing argument 'BUNDLE'"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_and_exit_code_two(
    bundle, fixed_context_bundle, arguments, message
):
    filled = [
        argument.format(bundle=bundle, fixed=fixed_context_bundle)
        for argument in arguments
    ]
    code, output, errors = run(*filled, lines="我\n".encode())
    assert (code, output) == (2, b"")
    assert message in errors
    assert errors.count("\n") == 1


def test_a_damaged_bundle_translates_nothing(attention_files, tmp_path):
    path = attention_files.write(tmp_path / "b")
    (path / "encoder.onnx").write_bytes(
        b"x" * len(attention_files.files["encoder.onnx"])
    )
    for processes in (1, 2):
        code, output, errors = run(path, "--processes", processes, lines=b"a\n")
        assert (code, output) == (2, b"")
        assert errors.count("\n") == 1
        assert "encoder.onnx" in errors and "sha256" in errors


def test_help_shows_an_example():
    code, output, _ = run("--help")
    assert code == 0
    assert "edge-translate models/zh-en" in output.decode()


def test_the_installed_command_is_the_same(capsys):
    with pytest.raises(SystemExit) as raised:
        main(["--version"])
    assert raised.value.code == 0
    assert capsys.readouterr().out.startswith("edge-translate, version ")


def test_memory_does_not_grow_with_the_input(bundle):
    resource = pytest.importorskip("resource")
    del resource
    code = (
        "import sys, resource; from edge_runtime.cli import main\n"
        "try: main([sys.argv[1], '--max-length', '1'])\n"
        "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,"
        " file=sys.stderr)"
    )

    def peak(count):
        finished = subprocess.run(
            [sys.executable, "-c", code, str(bundle)],
            input=b"I love\n" * count,
            capture_output=True,
            check=True,
        )
        assert finished.stdout.count(b"\n") == count
        return int(finished.stderr)

    assert peak(30_000) < peak(3_000) * 1.1


def test_it_starts_quickly(bundle):
    # Processor time of children: what else the machine does is not the command's fault.
    times = []
    for _ in range(3):
        begin = os.times()
        run(bundle, lines="我\n".encode())
        end = os.times()
        times.append(
            end.children_user
            + end.children_system
            - begin.children_user
            - begin.children_system
        )
    assert min(times) < 1.5
