import json

import pytest

from keras_s2s.training.multi_worker.cluster import ClusterError, read_cluster


def config(jobs, kind="worker", index=0):
    return {"cluster": jobs, "task": {"type": kind, "index": index}}


def read(value):
    text = value if isinstance(value, str) else json.dumps(value)
    return read_cluster({"TF_CONFIG": text})


TWO = {"worker": ["a:1", "b:2"]}


def test_the_first_worker_is_the_chief_where_none_is_named():
    chief, other = read(config(TWO)), read(config(TWO, index=1))
    assert (chief.is_chief, other.is_chief) == (True, False)
    assert (chief.others, other.others) == (("b:2",), ("a:1",))


def test_a_chief_that_is_named_comes_before_the_workers():
    jobs = {"chief": ["c:3"], "worker": ["a:1", "b:2"]}
    chief, other = read(config(jobs, "chief")), read(config(jobs, index=1))
    assert chief.addresses == other.addresses == ("c:3", "a:1", "b:2")
    assert (chief.is_chief, other.index) == (True, 2)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "It is not set"),
        ("{", "must be JSON"),
        ("[]", "must have the object 'cluster'"),
        ({"cluster": TWO}, "must have the object 'task'"),
        (config([]), "must have the object 'cluster'"),
        (config({"worker": "a:1"}), "'worker' .* must be a list of addresses"),
        (config({"worker": ["a:1", 2]}), "must be a list of addresses"),
        (config({"worker": ["a:1", "b"]}), 'must be host:port. Received: "b"'),
        (config({"worker": ["a:1", "b:0"]}), "must be host:port"),
        (config({"worker": ["a:1", ":7"]}), "must be host:port"),
        (config({"worker": ["a:1"]}), "two workers or more"),
        (config({"worker": ["a:1", "a:1"]}), "two workers or more, each once"),
        (config({"chief": ["a:1", "b:1"], "worker": ["c:1"]}), "a chief at most"),
        (config({**TWO, "ps": ["c:1"]}), "Received: 'ps'"),
        (config(TWO, "chief"), "one of the cluster"),
        (config(TWO, index=2), '"index": 2} with 0 chief and 2 workers'),
        (config(TWO, index=-1), "one of the cluster"),
        (config(TWO, index=True), "one of the cluster"),
        (config(TWO, index="0"), "one of the cluster"),
    ],
)
def test_a_malformed_description_says_what_must_hold(value, message):
    with pytest.raises(ClusterError, match=message):
        read(value)
