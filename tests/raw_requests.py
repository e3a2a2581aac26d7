"""Requests that no client library would send: bytes from a seeded generator."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

from mock.sandbox.admin import PREFIX
from tests.running import DRAFT, KEY, LEAD
from tests.sandboxes import FIELDS, PATH

Draw = random.Random
WORKING = ("PATCH", "PATCH", "POST", "DELETE", "GET")
METHODS = (*WORKING, "HEAD", "OPTIONS", "TRACE", "CONNECT", "patch", "P" * 300, "")
PATHS = (
    PATH, PATH, PATH, PATH.upper(), PATH + "/", PATH + "?x=%ff", "/" + PATH, "//", "*", "/%00", "/%ff/%zz",
    PATH.replace(DRAFT, "x"), PATH.replace(DRAFT, "%2F"), PATH.replace(DRAFT, "0" * 5000), "http://example.com" + PATH,
    "/" + "a" * 70_000, f"{PREFIX}/health", f"{PREFIX}/state", f"{PREFIX}/campaigns/{DRAFT}/status", "/\xe9", "",
    PATH + "?page=1e9&limit=%00",
)  # fmt: skip
VERSIONS = ("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "HTTP", "")
HEADERS = (
    f"Authorization: Bearer {KEY}", f"Authorization: Bearer {KEY}", "Authorization: Bearer", "Authorization: \xff",
    "Content-Type: application/json", "Content-Type: text/plain", "Content-Type:", "Prefer: code=429",
    "Prefer: example=full-row", "Prefer: code=\xff", "Expect: 100-continue", "Expect: nothing", "Connection: close",
    "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Upgrade: h2c", "Origin: null",
    "Origin: http://a.example", "Access-Control-Request-Method: PATCH", "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked", "Content-Length: -1", "Content-Length: 5", "Content-Length: 99999999999999999",
    "Host: \x00", ": no name", "no colon", " folded: line", "X: " + "y" * 9000, "Accept-Encoding: gzip", "Cookie: a=b",
)  # fmt: skip
VALUES: tuple[Callable[[Draw], object], ...] = (
    lambda draw: "".join(draw.choices('\0\t\n"\\Aé\u202e😀', k=draw.randrange(9))),
    lambda draw: draw.choice(["jane@example.com", "jane", "@"]),
    lambda draw: "x" * draw.randrange(20_000),
    lambda draw: draw.choice([None, True, 0, -1.5, 10**30, [], {}, [[]], {"a": None}]),
)


def raw_request(draw: Draw) -> bytes:
    """One request; most of them are valid except for a flaw or two."""
    body = _body(draw)
    if draw.random() < 0.3:
        return _mutated(draw, _good_head(draw, len(body)) + body)
    if draw.random() < 0.5:
        return _good_head(draw, len(body)) + body
    line = f"{draw.choice(METHODS)} {draw.choice(PATHS)} {draw.choice(VERSIONS)}"
    lines = [line, *draw.choices(HEADERS, k=draw.randrange(8))]
    if draw.random() < 0.6:
        lines.append(f"Content-Length: {len(body) + draw.choice((0, 0, 0, -1, 7))}")
    if draw.random() < 0.2:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body) + draw.choice((0, 0, 1)), body)
    return draw.choice(("\r\n", "\r\n", "\n")).join([*lines, "", ""]).encode("latin-1") + body


def _good_head(draw: Draw, length: int) -> bytes:
    lines = [f"{draw.choice(WORKING)} {PATH} HTTP/1.1", "Host: 127.0.0.1", HEADERS[0], "Content-Type: application/json"]
    return "\r\n".join([*lines, f"Content-Length: {length}", "", ""]).encode()


def _body(draw: Draw) -> bytes:
    fields = {draw.choice(FIELDS): draw.choice(VALUES)(draw) for _ in range(draw.randrange(4))}
    new_lead = {"email": f"fuzz-{draw.randrange(100)}@example.com", "custom_fields": fields}
    content: list[dict[str, object]] = [
        {"prospect_id": LEAD, "updates": fields},
        {"prospects": [fields, new_lead]},
        {"prospects": [new_lead] * draw.randrange(9)},
        {"prospect_ids": [DRAFT.replace("3", str(draw.randrange(3)))]},
    ]
    body = json.dumps(draw.choice(content)).encode()
    kind = draw.random()
    if kind < 0.1:
        return draw.choice((b"", b"{", b"[" * 3000, b"\xff\xfe", b"null", b'{"a":' * 500, b'"\\ud800"', b"1e400"))
    return _mutated(draw, body) if kind < 0.3 else body


def _mutated(draw: Draw, data: bytes) -> bytes:
    """Some bytes changed, doubled or dropped, or the end cut off."""
    changed = bytearray(data)
    for _ in range(draw.randrange(1, 6)):
        at = draw.randrange(len(changed) + 1)
        match draw.randrange(4):
            case 0:
                changed[at : at + 1] = bytes([draw.randrange(256)])
            case 1:
                changed[at:at] = changed[max(0, at - 9) : at]
            case 2:
                del changed[at : at + draw.randrange(1, 9)]
            case _:
                changed[at:at] = draw.choice((b"\r\n", b"\n", b"\x00", b" ", b"\r\n\r\n", b":", b"%"))
    return bytes(changed[: draw.randrange(1, len(changed) + 2)] if draw.random() < 0.2 else changed)
