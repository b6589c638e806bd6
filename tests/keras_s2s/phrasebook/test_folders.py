"""The folders of the phrasebook stand on floors: what one imports lies below it."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = "keras_s2s.phrasebook"
ROOT = Path(__file__).parents[3] / PACKAGE.replace(".", "/")


def imports_of_folders():
    """Map each folder, "." for the package's own files, to those it imports."""
    folders = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    found = {name: set() for name in (*folders, ".")}
    for path in ROOT.rglob("*.py"):
        folder = path.relative_to(ROOT).parts[0] if path.parent != ROOT else "."
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, path
                modules = [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                continue
            for module in modules:
                if f"{module}.".startswith(f"{PACKAGE}."):
                    name = [*module.removeprefix(PACKAGE).split("."), ""][1]
                    found[folder].add(name if name in folders else ".")
    return {folder: names - {folder} for folder, names in found.items()}


def test_no_folder_imports_in_a_circle():
    floors = list(TopologicalSorter(imports_of_folders()).static_order())
    assert floors == ["grammar", "words", "samplers", "sentences", "."]


def test_the_engine_imports_no_word_and_no_sentence():
    assert imports_of_folders()["grammar"] == set()
