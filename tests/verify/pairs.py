"""The pairs of `examples/verify` under schedules: what each half is expected to be, and safe halves without one safeguard."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml
from tests.examples.conftest import EXAMPLES

from cloudchamber.verify.model import Application
from cloudchamber.verify.report import Report
from cloudchamber.verify.verification import Budget, Verification
from cloudchamber.workers.runtimes import runtime_modules_dir

PAIRS = EXAMPLES / "verify"
# What each unsafe half is convicted of: the handler at fault, and what its README says of it.
UNSAFE = {
    "breaker-in-module-state": ("Book", "loses data"),
    "counter-increments": ("Count", "duplicates its effect"),
    "fifo-consumer-swallows-error": ("Apply", "loses data"),
    "idempotency-get-process-put": ("Charge", "duplicates its effect"),
    "marker-before-work": ("Award", "loses data"),
    "partial-batch-wrong-ids": ("Refund", "duplicates its effect"),
    "projection-that-trusts-order": ("Project", "depends on order"),
    "promise-left-behind": ("Accept", "loses data"),
    "saga-choreographed": ("Release", "duplicates its effect"),
    "two-writes-without-outbox": ("Place", "loses data"),
}
HAS_NODE = bool(shutil.which("node") and runtime_modules_dir())  # make setup
if not HAS_NODE:
    del UNSAFE["promise-left-behind"]
MUTATIONS: list[dict[str, Any]] = [
    mutation
    for mutation in yaml.safe_load((PAIRS / "mutations.yaml").read_text())
    if mutation["pair"] in UNSAFE
]


def application(pair: str, folder: str | Path) -> Application:
    """A half of a pair, or a changed copy of one, under the pair's scenario."""
    return Application(str(PAIRS / pair / folder / "template.yaml"), str(PAIRS / pair / "scenario.py"))


def mutated(mutation: dict[str, Any], folder: Path) -> Application:
    """The safe half without one safeguard, in `folder`."""
    ignored = shutil.ignore_patterns(".cloudchamber", "__pycache__")
    shutil.copytree(PAIRS / mutation["pair"] / "safe", folder, ignore=ignored)
    path = folder / mutation["file"]
    text = path.read_text()
    assert text.count(mutation["replace"]) == 1, mutation["name"]
    path.write_text(text.replace(mutation["replace"], mutation["with"]))
    return application(mutation["pair"], folder)


async def verified(application: Application, budget: Budget, jobs: int = 1) -> Report:
    """The report on it, from seed 0."""
    return await Verification(application, 0, budget, jobs).run()
