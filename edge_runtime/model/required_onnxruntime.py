"""Whether the onnxruntime that is installed is new enough for a bundle."""

import re

import onnxruntime

from edge_runtime.bundle.manifest import Manifest
from edge_runtime.errors import BundleError


def is_new_enough(required: str) -> bool:
    """Whether the installed onnxruntime is at least of a version such as `1.23`."""
    return _numbers(onnxruntime.__version__) >= _numbers(required)


def check_onnxruntime(manifest: Manifest, where: str) -> None:
    """Refuse a bundle whose operators the installed onnxruntime does not have.

    Args:
        manifest: What the bundle says about itself.
        where: Path to name in errors.

    Raises:
        BundleError: onnxruntime is too old.
    """
    required = manifest.required_onnxruntime
    if not is_new_enough(required):
        raise BundleError(
            f"{where} needs onnxruntime {required} or newer. Received: onnxruntime "
            f"{onnxruntime.__version__}. Upgrade onnxruntime, or export with weights "
            "stored in another way."
        )


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a release: `1.23.0` and `1.23.0.dev5` are of `1.23`."""
    return tuple(map(int, re.findall(r"[0-9]+", version)[:2]))
