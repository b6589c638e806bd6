"""Windows of lines over several processes, results in order."""

import concurrent.futures
import multiprocessing
import queue
import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from edge_runtime.commands.line_translation import (
    LineTask,
    LineTranslator,
    TranslatedLines,
)

_translators: list[LineTranslator] = []  # one, in each worker process

Future: TypeAlias = concurrent.futures.Future[TranslatedLines]


def translate_in_processes(
    task: LineTask,
    windows: Iterable[Sequence[bytes]],
    write: Callable[[TranslatedLines], None],
    processes: int,
) -> None:
    """Translate windows of lines in several processes and write them in order.

    A thread writes every result as soon as it is ready, while windows are still being
    read; at most a few windows per process are in flight, so memory stays flat.

    Args:
        task: What the processes load.
        windows: Windows of lines; may be slow or without end.
        write: Called with every result, in order. What it raises ends the run.
        processes: Number of processes.
    """
    in_flight: queue.Queue[Future | None] = queue.Queue(maxsize=3 * processes)
    failures: list[BaseException] = []

    def write_results() -> None:
        while (future := in_flight.get()) is not None:
            if not failures:
                try:
                    write(future.result())
                except BaseException as error:  # noqa: BLE001 (raised by the caller)
                    failures.append(error)

    executor = _start(task, processes)
    writer = threading.Thread(target=write_results, daemon=True)
    writer.start()
    try:
        first = 0
        for window in windows:
            if failures:
                break
            in_flight.put(executor.submit(_translate, window, first))
            first += len(window)
        in_flight.put(None)
        writer.join()
    finally:
        # Python would wait for the workers at its exit anyway, but then it may write to
        # a pipe that the executor is closing at that moment, and print the error.
        executor.shutdown(cancel_futures=True)
    if failures:
        raise failures[0]


def _start(task: LineTask, processes: int) -> concurrent.futures.ProcessPoolExecutor:
    # Started afresh, not forked: onnxruntime's threads do not survive a fork.
    executor = concurrent.futures.ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_load,
        initargs=(task,),
    )
    # Ctrl-C reaches every process of the terminal; only this one is to react. Ignoring
    # is inherited, so the workers print no traceback of their own. Each submission
    # starts one worker, as none of those before it is idle yet.
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for _ in range(processes):
            executor.submit(int)
    finally:
        signal.signal(signal.SIGINT, previous)
    return executor


def _load(task: LineTask) -> None:
    _translators.append(LineTranslator(task))


def _translate(lines: Sequence[bytes], first: int) -> TranslatedLines:
    return _translators[0](lines, first)
