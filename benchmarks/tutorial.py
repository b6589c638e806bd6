"""Runs the whole tutorial as its pages stand, and writes what they show.

    python benchmarks/tutorial.py --out tutorial_run
    python benchmarks/tutorial.py --out tutorial_run --write
    python benchmarks/tutorial.py --out tutorial_run --notebooks

Every block of Python and every command of `docs/tutorial` is run, page after page, in
one folder. With `--write` the printed output and the pictures of the pages become those
of this run, in both languages, and the notebooks are written anew. `--notebooks` runs
the notebooks of `examples` instead, which needs `pip install nbclient ipykernel`.

`--text FOLDER` has `train.zh`, `train.en`, `test.zh` and `test.en` for the page on
one's own text; without it, that is the embedded phrasebook. `--only 08 --only 09` runs
those pages alone, on what an earlier run left. The command that serves a page is
started, asked for the page, and ended; it needs `make page`.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import click

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "docs" / "site"))

import notebooks  # noqa: E402
from tutorial_pages import (  # noqa: E402
    DOCS,
    read_blocks,
    tutorial_pages,
    with_outputs,
)

_PICTURES = DOCS / "tutorial" / "pictures"
_SERVING = "edge-translate serve"


@click.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--text", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--write", is_flag=True, help="Let the pages show what this run printed.")
@click.option("--notebooks", "as_notebooks", is_flag=True, help="Run the notebooks.")
@click.option("--only", multiple=True, help="Number of a page, such as 03.")
def main(
    out: Path,
    text: Path | None,
    write: bool,
    as_notebooks: bool,
    only: Sequence[str],
) -> None:
    """Run the tutorial."""
    pages = [page for page in tutorial_pages("en") if not only or page.stem[:2] in only]
    out.mkdir(parents=True, exist_ok=True)
    os.chdir(out)
    # The commands are those of this Python.
    os.environ["PATH"] = (
        f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    write_text(Path("tutorial", "text"), text)
    different = 0
    for page in pages:
        begin = time.perf_counter()
        if as_notebooks:
            run_notebook(page)
            found = "ran"
        else:
            outputs = run_page(page)
            found = "prints what it shows"
            if with_outputs(page.read_text(encoding="utf-8"), outputs) != (
                page.read_text(encoding="utf-8")
            ):
                different += 1
                found = "prints something else than it shows"
            if write:
                for file in (page, page.parent / "zh" / page.name):
                    shown = with_outputs(file.read_text(encoding="utf-8"), outputs)
                    file.write_text(shown, encoding="utf-8")
        click.echo(f"{page.stem}: {time.perf_counter() - begin:.0f} s, {found}")
    if write:
        _PICTURES.mkdir(exist_ok=True)
        for page in pages:
            text = page.read_text(encoding="utf-8")
            for name in re.findall(r"\]\(pictures/([^)]+)\)", text):
                shutil.copy(Path("tutorial", name), _PICTURES)
        notebooks.main()
    if not as_notebooks:
        click.echo(f"{different} of {len(pages)} pages print something else")


def write_text(folder: Path, text: Path | None) -> None:
    """Put the text of the page on one's own text where the page expects it."""
    from keras_s2s.phrasebook import build_splits, write_splits

    if folder.exists():
        return
    if text is None:
        write_splits(folder, build_splits(train=3000, valid=1, test=200))
        return
    folder.mkdir(parents=True)
    for name in ("train.zh", "train.en", "test.zh", "test.en"):
        shutil.copy(text / name, folder / name)


def run_page(page: Path) -> list[str]:
    """Run the blocks of a page and return what each printed."""
    names: dict[str, object] = {"__name__": page.stem}
    outputs = []
    for block in read_blocks(page.read_text(encoding="utf-8")):
        if block.language == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(block.content, page.name, "exec"), names)
            outputs.append(printed.getvalue())
        elif block.language == "sh":
            outputs.append(run_commands(block.content))
    return outputs


def run_commands(commands: str) -> str:
    """Run commands and return what they print to standard output."""
    if commands.startswith(_SERVING):
        return ask_server(commands)
    return subprocess.run(
        ["bash", "-e", "-c", commands], check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def ask_server(command: str) -> str:
    """Start a server, ask for its page, and end it."""
    with subprocess.Popen(
        command.split(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        try:
            printed = server.stdout.readline() if server.stdout else ""
            (address,) = [word for word in printed.split() if word.startswith("http")]
            with urllib.request.urlopen(address.rstrip(".,")) as answer:
                if b"<html" not in answer.read():
                    raise SystemExit(f"{address} must answer with the page.")
        finally:
            server.terminate()
    return printed


def run_notebook(page: Path) -> None:
    """Run a page's notebook as Jupyter does; its output must be free of errors."""
    import nbclient
    import nbformat

    file = notebooks.EXAMPLES / notebooks.notebook_name(page, "en")
    notebook = nbformat.reads(file.read_text(encoding="utf-8"), as_version=4)
    nbformat.validate(json.loads(file.read_text(encoding="utf-8")))
    serving = f"%%bash\n{_SERVING}"
    notebook.cells = [
        cell for cell in notebook.cells if not cell.source.startswith(serving)
    ]
    nbclient.NotebookClient(notebook, timeout=None, kernel_name="python3").execute()


if __name__ == "__main__":
    main()
