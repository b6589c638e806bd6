import ast
import sys
from pathlib import Path

import pytest

import edge_runtime
import keras_s2s
from edge_runtime.public_names import imported_on_first_use


def test_a_name_is_imported_when_it_is_used(tmp_path, monkeypatch, capsys):
    (tmp_path / "lazy_part.py").write_text("answer = 42\nprint('imported')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "lazy_part", raising=False)
    names, load, directory = imported_on_first_use(
        "lazy_package", {"lazy_part": ["answer"]}
    )
    assert names == directory() == ["answer"]
    assert capsys.readouterr().out == ""
    assert load("answer") == 42
    assert capsys.readouterr().out == "imported\n"
    with pytest.raises(AttributeError, match="'lazy_package' has no attribute 'other'"):
        load("other")


@pytest.mark.parametrize("package", [edge_runtime, keras_s2s], ids=lambda p: p.__name__)
def test_type_checkers_see_the_names_that_there_are(package):
    tree = ast.parse(Path(package.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {
        (statement.module, alias.asname)
        for statement in block.body
        for alias in statement.names
    }
    (table,) = (node for node in ast.walk(tree) if isinstance(node, ast.Dict))
    listed = {
        (module, name)
        for module, names in ast.literal_eval(table).items()
        for name in names
    }
    assert seen == listed
    assert sorted(name for _, name in listed) == package.__all__ == dir(package)
