"""A server that says what it was told to, word for word, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

Answer = Mapping[str, Any]
"""``status``, ``headers`` and ``body`` of an answer; ``hang-up`` for none; ``silent`` to let the client wait, and
``dawdle`` to send the body byte by byte."""


class Scripted:
    """What the server was sent, and where it is."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[bytes] = []
        """Whole, in the order in which they came."""
        self.arrived = threading.Semaphore(0)

    def lines(self) -> str:
        """Method, path and body of each request."""
        shown = []
        for request in self.requests:
            head, _, body = request.partition(b"\r\n\r\n")
            method, path, _ = head.split(b" ", 2)
            shown.append(b" ".join(part for part in (method, path, body) if part).decode() + "\n")
        return "".join(shown)


@contextlib.contextmanager
def scripted(answers: Sequence[Answer]) -> Iterator[Scripted]:
    """Serve these answers, one a connection, while the block runs; what comes after them is hung up on."""
    left = iter(answers)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Scripted(f"http://127.0.0.1:{listener.getsockname()[1]}")
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                with contextlib.suppress(OSError):
                    connection, _ = listener.accept()
                    with connection:
                        connection.settimeout(20)
                        request = _received(connection)
                        if request and not ended.is_set():
                            server.requests.append(request)
                            server.arrived.release()
                            _answer(connection, next(left, {"hang-up": True}), ended)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server
        finally:
            ended.set()
            with contextlib.suppress(OSError), socket.create_connection(listener.getsockname(), timeout=5):
                pass
            thread.join()


def _received(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        if not part:
            return b""
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def _answer(connection: socket.socket, answer: Answer, ended: threading.Event) -> None:
    if "silent" in answer:
        ended.wait(20)
    if "status" not in answer:
        return
    body = answer.get("body", "")
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    status = answer["status"]
    reason = HTTPStatus(status).phrase if status in HTTPStatus.__members__.values() else "Odd"
    headers = {"Content-Type": "application/json", "Content-Length": len(content), "Connection": "close"}
    lines = [f"{name}: {value}" for name, value in {**headers, **answer.get("headers", {})}.items()]
    head = "\r\n".join([f"HTTP/1.1 {status} {reason}", *lines, "", ""]).encode()
    if "dawdle" not in answer:
        connection.sendall(head + content)
        return
    for part in (head, *(content[at : at + 1] for at in range(len(content)))):
        connection.sendall(part)
        if ended.wait(0.2):
            return
