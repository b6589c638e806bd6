"""Offline translation with onnxruntime: a bundle and text in, text out.

Example:
    ```python
    from edge_runtime import DecodingOptions, Translator

    translator = Translator("models/zh-en", DecodingOptions(beam_size=4))
    print(translator.translate("我爱吃苹果").text)
    ```
"""

import importlib
from typing import TYPE_CHECKING, Any

from edge_runtime.version import __version__

if TYPE_CHECKING:
    from edge_runtime.errors import BundleError
    from edge_runtime.translation.decoding_options import DecodingOptions
    from edge_runtime.translation.streaming import StreamedToken
    from edge_runtime.translation.translation import Translation
    from edge_runtime.translation.translator import Translator

__all__ = [
    "BundleError",
    "DecodingOptions",
    "StreamedToken",
    "Translation",
    "Translator",
    "__version__",
]

_MODULES = {
    "BundleError": "edge_runtime.errors",
    "DecodingOptions": "edge_runtime.translation.decoding_options",
    "StreamedToken": "edge_runtime.translation.streaming",
    "Translation": "edge_runtime.translation.translation",
    "Translator": "edge_runtime.translation.translator",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used.

    Training and export use parts of this package that need no onnxruntime.
    """
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name]), name)
