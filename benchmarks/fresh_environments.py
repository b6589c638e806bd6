"""The wheel by itself and with each extra, every time in an empty environment.

    make wheel
    python benchmarks/fresh_environments.py [--only edge --only serve …]

For each of edge, documents, identify, serve, ray and train it makes a virtual
environment, installs the wheel of `dist` with that extra alone from the package index,
checks that the packages fit together (`pip check`), and runs the commands that the
extra is for, from a directory without the sources. It translates with the bundles that
stand in the tests. Takes some minutes and, with `train`, 3 GB of disk while it runs.
"""

import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
import venv
from collections.abc import Callable
from pathlib import Path

import click

from edge_runtime.bundle.open_bundle import open_bundle
from edge_runtime.contract import MANIFEST_FILE
from edge_runtime.version import __version__

ROOT = Path(__file__).parent.parent
BUNDLES = ROOT / "tests" / "edge_runtime" / "bundles" / "version_1"
CHINESE, ENGLISH = "我爱吃苹果。", "I love to eat apples."


class Environment:
    """A virtual environment with the wheel and one extra.

    Args:
        folder: Where it is made; commands run there.
        extra: The extra; empty for none.
        wheel: The wheel.
    """

    def __init__(self, folder: Path, extra: str, wheel: Path) -> None:
        venv.create(folder, with_pip=True)
        self.folder = folder
        self.bin = folder / ("Scripts" if os.name == "nt" else "bin")
        shutil.copytree(BUNDLES, folder / "bundles")
        what = f"{wheel}[{extra}]" if extra else str(wheel)
        self.run("python", "-m", "pip", "install", "--quiet", what)
        self.run("python", "-m", "pip", "check")

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables in which nothing leads to the sources."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        return {**kept, "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}"}

    def run(self, command: str, *arguments: str, given: str = "") -> str:
        """Return what a command of the environment writes; it must succeed."""
        done = subprocess.run(
            [str(self.bin / command), *arguments],
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=self.folder,
            env=self.variables,
            check=False,
        )
        if done.returncode:
            shown = " ".join([command, *arguments])
            raise SystemExit(f"{shown} ended with {done.returncode}:\n{done.stderr}")
        return done.stdout

    def english_bundle(self) -> None:
        """Write a bundle that says that it translates from English."""
        folder = self.folder / "bundles" / "english"
        shutil.copytree(self.folder / "bundles" / "fixed_context_int8", folder)
        manifest = dataclasses.replace(
            open_bundle(folder).manifest, source_language="en", target_language="de"
        )
        (folder / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")


def require(found: object, expected: object) -> None:
    """End the run unless a command wrote what it must."""
    if found != expected:
        raise SystemExit(f"expected {expected!r}, found {found!r}")


def check_edge(environment: Environment) -> None:
    """Translate lines."""
    require(environment.run("edge-translate", "--version").split()[-1], __version__)
    arguments = ("bundles/attention.zip", "--beam-size", "2")
    found = environment.run("edge-translate", *arguments, given=CHINESE + "\n")
    require(found, ENGLISH + "\n")


def check_documents(environment: Environment) -> None:
    """Translate a file that a library reads."""
    (environment.folder / "in.md").write_text(f"# {CHINESE}\n", encoding="utf-8")
    arguments = ("bundles/attention.zip", "in.md", "--output", "out.md")
    environment.run("edge-translate", "file", *arguments)
    found = (environment.folder / "out.md").read_text(encoding="utf-8")
    require(found, f"# {ENGLISH}\n")


def check_identify(environment: Environment) -> None:
    """Let the language choose the bundle."""
    environment.english_bundle()
    found = environment.run(
        *("edge-translate", "bundles/attention.zip", "bundles/english", "--json"),
        given=f"{CHINESE}\n{ENGLISH}\n",
    )
    rows = [json.loads(line) for line in found.splitlines()]
    require([row["source_language"] for row in rows], ["zh", "en"])
    require(rows[0]["text"], ENGLISH)


def check_serve(environment: Environment) -> None:
    """Ask the service, and stop it."""
    process = subprocess.Popen(
        [
            str(environment.bin / "edge-translate"),
            *("serve", "--api", "bundles/attention.zip", "--port", "0"),
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=environment.folder,
        env=environment.variables,
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        address = re.search(r"http://\S+", line)
        if address is None:
            raise SystemExit(f"the service does not start: {line}")
        fields = {"q": CHINESE, "source": "zh", "target": "en"}
        body = urllib.parse.urlencode(fields).encode()
        url = f"{address[0]}/translate"
        with urllib.request.urlopen(url, body, timeout=60) as response:
            require(json.load(response), {"translatedText": ENGLISH})
        process.send_signal(signal.SIGTERM)
        require(process.wait(timeout=60), 0)
    finally:
        process.kill()
        process.wait()


def check_ray(environment: Environment) -> None:
    """Translate a column of a dataset."""
    (environment.folder / "column.py").write_text(
        f"""
import ray
from edge_runtime.dataset import translate_dataset
lines = ray.data.from_items([{{"text": {CHINESE!r}}}])
done = translate_dataset(lines, "bundles/attention.zip", source="text")
print(done.take_all()[0]["target"])
""",
        encoding="utf-8",
    )
    require(environment.run("python", "column.py").strip(), ENGLISH)


def check_train(environment: Environment) -> None:
    """Train a model on the phrasebook for an epoch, export it and translate."""
    (environment.folder / "text.py").write_text(
        "from keras_s2s.phrasebook import build_splits, write_splits\n"
        "write_splits('text', build_splits(train=3000, valid=20, test=20))\n",
        encoding="utf-8",
    )
    environment.run("python", "text.py")
    environment.run(
        *("keras-s2s", "train", "--source", "text/train.zh"),
        *("--target", "text/train.en", "--valid-source", "text/valid.zh"),
        *("--valid-target", "text/valid.en"),
        *("--source-language", "zh", "--target-language", "en", "--out", "run"),
        *("--preset", "tiny", "--set", "epochs=1"),
        *("--set", "target_vocab_size=600"),
    )
    environment.run("export-onnx", "run", "bundle")
    environment.run("edge-translate", "bundle", given=CHINESE + "\n")


CHECKS: dict[str, Callable[[Environment], None]] = {
    "edge": check_edge,
    "documents": check_documents,
    "identify": check_identify,
    "serve": check_serve,
    "ray": check_ray,
    "train": check_train,
}


@click.command()
@click.option("--only", multiple=True, type=click.Choice(list(CHECKS)))
@click.option("--dist", type=click.Path(path_type=Path), default=ROOT / "dist")
def main(*, only: tuple[str, ...], dist: Path) -> None:
    """Install and run the wheel in empty environments."""
    wheel = (dist / f"keras_s2s-{__version__}-py3-none-any.whl").absolute()
    if not wheel.is_file():
        raise SystemExit(f"there is no {wheel}: run `make wheel` first")
    print(f"Python {sys.version.split()[0]}, {wheel.name}")
    for extra in only or CHECKS:
        begin = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            name = "" if extra == "edge" else extra
            environment = Environment(Path(folder) / "environment", name, wheel)
            CHECKS[extra](environment)
            size = sum(
                each.stat().st_size
                for each in environment.folder.rglob("*")
                if each.is_file() and not each.is_symlink()
            )
        seconds = time.perf_counter() - begin
        print(f"{extra}: works; {size / 1e6:,.0f} MB installed; {seconds:.0f} s")


if __name__ == "__main__":
    main()
