"""Waiting for the workers of a cluster, without TensorFlow."""

import logging
import os
import socket
import time
from collections.abc import Sequence

from keras_s2s.training.multi_worker.cluster import (
    Cluster,
    ClusterError,
    split_address,
)

logger = logging.getLogger(__name__)

_PROBE_SECONDS = 3.0
_PAUSE_SECONDS = 0.2


def wait_for_all(cluster: Cluster) -> None:
    """Wait until every worker of a cluster has been seen listening at its address.

    TensorFlow itself waits without a limit and holds Python's global lock, so neither
    Ctrl-C nor a timeout would end it.

    Raises:
        ClusterError: The address of this worker is taken, or the others do not come
            within `cluster.timeout_seconds`.
    """
    logger.info(
        "Worker %d of %d, waiting for %s.",
        cluster.index + 1,
        len(cluster),
        ", ".join(cluster.others),
    )
    deadline = time.monotonic() + cluster.timeout_seconds
    # After this block TensorFlow listens at the address of this worker.
    with _listener(cluster):
        missing = silent_addresses(cluster.others)
        while missing:
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"Not all workers started within {cluster.timeout_seconds:g} "
                    f"seconds. No answer from {', '.join(missing)}. Check TF_CONFIG: "
                    "the addresses, and that each worker has its own index."
                )
            time.sleep(_PAUSE_SECONDS)
            missing = silent_addresses(missing)
    logger.info("All %d workers are there.", len(cluster))


def silent_addresses(addresses: Sequence[str]) -> list[str]:
    """Return the addresses at which nothing listens."""
    silent = []
    for address in addresses:
        try:
            socket.create_connection(split_address(address), _PROBE_SECONDS).close()
        except OSError:
            silent.append(address)
    return silent


def _listener(cluster: Cluster) -> socket.socket:
    # TensorFlow's server would share a port in use, and both workers would wait.
    address = cluster.addresses[cluster.index]
    _, port = split_address(address)
    both = socket.has_dualstack_ipv6()
    try:
        return socket.create_server(
            ("", port),
            family=socket.AF_INET6 if both else socket.AF_INET,
            dualstack_ipv6=both,
        )
    except OSError as error:
        raise ClusterError(
            f"The address of this worker, {address}, must be free. Received: "
            f"{os.strerror(error.errno or 0)}. Was another worker started with the "
            f"index {cluster.index}?"
        ) from None
