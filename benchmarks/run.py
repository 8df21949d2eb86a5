"""`make bench`: measure a chamber on disk, and write benchmarks/RESULTS.md.

    python benchmarks/run.py [--only NAME]... [--quick] [--no-write]

CPU is the server's own, from the operating system's accounting; functions' processes are not counted. Machines differ and are
shared: the ratios to an empty HTTP request of the same server travel better than microseconds.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import delivery, hooks, workloads
from benchmarks.load import Figures, cpu_s, drive, json_call, rss_mb
from benchmarks.servers import EMPTY, Process, chamber

HERE = Path(__file__).parent


def empty_request() -> Figures:
    with Process([sys.executable, "-c", EMPTY]) as server:
        request = json_call(
            "sqs",
            "AmazonSQS.SendMessage",
            server.port,
            b'{"QueueUrl":"q","MessageBody":"' + b"x" * 200 + b'"}',
        )
        drive(server.port, server.pid, lambda i: request, 2_000, 1)
        return drive(server.port, server.pid, lambda i: request, 30_000, 32)


def measure(name: str, quick: bool) -> tuple[Figures, Figures]:
    """One workload on a fresh chamber: on one connection, and on 32."""
    setup, count = workloads.WORKLOADS[name]
    count = count // 10 if quick else count
    with tempfile.TemporaryDirectory() as folder, chamber(folder) as server:
        make = setup(server.port)
        warm = count // 10
        drive(server.port, server.pid, make, warm, 1)
        share = (count - warm) // 3
        one = drive(server.port, server.pid, make, share, 1)
        return one, drive(server.port, server.pid, make, count - warm - share, 32)


def cold_start(runtime: str, code: str) -> float:
    """Milliseconds to the answer of a new function's first Invoke: the median of five."""
    times = []
    with tempfile.TemporaryDirectory() as folder, chamber(folder) as server:
        workloads.function(server.port, "first", code, runtime)
        drive(server.port, server.pid, lambda i: workloads.invoke_request(server.port, "first"), 1, 1)
        for i in range(5):
            workloads.function(server.port, f"cold{i}", code, runtime)
            request = workloads.invoke_request(server.port, f"cold{i}")
            times.append(drive(server.port, server.pid, lambda _, r=request: r, 1, 1).p50_ms)
    return statistics.median(times)


def first_answer() -> float:
    """Milliseconds from the start of the process to its first answer: the median of five."""
    times = []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as folder, chamber(folder) as server:
            request = json_call("sqs", "AmazonSQS.ListQueues", server.port, b"{}")
            drive(server.port, server.pid, lambda i, request=request: request, 1, 1)
            times.append((time.perf_counter() - server.started_at) * 1e3)
    return round(statistics.median(times))


def memory() -> tuple[float, float, float]:
    """Resident MB when idle and with 100,000 messages, and CPU seconds used in 3 idle seconds."""
    with tempfile.TemporaryDirectory() as folder, chamber(folder) as server:
        time.sleep(1)
        idle, cpu = rss_mb(server.pid), cpu_s(server.pid)
        time.sleep(3)
        quiet = cpu_s(server.pid) - cpu
        make = workloads.send_message(server.port)
        drive(server.port, server.pid, make, 100_000, 32)
        return idle, rss_mb(server.pid), round(quiet, 3)


def recovery() -> float:
    """Milliseconds from start to first answer with 1,000,000 stored messages, after a kill."""
    with tempfile.TemporaryDirectory() as folder:
        with chamber(folder) as server:
            url, _ = workloads.queue(server.port, "many")
            entries = ",".join(f'{{"Id":"{i}","MessageBody":"{"x" * 100}"}}' for i in range(10))
            body = f'{{"QueueUrl":"{url}","Entries":[{entries}]}}'.encode()
            request = json_call("sqs", "AmazonSQS.SendMessageBatch", server.port, body)
            drive(server.port, server.pid, lambda i: request, 100_000, 32)
            subprocess.run(["kill", "-9", str(server.pid)], check=True)
        with chamber(folder) as server:
            request = json_call(
                "sqs", "AmazonSQS.ReceiveMessage", server.port, f'{{"QueueUrl":"{url}"}}'.encode()
            )
            drive(server.port, server.pid, lambda i: request, 1, 1)
            return round((time.perf_counter() - server.started_at) * 1e3)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", metavar="NAME", help="one workload; may be repeated")
    parser.add_argument("--quick", action="store_true", help="a tenth of the calls")
    parser.add_argument("--no-write", action="store_true", help="print only")
    args = parser.parse_args()
    names = args.only or list(workloads.WORKLOADS)
    empty = empty_request()
    lines = [
        "| call | CPU µs, 1 connection | CPU µs, 32 | × an empty request | per second, 32 | median ms, 1 | p99 ms, 1 |",
        "|---|---|---|---|---|---|---|",
        f"| empty HTTP request | – | {empty.cpu_us} | 1 | {empty.per_second} | – | – |",
    ]
    print(lines[-1], flush=True)
    for name in names:
        one, many = measure(name, args.quick)
        ratio = round(many.cpu_us / empty.cpu_us, 1)
        lines.append(
            f"| {name} | {one.cpu_us} | {many.cpu_us} | {ratio} | {many.per_second} | {one.p50_ms} | {one.p99_ms} |"
        )
        print(lines[-1], flush=True)
    if args.only:
        return
    rows = [
        ("first answer after the start of the process", f"{first_answer():.0f} ms"),
        (
            "cold start of a Python function, Invoke to answer",
            f"{cold_start('python3.12', workloads.ECHO)} ms",
        ),
        (
            "cold start of a Node.js function, Invoke to answer",
            f"{cold_start('nodejs22.x', workloads.NODE)} ms",
        ),
    ]
    idle, full, quiet = memory()
    rows += [
        ("resident memory when idle", f"{idle} MB"),
        ("resident memory after 100,000 messages", f"{full} MB"),
        ("CPU in 3 idle seconds", f"{quiet} s"),
        ("first answer with 1,000,000 stored messages, after kill -9", f"{recovery():.0f} ms"),
    ]
    figures = ["| figure | |", "|---|---|", *(f"| {what} | {value} |" for what, value in rows)]
    print("\n".join(figures))
    deliveries = delivery.table(list(delivery.BENCHMARKS), 0.1 if args.quick else 1.0)
    shares = hooks.table(args.quick)
    if not args.no_write:
        write(lines, figures, deliveries, shares)


def write(*tables: list[str]) -> None:
    """Put the measured part of RESULTS.md in place; what people wrote around it stays."""
    path = HERE / "RESULTS.md"
    text = path.read_text("utf-8") if path.exists() else "<!-- measured -->\n<!-- end -->\n"
    before, _, rest = text.partition("<!-- measured -->\n")
    after = rest.partition("<!-- end -->\n")[2]
    machine = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, SQLite on disk, `make bench`."
    measured = "\n\n".join([machine, *("\n".join(table) for table in tables)])
    path.write_text(f"{before}<!-- measured -->\n{measured}\n<!-- end -->\n{after}", "utf-8")


if __name__ == "__main__":
    main()
