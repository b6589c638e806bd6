"""Texts that wait to be translated; requests of several clients share batches."""

import asyncio
import bisect
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from edge_runtime.service.api_error import ApiError

_MOST_TEXTS: Final = 64
"""Of a batch: more are translated no faster, and the first would wait for the last."""

_MOST_CHARACTERS: Final = 5_000
"""Of a batch, unless its first text has more: long texts fill batches by themselves."""

_CHARACTERS_OF_A_TEXT: Final = 50
"""Characters that take as long as what a text costs beside its characters."""


@dataclass(frozen=True)
class Task:
    """What one worker can translate in one batch.

    Attributes:
        bundle: Which bundle, counted from 0.
        hypotheses: Translations per text.
    """

    bundle: int
    hypotheses: int = 1


@dataclass(frozen=True)
class Found:
    """What became of a text.

    Attributes:
        text: Its translation.
        alternatives: Further ones, the best first.
    """

    text: str
    alternatives: tuple[str, ...] = ()


@dataclass(eq=False)
class Job:
    """One text of one request.

    Attributes:
        task: What it is translated with.
        text: The text.
        is_html: Whether it is HTML.
        answer: Gets what was found, in the thread of the event loop.
        turn: Those with the lowest come first, and of equal ones the lower `number`.
        number: How many jobs were added before.
    """

    task: Task
    text: str
    is_html: bool
    answer: "asyncio.Future[Found]"
    turn: int = 0
    number: int = 0

    @property
    def work(self) -> int:
        """What it takes to translate it, in characters."""
        return len(self.text) + _CHARACTERS_OF_A_TEXT

    @property
    def place(self) -> tuple[int, int]:
        """What jobs are sorted by."""
        return self.turn, self.number


class JobQueue:
    """Jobs for workers in other threads; requests take turns.

    A clock counts the work that was taken, in characters. A text's turn is when it
    would be done if its request were alone from now on. So a short request waits for a
    batch, not for all that a long one has brought, and a long one for as much work of
    others as it brought itself (after fair queueing, [Demers et al.,
    1989](https://doi.org/10.1145/75246.75248)).

    Args:
        limit: Most jobs that wait.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        # Of each task, sorted by their places.
        self._waiting: dict[Task, list[Job]] = {}
        self._length = 0
        self._clock = 0
        self._added = 0
        self._is_closed = False
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return self._length

    def add(self, jobs: Sequence[Job]) -> None:
        """Add the jobs of a request, all or none.

        Raises:
            ApiError: Too many are waiting.
        """
        with self._changed:
            if self._is_closed or self._length + len(jobs) > self._limit:
                raise ApiError(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    "Too many texts are waiting to be translated",
                    retry_after=1,
                )
            turn = self._clock
            for job in jobs:
                turn += job.work
                job.turn, job.number = turn, self._added
                self._added += 1
                waiting = self._waiting.setdefault(job.task, [])
                bisect.insort(waiting, job, key=lambda each: each.place)
            self._length += len(jobs)
            self._changed.notify(len(jobs))

    def discard(self, jobs: Sequence[Job]) -> None:
        """Take out the jobs that still wait: nobody wants their answers any more."""
        with self._changed:
            for job in jobs:
                waiting = self._waiting.get(job.task, [])
                if job in waiting:
                    waiting.remove(job)
                    self._removed(job.task, 1)

    def take(self) -> list[Job]:
        """Wait for jobs; return those of one task whose turn is next.

        Returns:
            At least one; none once the queue is closed and empty.
        """
        with self._changed:
            while not self._waiting:
                if self._is_closed:
                    return []
                self._changed.wait()
            task = min(self._waiting, key=lambda task: self._waiting[task][0].place)
            waiting = self._waiting[task]
            count, characters = 1, len(waiting[0].text)
            for job in waiting[1:_MOST_TEXTS]:
                characters += len(job.text)
                if characters > _MOST_CHARACTERS:
                    break
                count += 1
            batch = waiting[:count]
            del waiting[:count]
            self._clock += sum(job.work for job in batch)
            self._removed(task, len(batch))
            return batch

    def take_all(self) -> list[Job]:
        """Return all that wait, without waiting."""
        with self._changed:
            jobs = [job for waiting in self._waiting.values() for job in waiting]
            self._waiting.clear()
            self._length = 0
            return jobs

    def close(self) -> None:
        """Let workers finish what waits, and no more be added."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    @property
    def is_closed(self) -> bool:
        """Whether no more can be added."""
        return self._is_closed

    def _removed(self, task: Task, count: int) -> None:
        self._length -= count
        if not self._waiting[task]:
            del self._waiting[task]
