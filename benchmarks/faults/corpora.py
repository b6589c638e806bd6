"""The tiny corpora of the cases."""

import random
from pathlib import Path

_SYLLABLES = [first + last for first in "bdgk" for last in "aeiou"]
_PAIRS = {"train": 200, "valid": 4, "test": 6, "mix": 60}
_HELD_OUT = 20


def write_corpora(folder: Path) -> None:
    """Write sentences of a few syllables, and the same backwards.

    `held_out.src` has the first sentences of `train.src`.
    """
    rng = random.Random(0)
    folder.mkdir(parents=True)
    for split, count in _PAIRS.items():
        rows = [rng.choices(_SYLLABLES, k=rng.randint(2, 5)) for _ in range(count)]
        for side, order in (("src", 1), ("trg", -1)):
            lines = [" ".join(row[::order]) + "\n" for row in rows]
            (folder / f"{split}.{side}").write_text("".join(lines))
            if (split, side) == ("train", "src"):
                (folder / "held_out.src").write_text("".join(lines[:_HELD_OUT]))
