"""What a verdict costs: schedules a minute, the first conviction of each unsafe example, a fresh chamber.

    python benchmarks/verify.py [--runs COUNT] [--write]

CPU is that of the workers and of the functions' processes, which the operating system accounts to them when they have ended.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import time
from pathlib import Path

import uvloop

from cloudchamber.verify.model import Application
from cloudchamber.verify.stage import Stage
from cloudchamber.verify.verification import Budget, Verification

EXAMPLES = Path(__file__).parents[1] / "examples"
RESULTS = Path(__file__).parent / "RESULTS.md"
BEGIN, END = "<!-- verify -->", "<!-- verify end -->"
JOBS = 2
RESETS = 200


def application(folder: str) -> Application:
    """An example under the scenario that lies in its folder, or above it."""
    path = EXAMPLES / folder
    scenario = path / "scenario.py"
    if not scenario.is_file():
        scenario = path.parent / "scenario.py"
    return Application(str(path / "template.yaml"), str(scenario))


def children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def schedules(folder: str, runs: int) -> tuple[float, float]:
    """Schedules a minute, and CPU milliseconds for each, without what it costs to begin."""
    rates = []
    costs = []
    for count in (1, runs):
        before = children_cpu_s()
        report = asyncio.run(Verification(application(folder), 0, Budget(runs=count), JOBS).run())
        rates.append(report.schedules_per_minute)
        costs.append(children_cpu_s() - before)
    return rates[1], 1000 * (costs[1] - costs[0]) / (runs - 1)


def first_conviction_s(folder: str) -> float:
    """Seconds from the command to the first conviction, deployment included."""
    verification = Verification(application(folder), 0, Budget(until_convicted=True), JOBS)
    asyncio.run(verification.run())
    return min(verification.first_convictions_s.values())


async def reset_ms(folder: str) -> float:
    """Milliseconds for a chamber in memory with the deployed application to begin, come to rest and end."""
    stage = await Stage.open(application(folder), 0)
    try:
        started = time.perf_counter()
        for _ in range(RESETS):
            await stage.reset()
        return 1000 * (time.perf_counter() - started) / RESETS
    finally:
        await stage.close()


def rows(runs: int) -> list[str]:
    """The table, line by line."""
    made = ["| verify | | `python benchmarks/verify.py` |", "|---|---|---|"]
    for folder in ("orders", "verify/partial-batch-wrong-ids/safe"):
        rate, cpu_ms = schedules(folder, runs)
        made.append(
            f"| schedules of {folder}, {JOBS} workers | {rate:.0f} a minute | {cpu_ms:.0f} ms CPU each |"
        )
    for path in sorted((EXAMPLES / "verify").glob("*/unsafe")):
        seconds = first_conviction_s(str(path.relative_to(EXAMPLES)))
        made.append(f"| first conviction of {path.parent.name} | {seconds:.1f} s | deployment included |")
    made.append(
        f"| a fresh chamber of orders | {uvloop.run(reset_ms('orders')):.1f} ms | begun, at rest, ended, without functions |"
    )
    return made


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=100, help="schedules that are measured")
    parser.add_argument("--write", action="store_true", help="into benchmarks/RESULTS.md")
    args = parser.parse_args()
    table = "\n".join(rows(args.runs))
    print(table)
    if args.write:
        text = RESULTS.read_text()
        before, _, rest = text.partition(BEGIN)
        RESULTS.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    main()
