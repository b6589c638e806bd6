"""Which package may import which; see "Dependency rule" in the design."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import edge_runtime

ROOT = Path(__file__).parent.parent
TRAINING = {"tensorflow", "keras", "onnx", "tf2onnx", "sacrebleu", "matplotlib"}
EDGE = {"numpy", "onnxruntime", "sentencepiece", "click", "edge_runtime"}


def imported_packages(package):
    """Map each file of a package to the top-level packages it imports anywhere."""
    found = {}
    for path in (ROOT / package).rglob("*.py"):
        names = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(
                    (node.module or package).split(".")[0]
                    if not node.level
                    else package
                )
        found[str(path.relative_to(ROOT))] = names - sys.stdlib_module_names
    return found


def run_python(code):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    ).stdout


def test_the_edge_imports_its_four_dependencies_and_nothing_else():
    files = imported_packages("edge_runtime")
    assert len(files) > 10
    assert {path: names - EDGE for path, names in files.items() if names - EDGE} == {}


@pytest.mark.parametrize(
    ("package", "forbidden"), [("keras_s2s", {"export"}), ("export", set())]
)
def test_training_does_not_import_export(package, forbidden):
    offenders = {
        path: names & forbidden
        for path, names in imported_packages(package).items()
        if names & forbidden
    }
    assert offenders == {}


def test_nothing_private_of_another_package_is_imported():
    offenders = []
    for package in ("keras_s2s", "export"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module:
                    other = node.module.startswith("edge_runtime")
                    private = any(
                        alias.name.startswith("_") and alias.name != "__version__"
                        for alias in node.names
                    )
                    if other and private:
                        offenders.append((path.name, node.module))
    assert offenders == []


def test_the_whole_edge_runs_without_the_training_side():
    code = """
import pkgutil, sys, edge_runtime
for module in pkgutil.walk_packages(edge_runtime.__path__, "edge_runtime."):
    if not module.name.endswith("__main__"):
        __import__(module.name)
print(sorted({name.split(".")[0] for name in sys.modules}))
"""
    loaded = set(ast.literal_eval(run_python(code)))
    assert not loaded & (TRAINING | {"keras_s2s", "export"})
    assert {"onnxruntime", "sentencepiece"} <= loaded


def test_importing_the_edge_is_quick():
    code = """
import time
begin = time.process_time()  # of the processor: others may share the machine
import edge_runtime
edge_runtime.Translator, edge_runtime.DecodingOptions
print(time.process_time() - begin)
"""
    assert min(float(run_python(code)) for _ in range(3)) < 0.4


def test_what_training_shares_needs_no_onnxruntime():
    code = """
import sys
import edge_runtime.bundle.manifest
import edge_runtime.search.beam_search
import edge_runtime.text.tokenizer
print("onnxruntime" in sys.modules)
"""
    assert run_python(code).strip() == "False"


@pytest.mark.parametrize(
    ("package", "heavy"),
    [
        pytest.param("edge_runtime", "onnxruntime"),
        pytest.param("keras_s2s", "tensorflow", marks=pytest.mark.train),
    ],
)
def test_public_names_are_imported_when_they_are_used(package, heavy):
    pytest.importorskip(heavy, reason="needs the train extra")
    code = f"""
import sys
import {package}
loaded_early = "{heavy}" in sys.modules
listed = set({package}.__all__) <= set(dir({package}))
from {package} import *
print([loaded_early, listed, "{heavy}" in sys.modules, "Translator" in globals()])
print([name for name in {package}.__all__ if name not in globals()])
"""
    flags, missing = map(ast.literal_eval, run_python(code).splitlines())
    assert flags == [False, True, True, True]
    assert missing == []


def test_an_unknown_public_name_is_told_as_python_tells_it():
    with pytest.raises(AttributeError, match="'edge_runtime' has no attribute 'Beam'"):
        edge_runtime.Beam  # noqa: B018 (the access is what fails)
