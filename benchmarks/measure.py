"""One server, started, measured under load and ended."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 16
WARM_UP = 1
LONGEST_START = 60.0
_SCRIPT = Path(__file__).with_name("report.lua")


class CannotMeasure(Exception):
    """A server or wrk does not do what is needed to compare it."""


@dataclass(frozen=True)
class Request:
    """The request that every server is sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: str

    def accepted(self, port: int) -> bool:
        """Send it once: whether it was answered 200."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request(self.method, self.path, self.body, self.headers)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def script(self) -> str:
        """The request as wrk takes it, and a report that can be read."""
        lines = [f"wrk.method = {json.dumps(self.method)}", f"wrk.body = {json.dumps(self.body)}"]
        lines += [f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in self.headers.items()]
        return "\n".join([*lines, _SCRIPT.read_text("utf-8")])


@dataclass(frozen=True)
class Reading:
    """What one run of one server gave."""

    rate: float
    """Requests a second."""
    p50: float
    """Milliseconds in which half of the requests were answered."""
    p99: float
    """Milliseconds in which 99 of 100 requests were answered."""
    memory: float
    """Resident MiB of the server and its children, after the load."""
    start: float
    """Seconds from the command to the first answer."""


def measure(command: list[str], request: Request, seconds: int) -> Reading:
    """Start a server on a free port, load it with wrk, and end it.

    Args:
        command: the command, with ``{port}`` where the port belongs and ``{folder}`` for a folder of its own.
        request: what it is sent.
        seconds: how long it is loaded.

    Raises:
        CannotMeasure: it does not answer 200, or not always.
    """
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        words = [word.format(port=port, folder=folder) for word in command]
        began = time.perf_counter()
        with _running(words) as process:
            while not request.accepted(port):
                if process.poll() is not None or time.perf_counter() - began > LONGEST_START:
                    raise CannotMeasure("does not serve")
                time.sleep(0.002)
            start = time.perf_counter() - began
            _load(port, request, folder, WARM_UP)
            report = _load(port, request, folder, seconds)
            if report["errors"]:
                raise CannotMeasure(f"refused {report['errors']} requests")
            rate = report["requests"] / report["seconds"]
            return Reading(rate, report["p50"], report["p99"], _memory(process.pid), start)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _running(words: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _load(port: int, request: Request, folder: str, seconds: int) -> dict[str, float]:
    script = Path(folder) / "request.lua"
    script.write_text(request.script(), "utf-8")
    words = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "-s",
        str(script),
        f"http://127.0.0.1:{port}{request.path}",
    ]
    printed = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    report: dict[str, float] = json.loads(printed[printed.index("\n{") :])
    return report


def _memory(group: int) -> float:
    lines = subprocess.run(["ps", "-A", "-o", "pgid=,rss="], capture_output=True, text=True, check=True).stdout
    return sum(int(rss) for pgid, rss in map(str.split, lines.splitlines()) if int(pgid) == group) / 1024
