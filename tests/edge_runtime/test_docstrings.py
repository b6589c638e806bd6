import doctest
import importlib
import pkgutil

import pytest

import edge_runtime

MODULES = [
    module.name
    for module in pkgutil.iter_modules(edge_runtime.__path__)
    if not module.name.startswith("__")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name, bundle):
    module = importlib.import_module(f"edge_runtime.{name}")
    scope = {**vars(module), "bundle": bundle}
    scope["DecodingOptions"] = edge_runtime.DecodingOptions
    if name == "translator":
        scope["translator"] = edge_runtime.Translator(bundle)
    failed, _ = doctest.testmod(module, extraglobs=scope)
    assert failed == 0


def test_the_translator_has_examples():
    module = importlib.import_module("edge_runtime.translation.translator")
    examples = [len(test.examples) for test in doctest.DocTestFinder().find(module)]
    assert sum(examples) >= 8
