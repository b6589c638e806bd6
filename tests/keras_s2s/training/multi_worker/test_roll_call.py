import socket
import threading
from dataclasses import replace

import pytest

from keras_s2s.training.multi_worker.cluster import Cluster, ClusterError
from keras_s2s.training.multi_worker.roll_call import silent_addresses, wait_for_all


@pytest.fixture
def cluster(free_addresses):
    return Cluster(free_addresses, 0, timeout_seconds=30)


def come(cluster, all_came):
    """Answer, then leave the address to a server, as TensorFlow's."""
    wait_for_all(cluster)
    port = int(cluster.addresses[cluster.index].split(":")[1])
    with socket.create_server(("", port)):
        all_came.wait(30)


def test_workers_that_all_come_find_each_other(cluster):
    all_came = threading.Barrier(2)
    other = threading.Thread(target=come, args=(replace(cluster, index=1), all_came))
    other.start()
    come(cluster, all_came)
    other.join(30)
    assert not other.is_alive()
    assert silent_addresses(cluster.addresses) == list(cluster.addresses)


def test_who_does_not_come_is_named(cluster):
    with pytest.raises(ClusterError, match=f"No answer from {cluster.addresses[1]}"):
        wait_for_all(replace(cluster, timeout_seconds=0.5))


def test_an_address_that_is_taken_is_named(cluster):
    port = int(cluster.addresses[0].split(":")[1])
    with (
        socket.create_server(("", port)),
        pytest.raises(ClusterError, match=f"{cluster.addresses[0]}, must be free"),
    ):
        wait_for_all(cluster)
