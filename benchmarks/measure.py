"""Start a server, measure it under load, and end it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx

from benchmarks.command import CannotMeasure, execute

CONNECTIONS = 16
START_TIMEOUT = 60.0
_SCRIPT = Path(__file__).with_name("report.lua")


class Load(NamedTuple):
    """The request that every server gets."""

    method: str
    path: str
    headers: dict[str, str]
    body: str

    def succeeds(self, port: int) -> bool:
        try:
            url = f"http://127.0.0.1:{port}{self.path}"
            return httpx.request(self.method, url, headers=self.headers, content=self.body).status_code == 200
        except httpx.HTTPError:
            return False

    def script(self) -> str:
        lines = [f"wrk.method = {json.dumps(self.method)}", f"wrk.body = {json.dumps(self.body)}"]
        lines += [f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in self.headers.items()]
        return "\n".join([*lines, _SCRIPT.read_text("utf-8")])


class Reading(NamedTuple):
    """The result of one run of one server."""

    rate: float  # requests per second
    p50: float  # median latency in milliseconds
    p99: float  # 99th percentile of the latency in milliseconds
    memory: float  # resident MiB of the server and its children after the load
    start: float  # seconds from the command to the first response


def measure(command: list[str], load: Load, seconds: int, warm_up: int = 1) -> Reading:
    """Start a server on a free port, load it with wrk, and end it.

    In the command, ``{port}`` is the port and ``{folder}`` an empty folder. Raises ``CannotMeasure`` if the server does
    not respond with 200, or not always.
    """
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        began = time.perf_counter()
        with _running([word.format(port=port, folder=folder) for word in command]) as process:
            while not load.succeeds(port):
                if process.poll() is not None or time.perf_counter() - began > START_TIMEOUT:
                    raise CannotMeasure("does not start")
                time.sleep(0.002)
            start = time.perf_counter() - began
            if warm_up:
                _run_wrk(port, load, folder, warm_up)
            report = _run_wrk(port, load, folder, seconds)
            if report["errors"]:
                raise CannotMeasure(f"refused {report['errors']} requests")
            rate = report["requests"] / report["seconds"]
            return Reading(rate, report["p50"], report["p99"], _memory(process.pid), start)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _running(words: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(words, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _run_wrk(port: int, load: Load, folder: str, seconds: int) -> dict[str, float]:
    script = Path(folder) / "request.lua"
    script.write_text(load.script(), "utf-8")
    options = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script)]
    printed = execute(["wrk", *options, f"http://127.0.0.1:{port}{load.path}"])
    report: dict[str, float] = json.loads(printed[printed.index("\n{") :])
    return report


def _memory(group: int) -> float:
    """The resident MiB of a process group."""
    processes = map(str.split, execute(["ps", "-A", "-o", "pgid=,rss="]).splitlines())
    return sum(int(rss) for pgid, rss in processes if int(pgid) == group) / 1024
