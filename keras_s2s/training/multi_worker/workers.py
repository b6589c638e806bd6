"""Connected workers: what they sum, and what the chief tells the others."""

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from keras_s2s.training.multi_worker.cluster import (
    Cluster,
    ClusterError,
    split_address,
)

logger = logging.getLogger(__name__)

_PROBE_SECONDS = 3.0


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

        Args:
            tensors: A structure of float32 tensors, each of one shape on all workers,
                and of `tf.IndexedSlices`, which come back joined.

        Returns:
            The same structure.
        """

        def reduce(values: Any) -> Any:
            # What was computed outside of `run` has no device to be reduced to.
            values = tf.nest.map_structure(tf.identity, values, expand_composites=True)
            return tf.distribute.get_replica_context().all_reduce(
                tf.distribute.ReduceOp.SUM, values
            )

        return self._strategy.run(reduce, args=(tensors,))

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

    def _value_of_chief(self, value: npt.NDArray[Any]) -> npt.NDArray[Any]:
        # A sum in which the others are zero; there is no operator for small integers.
        wide = value.astype(np.int64) if value.dtype.kind in "iu" else value
        (total,) = self.sum(
            [tf.constant(wide if self.cluster.is_chief else np.zeros_like(wide))]
        )
        result: npt.NDArray[Any] = total.numpy().astype(value.dtype)
        return result


def connect(cluster: Cluster) -> Workers:
    """Wait until all workers have started, before TensorFlow does anything else.

    Raises:
        ClusterError: The address of this worker is taken, or the others do not come.
    """
    _check_port_is_free(cluster)
    others = [
        address
        for index, address in enumerate(cluster.addresses)
        if index != cluster.index
    ]
    logger.info(
        "Worker %d of %d, waiting for %s.",
        cluster.index + 1,
        len(cluster),
        ", ".join(others),
    )
    found: list[Any] = []

    def start() -> None:
        try:
            found.append(tf.distribute.MultiWorkerMirroredStrategy())
        except (tf.errors.OpError, RuntimeError, ValueError) as error:
            found.append(error)

    # TensorFlow waits for ever and deaf to Ctrl-C; so it waits on a thread of its own.
    thread = threading.Thread(target=start, daemon=True)
    thread.start()
    thread.join(cluster.connect_seconds)
    if not found:
        raise ClusterError(
            f"Not all workers started within {cluster.connect_seconds:g} seconds. "
            f"No answer from {', '.join(_silent(others) or others)}. Check the "
            "addresses in TF_CONFIG and that each worker was started with its own "
            "index."
        )
    (result,) = found
    if isinstance(result, Exception):
        raise ClusterError(
            f"The workers of TF_CONFIG cannot be connected: {_first_line(result)}"
        )
    logger.info("All %d workers are there.", len(cluster))
    return Workers(cluster, result)


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
        others = [
            address
            for index, address in enumerate(cluster.addresses)
            if index != cluster.index
        ]
        lost = _silent(others)
        raise WorkerLostError(
            (
                f"The worker at {' and '.join(lost)} no longer answers. "
                if lost
                else f"A worker failed ({_first_line(error)}). "
            )
            + "The chief's run directory holds the last finished epoch: start all "
            "workers again with --resume, without the recipe's options."
        ) from error


def _check_port_is_free(cluster: Cluster) -> None:
    # Two servers of TensorFlow may share a port, and neither would ever be complete.
    _, port = split_address(cluster.addresses[cluster.index])
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            raise ClusterError(
                f"The address of this worker, {cluster.addresses[cluster.index]}, must "
                f"be free. Received: {error.strerror}. Has another been started with "
                f"the index {cluster.index}?"
            ) from None


def _silent(addresses: Sequence[str]) -> list[str]:
    """Return the addresses at which nothing listens."""
    silent = []
    for address in addresses:
        try:
            socket.create_connection(split_address(address), _PROBE_SECONDS).close()
        except OSError:
            silent.append(address)
    return silent


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
