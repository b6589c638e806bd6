"""Commands killed, and refused by the disk, at every one of their file operations.

    python benchmarks/faults.py [--commands train,export-onnx] [--faults 600] [--seed 0]

Runs each command on a tiny corpus in folders of its own, once to list its file
operations, then once for each fault, see `KINDS` in `fault_injection.py`. After each it
looks at what is left, and runs the next command: the same again, or as the command
says. A fault is survived if no file of the user is lost, nothing half-written stands in
its final place, what is wrong is said in one line, and the next command ends with what
an undisturbed one makes. At the end, trainings and exports on real disks that are too
small, where this machine can mount them.

Needs the training extra, and Linux on x86-64. On two quiet cores,
`--commands evaluate,edge-translate --faults 60` takes about a minute and a half, half
of it for the run and the bundle, which `--kept FOLDER` keeps for the next time.
"""

import contextlib
import gc
import gzip
import hashlib
import http.client
import importlib
import json
import os
import pickle
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
from fault_injection import Fault, Operation, Outcome, is_possible, run

from keras_s2s.quiet_tensorflow import import_tensorflow_quietly

COMMANDS = (
    *("train", "export-onnx", "evaluate", "compare", "distill", "back-translate"),
    *("edge-translate", "edge-translate serve"),
)
DISKS = 40, 150, 300, 550, 590, 620, 680, 1000
"""Kilobytes that are free on the disks that are too small."""

RECIPE = {
    **{"epochs": 2, "weight_averaging": 0, "bidirectional": "false"},
    **dict.fromkeys(("units", "encoder_units", "embedding_dim"), 8),
    **dict.fromkeys(("source_vocab_size", "target_vocab_size"), 30),
    # Untrained, it writes until it may not: translations of 120 tokens take long.
    **{"max_source_length": 16, "max_target_length": 16, "validation_pairs": 2},
    **{"batch_tokens": 4000, "operator_threads": 1, "matmul_precision": "float32"},
}
SYLLABLES = [first + last for first in "bdgk" for last in "aeiou"]
PARTIAL = re.compile(r"\.partial(/|$)|\.staging(/|$)")

STATE_FILE = "run/training_state.npz"

Tree = dict[str, str]
"""What stands in a folder: digest of the content by path, random names made equal."""


@dataclass(frozen=True, eq=False)
class Case:
    """A command in a folder of its own.

    Attributes:
        command: What the table calls it.
        name: What is special about it.
        arguments: Those of the command.
        given: What the folder holds: a name in it, by a name in the common folder.
        outputs: Files and directories that are written.
        at_once: Whether an output is the old one or the new one as a whole.
        kept: Files that stay once they are in place.
        following: Arguments of the next command, those after the first where the one
            before is refused.
        source: File for standard input.
        without_exchange: Whether the file system cannot exchange two directories.
    """

    command: str
    name: str
    arguments: tuple[str, ...]
    given: dict[str, str]
    outputs: tuple[str, ...]
    at_once: bool = False
    kept: tuple[str, ...] = ()
    following: tuple[tuple[str, ...], ...] = ()
    source: str | None = None
    without_exchange: bool = False


@dataclass
class Reference:
    """What a case does undisturbed.

    Attributes:
        operations: Its file operations.
        before: What its folder holds.
        after: What it holds in the end.
        whole: Digests of all that ever stood finished at a path.
        output: What it wrote to standard output.
    """

    operations: list[Operation]
    before: Tree
    after: Tree
    whole: dict[str, set[str]]
    output: bytes


@dataclass
class Row:
    """What the table says of a command."""

    operations: int = 0
    faults: int = 0
    survived: int = 0
    problems: Counter[str] = field(default_factory=Counter)


PROBLEMS = "lost", "traceback", "message", "half-written", "next fails"
NOTES = "different states", "next with --force", "hidden files left"
ENDINGS = "", " force", " left"


def main_of(command: str) -> Callable[[list[str]], object]:
    """Return the function that a command calls."""
    if command == "export-onnx":
        from export.cli import main

        return main.main
    if command.startswith("edge-translate"):
        from edge_runtime.cli import main as translate

        prefix = command.split()[1:]
        return lambda arguments: translate([*prefix, *arguments])
    from keras_s2s.cli import main as group

    return lambda arguments: group.main([command, *arguments])


def work(command: str, arguments: tuple[str, ...], folder: Path) -> None:
    """Be a process that runs a command in a folder."""
    os.chdir(folder)
    os.environ["TMPDIR"] = str(folder / "tmp")
    tempfile.tempdir = None
    main_of(command)(list(arguments))


class Bench:
    """Runs cases in folders below one.

    Args:
        folder: Empty; everything is written into it.
    """

    def __init__(self, folder: Path) -> None:
        self.common = folder / "common"
        self.folder = folder / "work"
        self.output, self.errors = folder / "output", folder / "errors"
        self.verdicts: dict[object, str] = {}
        self.states: Counter[str] = Counter()

    def prepare(self, case: Case) -> None:
        """Fill the folder of a case."""
        for path in self.folder.glob("*") if self.folder.is_mount() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if not self.folder.is_mount():
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir()
        (self.folder / "tmp").mkdir()
        (self.folder / "mine.txt").write_text("the user's\n")
        for name, source in case.given.items():
            found = self.common / source
            if found.is_dir():
                shutil.copytree(found, self.folder / name)
            else:
                shutil.copy(found, self.folder / name)

    def start(
        self,
        case: Case,
        fault: Fault | None = None,
        arguments: tuple[str, ...] | None = None,
        on_operation: Callable[[Operation], object] | None = None,
    ) -> Outcome:
        """Run a case, or with other arguments, in the folder as it is."""
        given = case.arguments if arguments is None else arguments
        client = Client(self.folder / "stdout") if "serve" in case.command else None
        source = self.folder / case.source if case.source else None
        outcome = run(
            lambda: work(case.command, given, self.folder),
            self.folder,
            fault,
            streams=(source, self.folder / "stdout", self.errors),
            without_exchange=case.without_exchange,
            on_operation=on_operation,
            on_start=client.start if client else lambda _: None,
        )
        if client:
            client.end()
            with self.errors.open("a") as file:
                file.writelines(f"{line}\n" for line in client.complaints)
        return outcome

    def reference(self, case: Case) -> Reference:
        """Run a case undisturbed."""
        self.prepare(case)
        before = tree(self.folder)
        whole: dict[str, set[str]] = {}

        def remember(operation: Operation) -> None:
            if operation.name != "rename":
                return
            source = self.folder / operation.source
            name = Path(operation.path).name
            found = tree(source) if source.is_dir() else {"": digest(source, name)}
            for name, content in found.items():
                path = f"{operation.path}/{name}" if name else operation.path
                path = re.sub(r"^\.(\w+)\.\w+\.staging/new/", r"\1/", path)
                whole.setdefault(plain(path), set()).add(content)

        outcome = self.start(case, on_operation=remember)
        errors = self.errors.read_text()
        if outcome.exit_code not in (0, 130):
            raise SystemExit(f"{case.command}, {case.name}: {errors[-3000:]}")
        after = tree(self.folder)
        for path, content in after.items():
            whole.setdefault(path, set()).add(content)
        output = (self.folder / "stdout").read_bytes()
        return Reference(outcome.operations, before, after, whole, output)

    def try_out(
        self, case: Case, reference: Reference, fault: Fault
    ) -> tuple[Outcome, dict[str, str]]:
        """Run a case with a fault; return what is wrong, by kind of problem."""
        self.prepare(case)
        outcome = self.start(case, fault)
        return outcome, self.look(case, reference, fault, outcome)

    def look(
        self, case: Case, reference: Reference, fault: Fault | None, outcome: Outcome
    ) -> dict[str, str]:
        """Return what is wrong after a fault, by kind of problem."""
        found = {}
        errors = self.errors.read_text(errors="replace")
        state = tree(self.folder)
        for kind, what in (
            ("traceback", traceback_of(outcome, fault, errors)),
            ("message", message_of(case, outcome, fault, errors)),
            ("lost", self.lost(case, reference, state, outcome)),
            ("half-written", self.half_written(case, reference, state)),
        ):
            if what:
                found[kind] = what
        key = case.command, case.name, frozenset(state.items())
        if key not in self.verdicts:
            self.states[case.command] += 1
            self.verdicts[key] = self.next_command(case, reference)
        if self.verdicts[key]:
            found["next fails"] = self.verdicts[key]
        return found

    def lost(
        self, case: Case, reference: Reference, state: Tree, outcome: Outcome
    ) -> str:
        """Return which file of the user is gone or changed."""
        for path, content in reference.before.items():
            if is_output(path, case) or path == "stdout":
                root = path.split("/")[0]
                aside = path.replace(root, f".{root}.X.staging/old", 1)
                if path not in state and aside not in state and root not in state:
                    return path
            elif state.get(path) != content:
                return path
        for operation in outcome.operations[: outcome.before]:
            path = operation.path
            if operation.name == "rename" and path in case.kept and path not in state:
                return path
        return ""

    def half_written(self, case: Case, reference: Reference, state: Tree) -> str:
        """Return what stands in its final place and is neither old nor new."""
        for output in case.outputs:
            there = {
                path: content
                for path, content in state.items()
                if f"{path}/".startswith(f"{output}/") and not is_beside(path)
            }
            old = subtree(reference.before, output)
            if there.items() <= old.items() and (not there or there == old):
                continue
            new = subtree(reference.after, output)
            if case.at_once and there != new:
                return f"{output}: neither the old nor the new one"
            for path, content in there.items():
                # A run may have a state older than its weights: the epoch is repeated.
                known = {reference.before.get(path), *reference.whole.get(path, ())}
                if content not in known:
                    return path
        if case.command == "edge-translate":
            output = (self.folder / "stdout").read_bytes()
            if not reference.output.startswith(output):
                return "standard output"
        return ""

    def next_command(self, case: Case, reference: Reference) -> str:
        """Run what the user runs next; return what is wrong."""
        saved = self.errors.read_bytes()
        said = ""
        for arguments in (case.arguments, *case.following):
            outcome = self.start(case, arguments=arguments)
            errors = self.errors.read_text(errors="replace")
            if outcome.exit_code in (0, 130):
                if "--force" in set(arguments) - set(case.arguments):
                    self.states[f"{case.command} force"] += 1
                break
            said += " | " + last_line(errors)
            if outcome.exit_code != 2 or "Traceback" in errors:
                return said
        else:
            return said
        self.errors.write_bytes(saved)
        output = (self.folder / "stdout").read_bytes()
        if case.command == "edge-translate" and output != reference.output:
            return "other translations"
        after = tree(self.folder)
        for path, content in reference.after.items():
            if not is_beside(path) and after.get(path) != content:
                return f"{path} is not what an undisturbed command makes"
        for path in after:
            if path not in reference.after and not is_beside(path):
                return f"{path} is left over"
            if PARTIAL.search(path) and not path.startswith("tmp/"):
                self.states[f"{case.command} left"] += 1
        return ""


class Client:
    """Somebody who opens the page that a server serves, and ends the server.

    Args:
        output: Where the server says its address.
    """

    def __init__(self, output: Path) -> None:
        self._output = output
        self.complaints: list[str] = []
        self._thread = threading.Thread()

    def start(self, process: int) -> None:
        """Begin to look for the server."""
        self._thread = threading.Thread(target=self._use, args=(process,))
        self._thread.start()

    def end(self) -> None:
        """Wait until everything was asked."""
        self._thread.join()

    def _use(self, process: int) -> None:
        try:
            port = self._port(process)
            if port:
                for name in ("", "bundle/bundle.json", "bundle/encoder.onnx"):
                    self._ask(port, name)
                os.kill(process, signal.SIGINT)
        except (OSError, http.client.HTTPException) as error:
            time.sleep(0.5)  # it may be about to end
            if _lives(process):
                self.complaints.append(f"Traceback: the server answers {error!r}")
                os.kill(process, signal.SIGKILL)

    def _port(self, process: int) -> int:
        while True:
            with contextlib.suppress(OSError):
                found = re.search(rb"localhost:(\d+)/", self._output.read_bytes())
                if found:
                    return int(found[1])
            if not _lives(process):
                return 0
            time.sleep(0.01)

    def _ask(self, port: int, name: str) -> None:
        for _ in range(2):  # what cannot be read once can be read again
            connection = http.client.HTTPConnection("localhost", port, timeout=60)
            connection.request("GET", f"/keras-s2s/{name}")
            status = connection.getresponse().status
            connection.close()
            if status == 200:
                return
            if status != 500:
                break
        self.complaints.append(f"Traceback: {name} is answered with {status}")


def _lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def tree(folder: Path) -> Tree:
    """Return what a folder holds."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = plain(path.relative_to(folder).as_posix())
        found[name] = "folder" if path.is_dir() else digest(path)
    found.pop("stdout", None)
    return found


def subtree(found: Tree, output: str) -> Tree:
    """Return what of a tree is an output."""
    return {
        path: content
        for path, content in found.items()
        if f"{path}/".startswith(f"{output}/") and not is_beside(path)
    }


def plain(path: str) -> str:
    """Return a path without what is drawn at random, counted or timed in it."""
    path = re.sub(r"\.[0-9a-f]{8}\.(partial|staging)", r".X.\1", path)
    path = re.sub(r"\d+-[0-9a-f]{8}\.partial", "X.partial", path)
    path = re.sub(r"^tmp/.*", "tmp/X", path)
    return re.sub(r"events\.out\.tfevents.*", "events.out.tfevents.X", path)


def digest(path: Path, name: str = "") -> str:
    """Return what stands for a file's content, timings left out.

    Args:
        path: The file.
        name: What it is about to be called, where that is another name.
    """
    name = name or path.name
    if name == "in-use.lock" or "tfevents" in name:
        return "file"
    content = path.read_bytes()
    kind = Path(name).suffix
    if kind == ".npz":
        return digest_of_arrays(content)
    if kind in (".json", ".html", ".csv") and name != "bundle.json":
        content = re.sub(rb"\d[\d.,]*(e-?\d+)?", b"0", content)
    return hashlib.sha256(content).hexdigest()


def digest_of_arrays(content: bytes) -> str:
    """Return what stands for named arrays, without the progress, which has timings."""
    from keras_s2s.run.weights import WeightsError, weights_from_bytes

    try:
        arrays = dict(weights_from_bytes(content))
    except WeightsError:
        return f"damaged {hashlib.sha256(content).hexdigest()}"
    progress = json.loads(str(arrays.pop("progress", "{}")))
    found = hashlib.sha256(str(progress.get("finished_epochs")).encode())
    for name, array in arrays.items():
        found.update(f"{name} {array.shape}".encode() + array.tobytes())
    return found.hexdigest()


def is_beside(path: str) -> bool:
    """Return whether something is not finished, and does not look so."""
    return bool(PARTIAL.search(path)) or any(
        part in path for part in ("tfevents", "in-use.lock", "logs", "tmp/")
    )


def is_output(path: str, case: Case) -> bool:
    """Return whether a path is an output or lies in one."""
    return any(f"{path}/".startswith(f"{output}/") for output in case.outputs)


def last_line(errors: str) -> str:
    """Return the last line of standard error."""
    return errors.strip().rpartition("\n")[2][:300]


def traceback_of(outcome: Outcome, fault: Fault | None, errors: str) -> str:
    """Return a traceback, or the signal of a crash."""
    if "Traceback" in errors or "Exception ignored" in errors:
        return last_line(errors)
    if outcome.hung:
        return "it did not end"
    killed = fault is not None and fault.kind in ("kill", "torn") and outcome.hit
    ended = fault is not None and fault.kind == "terminated"
    expected = {-signal.SIGKILL} if killed else {-signal.SIGTERM} if ended else set()
    if outcome.exit_code < 0 and outcome.exit_code not in expected:
        return f"ended by signal {-outcome.exit_code}"
    return ""


def message_of(case: Case, outcome: Outcome, fault: Fault | None, errors: str) -> str:
    """Return what is wrong with the exit code, or with the line that goes with it."""
    if outcome.exit_code <= 0:
        return ""
    allowed = (1, 2)
    if (fault and fault.kind == "terminated") or "serve" in case.command:
        allowed += (130, 143)
    if outcome.exit_code not in allowed:
        return f"exit code {outcome.exit_code}"
    own = case.command.startswith(("export", "edge"))
    program = case.command if own else "keras-s2s"
    said = [line for line in errors.splitlines() if line.startswith(f"{program}: ")]
    stopped = "Stopped." in errors or outcome.exit_code in (130, 143)
    if len(said) != 1 and not stopped:
        return f"{len(said)} lines of the error: {last_line(errors)}"
    if said and re.search(r"None\b|(Key|Type|Attribute|Index|Value)Error", said[0]):
        return said[0][:300]
    return ""


def cases() -> list[Case]:
    """Return all cases."""
    settings = [
        part for pair in RECIPE.items() for part in ("--set", f"{pair[0]}={pair[1]}")
    ]
    texts = {
        f"{split}.{side}": f"data/{split}.{side}"
        for split in ("train", "valid", "test")
        for side in ("src", "trg")
    }
    corpora = ("--source", "train.src", "--target", "train.trg")
    corpora += ("--valid-source", "valid.src", "--valid-target", "valid.trg")
    train = (*corpora, "--out", "run", "--preset", "tiny", "--cell", "rnn")
    train += ("--attention", "none", *settings)
    resume = (*corpora, "--out", "run", "--resume")
    force = (*train, "--force")
    results = (STATE_FILE, "run/last.weights.npz")
    results += ("run/best.weights.npz", "run/history.csv")
    verify = ("--verify-source", "test.src", "--verify-reference", "test.trg")
    test = ("--source", "test.src", "--reference", "test.trg")
    reports = ("--json", "x.json", "--report", "x.html", "--length-chart", "x.png")
    files = ("x.json", "x.html", "x.png")
    scored = {**texts, "bundle": "bundle"}
    earlier = {name: f"results/{name}" for name in (*files, "x.txt")}
    page = {"web_page": "web_page"}
    two = {**scored, "other.zip": "bundle.zip"}
    distilled = ("bundle", "--source", "test.src", "--target", "test.trg")
    distilled += ("--out-source", "x.src", "--out-target", "x.trg")
    written = ("bundle", "test.src", "--out-source", "x.src", "--out-target", "x.trg")
    made = []
    for name, arguments, given in (
        ("a new run", train, texts),
        ("over an earlier run", force, {**texts, "run": "earlier"}),
        ("resumed", resume, {**texts, "run": "begun"}),
    ):
        made.append(
            Case(
                "train", name, arguments, given, ("run",),
                kept=results, following=(resume, force)[: 3 - len(made)],
            )
        )  # fmt: skip
    for name, options, given in (
        ("a directory", ("bundle",), {}),
        ("over a directory", ("bundle", "--force"), {"bundle": "earlier-bundle"}),
        ("over a directory, without exchange", ("bundle", "--force"),
         {"bundle": "earlier-bundle"}),
        ("over a zip file", ("bundle.zip", "--force"),
         {"bundle.zip": "earlier-bundle.zip"}),
        ("a zip file, int8", ("bundle.zip", "--quantize", "int8"), {}),
    ):  # fmt: skip
        made.append(
            Case(
                "export-onnx", name, ("run", *options, *verify),
                {**texts, "run": "run", **given}, options[:1], at_once=True,
                following=(("run", *options, *verify, "--force"),),
                without_exchange="without" in name,
            )
        )  # fmt: skip
    output = ("--output", "x.txt")
    evaluated = ("bundle", *test, *reports, *output)
    both = ("bundle", "other.zip", *test, *reports)
    made += [
        Case("evaluate", "new files", evaluated, scored, (*files, "x.txt"),
             kept=(*files, "x.txt")),
        Case("evaluate", "over earlier files", evaluated, {**scored, **earlier},
             (*files, "x.txt"), kept=(*files, "x.txt")),
        Case("compare", "new files", (*both, "--output", "texts"), two,
             (*files, "texts"), kept=files),
        Case("compare", "over earlier files", both, {**two, **earlier}, files,
             kept=files),
        Case("distill", "new files", distilled, scored, ("x.src", "x.trg"),
             kept=("x.src", "x.trg")),
        Case("back-translate", "new files", written, scored, ("x.src", "x.trg"),
             kept=("x.src", "x.trg")),
        Case("edge-translate", "a directory", ("bundle",), scored, (),
             source="test.src"),
        Case("edge-translate", "a zip file", ("other.zip", "--json"), two, (),
             source="test.src"),
        Case("edge-translate serve", "a directory", ("bundle", "--port", "0"),
             {**scored, **page}, ()),
        Case("edge-translate serve", "a zip file", ("other.zip", "--port", "0"),
             {**two, **page}, ()),
    ]  # fmt: skip
    return made


def applicable(case: Case, operations: list[Operation]) -> list[Fault]:
    """Return all faults of a case."""
    faults = []
    counts = {True: 0, False: 0}
    read: Counter[tuple[str, str]] = Counter()
    for operation in operations:
        at = counts[operation.changes]
        counts[operation.changes] += 1
        if not operation.changes:
            # Sentences are read one by one: the first times stand for all.
            read[operation.name, operation.path] += 1
            if read[operation.name, operation.path] > 2:
                continue
            faults.append(Fault("unreadable", at, while_reading=True))
            if case.command.startswith("edge-translate"):
                faults.append(Fault("kill", at, while_reading=True))
            continue
        faults += [Fault("kill", at), Fault("terminated", at), Fault("denied", at)]
        faults.append(Fault("read-only", at))
        if operation.name == "write":
            faults.append(Fault("torn", at))
        if operation.creates or operation.name in ("sync", "rename"):
            faults.append(Fault("full", at))
    return faults


def write_corpora(folder: Path) -> None:
    """Write sentences of a few syllables, and the same backwards."""
    rng = random.Random(0)
    folder.mkdir(parents=True)
    for split, count in (("train", 200), ("valid", 4), ("test", 6)):
        rows = [rng.choices(SYLLABLES, k=rng.randint(2, 5)) for _ in range(count)]
        for side, order in (("src", 1), ("trg", -1)):
            lines = [" ".join(row[::order]) + "\n" for row in rows]
            (folder / f"{split}.{side}").write_text("".join(lines))


def prepare_common(bench: Bench, asked: list[str], kept: Path | None) -> None:
    """Make what the cases are given, or take what an earlier start made."""
    if kept is None or not kept.is_dir():
        make_common(bench, asked if kept is None else list(COMMANDS))
        serve_a_page(bench.common)
        if kept is not None:
            shutil.copytree(bench.common, kept)
        return
    shutil.copytree(kept, bench.common, dirs_exist_ok=True)
    load_proofs(pickle.loads((bench.common / "proof").read_bytes()))
    serve_a_page(bench.common)


def make_common(bench: Bench, asked: list[str]) -> None:
    """Make what the cases are given: runs, bundles and results."""
    common = bench.common
    write_corpora(common / "data")
    by_name = {(case.command, case.name): case for case in cases()}

    def make(command: str, name: str, *options: str, **targets: str) -> Outcome:
        case = by_name[command, name]
        bench.prepare(case)
        arguments = (*case.arguments, *options)
        outcome = bench.start(case, arguments=arguments, on_operation=all_counted)
        if outcome.exit_code:
            raise SystemExit(bench.errors.read_text()[-3000:])
        for found, target in targets.items():
            path = bench.folder / found.replace("_", ".")
            shutil.move(path, common / target)
        return outcome

    def archive(name: str) -> None:
        path = shutil.make_archive(str(common / name), "zip", common / name)
        Path(path).chmod(0o644)

    whole = make("train", "a new run", run="run")
    if "train" in asked:
        options = ("--set", "seed=2", "--set", "epochs=1")
        make("train", "a new run", *options, run="earlier")
        # Killed right after the first epoch.
        changes = [operation for operation in whole.operations if operation.changes]
        saved = next(
            at
            for at, operation in enumerate(changes)
            if operation.name == "rename" and operation.path == STATE_FILE
        )
        case = by_name["train", "a new run"]
        bench.prepare(case)
        bench.start(case, Fault("kill", saved + 1))
        shutil.move(bench.folder / "run", common / "begun")
    if asked == ["train"]:
        return
    weights = ["none"] + ["int8"] * ("export-onnx" in asked)
    keep_proofs(bench, weights)
    make("export-onnx", "a directory", bundle="bundle")
    archive("bundle")
    if "export-onnx" in asked:
        make("export-onnx", "a directory", "--beam-size", "2", bundle="earlier-bundle")
        archive("earlier-bundle")
    if {"evaluate", "compare"} & set(asked):
        (common / "results").mkdir()
        kinds = ("json", "html", "png", "txt")
        targets = {f"x_{kind}": f"results/x.{kind}" for kind in kinds}
        make("evaluate", "new files", "--beam-size", "3", **targets)


def keep_proofs(bench: Bench, all_weights: list[str]) -> None:
    """Convert the run's graphs and compare them with Keras once, in a child.

    Both take long. That they touch no file but TensorFlow's temporary ones is seen from
    the operations, which are the same without them.
    """
    from export import pipeline

    kept = bench.common / "proof"
    functions = pipeline.convert_run, pipeline.prove
    found: dict[str, object] = {}

    def convert_and_keep(*arguments: object) -> object:
        models = functions[0](*arguments)
        for name, model in models.items():
            found[name] = model.SerializeToString()
        return models

    def prove_and_keep(*arguments: object, **options: object) -> object:
        found["scores"] = scores = functions[1](*arguments, **options)
        kept.write_bytes(pickle.dumps(found))
        return scores

    proofs = {}
    case = next(case for case in cases() if case.command == "export-onnx")
    for weights in all_weights:
        pipeline.convert_run, pipeline.prove = convert_and_keep, prove_and_keep
        arguments = (*case.arguments, "--quantize", weights)
        bench.prepare(case)
        whole = bench.start(case, arguments=arguments, on_operation=all_counted)
        if whole.exit_code:
            raise SystemExit(bench.errors.read_text()[-3000:])
        proofs[weights] = pickle.loads(kept.read_bytes())
        load_proofs(proofs)
        bench.prepare(case)
        short = bench.start(case, arguments=arguments, on_operation=all_counted)
        if lasting(short.operations) != lasting(whole.operations):
            raise SystemExit("Converting and proving must leave no file.")
    kept.write_bytes(pickle.dumps(proofs))


def all_counted(_: Operation) -> None:
    """Have all operations counted, and do nothing else."""


def lasting(operations: list[Operation]) -> list[tuple[str, str]]:
    """Return operations on other than temporary files."""
    found = [(operation.name, plain(operation.path)) for operation in operations]
    return [one for one in found if not one[1].startswith("tmp/")]


def load_proofs(proofs: dict[str, dict[str, object]]) -> None:
    """Have exports use graphs and scores that were made before."""
    import onnx

    from export import pipeline

    graphs = {
        name: onnx.load_from_string(content)
        for name, content in next(iter(proofs.values())).items()
        if name != "scores"
    }
    pipeline.convert_run = lambda *_: graphs
    pipeline.prove = lambda *_, options, **__: proofs[options.quantization]["scores"]


def serve_a_page(common: Path) -> None:
    """Have `serve` look for its page where it works: it may not have been built."""
    from edge_runtime.commands import serve

    page = common / serve._PAGE
    page.mkdir(exist_ok=True)
    (page / "index.html.gz").write_bytes(gzip.compress(b"<!doctype html>"))
    serve.files = lambda _: Path.cwd()


def choose(
    possible: dict[str, list[tuple[Case, Fault]]], count: int, rng: random.Random
) -> list[tuple[Case, Fault]]:
    """Return about so many faults, as many of each command where it has so many."""
    chosen: list[tuple[Case, Fault]] = []
    by_size = sorted(possible.values(), key=len)
    for place, found in enumerate(by_size):
        share = (count - len(chosen)) // (len(by_size) - place)
        chosen += rng.sample(found, min(share, len(found)))
    return chosen


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a disk; yield whether this machine can."""
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    try:
        mounted = not subprocess.run(mount, check=False, capture_output=True).returncode
    except OSError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def resize(folder: Path, size: int) -> None:
    """Give a mounted disk another size, in bytes."""
    options = f"remount,size={size}"
    subprocess.run(["mount", "-o", options, str(folder)], check=True)


def try_disks(
    bench: Bench, references: dict[Case, Reference], row: Row, end: float
) -> None:
    """Train and export on disks that are too small."""
    tried = [
        (case, size)
        for size in DISKS
        for case in references
        if case.command in ("train", "export-onnx") and not case.without_exchange
    ]
    with small_disk(bench.folder) as mounted:
        if not mounted:
            click.echo("This machine mounts no small disk: that part is left out.")
            return
        for case, size in tried:
            if time.monotonic() > end:
                break
            resize(bench.folder, 64 << 20)
            bench.prepare(case)
            disk = os.statvfs(bench.folder)
            used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize
            resize(bench.folder, used + (size << 10))
            outcome = bench.start(case)
            resize(bench.folder, 64 << 20)
            found = bench.look(case, references[case], None, outcome)
            count(row, case, f"{size} kB free, exit code {outcome.exit_code}", found)


def count(row: Row, case: Case, where: str, found: dict[str, str]) -> None:
    """Count a fault, and say what is wrong."""
    row.faults += 1
    row.survived += not found
    row.problems.update(found.keys())
    for kind, what in found.items():
        click.echo(f"{case.command}, {case.name}: {where}: {kind}: {what}")


@click.command()
@click.option("--commands", default=",".join(COMMANDS), help="Those to run.")
@click.option("--faults", default=600, show_default=True, help="How many, of all.")
@click.option("--seed", default=0, show_default=True, help="Of the choice.")
@click.option("--minutes", default=600.0, help="After which no fault is begun.")
@click.option("--disks/--no-disks", default=True, help="Also on real small disks.")
@click.option("--only", default="", help="Of the cases, those with this in the name.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where to work.")
@click.option(
    "--kept",
    type=click.Path(path_type=Path),
    help="Where runs and bundles to begin with are kept for the next time.",
)
def main(
    commands: str,
    faults: int,
    seed: int,
    minutes: float,
    disks: bool,
    only: str,
    folder: Path | None,
    kept: Path | None,
) -> None:
    """Print a table of faults, and a line for every one that is not survived."""
    if not is_possible():
        raise SystemExit("faults.py needs Linux on x86-64, with seccomp.")
    import_tensorflow_quietly()
    for name in (
        *("keras_s2s.training.trainer", "keras_s2s.evaluation.report", "pandas"),
        *("export.pipeline", "keras_s2s.commands.compare", "keras_s2s.commands.train"),
        *("keras_s2s.evaluation.side_by_side", "edge_runtime.commands.serve"),
        *("matplotlib.figure", "matplotlib.font_manager", "keras_s2s.commands.distill"),
        *("keras_s2s.distillation.distill", "keras_s2s.commands.evaluate"),
        *("keras_s2s.commands.back_translate", "keras_s2s.distillation.back_translate"),
        *("sacrebleu", "matplotlib.backends.backend_agg", "keras_s2s.commands.screen"),
        *("keras_s2s.evaluation.pictures.length_chart", "export.cli", "http.server"),
        *("edge_runtime.commands.line_translation", "edge_runtime.commands.lines"),
    ):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.freeze()  # so that a child does not copy what it only looks at
    start = time.monotonic()
    asked = [name.strip() for name in commands.split(",")]
    with tempfile.TemporaryDirectory(dir=folder) as name:
        bench = Bench(Path(name))
        bench.common.mkdir()
        prepare_common(bench, asked, kept)
        rows = {command: Row() for command in COMMANDS if command in asked}
        references: dict[Case, Reference] = {}
        possible: dict[str, list[tuple[Case, Fault]]] = {}
        for case in cases():
            if case.command not in rows or only not in case.name:
                continue
            reference = references[case] = bench.reference(case)
            rows[case.command].operations += len(reference.operations)
            possible.setdefault(case.command, []).extend(
                (case, fault) for fault in applicable(case, reference.operations)
            )
        total = sum(map(len, possible.values()))
        click.echo(f"{total} faults are possible; prepared in {seconds_since(start)}")
        rng = random.Random(seed)
        chosen = choose(possible, faults, rng)
        rng.shuffle(chosen)
        end = start + 60 * minutes
        kinds: Counter[str] = Counter()
        for number, (case, fault) in enumerate(chosen):
            if time.monotonic() > end:
                break
            if number % 20 == 0:
                done = f"{number} of {len(chosen)}, {seconds_since(start)}"
                click.echo(done, err=True)
            outcome, wrong = bench.try_out(case, references[case], fault)
            hit = outcome.hit
            kinds[fault.kind if hit else "not come to"] += 1
            if hit:
                where = f"{fault.kind} at {fault.at}, {hit.name} {plain(hit.path)}"
                count(rows[case.command], case, where, wrong)
        if disks:
            rows["small disks"] = Row()
            try_disks(bench, references, rows["small disks"], end)
        print_table(rows, bench)
        click.echo(", ".join(f"{kind}: {kinds[kind]}" for kind in sorted(kinds)))
        click.echo(f"{seconds_since(start)}")
    sys.exit(any(row.problems for row in rows.values()))


def seconds_since(start: float) -> str:
    """Return the time since a start."""
    return f"{time.monotonic() - start:.0f} s"


def print_table(rows: dict[str, Row], bench: Bench) -> None:
    """Print what came out.

    The next command is run once in each state that faults leave. The last column counts
    files with `.partial` in their name that are still there after it.
    """
    columns = "operations", "faults", "survived", *PROBLEMS, *NOTES
    click.echo("| command | " + " | ".join(columns) + " |")
    click.echo("| --- " * (len(columns) + 1) + "|")
    total: Counter[str] = Counter()
    for command, row in rows.items():
        cells = {
            "operations": row.operations,
            "faults": row.faults,
            "survived": row.survived,
            **{problem: row.problems[problem] for problem in PROBLEMS},
            **dict(
                zip(
                    NOTES,
                    (bench.states[command + what] for what in ENDINGS),
                    strict=True,
                )
            ),
        }
        total.update(cells)
        click.echo(f"| {command} | " + " | ".join(map(str, cells.values())) + " |")
    click.echo("| all | " + " | ".join(str(total[name]) for name in columns) + " |")


if __name__ == "__main__":
    main()
