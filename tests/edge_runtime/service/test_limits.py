"""Keys, rates and options, without a server."""

from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="needs the serve extra")

from edge_runtime.errors import UserError
from edge_runtime.files.readable import InputError
from edge_runtime.service import rate_limit
from edge_runtime.service.api_error import ApiError
from edge_runtime.service.api_keys import ApiKeys
from edge_runtime.service.options import ServiceOptions
from edge_runtime.service.rate_limit import RateLimit


class Clock:
    seconds = 0.0

    def __call__(self):
        return self.seconds


def test_a_bucket_is_emptied_by_texts_and_filled_by_time():
    clock = Clock()
    rate = RateLimit(clock)
    rate.take("a", 5, per_minute=6)
    rate.take("a", 3, per_minute=6)  # one is left, the rest is owed
    with pytest.raises(ApiError) as refused:
        rate.take("a", 1, per_minute=6)
    assert (refused.value.status, refused.value.retry_after) == (429, 30)
    assert refused.value.message == "Slowdown: 6 per 1 minute"
    rate.take("b", 1, per_minute=6)
    clock.seconds = 29.9
    with pytest.raises(ApiError):
        rate.take("a", 1, per_minute=6)
    clock.seconds = 30.1
    rate.take("a", 1, per_minute=6)


def test_a_bucket_never_holds_more_than_a_minute():
    clock = Clock()
    rate = RateLimit(clock)
    rate.take("a", 1, per_minute=2)
    clock.seconds = 1e6
    rate.take("a", 2, per_minute=2)
    with pytest.raises(ApiError):
        rate.take("a", 1, per_minute=2)


def test_only_so_many_clients_are_remembered(monkeypatch):
    monkeypatch.setattr(rate_limit, "_MOST_CLIENTS", 3)
    rate = RateLimit(Clock())
    for client in "abacd":
        rate.take(client, 1, per_minute=2)
    assert len(rate) == 3
    with pytest.raises(ApiError):
        rate.take("a", 1, per_minute=2)  # heard of after b, which was forgotten
    rate.take("b", 1, per_minute=2)


def test_keys_come_from_lines(tmp_path):
    path = tmp_path / "keys.tsv"
    path.write_text(
        "# of the office\nopen sesame\n\nkey two\t120\r\n", encoding="utf-8"
    )
    keys = ApiKeys.from_file(path)
    client, limit = keys.check("open sesame")
    assert limit is None
    assert "sesame" not in client
    assert "sesame" not in repr(keys)
    assert keys.check("key two")[1] == 120
    with pytest.raises(ApiError) as unknown:
        keys.check("sesame")
    assert unknown.value.status == 403
    for missing in (None, "", 0):
        with pytest.raises(ApiError) as refused:
            keys.check(missing)
        assert refused.value.status == 400
    with pytest.raises(ApiError):
        keys.check(["open sesame"])


@pytest.mark.parametrize(
    "content",
    [b"", b"# none\n", b"secret\tmany\n", b"secret\t0\n", b"\t5\n", b"secret\xff\n"],
)
def test_a_file_of_keys_that_is_wrong_is_told_without_its_keys(tmp_path, content):
    path = tmp_path / "keys.tsv"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"keys\.tsv") as refused:
        ApiKeys.from_file(path)
    assert "secret" not in str(refused.value)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="Unix's endless device")
def test_a_device_is_no_file_of_keys():
    with pytest.raises(InputError, match=r"/dev/zero"):
        ApiKeys.from_file("/dev/zero")


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"processes": 0}, "`processes` must be at least 1. Received: 0"),
        ({"req_limit": 0}, "`req_limit` must be at least 1. Received: 0"),
        ({"batch_limit": 11, "queue_limit": 10}, "must not exceed `queue_limit`"),
    ],
)
def test_limits_are_checked_together(limits, message):
    with pytest.raises(ValueError, match=message):
        ServiceOptions(**limits)
