"""Processes that fail and die, without a server and without a bundle."""

import asyncio
import multiprocessing
import time

import pytest

pytest.importorskip("starlette", reason="needs the serve extra")

from dying_translator import DyingTranslator
from edge_runtime.service.api_error import ApiError
from edge_runtime.service.jobs import Found, Job, JobQueue, Task
from edge_runtime.service.workers import Workers


async def answers_to(queue, *texts):
    """Return what becomes of texts that are in one batch, errors as their messages."""
    loop = asyncio.get_running_loop()
    jobs = [Job(Task(0), text, False, loop.create_future()) for text in texts]
    queue.add(jobs)
    done = await asyncio.gather(*(job.answer for job in jobs), return_exceptions=True)
    return [each.message if isinstance(each, ApiError) else each for each in done]


def ask(queue, *texts):
    return asyncio.run(answers_to(queue, *texts))


def test_a_text_that_fails_or_kills_takes_no_other_along(tmp_path, caplog):
    obstacle = tmp_path / "obstacle"
    queue = JobQueue(100)
    workers = Workers([DyingTranslator(obstacle)], queue)
    try:
        one, two = Found("ONE"), Found("TWO")
        assert ask(queue, "one", "two") == [one, two]
        failed = "Cannot translate text: this text fails"
        assert ask(queue, "one", "fail", "two") == [one, failed, two]
        assert "this text fails" in caplog.text
        assert workers.restarts == 0

        died = "The translation process died of this text"
        assert ask(queue, "one", "die", "two") == [one, died, two]
        # Once with the others, once alone.
        assert workers.restarts == 2

        # A process that does not start again: nobody waits for it in vain.
        obstacle.touch()
        cannot = "The translation process does not start"
        assert ask(queue, "die", "one") == [cannot, cannot]
        assert workers.are_failing
        assert "the bundle is gone" in caplog.text
        assert ask(queue, "one") == ["The translation processes do not start"]
        obstacle.unlink()
        deadline = time.monotonic() + 60
        while workers.are_failing and time.monotonic() < deadline:
            time.sleep(0.05)
        assert ask(queue, "one") == [one]
    finally:
        workers.close()
    assert multiprocessing.active_children() == []


def test_a_process_that_does_not_start_is_told_at_once(tmp_path):
    (tmp_path / "obstacle").touch()
    with pytest.raises(RuntimeError, match="does not start: the bundle is gone"):
        Workers([DyingTranslator(tmp_path / "obstacle")], JobQueue(1))
