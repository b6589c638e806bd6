"""How much more probable an observation is of one kind of pairs than of another."""

import numpy as np
import numpy.typing as npt

Cells = npt.NDArray[np.intp]
LogOdds = npt.NDArray[np.float64]


class Evidence:
    """Log-odds of observations in cells, from examples of both kinds.

    Args:
        these: Cells in which examples of the one kind lie.
        those: Cells in which examples of the other lie.
        cell_count: Number of cells.
    """

    def __init__(self, these: Cells, those: Cells, cell_count: int) -> None:
        # As if each kind had been seen once more, spread over all cells.
        counts = [
            np.bincount(cells, minlength=cell_count) + 1 / cell_count
            for cells in (these, those)
        ]
        shares = [count / count.sum() for count in counts]
        self._odds = np.log(shares[0]) - np.log(shares[1])
        # What neither kind has shown tells nothing.
        self._odds[(counts[0] < 1) & (counts[1] < 1)] = 0.0

    def log_odds(self, cells: Cells) -> LogOdds:
        """Return for each observation by how much it speaks for the one kind."""
        return np.asarray(self._odds[cells])
