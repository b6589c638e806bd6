"""Contestants in turn over the same sentences, and what a comparison says."""

import json
import os
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from contestants.serving import Reply, Request

BENCHMARKS = Path(__file__).parent.parent
_CHUNK = 256
"""Sentences between two changes of contestant: eight batches of 32."""

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"
)


class Contestant:
    """One system in a process of its own, idle while another one translates.

    Args:
        python: Python that has what the system needs.
        module: Module of this package that serves it.
        arguments: What it loads.

    Attributes:
        peak_megabytes: The most memory it has had, as of its last answer.
    """

    def __init__(self, python: str | Path, module: str, **arguments: Any) -> None:
        path = [str(BENCHMARKS), str(BENCHMARKS.parent)]
        self._process = subprocess.Popen(
            [str(python), "-m", f"contestants.{module}", json.dumps(arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(path)},
            text=True,
        )
        self.peak_megabytes = 0.0
        self._read()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """End its process."""
        self._process.communicate()

    def translate(self, request: Request) -> tuple[float, float, Reply]:
        """Return the seconds it took, those of the processor, and the translations."""
        if self._process.stdin is None:
            raise RuntimeError("a contestant has no standard input")
        self._process.stdin.write(json.dumps(asdict(request)) + "\n")
        self._process.stdin.flush()
        answer = self._read()
        self.peak_megabytes = answer.pop("peak_megabytes")
        seconds, of_processor = answer.pop("seconds"), answer.pop("processor_seconds")
        return seconds, of_processor, Reply(**answer)

    def _read(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise SystemExit(f"a contestant ended: {self._process.args}")
        answer: dict[str, Any] = json.loads(line)
        return answer


@dataclass
class Timing:
    """What the turns of one contestant took, and its last output.

    Attributes:
        milliseconds: Milliseconds per sentence, one entry per round and chunk.
        processor_milliseconds: The same on the processor's clock, which stands still
            while other programs of a busy machine have their turn.
        tokens: Tokens of every translation, in the order of the chunks.
    """

    milliseconds: list[float] = field(default_factory=list)
    processor_milliseconds: list[float] = field(default_factory=list)
    tokens: list[list[str]] = field(default_factory=list)

    @property
    def length(self) -> float:
        """Mean number of tokens written."""
        return statistics.mean(map(len, self.tokens))

    def describe(self) -> str:
        """Return medians and length in one line."""
        return (
            f"{statistics.median(self.milliseconds):7.3f} "
            f"({statistics.median(self.processor_milliseconds):.3f} on the processor), "
            f"{self.length:.1f} tokens"
        )

    def ratios_to(self, other: "Timing") -> tuple[float, float]:
        """Return medians of the ratios, each of two turns that met the same noise.

        By the clock on the wall and by the processor's; above 1 where this contestant
        is slower.
        """
        return (
            _median_ratio(self.milliseconds, other.milliseconds),
            _median_ratio(self.processor_milliseconds, other.processor_milliseconds),
        )


def take_turns(
    contestants: Mapping[str, Contestant],
    texts: Sequence[str],
    lengths: Sequence[int],
    batch_size: int,
    rounds: int,
) -> dict[str, Timing]:
    """Let every contestant translate every chunk, one after another.

    The sentences are sorted by their length in characters first, as all of these
    systems would do, so that chunks do not change what is translated together.

    Args:
        contestants: The systems by name.
        texts: Sentences.
        lengths: Tokens of each reference, eos included.
        batch_size: Sentences that are translated together.
        rounds: How often everything is translated; one round before is not timed.
    """
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    chunks = [order[begin : begin + _CHUNK] for begin in range(0, len(order), _CHUNK)]
    timings = {name: Timing() for name in contestants}
    for number in range(rounds + 1):
        for timing in timings.values():
            timing.tokens = []
        for chunk in chunks:
            request = Request(
                [texts[place] for place in chunk],
                [lengths[place] for place in chunk],
                batch_size,
            )
            for name, contestant in contestants.items():
                seconds, of_processor, reply = contestant.translate(request)
                timing = timings[name]
                timing.tokens += reply.tokens
                if number:
                    timing.milliseconds.append(1e3 * seconds / len(chunk))
                    timing.processor_milliseconds.append(
                        1e3 * of_processor / len(chunk)
                    )
    return timings


def _median_ratio(own: Sequence[float], others: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(own, others, strict=True))
