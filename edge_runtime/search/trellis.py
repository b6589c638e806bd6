"""Back-pointers of a beam search, from which hypotheses are read backwards."""

from dataclasses import dataclass, field

from edge_runtime.arrays import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class _Stage:
    parents: IntArray
    token_ids: IntArray
    log_probs: FloatArray
    alignment: FloatArray | None


@dataclass(frozen=True, slots=True)
class Path:
    """What one hypothesis emitted, in order.

    Attributes:
        token_ids: Ids of the tokens.
        log_probs: One per token.
        alignment_rows: One array of shape `(source_length,)` per token; empty for a
            model without attention.
    """

    token_ids: list[int]
    log_probs: list[float]
    alignment_rows: list[FloatArray]


@dataclass(frozen=True)
class Trellis:
    """What every step chose, each row pointing at the row it continues.

    Reordering a beam costs nothing here: histories are followed only when a
    hypothesis is finished.
    """

    _stages: list[_Stage] = field(default_factory=list)

    def append(
        self,
        parents: IntArray,
        token_ids: IntArray,
        log_probs: FloatArray,
        alignment: FloatArray | None,
    ) -> None:
        """Record one step.

        Args:
            parents: Row of the step's input that each new row continues, `(rows,)`.
            token_ids: Token that each new row adds, `(rows,)`.
            log_probs: Its log-prob, `(rows,)`.
            alignment: Alignment of the step's input rows,
                `(input_rows, source_length)`.
        """
        self._stages.append(_Stage(parents, token_ids, log_probs, alignment))

    def trace(self, row: int) -> Path:
        """Return what the hypothesis in `row` of the last step emitted."""
        path = Path([], [], [])
        for stage in reversed(self._stages):
            parent = int(stage.parents[row])
            path.token_ids.append(int(stage.token_ids[row]))
            path.log_probs.append(float(stage.log_probs[row]))
            if stage.alignment is not None:
                path.alignment_rows.append(stage.alignment[parent])
            row = parent
        path.token_ids.reverse()
        path.log_probs.reverse()
        path.alignment_rows.reverse()
        return path
