"""A translator that fails, or ends its process, where a text says so."""

import os
from pathlib import Path

from edge_runtime import DecodingOptions, Translation


class DyingTranslator:
    """Writes texts in capitals; `fail` raises an error, `die` ends the process.

    Args:
        obstacle: A file; while it is there, the translator cannot be unpickled.
    """

    def __init__(self, obstacle):
        self.obstacle = obstacle
        self.options = DecodingOptions()

    def __setstate__(self, state):
        if Path(state["obstacle"]).exists():
            raise ValueError("the bundle is gone")
        self.__dict__.update(state)

    def translate_batch(self, texts, options, *, batch_size, with_evidence):
        if "die" in texts:
            os._exit(1)
        if "fail" in texts:
            raise ValueError("this text fails")
        return [Translation(text, text.upper()) for text in texts]
