"""The workers of a data-parallel training, as `TF_CONFIG` names them."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_EXAMPLE = (
    '{"cluster": {"worker": ["10.0.0.1:2222", "10.0.0.2:2222"]}, '
    '"task": {"type": "worker", "index": 0}}'
)


class ClusterError(ValueError):
    """`TF_CONFIG` is invalid, or the workers cannot connect."""


@dataclass(frozen=True)
class Cluster:
    """The workers of a run, and the index of this process among them.

    Attributes:
        addresses: `host:port` of each worker; the first is the chief.
        index: Place of this process among them, from 0.
        timeout_seconds: Seconds to wait for another worker at the start and in a step.
            At the end of an epoch the others wait for the chief without a limit.
    """

    addresses: tuple[str, ...]
    index: int
    timeout_seconds: float = 600.0

    def __len__(self) -> int:
        """Return the number of workers."""
        return len(self.addresses)

    @property
    def is_chief(self) -> bool:
        """Whether this process validates and writes the run directory."""
        return self.index == 0

    @property
    def others(self) -> tuple[str, ...]:
        """Addresses of the other workers."""
        return self.addresses[: self.index] + self.addresses[self.index + 1 :]


def read_cluster(
    environment: Mapping[str, str], timeout_seconds: float = 600.0
) -> Cluster:
    """Read `TF_CONFIG` in the format of TensorFlow's own strategies.

    Args:
        environment: Environment variables.
        timeout_seconds: Seconds to wait for another worker.

    Raises:
        ClusterError: `TF_CONFIG` is missing or invalid.

    Reference:
        [TF_CONFIG](https://www.tensorflow.org/guide/distributed_training#TF_CONFIG)
    """
    text = environment.get("TF_CONFIG", "")
    if not text.strip():
        raise ClusterError(
            "Training with several workers needs the environment variable TF_CONFIG, "
            f"the same for each but for the index: {_EXAMPLE}. It is not set."
        )
    try:
        config = json.loads(text)
    except json.JSONDecodeError as error:
        raise ClusterError(
            f"TF_CONFIG must be JSON, such as {_EXAMPLE}. Received: {text} ({error})."
        ) from None
    jobs = _field(config, "cluster", dict)
    task = _field(config, "task", dict)
    unknown = sorted(set(jobs) - {"chief", "worker"})
    if unknown:
        raise ClusterError(
            "The cluster of TF_CONFIG must have workers, and a chief at most. "
            f"Received: {', '.join(map(repr, unknown))}."
        )
    chiefs, workers = _addresses(jobs, "chief"), _addresses(jobs, "worker")
    addresses = (*chiefs, *workers)
    twice = [address for address, count in Counter(addresses).items() if count > 1]
    if len(chiefs) > 1 or len(addresses) < 2 or twice:
        raise ClusterError(
            "The cluster of TF_CONFIG must name two workers or more, each once, one "
            f"of them a chief at most. Received: {json.dumps(jobs)}."
        )
    kind, index = task.get("type"), task.get("index")
    members = {"chief": chiefs, "worker": workers}.get(str(kind), ())
    if type(index) is not int or not 0 <= index < len(members):
        raise ClusterError(
            "The task of TF_CONFIG must be one of the cluster, such as "
            '{"type": "worker", "index": 0}. '
            f"Received: {json.dumps(task)} with {len(chiefs)} chief and "
            f"{len(workers)} workers."
        )
    return Cluster(
        addresses,
        index + (len(chiefs) if kind == "worker" else 0),
        timeout_seconds,
    )


def split_address(address: str) -> tuple[str, int]:
    """Return host and port of `host:port`.

    Raises:
        ClusterError: The address is invalid.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise ClusterError(
            "A worker's address in TF_CONFIG must be host:port. "
            f"Received: {json.dumps(address)}."
        )
    return host.strip("[]"), int(port)


def _field(config: Any, name: str, kind: type) -> Any:
    value = config.get(name) if isinstance(config, dict) else None
    if not isinstance(value, kind):
        raise ClusterError(
            f"TF_CONFIG must have the object {name!r}, as in {_EXAMPLE}. "
            f"Received: {json.dumps(config)}."
        )
    return value


def _addresses(jobs: dict[str, Any], job: str) -> tuple[str, ...]:
    addresses = jobs.get(job, [])
    if not isinstance(addresses, list) or not all(
        isinstance(address, str) for address in addresses
    ):
        raise ClusterError(
            f"{job!r} in TF_CONFIG must be a list of addresses, host:port each. "
            f"Received: {json.dumps(addresses)}."
        )
    for address in addresses:
        split_address(address)
    return tuple(addresses)
