"""Offline translation with onnxruntime: a bundle and text in, text out.

Example:
    ```python
    from edge_runtime import DecodingOptions, Translator

    translator = Translator("models/zh-en", DecodingOptions(beam_size=4))
    print(translator.translate("我爱吃苹果").text)
    ```
"""

from typing import TYPE_CHECKING

from edge_runtime.public_names import imported_on_first_use

if TYPE_CHECKING:
    from edge_runtime.errors import BundleError as BundleError
    from edge_runtime.text.glossary import Glossary as Glossary
    from edge_runtime.text.glossary import GlossaryError as GlossaryError
    from edge_runtime.translation.decoding_options import (
        DecodingOptions as DecodingOptions,
    )
    from edge_runtime.translation.streaming import StreamedToken as StreamedToken
    from edge_runtime.translation.translation import Translation as Translation
    from edge_runtime.translation.translator import Translator as Translator
    from edge_runtime.version import __version__ as __version__

# Training and export use parts of this package that need no onnxruntime.
__all__, __getattr__, __dir__ = imported_on_first_use(
    __name__,
    {
        "edge_runtime.errors": ["BundleError"],
        "edge_runtime.text.glossary": ["Glossary", "GlossaryError"],
        "edge_runtime.translation.decoding_options": ["DecodingOptions"],
        "edge_runtime.translation.streaming": ["StreamedToken"],
        "edge_runtime.translation.translation": ["Translation"],
        "edge_runtime.translation.translator": ["Translator"],
        "edge_runtime.version": ["__version__"],
    },
)
