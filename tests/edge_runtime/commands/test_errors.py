import errno
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from command_runner import command_runner
from edge_runtime.commands.errors import OneLineErrors, describe_error
from edge_runtime.errors import BundleError


class OpError(Exception):
    """As TensorFlow's: no base that says whose mistake it is, and many lines."""


def error_of(function, *arguments):
    with pytest.raises(Exception) as caught:
        function(*arguments)
    return caught.value


def command_that_raises(error, **options):
    @click.command("try-out", cls=OneLineErrors, **options)
    def command():
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "message", "exit_code"),
    [
        (ValueError("`beam` must be\n at least 1."), "`beam` must be at least 1.", 2),
        (BundleError("no bundle"), "no bundle", 2),
        (error_of(open, "nowhere"), "No such file or directory: 'nowhere'", 2),
        (error_of(open, "/"), "Is a directory", 2),
        (error_of(open, "x" * 300), "File name too long", 2),
        (PermissionError(errno.EACCES, "Permission denied", "x"), "denied: 'x'", 2),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left", 1),
        (error_of(b"\xff".decode), "text must be utf-8. Received: 'utf-8' codec", 2),
        (error_of("我".encode, "ascii"), "able to hold '我', which ascii is not", 2),
        (RuntimeError("training diverged"), "training diverged", 1),
        (RuntimeError(), "RuntimeError", 1),
        (MemoryError(), "out of memory.", 1),
        (OpError("line\nline"), "OpError: line line (set KERAS_S2S_TRACEBACK=1", 1),
        (
            OpError("{{function_node x}} run/logs; Read-only [Op:CreateFile] name: "),
            "OpError: run/logs; Read-only (set KERAS_S2S_TRACEBACK=1",
            1,
        ),
        (KeyError("units"), "KeyError: 'units'", 1),
        (ModuleNotFoundError("No module named 'x'"), "No module named 'x'", 1),
        (click.BadParameter("too small"), "too small", 2),
        (click.UsageError("Give two."), "Give two.", 2),
        (click.ClickException("A training failed."), "A training failed.", 1),
    ],
)
def test_an_error_is_one_line_and_says_whose_it_is(error, message, exit_code):
    result = command_runner().invoke(command_that_raises(error), [])
    assert result.exit_code == exit_code
    assert result.stderr.startswith("try-out: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_missing_package_says_what_to_install():
    error = ModuleNotFoundError("No module named 'tensorflow'")
    message, exit_code = describe_error(error, "train")
    assert message.endswith('needs: pip install "keras-s2s[train]"')
    assert exit_code == 2


def test_a_wrong_option_names_the_help_of_its_command():
    result = command_runner().invoke(command_that_raises(ValueError()), ["--beam"])
    assert result.exit_code == 2
    assert (
        result.stderr == ("try-out: No such option '--beam'. See: try-out --help\n")
        or result.stderr == "try-out: No such option: --beam See: try-out --help\n"
    )


def test_the_traceback_can_be_had(monkeypatch):
    monkeypatch.setenv("KERAS_S2S_TRACEBACK", "1")
    error = KeyError("units")
    result = command_runner().invoke(command_that_raises(error), [])
    assert result.exception is error


def test_a_caller_can_have_the_errors_themselves():
    with pytest.raises(ValueError, match="wrong"):
        command_that_raises(ValueError("wrong")).main([], standalone_mode=False)


def test_ctrl_c_ends_it_without_a_word():
    result = command_runner().invoke(command_that_raises(KeyboardInterrupt()), [])
    assert (result.exit_code, result.output) == (130, "")


def test_a_reader_that_goes_away_is_no_error():
    code = """
import click
from edge_runtime.commands.errors import OneLineErrors

@click.command("talk", cls=OneLineErrors)
def talk():
    while True:
        click.echo("and " * 1000)

talk()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=30) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("text", ["held back by Python", "and " * 10_000])
def test_output_on_a_full_disk_is_one_line_too(text):
    code = f"""
import click
from edge_runtime.commands.errors import OneLineErrors

@click.command("talk", cls=OneLineErrors)
def talk():
    print({text!r})

talk()
"""
    with Path("/dev/full").open("w") as full:
        process = subprocess.run(
            [sys.executable, "-c", code],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "PYTHONUNBUFFERED": ""},
        )
    assert process.returncode == 1
    assert process.stderr.startswith("talk: [Errno 28] No space left on device")
    assert process.stderr.count("\n") == 1
