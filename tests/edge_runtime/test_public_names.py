import builtins
import sys
import threading

import pytest

from edge_runtime.public_names import imported_on_first_use


def make_package(tmp_path, monkeypatch, body):
    package = tmp_path / "lazy_package"
    package.mkdir()
    (package / "part.py").write_text("answer = 42\nprint('imported')\n")
    (package / "__init__.py").write_text(
        "from edge_runtime.public_names import imported_on_first_use\n"
        f"with imported_on_first_use(globals()):\n    {body}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    for module in ("lazy_package", "lazy_package.part"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    return __import__("lazy_package")


def test_a_name_is_imported_when_it_is_used(tmp_path, monkeypatch, capsys):
    package = make_package(
        tmp_path, monkeypatch, "from lazy_package.part import answer as answer"
    )
    assert package.__all__ == ["answer"]
    assert "answer" in dir(package)
    assert capsys.readouterr().out == ""
    assert package.answer == 42
    assert capsys.readouterr().out == "imported\n"


def test_imports_are_as_before_after_a_block_that_fails():
    before = builtins.__import__
    with pytest.raises(ZeroDivisionError), imported_on_first_use({"__name__": "x"}):
        raise ZeroDivisionError
    assert builtins.__import__ is before


def test_other_modules_import_as_always_meanwhile():
    found = []
    with imported_on_first_use({"__name__": "x"}):
        thread = threading.Thread(
            target=lambda: found.append(__import__("decimal").Decimal(2))
        )
        thread.start()
        thread.join()
    assert str(found[0]) == "2"
