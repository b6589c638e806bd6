"""Processes that translate what waits, started again when one dies."""

import contextlib
import logging
import multiprocessing
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Final

from edge_runtime.service.api_error import ApiError
from edge_runtime.service.jobs import Found, Job, JobQueue
from edge_runtime.service.translation_process import serve_translations
from edge_runtime.translation.translator import Translator

logger = logging.getLogger(__name__)

# Started afresh, not forked: onnxruntime's threads do not survive a fork.
_CONTEXT: Final = multiprocessing.get_context("spawn")

_LONGEST_PAUSE: Final = 30.0
"""Seconds between two attempts to start a process that does not start."""


class _ProcessDiedError(Exception):
    """The process ended before it answered."""


class Workers:
    """One thread and one process for each worker; the threads only wait.

    Args:
        translators: One per bundle. Each process opens the bundles again.
        queue: Brings what is to be translated.
        processes: Number of workers.
        batch_size: Sentences that are translated together.
        count_batch: Called with the number of texts of every batch.

    Raises:
        RuntimeError: A process does not start.
    """

    def __init__(
        self,
        translators: Sequence[Translator],
        queue: JobQueue,
        *,
        processes: int = 1,
        batch_size: int = 32,
        count_batch: Callable[[int], object] = lambda texts: None,
    ) -> None:
        self._queue = queue
        pickled = pickle.dumps(list(translators))
        self._workers = [
            _Worker(pickled, queue, batch_size, count_batch, self._tell_all_failed)
            for _ in range(processes)
        ]
        try:
            with _without_interrupts():
                for worker in self._workers:
                    worker.start_process()
            for worker in self._workers:
                worker.wait_until_ready()
        except BaseException:
            for worker in self._workers:
                worker.end_process()
            raise
        for worker in self._workers:
            worker.thread.start()

    @property
    def are_failing(self) -> bool:
        """Whether no process can be started."""
        return all(worker.is_failing for worker in self._workers)

    @property
    def restarts(self) -> int:
        """How many processes were started in place of others."""
        return sum(worker.restarts for worker in self._workers)

    def close(self) -> None:
        """Finish what waits, and end all processes."""
        self._queue.close()
        for worker in self._workers:
            worker.stop()
        for worker in self._workers:
            worker.thread.join()

    def _tell_all_failed(self) -> None:
        """Answer what nobody translates."""
        if self.are_failing:
            _fail(self._queue.take_all(), "The translation processes do not start")


class _Worker:
    def __init__(
        self,
        translators: bytes,
        queue: JobQueue,
        batch_size: int,
        count_batch: Callable[[int], object],
        tell_failure: Callable[[], None],
    ) -> None:
        self._arguments = (translators, batch_size)
        self._queue = queue
        self._count_batch = count_batch
        self._tell_failure = tell_failure
        self._process: SpawnProcess | None = None
        self._connection: Connection[object, object] | None = None
        self._is_stopping = threading.Event()
        self.is_failing = False
        self.restarts = 0
        # A daemon: where the program ends in an unforeseen way, it may be waiting.
        self.thread = threading.Thread(target=self._run, daemon=True)

    def start_process(self) -> None:
        self._connection, other_end = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(
            target=serve_translations, args=(other_end, *self._arguments), daemon=True
        )
        self._process.start()
        # Of the other end only the process keeps a copy: so its end is noticed here.
        other_end.close()

    def wait_until_ready(self) -> None:
        try:
            problem = self._receive()
        except _ProcessDiedError:
            problem = "it ended at once"
        if problem:
            raise RuntimeError(f"a translation process does not start: {problem}")

    def end_process(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.join(timeout=1)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
            self._process.close()
        self._connection = self._process = None

    def stop(self) -> None:
        self._is_stopping.set()

    def _run(self) -> None:
        pause = 1.0
        try:
            while True:
                if self.is_failing:
                    self._tell_failure()
                    if self._is_stopping.wait(pause):
                        return
                    pause = min(2 * pause, _LONGEST_PAUSE)
                    self._restart()
                    continue
                pause = 1.0
                batch = self._queue.take()
                if not batch:
                    return
                self._count_batch(len(batch))
                self._answer(batch)
        finally:
            self.end_process()

    def _answer(self, batch: Sequence[Job], is_last_attempt: bool = False) -> None:
        wanted = [job for job in batch if not job.answer.cancelled()]
        if not wanted:
            return
        try:
            answer = self._ask(wanted)
        except _ProcessDiedError:
            self._restart()
            if self.is_failing:
                _fail(wanted, "The translation process does not start")
            elif is_last_attempt:
                _fail(wanted, "The translation process died of this text")
            else:
                # One by one: a text that ends a process must not take others along.
                for job in wanted:
                    self._answer([job], is_last_attempt=True)
            return
        if isinstance(answer, list):
            _settle(wanted, answer)
        elif len(wanted) == 1:
            logger.error("edge-translate serve: %s", answer)
            _fail(wanted, f"Cannot translate text: {answer}")
        else:
            for job in wanted:
                self._answer([job], is_last_attempt=is_last_attempt)

    def _ask(self, batch: Sequence[Job]) -> object:
        texts = [(job.text, job.is_html) for job in batch]
        try:
            if self._connection is None:
                raise _ProcessDiedError
            self._connection.send((batch[0].task, texts))
        except OSError:
            raise _ProcessDiedError from None
        return self._receive()

    def _receive(self) -> object:
        try:
            if self._connection is None:
                raise _ProcessDiedError
            return self._connection.recv()
        except (EOFError, OSError):
            raise _ProcessDiedError from None

    def _restart(self) -> None:
        """Start another process in place of the one that died."""
        self.end_process()
        self.restarts += 1
        try:
            self.start_process()
            self.wait_until_ready()
        except (RuntimeError, OSError) as error:
            logger.error("edge-translate serve: %s", error)
            self.is_failing = True
        else:
            self.is_failing = False


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Let processes ignore Ctrl-C from their first moment: it is inherited."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def _settle(jobs: Sequence[Job], answers: Sequence[Found]) -> None:
    def set_all() -> None:
        for job, found in zip(jobs, answers, strict=True):
            if not job.answer.done():
                job.answer.set_result(found)

    _call_in_loop(jobs, set_all)


def _fail(jobs: Sequence[Job], message: str) -> None:
    def set_all() -> None:
        for job in jobs:
            if not job.answer.done():
                job.answer.set_exception(
                    ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, message)
                )

    _call_in_loop(jobs, set_all)


def _call_in_loop(jobs: Sequence[Job], call: Callable[[], None]) -> None:
    if jobs:
        # The loop may be closed already, where the service did not wait for the end.
        with contextlib.suppress(RuntimeError):
            jobs[0].answer.get_loop().call_soon_threadsafe(call)
