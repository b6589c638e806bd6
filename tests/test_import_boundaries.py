"""Which package may import which; CONTRIBUTING.md describes the floors."""

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import pytest

import edge_runtime

ROOT = Path(__file__).parent.parent
TRAINING = {"tensorflow", "keras", "onnx", "tf2onnx", "sacrebleu", "matplotlib"}
EDGE = {"numpy", "onnxruntime", "sentencepiece", "click", "edge_runtime"}
DOCUMENTS = {"markdown_it", "polib"}
"""Libraries of the extra `documents`, for `edge_runtime/documents` alone."""
SERVICE = {"langcodes", "prometheus_client", "starlette", "uvicorn"}
"""Libraries of the extra `serve`, for `edge_runtime/service` alone."""
IDENTIFIER = {"py3langid"}
"""The library of the extra `identify`, for one file."""

FLOORS = {
    "edge_runtime": """
        cli
        commands dataset
        service
        documents
        translation
        model
        search
        language_identifier
        text
        bundle listening
        arrays contract errors files public_names version
    """,
    "keras_s2s": """
        cli
        commands
        demo
        distillation training
        evaluation
        run
        model recipes
        cleaning
        data fast
        presets
        config
        earlier_keys
        arguments checked_config phrasebook quiet_tensorflow registration
        files
    """,
    "export": """
        cli
        pipeline
        bundle proof
        options
        weights
        graph
        errors
    """,
}
"""Folders and files of each package; an import leads to a line further down."""


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


def imports_within(package):
    """Return the modules that each module of a package imports from it, as parts.

    The package's own `__init__` and `__main__` are left out: they lead to the rest.
    """
    paths = {
        path.relative_to(ROOT).with_suffix("").parts: path
        for path in (ROOT / package).rglob("*.py")
        if "node_modules" not in path.parts
    }
    modules = set(paths) | {parts[:-1] for parts in paths if parts[-1] == "__init__"}
    found = {}
    for parts, path in paths.items():
        if parts in ((package, "__init__"), (package, "__main__")):
            continue
        names = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {tuple(alias.name.split(".")) for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                module = tuple(node.module.split("."))
                for alias in node.names:
                    submodule = (*module, alias.name)
                    names.add(submodule if submodule in modules else module)
        found[parts] = {name for name in names if name in modules}
    return found


def edges(imports, depth, nodes):
    """Return which of the nodes at a depth import which others, by their parent."""
    found = {}
    for importing, names in imports.items():
        for imported in names:
            ends = importing[: depth + 1], imported[: depth + 1]
            siblings = len(set(ends)) == 2 and importing[:depth] == imported[:depth]
            if siblings and set(ends) <= nodes:
                found.setdefault(importing[:depth], {}).setdefault(ends[0], set()).add(
                    ends[1]
                )
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
    beyond = {path: names - EDGE for path, names in files.items() if names - EDGE}
    for place, libraries in (
        ("documents", DOCUMENTS),
        ("service", SERVICE),
        ("language_identifier.py", IDENTIFIER),
    ):
        folder = str(Path("edge_runtime", place))
        found = [path for path in beyond if path.startswith(folder)]
        assert found
        for path in found:
            assert beyond.pop(path) <= libraries, path
    assert beyond == {}


@pytest.mark.parametrize(
    ("place", "importing"),
    [
        ("documents", {"commands.file", "service"}),
        ("service", {"commands.serve_api"}),
        ("language_identifier", {"commands.bundle_choice", "service"}),
    ],
)
def test_what_needs_extras_is_imported_where_it_is_used_alone(place, importing):
    found = {
        ".".join(parts[1:]).removesuffix(".__init__")
        for parts, names in imports_within("edge_runtime").items()
        if parts[:2] != ("edge_runtime", place)
        and any(name[:2] == ("edge_runtime", place) for name in names)
    }
    # Any file of the service counts as the service.
    assert {"service" if name.startswith("service.") else name for name in found} == (
        importing
    )


def test_commands_import_what_needs_extras_in_their_functions():
    code = """
import sys
import edge_runtime.cli, edge_runtime.translation.translator
import edge_runtime.commands.bundle_choice
import edge_runtime.commands.file, edge_runtime.commands.serve_api
extras = ("documents", "service", "language_identifier")
names = tuple(f"edge_runtime.{name}" for name in extras)
print([name for name in sys.modules if name.startswith(names)])
"""
    assert run_python(code).strip() == "[]"


def test_formats_without_a_library_need_none():
    code = """
import importlib.abc, sys
class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in ("markdown_it", "polib"):
            raise ModuleNotFoundError(f"No module named {name!r}")
sys.meta_path.insert(0, Missing())
from edge_runtime.documents.formats import FORMATS
missing = []
for name, found in FORMATS.items():
    try:
        found.read(b"x", None, "de")
    except ModuleNotFoundError:
        missing.append(name)
    except Exception as error:
        assert type(error).__name__ == "DocumentError", error
print(missing)
"""
    assert ast.literal_eval(run_python(code)) == ["markdown", "po"]


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


@pytest.mark.parametrize("package", FLOORS)
def test_no_folder_imports_in_a_circle(package):
    imports = imports_within(package)
    folders = {parts[:depth] for parts in imports for depth in range(1, len(parts))}
    top = {parts[:2] for parts in imports}  # files too, at the top of a package
    for depth in range(1, max(map(len, imports))):
        for siblings in edges(imports, depth, folders | top).values():
            # Raises an error that names the circle.
            graphlib.TopologicalSorter(siblings).prepare()


@pytest.mark.parametrize("package", FLOORS)
def test_imports_lead_to_a_lower_floor(package):
    lines = FLOORS[package].split("\n")
    floors = {
        name: -height for height, line in enumerate(lines) for name in line.split()
    }
    imports = imports_within(package)
    assert {parts[1] for parts in imports} == set(floors)
    upwards = {
        f"{'.'.join(importing)} imports {'.'.join(imported)}"
        for importing, names in imports.items()
        for imported in names
        if len(imported) > 1
        and importing[1] != imported[1]
        and floors[importing[1]] <= floors[imported[1]]
    }
    assert upwards == set()


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


@pytest.mark.parametrize("package", FLOORS)
def test_no_generated_module_of_protocol_buffers_is_imported(package):
    """Each asks for a protobuf of its own time, which TensorFlow may not accept."""
    offenders = [
        f"{path.name}:{node.lineno}"
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(name.endswith("_pb2") for name in names_in(node))
    ]
    assert offenders == []


def names_in(node):
    module = getattr(node, "module", None) or ""
    return [*module.split("."), *(alias.name for alias in node.names)]


@pytest.mark.parametrize("package", FLOORS)
def test_keras_reads_no_files(package):
    """Earlier releases follow links in them to other files of the machine."""
    offenders = [
        f"{path.name}:{node.lineno}"
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in ("load_weights", "load_model")
    ]
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


def test_importing_the_edge_loads_little():
    code = """
import sys
before = set(sys.modules)
import edge_runtime
edge_runtime.Translator, edge_runtime.DecodingOptions
print(sorted(set(sys.modules) - before))
"""
    loaded = ast.literal_eval(run_python(code))
    libraries = {name.split(".")[0] for name in loaded} - sys.stdlib_module_names
    # What compiled extensions bring along has no file of its own.
    libraries = {name for name in libraries if "cython" not in name}
    assert libraries == {"edge_runtime", "numpy", "onnxruntime", "sentencepiece"}
    # What does not translate a sentence stays out: documents, service, checks.
    assert len(loaded) < 300  # 244 when this was written


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
