"""What tracks and the hooks for faults and turns cost when no fault is set, as a share of a call.

    python benchmarks/hooks.py [--quick]

One server answers the same calls with everything, without the hooks, and without hooks and tracks, in turn, so that what else the
machine does strikes all alike. The stubs live here only.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import workloads
from benchmarks.load import drive
from benchmarks.servers import Process

CALLS = ("SendMessage", "GetItem")
VARIANTS = ("everything", "without hooks", "without hooks and tracks")


# -- the server


async def serve(folder: str) -> None:
    """A chamber that goes on to the next variant at each SIGUSR1, and back to the first at SIGUSR2."""
    from cloudchamber.app.chamber import Chamber, Options

    chamber = Chamber(Options(port=0, data=Path(folder)))
    await chamber.start()
    cloud: Any = chamber.cloud
    stubs = [lambda: None, lambda: without_hooks(cloud), lambda: without_tracks(cloud)]
    kept = {name: vars(cloud)[name] for name in ("tracks", "invocations")}
    variant = 0

    def go_on() -> None:
        nonlocal variant
        variant += 1
        stubs[variant]()

    def restore() -> None:
        nonlocal variant
        variant = 0
        for name in ("submit", "begin"):
            vars(cloud).pop(name, None)
        vars(cloud).update(kept)

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, go_on)
    loop.add_signal_handler(signal.SIGUSR2, restore)
    print(f"ready at http://localhost:{chamber.server.port}", flush=True)
    await asyncio.Event().wait()


def without_hooks(cloud: Any) -> None:
    """Calls do not ask for faults, do not know of functions, and take no turns."""
    from cloudchamber.aws.cloud import _Flight

    known = cloud._operations  # noqa: SLF001 - as the pipeline looks them up

    def submit(call: Any, done: Any, request_id: str = "", origin: Any = None) -> None:
        cloud.clock.hold()
        name = (call.service, call.operation)
        operation = known.get(name) or cloud.operation(*name)
        flight = _Flight(cloud, call, done, request_id)
        operation.check(call.request)
        if operation.waits:
            cloud.spawn(flight.fly(operation, None, None))
            return
        handler, request, context = operation.handler, call.request, flight.context
        cloud.store.submit(lambda tx: handler(context.enter(tx), request), flight.land_or_wait)

    class Nobody:
        def of(self, trace: Any) -> None:
            return None

    cloud.submit, cloud.invocations = submit, Nobody()


def without_tracks(cloud: Any) -> None:
    """Calls leave no track, and have no identifiers of their own."""
    from cloudchamber.aws import Trace
    from cloudchamber.aws.context import Context
    from cloudchamber.aws.tracks import Track, Tracks

    track, trace = Track("", "", "", 0, "", "", "", "", "", ""), Trace("", "")

    class Silent(Tracks):
        def begin(self, track: Track) -> None:
            """Nothing."""

        def add(self, track: Track) -> None:
            """Nothing."""

    cloud.tracks = Silent()
    cloud.begin = lambda call, depth=0, request_id="": (track, Context(cloud, call, trace, request_id, depth))


# -- the client


def cpu_ns(pid: int) -> int:
    """Nanoseconds of CPU that a process has used."""
    tasks = Path(f"/proc/{pid}/task")
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir())


def shares(name: str, rounds: int, count: int) -> tuple[float, float, float]:
    """CPU µs of a call, and the shares of it that the hooks and the tracks take. Of each variant its best round counts: other
    work on the machine only adds to what calls cost."""
    setup, _ = workloads.WORKLOADS[name]
    with (
        tempfile.TemporaryDirectory() as folder,
        Process([sys.executable, __file__, "--serve", folder]) as server,
    ):
        make = setup(server.port)
        drive(server.port, server.pid, make, 3_000, 32)
        used: list[list[int]] = []
        for _ in range(rounds):
            used.append([])
            for number in range(len(VARIANTS)):
                before = cpu_ns(server.pid)
                drive(server.port, server.pid, make, count, 32)
                used[-1].append(cpu_ns(server.pid) - before)
                os.kill(server.pid, signal.SIGUSR2 if number == len(VARIANTS) - 1 else signal.SIGUSR1)
    full, bare, bare_of_all = (min(each) for each in zip(*used, strict=True))
    return full / count / 1e3, (full - bare) / full, (bare - bare_of_all) / full


def table(quick: bool) -> list[str]:
    """Rows of Markdown."""
    lines = [
        "| call | CPU µs, 32 connections | hooks for faults and turns | tracks and identifiers |",
        "|---|---|---|---|",
    ]
    for name in CALLS:
        full_us, hooks, tracks = shares(name, 5 if quick else 40, 1_000)
        lines.append(f"| {name} | {full_us:.1f} | {hooks:.1%} | {tracks:.1%} |")
        print(lines[-1], flush=True)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="five rounds")
    parser.add_argument("--serve", metavar="FOLDER", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        import uvloop

        uvloop.run(serve(args.serve))
    else:
        table(args.quick)


if __name__ == "__main__":
    main()
