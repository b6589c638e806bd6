"""How large anything in a manifest may be: the one table of bounds.

What is larger than any bundle needs is refused with the manifest, not found out when
memory or patience ends. Every reader of bundles should have the same bounds.
"""

from typing import Final

MANIFEST_BYTES: Final = 1 << 20
"""Most bytes of `bundle.json`."""

NESTING: Final = 32
"""Most objects and lists within each other."""

LARGEST_INTEGER: Final = 2**53 - 1
"""Largest absolute value of an integer: larger ones are no numbers in JavaScript."""

NAME_BYTES: Final = 255
"""Most bytes of a name in UTF-8, be it of a file, tensor, axis, type or language."""

FILES: Final = 64
"""Most files that a manifest lists."""

FILE_BYTES: Final = 1 << 32
"""Most bytes of one file."""

TENSORS: Final = 64
"""Most inputs, and most outputs, of a graph."""

AXES: Final = 8
"""Most axes of a tensor."""

AXIS_SIZE: Final = 10_000_000
"""Most elements along one axis."""

SEQUENCE_LENGTH: Final = 10_000
"""Most tokens that a model may be said to have been made for, on either side."""

BEAM_SIZE: Final = 100
"""Most hypotheses that a bundle may recommend to keep."""

LENGTH_PENALTY: Final = 10.0
"""Largest length penalty that a bundle may recommend."""

CONFIDENCE_NUMBER: Final = 1e6
"""Largest absolute value of a number of a confidence, and of one over a scale."""

ARCHIVE_ENTRIES: Final = 256
"""Most files and folders of a zip file."""

UNPACKED_PER_BYTE: Final = 10
"""Most bytes that one byte of a compressed zip file may become; deflate makes 1,000."""
