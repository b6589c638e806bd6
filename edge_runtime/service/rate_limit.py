"""How many texts a client may send."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from edge_runtime.service.api_error import ApiError

_MOST_CLIENTS: Final = 65_536
"""Clients that are remembered; those not heard of for longest are forgotten."""


class RateLimit:
    """A bucket of texts for each client, which fills up again within a minute.

    Args:
        now: Seconds that only grow.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, client: str, texts: int, per_minute: int) -> None:
        """Take texts out of a client's bucket.

        A request of many texts passes as long as there is one in the bucket. It is
        paid for by those that come after it.

        Args:
            client: What names it.
            texts: How many it sends.
            per_minute: How many its bucket holds.

        Raises:
            ApiError: The bucket is empty.
        """
        now = self._now()
        left, since = self._buckets.pop(client, (float(per_minute), now))
        left = min(float(per_minute), left + (now - since) * per_minute / 60)
        is_allowed = left >= 1
        self._buckets[client] = (left - texts if is_allowed else left, now)
        if len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)
        if not is_allowed:
            raise ApiError(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"Slowdown: {per_minute} per 1 minute",
                retry_after=math.ceil((1 - left) * 60 / per_minute),
            )
