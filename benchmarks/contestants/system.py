"""A system that is timed: its process, and all that has to be shipped."""

from dataclasses import dataclass
from pathlib import Path

from contestants.rounds import Contestant


@dataclass(frozen=True)
class System:
    """What takes part.

    Attributes:
        name: What tables call it.
        python: Its Python.
        module: Module of `contestants`.
        arguments: What the module loads, but for the beam size.
        files: All that has to be shipped.
    """

    name: str
    python: Path
    module: str
    arguments: dict[str, str]
    files: tuple[Path, ...]

    def start(self, beam_size: int) -> Contestant:
        """Start its process."""
        return Contestant(
            self.python, self.module, beam_size=beam_size, **self.arguments
        )

    @property
    def megabytes(self) -> float:
        """Size of its files."""
        found = [
            file
            for path in self.files
            for file in ([path] if path.is_file() else path.rglob("*"))
            if file.is_file()
        ]
        return sum(file.stat().st_size for file in found) / 1e6
