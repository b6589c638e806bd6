"""What an adaptation began with and what it kept: `adaptation.json`."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from edge_runtime.files.replacement import replace_file
from keras_s2s.files.layouts import ADAPTATION_FILE
from keras_s2s.run.run_file import RunError, read_run_file


@dataclass(frozen=True)
class AdaptationScores:
    """Validation of one set of weights, on the new text and on the old.

    Attributes:
        new_bleu: BLEU on the text that is adapted to.
        new_chrf: Its chrF.
        old_bleu: BLEU on the validation text of the first training; None without one.
        old_chrf: Its chrF.
    """

    new_bleu: float
    new_chrf: float
    old_bleu: float | None = None
    old_chrf: float | None = None


@dataclass(frozen=True)
class AdaptationRecord:
    """What an adaptation began with and what it kept.

    Attributes:
        base: Name of the run that it goes on from.
        base_weights: SHA-256 of that run's weights.
        max_forgetting: BLEU that may be lost on the old text; None without a bound.
        mix_share: Share of the batches that have pairs of the first training.
        mix_key: Name of these pairs, encoded; empty for none.
        before: Scores of the weights it began with; None until they are measured.
        kept: Scores of the weights that are kept.
        epoch: Their epoch, or with a time limit their round, counted from 1; 0 for the
            weights it began with.
        share_of_change: Which share of that epoch's change is kept: 1 for all of it.
    """

    base: str
    base_weights: str
    max_forgetting: float | None
    mix_share: float
    mix_key: str = ""
    before: AdaptationScores | None = None
    kept: AdaptationScores | None = None
    epoch: int = 0
    share_of_change: float = 0.0

    def write(self, path: Path) -> None:
        """Write it into a run directory."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"
        replace_file(path / ADAPTATION_FILE, text.encode())

    def summary(self) -> str:
        """Return what was gained and what was lost, in a line."""
        before, kept = self.before, self.kept
        if not before or not kept:
            return "nothing measured yet"
        parts = [f"new_bleu {before.new_bleu:.2f} -> {kept.new_bleu:.2f}"]
        if before.old_bleu is not None and kept.old_bleu is not None:
            parts.append(f"old_bleu {before.old_bleu:.2f} -> {kept.old_bleu:.2f}")
        if not self.epoch:
            within = "" if self.max_forgetting is None else " within --max-forgetting"
            parts.append(f"no epoch was better{within}: {self.base}'s weights are kept")
        elif self.share_of_change < 1:
            parts.append(
                f"{self.share_of_change:g} of the change of epoch {self.epoch}"
            )
        else:
            parts.append(f"epoch {self.epoch}")
        return ", ".join(parts)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what `write` wrote.

        Raises:
            TypeError: A value is missing or unknown.
        """
        scores = {
            name: AdaptationScores(**content[name]) if content[name] else None
            for name in ("before", "kept")
        }
        return cls(**{**content, **scores})


def is_adaptation(path: Path) -> bool:
    """Return whether a run directory was made by adapting another run."""
    return (path / ADAPTATION_FILE).exists()


def read_record(path: Path) -> AdaptationRecord:
    """Read the record of a run directory.

    Raises:
        RunError: There is none, or it is damaged.
    """
    file = path / ADAPTATION_FILE
    try:
        return AdaptationRecord.from_json(json.loads(read_run_file(file)))
    except FileNotFoundError:
        raise RunError(
            f"{path} must hold {ADAPTATION_FILE} to go on with an adaptation. Continue "
            "another training with `keras-s2s train --resume`."
        ) from None
    except RunError:
        raise
    except (ValueError, LookupError, TypeError) as error:
        raise RunError(
            f"{file} must be undamaged. Received: {error}. Start the adaptation again "
            "with --force."
        ) from None
