"""Windows of lines over several processes, results in order."""

import concurrent.futures
import contextlib
import multiprocessing
import os
import queue
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import TypeAlias

from edge_runtime.commands.line_translation import (
    LineTask,
    LineTranslator,
    TranslatedLines,
)

_translators: list[LineTranslator] = []  # one, in each worker process

Window: TypeAlias = Sequence[bytes]
Future: TypeAlias = concurrent.futures.Future[TranslatedLines]


def translate_in_processes(
    task: LineTask,
    windows: Iterable[Window],
    write: Callable[[TranslatedLines], None],
    processes: int,
) -> None:
    """Translate windows of lines in several processes and write them in order.

    A thread reads windows; every result is written as soon as it is ready. At most a
    few windows per process are in flight, so memory stays flat. The workers end with
    this process, whatever ends it.

    Args:
        task: What the processes load.
        windows: Windows of lines; may be slow or without end.
        write: Called with every result, in order. What it raises ends the run.
        processes: Number of processes.

    Raises:
        RuntimeError: A worker was ended from outside.
    """
    try:
        with _workers(task, processes) as executor:
            _translate_windows(executor, windows, write, in_flight=3 * processes)
    except BrokenProcessPool:
        raise RuntimeError(
            "every process must live until the last line is translated. Received: one "
            "that was killed or ran out of memory. The lines written so far are whole."
        ) from None


def _translate_windows(
    executor: concurrent.futures.Executor,
    windows: Iterable[Window],
    write: Callable[[TranslatedLines], None],
    in_flight: int,
) -> None:
    # This thread waits for both at once, the next window and the next translation:
    # waiting for a line, it would never hear of a worker that died.
    events: queue.SimpleQueue[Window | None] = queue.SimpleQueue()
    room = threading.Semaphore(in_flight)
    reading: concurrent.futures.Future[None] = concurrent.futures.Future()

    def read() -> None:
        try:
            for window in windows:
                room.acquire()
                events.put(window)
            reading.set_result(None)
        except BaseException as error:  # noqa: BLE001 (raised by the other thread)
            reading.set_exception(error)
        events.put(None)

    # A daemon: where the run ends early, it may be waiting for a line.
    threading.Thread(target=read, daemon=True).start()
    waiting: deque[Future] = deque()
    first = 0
    while waiting or not reading.done() or not events.empty():
        window = _next_event(events)
        if window is not None:
            waiting.append(executor.submit(_translate, window, first))
            waiting[-1].add_done_callback(lambda _: events.put(None))
            first += len(window)
        while waiting and waiting[0].done():
            write(waiting.popleft().result())
            room.release()
    reading.result()


def _next_event(events: "queue.SimpleQueue[Window | None]") -> Window | None:
    while True:
        try:
            # Windows delivers Ctrl-C only between two waits.
            return events.get(timeout=1)
        except queue.Empty:
            continue


@contextlib.contextmanager
def _workers(
    task: LineTask, processes: int
) -> Iterator[concurrent.futures.ProcessPoolExecutor]:
    # Started afresh, not forked: onnxruntime's threads do not survive a fork.
    executor = concurrent.futures.ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_load,
        initargs=(task,),
    )
    try:
        # Ctrl-C reaches every process of the terminal; only this one is to react.
        # Ignoring is inherited, so the workers print no traceback of their own. Each
        # submission starts one worker, as none of those before it is idle yet.
        previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            for _ in range(processes):
                executor.submit(int)
        finally:
            signal.signal(signal.SIGINT, previous)
        yield executor
    except BaseException:
        # One line may take long, and nobody waits for its translation any more.
        for worker in multiprocessing.active_children():
            worker.terminate()
        raise
    finally:
        # Python would wait for the workers at its exit anyway, but then it may write to
        # a pipe that the executor is closing at that moment, and print the error.
        executor.shutdown(cancel_futures=True)


def _load(task: LineTask) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _translators.append(LineTranslator(task))


def _end_with_parent() -> None:
    # However the parent ends: nobody would ever send this process another line, nor
    # tell it to stop, and whoever reads the output would wait for its end.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _translate(lines: Window, first: int) -> TranslatedLines:
    translated = _translators[0](lines, first)
    # Translated here, and sent in one piece.
    return TranslatedLines((b"".join(translated.output),), translated.invalid)
