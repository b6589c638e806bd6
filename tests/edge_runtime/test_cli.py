import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edge_runtime import DecodingOptions, Translator
from edge_runtime.cli import main
from edge_runtime.text.words import word_spans

COMMAND = [sys.executable, "-m", "edge_runtime"]


def heed_hup():
    """Undo what `nohup` does to the tests and to what they start."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def start(*arguments, preexec_fn=heed_hup, **options):
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=preexec_fn,  # noqa: PLW1509
        **options,
    )


def run(*arguments, lines=b""):
    process = start(*arguments)
    output, errors = process.communicate(lines, timeout=60)
    return process.returncode, output, errors.decode()


LINES = (
    "我爱吃苹果。\n\n今天天气很好\r\n \nI love\u2028apples\x0b\x0c\x85.\n最后".encode()
)


def test_the_file_that_is_written_is_not_read(bundle, tmp_path):
    path = tmp_path / "lines"
    path.write_bytes(LINES)
    with path.open("rb") as source, path.open("ab") as output:
        found = subprocess.run(
            [*COMMAND, bundle],
            stdin=source,
            stdout=output,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert found.returncode == 2
    assert b"must not be the file that is written" in found.stderr
    assert path.read_bytes() == LINES


@pytest.mark.parametrize("option", ["--threads=0", "--nonsense"])
def test_without_a_screen_a_mistake_still_has_its_exit_code(bundle, option):
    command = f'"$@" {option} 2>&- < /dev/null'
    found = subprocess.run(
        ["sh", "-c", command, "sh", *COMMAND, bundle], check=False, timeout=60
    )
    assert found.returncode == 2


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


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_does_not_wait_for_the_end_of_a_long_line(bundle):
    process = start(
        *(bundle, "--processes", 2),
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    process.stdin.write("我爱吃苹果。\n".encode())
    process.stdin.flush()
    assert process.stdout.readline()
    process.stdin.write("我爱吃苹果。".encode() * 100_000 + b"\n")  # some minutes
    process.stdin.flush()
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=20) == 130
    assert process.stderr.read() == b""
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()


@pytest.mark.skipif(os.name == "nt", reason="names are bytes on POSIX")
@pytest.mark.parametrize("name", ["目录/束".encode(), b"b\xff"])
def test_a_bundle_of_any_name_is_read_in_any_locale(bundle, expected, tmp_path, name):
    path = os.path.join(os.fsencode(tmp_path), name)  # noqa: PTH118
    shutil.copytree(os.fsencode(bundle), path)
    found = subprocess.run(
        [*COMMAND, path],
        input=LINES,
        capture_output=True,
        env=os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0"},
        check=True,
    )
    assert found.stdout.decode().split("\n")[:-1] == expected


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


SENTENCES = ["你叫什么名字？", "", "我爱吃苹果。", "好", "名字"]
SENTENCE_LINES = "".join(f"{text}\n" for text in SENTENCES).encode()


@pytest.fixture(scope="module")
def surest(confident_bundle):
    """Translations of `SENTENCES`, and a confidence that two of them do not have."""
    found = Translator(confident_bundle).translate_batch(SENTENCES)
    least = sorted(each.confidence for each in found)[2]
    assert sum(each.confidence < least for each in found) == 2
    return found, least


@pytest.mark.parametrize("processes", [1, 2])
def test_a_translation_below_the_least_confidence_is_an_empty_line(
    confident_bundle, surest, processes
):
    found, least = surest
    code, output, errors = run(
        confident_bundle, "--min-confidence", least, "--processes", processes,
        "--show-alignment", lines=SENTENCE_LINES,
    )  # fmt: skip
    assert (code, errors) == (0, "")
    assert output.decode().splitlines() == [
        "" if each.confidence < least or not each.text
        else f"{each.text}\t{each.pharaoh}"
        for each in found
    ]  # fmt: skip


def test_json_keeps_a_withheld_translation_and_says_so(confident_bundle, surest):
    _, least = surest
    arguments = (confident_bundle, "--json", "--n-best", "2", "--beam-size", "2")
    _, output, _ = run(*arguments, "--min-confidence", least, lines=SENTENCE_LINES)
    lines = list(map(json.loads, output.splitlines()))
    found = [*lines, *(other for line in lines for other in line["alternatives"])]
    assert {each["withheld"] for each in found} == {True, False}
    for each in found:
        assert each["withheld"] == (each["confidence"] < least)
    assert all(each["text"] for each in found if each["withheld"])
    _, output, _ = run(*arguments, lines=SENTENCE_LINES)
    plain = list(map(json.loads, output.splitlines()))
    assert [each["confidence"] for each in plain] == [
        each["confidence"] for each in lines
    ]
    assert not any("withheld" in each for each in plain)


def test_a_withheld_hypothesis_keeps_its_line_and_score(confident_bundle):
    arguments = (confident_bundle, "--n-best", "3", "--beam-size", "3")
    _, whole, _ = run(*arguments, lines=SENTENCE_LINES)
    _, output, _ = run(*arguments, "--min-confidence", "1", lines=SENTENCE_LINES)
    fields = [line.split("\t") for line in output.decode().splitlines()]
    all_of_them = [line.split("\t") for line in whole.decode().splitlines()]
    assert fields == [[*field[:2], ""] for field in all_of_them]


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
        (["{bundle}", "--threads", "2147483648"], "`threads` must be at most 1024"),
        (["{bundle}", "--processes", "100000"], "`processes` must be at most 256"),
        (["{bundle}", "--batch-size", "9" * 30], "`batch_size` must be at most 65536"),
        (["{bundle}", "--beam-size", "9" * 30], "`beam_size` must be at most 1000"),
        (["{bundle}", "--sampling", "--n-best", "1001"], "`num_hypotheses` must be at"),
        (["{bundle}", "--length-penalty", "1e308"], "`length_penalty` must be at most"),
        (["{fixed}", "--copy-unknown"], "need a model with attention"),
        (["{fixed}", "--show-alignment"], "needs a model with attention"),
        (["{bundle}", "--min-confidence", "0.5"], "needs a bundle with a confidence"),
        (["{bundle}", "--min-confidence", "1.1"], "`min_confidence` must be at least"),
        (["{bundle}", "--min-confidence", "nan"], "`min_confidence` must be at least"),
        ([], "Missing argument 'BUNDLE…'"),
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


@pytest.mark.skipif(os.name == "nt", reason="a shell that closes streams")
@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize(("closed", "name"), [("<&-", "input"), (">&-", "output")])
def test_a_closed_stream_is_one_line_and_exit_code_two(bundle, processes, closed, name):
    finished = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", *COMMAND, str(bundle),
         "--processes", str(processes)],
        check=False,
        input=b"a\n",
        capture_output=True,
        timeout=60,
    )  # fmt: skip
    assert (finished.returncode, finished.stdout) == (2, b"")
    assert f"standard {name} must be open" in finished.stderr.decode()
    assert finished.stderr.count(b"\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux's full device")
@pytest.mark.parametrize("processes", [1, 2])
def test_a_full_disk_is_one_line_and_exit_code_one(bundle, processes):
    with Path("/dev/full").open("wb") as full:
        finished = subprocess.run(
            [*COMMAND, str(bundle), "--processes", str(processes)],
            check=False,
            input=b"a\n",
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
        )
    assert finished.returncode == 1
    assert b"No space left on device" in finished.stderr
    assert finished.stderr.count(b"\n") == 1


SEPARATORS = "\t\v\f\r\x1c\x1d\x1e\x85\u2028\u2029\0"
HOSTILE_LINES = [
    "我爱吃苹果。" + separator + "他每天喝水。" + separator + "今天" * repeated
    for separator in SEPARATORS
    for repeated in (1, 40)  # above the limit of the bundle
]


@pytest.mark.parametrize(
    "arguments",
    [[], ["--split-sentences"], ["--copy-unknown", "--split-sentences"],
     ["--show-alignment"], ["--show-alignment", "--split-sentences"]],
)  # fmt: skip
@pytest.mark.parametrize("n_best", [1, 2])
def test_fields_and_lines_stay_in_step_whatever_a_line_holds(bundle, arguments, n_best):
    if n_best > 1:
        arguments = [*arguments, "--beam-size", "2", "--n-best", str(n_best)]
    content = "".join(f"{line}\n" for line in HOSTILE_LINES)
    code, output, errors = run(bundle, *arguments, lines=content.encode())
    assert (code, errors) == (0, "")
    lines = output.decode().splitlines()
    assert len(lines) == n_best * len(HOSTILE_LINES)
    rows = [line.split("\t") for line in lines]
    assert {len(row) for row in rows} == {
        1 + 2 * (n_best > 1) + ("--show-alignment" in arguments)
    }
    if n_best > 1:
        numbers = [int(row[0]) for row in rows]
        assert numbers == sorted(list(range(len(HOSTILE_LINES))) * n_best)
    assert b"\0" not in output


def test_pharaoh_pairs_count_the_words_of_the_line_that_is_written(bundle):
    content = "".join(f"{line}\n" for line in HOSTILE_LINES)
    _, output, _ = run(bundle, "--show-alignment", lines=content.encode())
    pairs = []
    for line in output.decode().splitlines():
        text, alignment = line.split("\t")
        pairs = [pair.split("-") for pair in alignment.split()]
        assert all(int(target) < len(word_spans(text)) for _, target in pairs)
    assert pairs


def test_splitlines_on_json_gives_one_object_a_line(bundle):
    content = "".join(f"{line}\n" for line in HOSTILE_LINES)
    _, output, _ = run(bundle, "--json", "--split-sentences", lines=content.encode())
    found = [json.loads(line) for line in output.decode().splitlines()]
    assert [each["source"] for each in found] == HOSTILE_LINES


def children(process):
    """Ids of the processes that a process started itself, on Linux."""
    path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in path.read_text().split()]


def workers(process):
    return [pid for pid in children(process) if b"spawn_main" in command_line(pid)]


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""  # ended since it was listed


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # ended, and nobody has asked how


ON_LINUX = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="Linux's table of processes"
)


@ON_LINUX
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_workers_end_with_their_parent_and_release_the_output(bundle, number):
    process = start(bundle, "--processes", 2)
    process.stdin.write("我爱吃苹果。\n".encode())
    process.stdin.flush()
    assert process.stdout.readline()
    found = workers(process)
    assert len(found) == 2
    process.send_signal(number)
    assert process.wait(timeout=30) == -number
    # Ends only when nobody holds the other end any more.
    with ended_within(30):
        assert process.stdout.read() == b""
    assert not any(map(is_running, found))
    process.stderr.read()
    process.stdin.close()
    process.stdout.close()
    process.stderr.close()


@ON_LINUX
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_workers_that_are_still_starting_end_with_their_parent(bundle, number):
    process = start(bundle, "--processes", 2)
    while not workers(process):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)
    process.send_signal(number)
    assert process.wait(timeout=30) == -number
    with ended_within(30):
        assert process.stdout.read() == b""
    process.stderr.read()
    process.stdin.close()
    process.stdout.close()
    process.stderr.close()


@ON_LINUX
def test_a_worker_that_dies_while_a_line_waits_ends_the_command(bundle):
    process = start(bundle, "--processes", 2, "--beam-size", 50, "--max-length", 60)
    process.stdin.write("我爱吃苹果。\n".encode())
    process.stdin.flush()
    assert process.stdout.readline()
    for _ in range(2):
        process.stdin.write("我爱吃苹果。他每天喝水。\n".encode() * 500)
        process.stdin.flush()
    os.kill(workers(process)[0], signal.SIGKILL)
    # Standard input stays open: nothing else will ever arrive.
    with ended_within(30):
        output, errors = process.stdout.read(), process.stderr.read()
    assert process.wait(timeout=30) == 1
    assert errors.count(b"\n") == 1
    assert b"every process must live" in errors
    assert output.count(b"\n") < 1_000
    assert output[-1:] in (b"", b"\n")
    process.stdin.close()
    process.stdout.close()
    process.stderr.close()


@ON_LINUX
def test_a_worker_that_died_while_nothing_waited_is_told_with_the_next_line(bundle):
    process = start(bundle, "--processes", 2)
    process.stdin.write("我爱吃苹果。\n".encode())
    process.stdin.flush()
    assert process.stdout.readline()
    os.kill(workers(process)[0], signal.SIGKILL)
    with ended_within(30):
        # The other worker ends once the command has noticed; until then it translates.
        while workers(process):
            time.sleep(0.01)
    process.stdin.write("我爱吃苹果。\n".encode())
    process.stdin.flush()
    with ended_within(30):
        assert process.stderr.read().count(b"\n") == 1
    assert process.wait(timeout=30) == 1
    process.stdin.close()
    process.stdout.close()
    process.stderr.close()


@contextlib.contextmanager
def ended_within(seconds):
    """Fail, instead of waiting for ever, where what is read has no end."""

    def fail(*_):
        raise TimeoutError("the output must end with the command. Received: no end.")

    previous = signal.signal(signal.SIGALRM, fail)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


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


def peak_memory(bundle, content, *arguments):
    """Peak memory of the command in kilobytes, and its output."""
    if not Path("/proc/self/status").exists():
        pytest.skip("Linux's status of a process")
    # Not `ru_maxrss`, which begins with the memory of the tests that start it.
    code = (
        "import sys, re; from edge_runtime.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: print(re.search(r'VmHWM:\\s*(\\d+)',"
        " open('/proc/self/status').read())[1], file=sys.stderr)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code, str(bundle), "--max-length", "1", *arguments],
        input=content,
        capture_output=True,
        check=True,
    )
    return int(finished.stderr), finished.stdout


def test_memory_does_not_grow_with_the_input(bundle):
    def peak(count):
        memory, output = peak_memory(bundle, b"I love\n" * count)
        assert output.count(b"\n") == count
        return memory

    assert peak(15_000) < peak(1_500) * 1.05


@pytest.mark.parametrize(
    ("content", "arguments"),
    [
        (b"a" * 300_000, []),
        (b"." * 300_000 + b"x", ["--split-sentences"]),
        (b"I love to eat apples. " * 10_000, []),
        (b"I love to eat apples. " * 10_000, ["--beam-size", "2", "--n-best", "2"]),
        (b"I love to eat apples. " * 10_000, ["--json"]),
        (b"I love to eat apples. " * 10_000, ["--show-alignment"]),
    ],
    ids=[
        "one word",
        "full stops",
        "sentences",
        "several translations",
        "JSON",
        "pairs",
    ],
)
def test_a_long_line_takes_little_memory(bundle, content, arguments):
    # Tokens and alignments of all sentences took 380 bytes per byte of the line.
    least, _ = peak_memory(bundle, b"I love to eat apples.\n", *arguments)
    memory, output = peak_memory(bundle, content, *arguments)
    assert output.count(b"\n") == (2 if "--n-best" in arguments else 1)
    assert memory < 1.4 * least
