"""Connected workers: what they sum, and what the chief tells the others."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from keras_s2s.training.multi_worker.cluster import Cluster, ClusterError
from keras_s2s.training.multi_worker.roll_call import silent_addresses, wait_for_all


class WorkerLostError(RuntimeError):
    """A worker no longer answers; the message says which and what to do."""


class Workers:
    """The workers of a run as TensorFlow's collective operators see them.

    `MultiWorkerMirroredStrategy` brings the server of this process, the collective
    operators and the watch over the other processes. Its scope is not used: Keras
    trains in each process as if it were alone, and only what is summed here is shared.

    Every method is a meeting: it returns when all workers have called it, so all must
    call the same ones in the same order.

    Args:
        cluster: Who they are.
        strategy: What `connect` made.
    """

    def __init__(
        self, cluster: Cluster, strategy: tf.distribute.MultiWorkerMirroredStrategy
    ) -> None:
        self.cluster = cluster
        self._strategy = strategy

    def sum(self, tensors: Any) -> Any:
        """Return the sum over all workers, the same bits on each of them.

        Who waits longer than `cluster.timeout_seconds` gives up.

        Args:
            tensors: A structure of float32 tensors, each of one shape on all workers.

        Returns:
            The same structure.
        """
        return self._sum(tensors, self.cluster.timeout_seconds)

    def values_of_chief(
        self, values: Sequence[npt.NDArray[Any]]
    ) -> list[npt.NDArray[Any]]:
        """Return the chief's arrays.

        Args:
            values: The chief's arrays; of the others, shapes and types count alone.
        """
        return [self._value_of_chief(value) for value in values]

    def bytes_of_chief(self, content: bytes = b"") -> bytes:
        """Return the bytes that the chief gives."""
        size = int(self._value_of_chief(np.array(len(content))))
        given = np.frombuffer(content, np.uint8) if self.cluster.is_chief else None
        array = np.zeros(size, np.uint8) if given is None else given
        return self._value_of_chief(array).tobytes()

    def part(self) -> None:
        """Meet for the last time.

        A process that ends takes its server along, and the others would take that for
        a failure while they still work. Nothing depends on this meeting itself.
        """
        with contextlib.suppress(tf.errors.OpError):
            self.sum([tf.zeros(())])

    def _sum(self, tensors: Any, timeout_seconds: float | None) -> Any:
        options = tf.distribute.experimental.CommunicationOptions(
            timeout_seconds=timeout_seconds
        )

        def reduce(values: Any) -> Any:
            # What was computed outside of `run` has no device to be reduced to.
            values = tf.nest.map_structure(tf.identity, values)
            return tf.distribute.get_replica_context().all_reduce(
                tf.distribute.ReduceOp.SUM, values, options
            )

        return self._strategy.run(reduce, args=(tensors,))

    def _value_of_chief(self, value: npt.NDArray[Any]) -> npt.NDArray[Any]:
        # A sum in which the others are zero; there is no operator for small integers.
        wide = value.astype(np.int64) if value.dtype.kind in "iu" else value
        # The chief may have to tokenize or to validate first, however long that takes.
        (total,) = self._sum(
            [tf.constant(wide if self.cluster.is_chief else np.zeros_like(wide))], None
        )
        result: npt.NDArray[Any] = total.numpy().astype(value.dtype)
        return result


def connect(cluster: Cluster) -> Workers:
    """Join the other workers, before TensorFlow does anything else.

    Raises:
        ClusterError: The address of this worker is taken, or the others do not come.
    """
    wait_for_all(cluster)
    try:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    except (tf.errors.OpError, RuntimeError) as error:
        raise ClusterError(
            f"The workers of TF_CONFIG cannot be connected: {_reason(error)}"
        ) from error
    return Workers(cluster, strategy)


@contextlib.contextmanager
def lost_workers_reported(cluster: Cluster) -> Iterator[None]:
    """Say in one sentence that a worker is lost, rather than where in a graph."""
    try:
        yield
    except tf.errors.OpError as error:
        # TensorFlow gives the failures of its collective operators no class of their
        # own: the connection breaks, a check of health fails, or a peer has restarted.
        if "ollective" not in str(error):
            raise
        lost = silent_addresses(cluster.others)
        raise WorkerLostError(
            (
                f"The worker at {' and '.join(lost)} no longer answers. "
                if lost
                else f"A worker failed: {_reason(error)} "
            )
            + "The chief's run directory holds the last finished epoch: start all "
            "workers again with --resume, without the recipe's options."
        ) from error


def _reason(error: Exception) -> str:
    """Return what TensorFlow's message says in the middle of names of nodes."""
    text = str(error)
    found = re.search(r"Collective (?:ops is|has) .*", text)
    reason = found.group() if found else next(iter(text.splitlines()), "")
    return (reason or type(error).__name__).rstrip(".: ") + "."
