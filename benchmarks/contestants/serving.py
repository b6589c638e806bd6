"""One contestant's side of the pipe: load once, then translate what is asked.

Standard library alone, so that every environment can import it.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Request:
    """Sentences to translate.

    Attributes:
        texts: The sentences, as text.
        lengths: Tokens of each reference, eos included; what a system with random
            weights is made to write.
        batch_size: Sentences that are translated together.
    """

    texts: list[str]
    lengths: list[int]
    batch_size: int


@dataclass(frozen=True)
class Reply:
    """What became of them.

    Attributes:
        texts: The translations.
        tokens: Their tokens, eos included where it was written.
    """

    texts: list[str]
    tokens: list[list[str]]


def peak_megabytes() -> float:
    """Return the most memory that this process has had."""
    # The peak that `resource` gives may be that of the process before `exec`.
    with Path("/proc/self/status").open(encoding="ascii") as status:
        peak = next(line for line in status if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024


def serve(load: Callable[..., Callable[[Request], Reply]]) -> None:
    """Answer requests, one JSON line each, until the other side hangs up.

    Args:
        load: Called with the process's argument, a JSON object, by keyword; returns
            what translates.
    """
    # Libraries that print must not come between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    translate = load(**json.loads(sys.argv[1]))
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        request = Request(**json.loads(line))
        begin, processor_begin = time.perf_counter(), time.process_time()
        reply = translate(request)
        answer: dict[str, Any] = {
            "seconds": time.perf_counter() - begin,
            "processor_seconds": time.process_time() - processor_begin,
            "peak_megabytes": peak_megabytes(),
            **asdict(reply),
        }
        print(json.dumps(answer), file=answers, flush=True)
