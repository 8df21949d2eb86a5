"""A report as JSON, for programs. Members are only ever added; `version` changes when one goes.

```
{
  "version": 1,
  "application": str, "scenario": str, "seed": int,
  "good": bool,                            nothing is wrong that was not accepted
  "runs_count": int, "elapsed_ms": int, "schedules_per_minute": float,
  "accepted": [str], "notes": [str],
  "verdicts": [{
    "handler": str, "verdict": str,        idempotent | duplicates its effect | loses data | depends on order |
    "standing": str,                       poisons its queue | not reached; good | bad | accepted | unknown
    "all": [str], "breaks": [str], "notes": [str], "runs_count": int, "failed_count": int }],
  "findings": [{
    "handler": str, "verdict": str, "accepted": bool,
    "schedule": {"faults": [{"kind": str, ...}], "preemptions": [{"at": int, "to": int}], "priorities": int|null,
                 "changes": int, "text": [str]},
    "differences": [{"kind": extra | missing | changed | reordered, "place": str, "path": str, "text": str,
                     "expected": any, "found": any, "direction": "" | more | less, "count": int}],
    "problems": [str], "notes": [str],
    "trace": [{"depth": int, "at_ms": int, "text": str, "fault": str, "error": str, "folded": bool}],
    "turns": {"names": [str], "calls": [{"lane": int, "text": str, "error": str}]} | null,
    "repeat": str,
    "advice": [{"title": str, "text": str, "url": str}] }]
}
```
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from cloudchamber.verify.compare import Difference
from cloudchamber.verify.report import Finding, Report
from cloudchamber.verify.reports.turns import turns_of
from cloudchamber.verify.reports.wording import standing, trace_of, when
from cloudchamber.verify.words import as_plain

VERSION = 1


def as_json(report: Report) -> str:
    """The report as a JSON text, indented."""
    return json.dumps(as_dict(report), indent=2, ensure_ascii=False) + "\n"


def as_dict(report: Report) -> dict[str, Any]:
    """The report in types that JSON knows, by the schema above."""
    return {
        "version": VERSION,
        "application": report.application,
        "scenario": report.scenario,
        "seed": report.seed,
        "good": report.is_good,
        "runs_count": report.runs_count,
        "elapsed_ms": report.elapsed_ms,
        "schedules_per_minute": report.schedules_per_minute,
        "accepted": report.accepted,
        "notes": report.notes,
        "verdicts": [
            {
                "handler": each.handler,
                "verdict": each.name,
                "standing": standing(report, each),
                "all": list(each.all),
                "breaks": list(each.breaks),
                "notes": list(each.notes),
                "runs_count": each.runs_count,
                "failed_count": each.failed_count,
            }
            for each in report.verdicts
        ],
        "findings": [_finding(report, each) for each in report.findings],
    }


def _finding(report: Report, finding: Finding) -> dict[str, Any]:
    return {
        "handler": finding.handler,
        "verdict": finding.name,
        "accepted": report.is_accepted(finding.handler, finding.name),
        "schedule": _schedule(finding),
        "differences": [_difference(each) for each in finding.differences],
        "problems": finding.problems,
        "notes": finding.notes,
        "trace": [
            {
                "depth": line.depth,
                "at_ms": line.at_ms,
                "text": line.text,
                "fault": line.fault,
                "error": line.error,
                "folded": line.is_folded,
            }
            for line in trace_of(finding)
        ],
        "turns": msgspec.to_builtins(turns_of(finding)),
        "repeat": finding.repeat,
        "advice": [{"title": each.title, "text": each.text, "url": each.url} for each in finding.advice],
    }


def _schedule(finding: Finding) -> dict[str, Any]:
    schedule = finding.schedule
    return {
        "faults": [msgspec.to_builtins(fault) for fault in schedule.faults],
        "preemptions": [{"at": each.at, "to": each.to} for each in schedule.preemptions],
        "priorities": schedule.priorities,
        "changes": schedule.changes,
        "text": when(finding),
    }


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "kind": difference.kind,
        "place": difference.place,
        "path": difference.path,
        "text": difference.text,
        "expected": as_plain(difference.expected),
        "found": as_plain(difference.found),
        "direction": difference.direction,
        "count": difference.count,
    }
