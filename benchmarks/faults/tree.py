"""What stands in a folder, what differs from run to run left out."""

import hashlib
import json
import re
from pathlib import Path

PARTIAL = re.compile(r"\.partial(/|$)|\.staging(/|$)")

Tree = dict[str, str]
"""What stands in a folder: digest of the content by path, random names made equal."""


def tree(folder: Path) -> Tree:
    """Return what a folder holds."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = plain(path.relative_to(folder).as_posix())
        found[name] = "folder" if path.is_dir() else digest(path)
    found.pop("stdout", None)
    return found


def subtree(found: Tree, output: str) -> Tree:
    """Return what of a tree is an output."""
    return {
        path: content
        for path, content in found.items()
        if f"{path}/".startswith(f"{output}/") and not is_beside(path)
    }


def plain(path: str) -> str:
    """Return a path without what is drawn at random, counted or timed in it."""
    path = re.sub(r"\.[0-9a-f]{8}\.(partial|staging)", r".X.\1", path)
    path = re.sub(r"\d+-[0-9a-f]{8}\.partial", "X.partial", path)
    path = re.sub(r"^tmp/.*", "tmp/X", path)
    return re.sub(r"events\.out\.tfevents.*", "events.out.tfevents.X", path)


def digest(path: Path, name: str = "") -> str:
    """Return what stands for a file's content, timings left out.

    Args:
        path: The file.
        name: What it is about to be called, where that is another name.
    """
    name = name or path.name
    if name == "in-use.lock" or "tfevents" in name:
        return "file"
    content = path.read_bytes()
    kind = Path(name).suffix
    if kind == ".npz":
        return digest_of_arrays(content)
    if kind in (".json", ".html", ".csv") and name != "bundle.json":
        content = re.sub(rb"\d[\d.,]*(e-?\d+)?", b"0", content)
    return hashlib.sha256(content).hexdigest()


def digest_of_arrays(content: bytes) -> str:
    """Return what stands for named arrays, without the progress, which has timings."""
    from keras_s2s.run.weights import WeightsError, weights_from_bytes

    try:
        arrays = dict(weights_from_bytes(content))
    except WeightsError:
        return f"damaged {hashlib.sha256(content).hexdigest()}"
    progress = json.loads(str(arrays.pop("progress", "{}")))
    found = hashlib.sha256(str(progress.get("finished_epochs")).encode())
    for name, array in arrays.items():
        found.update(f"{name} {array.shape}".encode() + array.tobytes())
    return found.hexdigest()


def is_beside(path: str) -> bool:
    """Return whether something is not finished, and does not look so."""
    return bool(PARTIAL.search(path)) or any(
        part in path for part in ("tfevents", "in-use.lock", "logs", "tmp/")
    )
