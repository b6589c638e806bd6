"""Connected workers: all-reduce sums, and broadcasts of the chief."""

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
    """A worker no longer answers; the message names it and says what to do."""


class Workers:
    """The workers of a run, connected by TensorFlow's collective operators.

    `MultiWorkerMirroredStrategy` provides the server of this process, the collective
    operators and health checks of the other processes. Its scope is not used: Keras
    trains in each process as if alone, and only the sums made here are shared.

    Every method is collective: it returns when all workers have called it, so all must
    call the same methods in the same order.

    Args:
        cluster: The workers.
        strategy: The strategy that `connect` created.
    """

    def __init__(
        self, cluster: Cluster, strategy: tf.distribute.MultiWorkerMirroredStrategy
    ) -> None:
        self.cluster = cluster
        self._strategy = strategy

    def sum(self, tensors: Any) -> Any:
        """Return the sum over all workers (all-reduce), bitwise equal on each.

        Fails after `cluster.timeout_seconds` without the other workers.

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
            values: The chief's arrays; in other workers, arrays of the same shapes and
                types.
        """
        # A broadcast as a sum with zeros; small integers have no collective operator.
        wide = [
            value.astype(np.int64) if value.dtype.kind in "iu" else value
            for value in values
        ]
        if not self.cluster.is_chief:
            wide = [np.zeros_like(value) for value in wide]
        # All in one call: from Python 3.13 on, a call waits a second for its thread.
        # Without a timeout: the chief may have to tokenize or to validate first.
        totals = self._sum([tf.constant(value) for value in wide], None)
        return [
            total.numpy().astype(value.dtype)
            for total, value in zip(totals, values, strict=True)
        ]

    def bytes_of_chief(self, content: bytes = b"") -> bytes:
        """Return the chief's bytes."""
        (size,) = self.values_of_chief([np.array(len(content))])
        given = np.frombuffer(content, np.uint8) if self.cluster.is_chief else None
        array = np.zeros(int(size), np.uint8) if given is None else given
        (content_of_chief,) = self.values_of_chief([array])
        return content_of_chief.tobytes()

    def part(self) -> None:
        """Wait for all workers at the end.

        A process that ends closes its server, which workers that still run would take
        for a failure. No result depends on this barrier.
        """
        with contextlib.suppress(tf.errors.OpError):
            self.sum([tf.zeros(())])

    def _sum(self, tensors: Any, timeout_seconds: float | None) -> Any:
        options = tf.distribute.experimental.CommunicationOptions(
            timeout_seconds=timeout_seconds
        )

        def reduce(values: Any) -> Any:
            # Tensors computed outside of `run` have no device to be reduced to.
            values = tf.nest.map_structure(tf.identity, values)
            return tf.distribute.get_replica_context().all_reduce(
                tf.distribute.ReduceOp.SUM, values, options
            )

        return self._strategy.run(reduce, args=(tensors,))


def connect(cluster: Cluster) -> Workers:
    """Connect to the other workers; TensorFlow must not have run before.

    Raises:
        ClusterError: The address of this worker is in use, or others do not start.
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
    """Turn failures of collective operators into a `WorkerLostError`."""
    try:
        yield
    except tf.errors.OpError as error:
        # TensorFlow has no class for failures of collective operators: a broken
        # connection, a failed health check, a restarted peer.
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
    """Return the sentence of TensorFlow's message without the names of nodes."""
    text = str(error)
    found = re.search(r"Collective (?:ops is|has) .*", text)
    reason = found.group() if found else next(iter(text.splitlines()), "")
    return (reason or type(error).__name__).rstrip(".: ") + "."
