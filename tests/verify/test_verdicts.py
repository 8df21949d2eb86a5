"""The pairs of `examples/verify` under schedules: unsafe halves are convicted, safe ones are not, and each safeguard counts.

All mutations, and many more schedules: `make verdicts`.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.verify.pairs import MUTATIONS, UNSAFE, application, mutated, verified

from cloudchamber.verify.verification import Budget

CONVICTING_RUNS = 20
ACQUITTING_RUNS = 30
REPRESENTATIVE = {pair: next(m for m in MUTATIONS if m["pair"] == pair) for pair in UNSAFE}


def shown(report):
    """What a report says, but for how long it took."""
    return [(v.handler, v.all, v.runs_count, v.failed_count) for v in report.verdicts], [
        (f.handler, f.name, f.schedule, f.repeat, [d.text for d in f.differences], timeless(f.tracks))
        for f in report.findings
    ]


def timeless(tracks):
    return [msgspec.structs.replace(track, duration_us=0) for track in tracks]


def verdicts(report):
    return {(verdict.handler, name) for verdict in report.verdicts for name in verdict.all}


@pytest.mark.parametrize("pair", UNSAFE)
async def test_an_unsafe_half_is_convicted_by_a_minimal_schedule(pair):
    handler, name = UNSAFE[pair]
    report = await verified(application(pair, "unsafe"), Budget(runs=CONVICTING_RUNS))
    assert (handler, name) in verdicts(report)
    assert {verdict.handler for verdict in report.verdicts if not verdict.is_good} == {handler}
    finding = next(f for f in report.findings if (f.handler, f.name) == (handler, name))
    assert finding.schedule.size <= 2
    assert finding.differences or finding.problems
    assert any(track.note.startswith("fault: ") for track in finding.tracks)


async def test_a_verdict_repeats_from_its_seed_with_any_number_of_workers():
    half = application("marker-before-work", "unsafe")
    one, two = [await verified(half, Budget(runs=12), jobs) for jobs in (1, 2)]
    assert shown(one) == shown(two)


async def test_it_may_end_with_the_first_conviction():
    budget = Budget(until_convicted=True)
    report = await verified(application("counter-increments", "unsafe"), budget, jobs=2)
    assert [(verdict.name, verdict.runs_count) for verdict in report.verdicts] == [
        ("duplicates its effect", 1)
    ]
    assert report.runs_count == 2


@pytest.mark.parametrize("pair", UNSAFE)
async def test_a_safe_half_is_acquitted(pair):
    report = await verified(application(pair, "safe"), Budget(runs=ACQUITTING_RUNS))
    assert verdicts(report) == set(), [(f.repeat, [d.text for d in f.differences]) for f in report.findings]
    assert {verdict.name for verdict in report.verdicts} == {"idempotent"}


@pytest.mark.parametrize("pair", UNSAFE)
async def test_without_a_safeguard_a_safe_half_is_convicted(pair, tmp_path: Path):
    mutation = REPRESENTATIVE[pair]
    report = await verified(mutated(mutation, tmp_path / "safe"), Budget(runs=CONVICTING_RUNS))
    assert mutation["expect"] in {name for _, name in verdicts(report)}


@pytest.mark.verdicts
@pytest.mark.timeout(900)
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: f"{each['pair']}: {each['name']}")
async def test_each_safeguard_counts(mutation, tmp_path: Path):
    report = await verified(mutated(mutation, tmp_path / "safe"), Budget(runs=80), jobs=2)
    assert mutation["expect"] in {name for _, name in verdicts(report)}


@pytest.mark.verdicts
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("pair", UNSAFE)
async def test_a_safe_half_is_acquitted_of_all_systematic_schedules_and_some_by_chance(pair):
    report = await verified(application(pair, "safe"), Budget(), jobs=2)
    assert verdicts(report) == set(), [(f.repeat, [d.text for d in f.differences]) for f in report.findings]
