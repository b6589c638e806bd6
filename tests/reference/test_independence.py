import ast
import sys
from pathlib import Path


def test_the_reference_shares_nothing_with_the_models_but_the_description():
    files = [
        path
        for path in Path(__file__).parent.glob("*.py")
        if not path.name.startswith("test_")
    ]
    assert len(files) > 5
    for path in files:
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        modules = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
        modules |= {
            alias.name
            for node in nodes
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        foreign = {
            module
            for module in modules - {"numpy", "numpy.typing", "keras_s2s.config"}
            if module.split(".")[0] not in {"reference", *sys.stdlib_module_names}
        }
        assert not foreign, path.name
