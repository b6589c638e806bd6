"""What whoever runs the service can choose, checked as a whole."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class ServiceOptions:
    """Limits of the service; all of them count from 1.

    Attributes:
        processes: Processes that translate, one core each.
        char_limit: Most characters of a text; longer ones get status 400.
        batch_limit: Most texts of a request; more get 400.
        alternatives_limit: Most alternatives that a request may ask for; more get 400.
        body_limit: Most bytes of a request's body; larger ones get 413.
        req_limit: Texts that a client may send in a minute; more get 429. `None` for
            any number.
        queue_limit: Most texts that wait to be translated; further ones get 503.
        connection_limit: Most connections at a time; further ones get 503.
        seconds_to_send: Time that a client has to send a request, and to take an
            answer; slower ones get 408, or are cut off.
        seconds_to_stop: Time that accepted requests have to be finished after the
            service was told to stop.
    """

    processes: int = 1
    char_limit: int = 10_000
    batch_limit: int = 100
    alternatives_limit: int = 10
    body_limit: int = 1 << 20
    req_limit: int | None = None
    queue_limit: int = 1_000
    connection_limit: int = 256
    seconds_to_send: int = 30
    seconds_to_stop: int = 30

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and value < 1:
                raise ValueError(
                    f"`{field.name}` must be at least 1. Received: {value}."
                )
        if self.batch_limit > self.queue_limit:
            raise ValueError(
                "`batch_limit` must not exceed `queue_limit`. Received: "
                f"batch_limit={self.batch_limit}, queue_limit={self.queue_limit}."
            )
