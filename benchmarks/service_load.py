"""What `edge-translate serve --api` serves, how long clients wait, and what it takes.

    python benchmarks/service_load.py BUNDLE --source FILE [--requests 10000]
        [--clients 64] [--short-requests 1000000]

Clients in a process of their own on the same machine, each with a connection that it
keeps, send the lines of FILE one by one. Beside it, in the same run, stand the lines
per second of `edge-translate --processes 2` over as many lines, and what both took of
the cores, which other programs on the machine change less. Then, one by one:

- many short requests, with the resident memory of all of the service's processes before
  and after;
- clients that send nothing, or half a request, for as long as others are served;
- bodies that are too large, from a declared terabyte to one without an end;
- requests whose clients go away;
- a translation process that is killed.

After each, others must be served, and queue and connections be empty. Fails where one
of that is not so. Reads `/proc`: Linux alone.
"""

import asyncio
import contextlib
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import numpy as np

Seconds = list[float]


class Service:
    """The service as its command starts it.

    Args:
        bundle: What it serves.
        processes: Processes that translate.
    """

    def __init__(self, bundle: str, processes: int) -> None:
        command = [sys.executable, "-m", "edge_runtime", "serve", "--api", bundle]
        self.process = subprocess.Popen(
            [*command, "--port", "0", "--processes", str(processes)],
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline() if self.process.stdout else ""
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if found is None:
            raise SystemExit(f"the service does not start: {line}")
        self.port = int(found[1])

    def get(self, path: str) -> bytes:
        """Return the body of an answer."""
        url = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(url, timeout=60) as response:
            content: bytes = response.read()
            return content

    def metric(self, name: str) -> float:
        """Return a value of `/metrics`."""
        found = re.search(rf"^{name} (\S+)$", self.get("/metrics").decode(), re.M)
        return float(found[1]) if found else 0.0

    @property
    def workers(self) -> list[int]:
        """Ids of the processes that translate."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [
            child
            for child in map(int, children)
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]

    @property
    def memory(self) -> int:
        """Resident bytes of all processes."""
        return sum(map(resident_bytes, [self.process.pid, *self.workers]))

    @property
    def processor_seconds(self) -> tuple[float, float]:
        """What it took of the cores: to accept requests, and to translate."""
        translating = sum(map(processor_seconds, self.workers))
        return processor_seconds(self.process.pid), translating

    @property
    def open_files(self) -> int:
        """Open files of the process that accepts requests."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def stop(self) -> int:
        """Return the exit code after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=120)


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def request_bytes(text: str, source: str, target: str) -> bytes:
    """Return a request for the translation of a text."""
    fields = {"q": text, "source": source, "target": target}
    body = json.dumps(fields, ensure_ascii=False).encode()
    head = (
        "POST /translate HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def read_response(reader: asyncio.StreamReader) -> int:
    """Read a response; return its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.I)
    await reader.readexactly(int(length[1]) if length else 0)
    return int(head.split(b" ", 2)[1])


async def run_client(port: int, requests: Sequence[bytes]) -> Seconds:
    """Send requests over one connection; return what each took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    seconds = []
    for request in requests:
        begin = time.perf_counter()
        writer.write(request)
        status = await read_response(reader)
        if status != 200:
            raise SystemExit(f"a request got status {status}")
        seconds.append(time.perf_counter() - begin)
    writer.close()
    return seconds


async def run_clients(port: int, requests: Sequence[bytes], clients: int) -> Seconds:
    """Share requests among clients that run at the same time."""
    parts = [requests[first::clients] for first in range(clients)]
    done = await asyncio.gather(*(run_client(port, part) for part in parts if part))
    return [seconds for of_client in done for seconds in of_client]


def _run_clients(port: int, requests: Sequence[bytes], clients: int) -> Seconds:
    return asyncio.run(run_clients(port, requests, clients))


def load(port: int, requests: Sequence[bytes], clients: int) -> tuple[float, Seconds]:
    """Return the seconds that all requests took, and each.

    The clients share a process of their own, so that they take less of the cores that
    the service is measured on.
    """
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.apply(int)
        begin = time.perf_counter()
        seconds = pool.apply(_run_clients, (port, requests, clients))
        return time.perf_counter() - begin, seconds


def lines_per_second(
    bundle: str, lines: Sequence[str], processes: int
) -> tuple[float, float]:
    """Return the command's lines per second and processor seconds per line.

    Both without its start.
    """
    command = [sys.executable, "-m", "edge_runtime", bundle]
    command += ["--processes", str(processes)]
    took = []
    for given in (lines[:2], lines):
        times, begin = os.times(), time.perf_counter()
        text = "".join(f"{line}\n" for line in given).encode()
        subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True)
        seconds = time.perf_counter() - begin
        done = os.times()
        user = done.children_user - times.children_user
        took.append((seconds, user + done.children_system - times.children_system))
    seconds, processor = np.subtract(took[1], took[0]) / (len(lines) - 2)
    return 1 / float(seconds), float(processor)


def cycle(lines: Sequence[str], count: int) -> list[str]:
    """Return as many lines, from the first again after the last."""
    return [lines[place % len(lines)] for place in range(count)]


@contextlib.contextmanager
def others_are_served(service: Service, request: bytes, what: str) -> Iterator[None]:
    """Fail unless all is as before once the block, and its clients, are gone."""
    files = service.open_files
    begin = time.perf_counter()
    yield
    asyncio.run(run_clients(service.port, [request] * 64, 8))
    for _ in range(100):
        if service.open_files <= files and not service.metric(
            "edge_translate_queue_texts"
        ):
            break
        time.sleep(0.1)
    else:
        raise SystemExit(f"{what}: {service.open_files - files} files stay open")
    seconds = time.perf_counter() - begin
    print(f"{what}: others are served, nothing stays open; {seconds:.1f} s")


async def keep_waiting(port: int, request: bytes, clients: int) -> None:
    """Open connections that send nothing or a half, while others are served."""
    beginnings = [b"", b"POST /translate HTTP/1.1\r\nHos", request[:-5]]
    slow = []
    for place in range(clients):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(beginnings[place % len(beginnings)])
        slow.append(writer)
    await run_clients(port, [request] * 64, 8)
    for writer in slow:
        writer.close()


async def send_too_much(port: int) -> None:
    """Send bodies that are too large; each must be refused."""
    head = b"POST /translate HTTP/1.1\r\nHost: localhost\r\n"
    endless = head + b"Transfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    for beginning, more in (
        (head + b"Content-Length: 1000000000000\r\n\r\n", b"x" * 1000),
        (endless, chunk),
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(beginning)
        with contextlib.suppress(ConnectionError):
            for _ in range(64):
                writer.write(more)
                await writer.drain()
        status = await read_response(reader)
        if status != 413:
            raise SystemExit(f"a body that is too large got status {status}")
        writer.close()


async def go_away(port: int, request: bytes, clients: int) -> None:
    """Send requests and wait for no answer."""
    for _ in range(clients):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        await writer.drain()
        writer.transport.abort()


@click.command()
@click.argument("bundle")
@click.option("--source", type=click.Path(path_type=Path), required=True)
@click.option("--requests", default=10_000)
@click.option("--clients", default=64)
@click.option("--short-requests", default=1_000_000)
@click.option("--processes", default=2)
def main(
    *,
    bundle: str,
    source: Path,
    requests: int,
    clients: int,
    short_requests: int,
    processes: int,
) -> None:
    """Load a service and see that it stays as it was."""
    lines = [line for line in source.read_text(encoding="utf-8").split("\n") if line]
    service = Service(bundle, processes)
    try:
        first, *_ = json.loads(service.get("/languages"))
        source_language = first["code"]
        target = next(code for code in first["targets"] if code != source_language)

        def make(text: str) -> bytes:
            return request_bytes(text, source_language, target)

        measure(service, bundle, [make(line) for line in cycle(lines, requests)],
                cycle(lines, requests), clients, processes)  # fmt: skip
        short = make(lines[0][:8])
        watch_memory(service, short, short_requests, clients)
        many = make(" ".join(cycle(lines, 20)))
        with others_are_served(service, short, f"{clients} slow clients"):
            asyncio.run(keep_waiting(service.port, short, clients))
        with others_are_served(service, short, "bodies that are too large"):
            asyncio.run(send_too_much(service.port))
        with others_are_served(service, short, f"{clients} requests given up"):
            asyncio.run(go_away(service.port, many, clients))
        with others_are_served(service, short, "a process that was killed"):
            os.kill(service.workers[0], signal.SIGKILL)
        code = service.stop()
        print(f"stopped with exit code {code}")
        if code:
            raise SystemExit("the exit code must be 0")
    finally:
        service.process.kill()


def measure(
    service: Service,
    bundle: str,
    requests: Sequence[bytes],
    lines: Sequence[str],
    clients: int,
    processes: int,
) -> None:
    """Print requests per second beside lines per second."""
    load(service.port, requests[:200], clients)
    texts, batches = (
        service.metric(f"edge_translate_batch_texts_{end}") for end in ("sum", "count")
    )
    before = service.processor_seconds
    seconds, waits = load(service.port, requests, clients)
    after = service.processor_seconds
    by_lines, of_a_line = lines_per_second(bundle, lines, processes)
    rate = len(requests) / seconds
    texts = service.metric("edge_translate_batch_texts_sum") - texts
    batches = service.metric("edge_translate_batch_texts_count") - batches
    half, most = np.percentile(waits, [50, 99]) * 1000
    print(f"{clients} clients, {len(requests)} requests, {processes} processes")
    print(
        f"{rate:.0f} requests/s, p50 {half:.0f} ms, p99 {most:.0f} ms; "
        f"{texts / batches:.1f} texts a batch"
    )
    print(f"{by_lines:.0f} lines/s of edge-translate --processes {processes}")
    print(f"{rate / by_lines:.2f} requests a line")
    accepting, translating = np.subtract(after, before) / len(requests) * 1000
    print(
        f"processor time: {accepting:.2f} ms to accept a request, {translating:.2f} ms "
        f"to translate it; {of_a_line * 1000:.2f} ms a line"
    )


def watch_memory(service: Service, request: bytes, count: int, clients: int) -> None:
    """Print how much memory grows over many short requests."""
    # What is allocated once is allocated by then.
    warm = max(clients, count // 20)
    load(service.port, [request] * warm, clients)
    before = service.memory
    seconds = 0.0
    for begin in range(0, count, 100_000):
        part = min(100_000, count - begin)
        seconds += load(service.port, [request] * part, clients)[0]
    growth = service.memory / before - 1
    print(
        f"{count} short requests after {warm}: {count / seconds:.0f} requests/s; "
        f"resident memory {before / 1e6:.0f} MB, growth {growth:.1%}"
    )


if __name__ == "__main__":
    main()
