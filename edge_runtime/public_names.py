"""Public names of a package that are imported when they are first used."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def imported_on_first_use(
    package: str, modules: Mapping[str, Sequence[str]]
) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """Return `__all__`, `__getattr__` and `__dir__` of a package (PEP 562).

    Type checkers see the names in an import under `TYPE_CHECKING` beside the call; a
    test holds the two lists together.

    Args:
        package: `__name__` of the package.
        modules: The public names of each module.

    Example:
        >>> names, load, _ = imported_on_first_use("package", {"decimal": ["Decimal"]})
        >>> names, load("Decimal")(2)
        (['Decimal'], Decimal('2'))
    """
    owners = {name: module for module, names in modules.items() for name in names}

    def load(name: str) -> Any:
        if name not in owners:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(owners[name]), name)

    return sorted(owners), load, lambda: sorted(owners)
