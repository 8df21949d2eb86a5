"""A load of requests over keep-alive connections, and what they cost the server in CPU time."""

from __future__ import annotations

import os
import selectors
import socket
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

from cloudchamber.wire.http import HttpRequest
from cloudchamber.wire.sigv4 import sign

KEY, SECRET, REGION = "000000000000", "test", "us-east-1"


class Figures(NamedTuple):
    """What a run showed: server CPU per call, calls per second, median and 99th percentile of the latency."""

    cpu_us: float
    per_second: float
    p50_ms: float
    p99_ms: float


def signed(method: str, path: str, service: str, headers: dict[str, str], body: bytes, port: int) -> bytes:
    """The bytes of one request, signed as an SDK signs it."""
    target, _, query = path.partition("?")
    request = HttpRequest(method, target, query, {"host": f"127.0.0.1:{port}", **headers}, body)
    sign(request, KEY, SECRET, REGION, service, time.time())
    lines = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}content-length: {len(body)}\r\n\r\n".encode() + body


def json_call(service: str, target: str, port: int, body: bytes) -> bytes:
    """A call in AWS's JSON protocol."""
    version = "1.1" if service in ("events", "logs", "kinesis", "ssm") else "1.0"
    headers = {"x-amz-target": target, "content-type": f"application/x-amz-json-{version}"}
    return signed("POST", "/", service, headers, body, port)


def cpu_s(pid: int) -> float:
    """CPU seconds a process has used, its children apart."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    """Resident memory of a process, its children apart."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return round(int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6, 1)


class Client:
    """A connection to the server at a port."""

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        self.sock.sendall(request)

    def whole_answer(self) -> bytes:
        """The answer, waited for."""
        while True:
            answer = self.answer()
            if answer is not None:
                return answer

    def answer(self) -> bytes | None:
        """The whole answer, or None while some of it is missing."""
        data = self.sock.recv(262_144)
        if not data:
            raise SystemExit("The server hung up.")
        self.buffer += data
        head, gap, body = self.buffer.partition(b"\r\n\r\n")
        if not gap:
            return None
        lower = head.lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(body) < length:
            return None
        answer, self.buffer = self.buffer, b""
        return answer


def drive(port: int, pid: int, make: Callable[[int], bytes], count: int, connections: int) -> Figures:
    """Send `make(0)`, `make(1)`, ... up to `count`, so many at a time; every answer must be a success."""
    selector, latencies, sent = selectors.DefaultSelector(), [], 0
    clients = [Client(port) for _ in range(connections)]
    requests = [make(i) for i in range(min(count, 4_000))]
    begin, cpu = time.perf_counter(), cpu_s(pid)
    for client in clients:
        selector.register(client.sock, selectors.EVENT_READ, client)
        client.send(requests[sent % len(requests)])
        sent += 1
    while len(latencies) < count:
        for key, _ in selector.select(30):
            client = key.data
            answer = client.answer()
            if answer is None:
                continue
            if not answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 202")):
                raise SystemExit(f"not a success: {answer[:400]!r}")
            latencies.append(time.perf_counter() - client.sent_at)
            if sent < count:
                client.send(requests[sent % len(requests)])
                sent += 1
    used, took = cpu_s(pid) - cpu, time.perf_counter() - begin
    for client in clients:
        client.sock.close()
    latencies.sort()
    return Figures(
        round(used / count * 1e6, 1),
        round(count / took),
        round(statistics.median(latencies) * 1e3, 2),
        round(latencies[int(count * 0.99)] * 1e3, 2),
    )
