import threading

import pytest

pytest.importorskip("starlette", reason="needs the serve extra")

from edge_runtime.service.api_error import ApiError
from edge_runtime.service.jobs import Job, JobQueue, Task


def job(text="x", bundle=0, hypotheses=1):
    return Job(Task(bundle, hypotheses), text, False, None)


def test_requests_of_one_task_share_a_batch_and_others_wait_their_turn():
    queue = JobQueue(100)
    first, second, third = job("a"), job("b", bundle=1), job("c")
    queue.add([first])
    queue.add([second])
    queue.add([third])
    assert queue.take() == [first, third]
    assert queue.take() == [second]
    assert len(queue) == 0


def test_a_batch_is_bounded_in_texts_and_in_characters():
    queue = JobQueue(1000)
    queue.add([job() for _ in range(100)])
    assert len(queue.take()) == 64
    assert len(queue.take()) == 36
    queue.add([job("x" * 30_000), job("x"), job("x" * 4_999), job("x")])
    for length in (1, 2, 1):
        assert len(queue.take()) == length


def test_a_short_request_does_not_wait_for_all_of_a_long_one():
    queue = JobQueue(100)
    long = [job("x" * 9_000) for _ in range(10)]
    queue.add(long)
    assert queue.take() == long[:1]
    short = job("y")
    queue.add([short])
    assert queue.take() == [short]
    assert queue.take() == long[1:2]


def test_short_requests_without_end_do_not_keep_a_long_one_waiting():
    queue = JobQueue(100)
    long = [job("x" * 9_000) for _ in range(2)]
    queue.add(long)
    assert queue.take() == long[:1]
    batches = []
    for _ in range(15):
        queue.add([job("y" * 1_000)])
        batches.append(queue.take())
    assert long[1:] in batches


def test_a_request_that_does_not_fit_is_refused_as_a_whole():
    queue = JobQueue(3)
    queue.add([job(), job()])
    with pytest.raises(ApiError) as refused:
        queue.add([job(), job()])
    assert (refused.value.status, refused.value.retry_after) == (503, 1)
    assert len(queue) == 2
    queue.add([job()])


def test_what_nobody_waits_for_is_taken_out():
    queue = JobQueue(3)
    jobs = [job("a"), job("b"), job("c")]
    queue.add(jobs)
    queue.discard(jobs[:2])
    queue.discard(jobs[:2])
    assert len(queue) == 1
    assert queue.take() == jobs[2:]
    queue.discard(jobs)
    assert len(queue) == 0


def test_a_closed_queue_is_emptied_and_takes_nothing_more():
    queue = JobQueue(3)
    waiting = job()
    queue.add([waiting])
    taken = []
    queue.close()
    with pytest.raises(ApiError):
        queue.add([job()])
    assert queue.take() == [waiting]
    thread = threading.Thread(target=lambda: taken.append(queue.take()), daemon=True)
    thread.start()
    thread.join(timeout=10)
    assert taken == [[]]


def test_closing_wakes_a_worker_that_waits():
    queue = JobQueue(3)
    taken = []
    thread = threading.Thread(target=lambda: taken.append(queue.take()), daemon=True)
    thread.start()
    queue.close()
    thread.join(timeout=10)
    assert taken == [[]]
