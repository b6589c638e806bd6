"""Public names of a package that are imported when they are first used."""

import builtins
import importlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_lock = threading.RLock()


@contextmanager
def imported_on_first_use(namespace: dict[str, Any]) -> Iterator[None]:
    """Put off the imports of a with block until somebody uses what they name.

    The block holds statements `from module import name as name` and stands in a
    package's `__init__`. So every public name is listed once, in the form that readers
    and type checkers know. The package gets `__all__`, `__getattr__` and `__dir__`
    (PEP 562) from it.

    Args:
        namespace: `globals()` of the package.

    Example:
        >>> namespace = {"__name__": "package"}
        >>> with imported_on_first_use(namespace):
        ...     exec("from decimal import Decimal as Decimal", namespace)
        >>> "Decimal" in namespace, namespace["__all__"]
        (False, ['Decimal'])
        >>> namespace["__getattr__"]("Decimal")(2)
        Decimal('2')
    """
    modules: dict[str, str] = {}

    def note(
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        if globals is not namespace:  # another thread, in another module
            return original(name, globals, locals, fromlist, level)
        modules.update(dict.fromkeys(fromlist or (), name))
        return _PutOff(name)

    with _lock:
        original = builtins.__import__
        builtins.__import__ = note
        try:
            yield
        finally:
            builtins.__import__ = original
    for name in modules:
        del namespace[name]
    package = namespace["__name__"]

    def load(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(modules[name]), name)

    namespace["__all__"] = sorted(modules)
    namespace["__getattr__"] = load
    namespace["__dir__"] = lambda: sorted({*namespace, *modules})


class _PutOff(ModuleType):
    """A module that was not imported; its names are bound until the block ends."""

    def __getattr__(self, name: str) -> None:
        return None
