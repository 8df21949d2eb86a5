"""A report as one HTML page that needs nothing else: no network, no other file."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from cloudchamber.verify.advice import Advice
from cloudchamber.verify.compare import Difference
from cloudchamber.verify.judge import Verdict
from cloudchamber.verify.report import Finding, Report
from cloudchamber.verify.reports.html_style import SCRIPT, STYLE
from cloudchamber.verify.reports.turns import turn_lines, turns_of
from cloudchamber.verify.reports.wording import (
    MEANINGS,
    conclusion,
    sign,
    standing,
    summary,
    trace_of,
    when,
)
from cloudchamber.verify.tree import Line, branches, since
from cloudchamber.verify.words import shown

_MARKS = {"good": "✓", "bad": "✗", "accepted": "○", "unknown": "–"}
_FOLDED = ' class="folded"'
_NOTES_MAX = 3  # beside a verdict
_TURNS_WIDTH = 98  # columns of text
_OPEN_MAX = 1  # findings that are unfolded when the page opens


def page(reports: list[Report]) -> str:
    """The page of one or more reports."""
    title = escape(" · ".join(dict.fromkeys(report.application for report in reports)) or "nothing")
    body = "\n".join(_report(report, index) for index, report in enumerate(reports))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}: verified</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        f"<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def _report(report: Report, index: int) -> str:
    verdict = "good" if report.is_good else "bad"
    findings = "".join(
        _finding(report, finding, f"finding-{index}-{number}", is_open=number < _OPEN_MAX)
        for number, finding in enumerate(report.findings)
    )
    return (
        f"<header><div><h1>{escape(report.application)}<small>{escape(report.scenario)}</small></h1>"
        f'<p class="numbers">{escape(summary(report))}</p></div>'
        f'<p class="conclusion {verdict}">{escape(conclusion(report))}</p></header>\n'
        + _verdicts(report, index)
        + (f"<h2>Findings</h2>\n{findings}" if findings else "")
        + (f'<h2>Notes</h2><ul class="plain notes">{_items(report.notes)}</ul>' if report.notes else "")
    )


def _verdicts(report: Report, index: int) -> str:
    rows = "".join(_verdict(report, verdict, index) for verdict in report.verdicts)
    return (
        '<div class="card scroll"><table><thead><tr><th>Handler</th><th>Verdict</th><th>Meaning</th>'
        f'<th class="count">Schedules</th></tr></thead><tbody>{rows}</tbody></table></div>\n'
    )


def _verdict(report: Report, verdict: Verdict, index: int) -> str:
    state = standing(report, verdict)
    handler = escape(verdict.handler)
    at = next((n for n, each in enumerate(report.findings) if each.handler == verdict.handler), None)
    if at is not None:
        handler = f'<a href="#finding-{index}-{at}">{handler}</a>'
    others = [name for name in verdict.all if name != verdict.name]
    beside = ["accepted"] if state == "accepted" else []
    beside += [f"also {' and '.join(others)}"] if others else []
    beside += [*verdict.breaks, *(verdict.notes[:_NOTES_MAX] if verdict.is_good else ())]
    small = "".join(f'<div class="soft">{escape(each)}</div>' for each in beside)
    failed = f" of {verdict.runs_count}" if verdict.failed_count else ""
    count = f"{verdict.failed_count or verdict.runs_count}{failed}"
    label = f'<span class="pill {state}">{_MARKS[state]} {escape(verdict.name)}</span>'
    return (
        f'<tr><td class="handler">{handler}</td><td>{label}</td>'
        f'<td>{escape(MEANINGS[verdict.name])}{small}</td><td class="count">{count}</td></tr>'
    )


def _finding(report: Report, finding: Finding, anchor: str, *, is_open: bool) -> str:
    accepted = report.is_accepted(finding.handler, finding.name)
    state = "accepted" if accepted else "bad"
    what = "; ".join(when(finding))
    parts = [
        _section("When", f'<ul class="plain when">{_items(when(finding))}</ul>'),
        _trace(finding),
        _turns(finding),
        _section("In the end", _differences(finding)),
        _section("What to do", _advices(finding.advice) if finding.advice else ""),
        _section("See it again", _command(finding.repeat)),
    ]
    return (
        f'<details class="card finding" id="{anchor}"{" open" if is_open else ""}><summary>'
        f'<b>{escape(finding.handler)}</b><span class="pill {state}">{escape(finding.name)}'
        f'{" (accepted)" if accepted else ""}</span><span class="what">{escape(what)}</span></summary>'
        f'<div class="inside">{"".join(parts)}</div></details>\n'
    )


def _section(title: str, content: str) -> str:
    return f"<h3>{title}</h3>{content}" if content else ""


def _differences(finding: Finding) -> str:
    rows = "".join(_difference(each) for each in finding.differences)
    rows += "".join(
        f'<tr><td class="sign less">!</td><td>{escape(problem)}</td></tr>' for problem in finding.problems
    )
    notes = f'<ul class="plain notes">{_items(finding.notes)}</ul>' if finding.notes else ""
    return (f'<table class="differences"><tbody>{rows}</tbody></table>' if rows else "") + notes


def _difference(each: Difference) -> str:
    values = ""
    if each.kind == "changed":
        values = (
            f'<div class="values">expected <del>{escape(shown(each.expected))}</del>'
            f" · found <ins>{escape(shown(each.found))}</ins></div>"
        )
    mark = "−" if sign(each) == "-" else sign(each)
    return f'<tr><td class="sign {each.gives}">{mark}</td><td>{escape(each.text)}{values}</td></tr>'


def _trace(finding: Finding) -> str:
    lines = trace_of(finding)
    if not lines:
        return ""
    rows = "".join(map(_row, lines))
    return _section("Trace", f'<div class="trace">{rows}</div>')


def _turns(finding: Finding) -> str:
    turns = turns_of(finding)
    if not turns:
        return ""
    rows = "".join(f'<span class="row">{escape(line)}</span>' for line in turn_lines(turns, _TURNS_WIDTH))
    return _section("Side by side", f'<div class="trace">{rows}</div>')


def _row(line: Line) -> str:
    text = f"<span{_FOLDED if line.is_folded else ''}>{escape(line.text)}</span>"
    mark = '<span class="fault">⚡ </span>' if line.fault else ""
    error = f'<span class="error">  {escape(line.error)}</span>' if line.error else ""
    fault = f'<span class="fault">  ← {escape(line.fault)}</span>' if line.fault else ""
    branch = f'<span class="branch">{branches(line, plain=False)}</span>'
    return (
        f'<span class="row{" struck" if line.fault else ""}"><span class="at">{since(line.at_ms)}</span>'
        f"{branch}{mark}{text}{error}{fault}</span>"
    )


def _advices(advices: Iterable[Advice]) -> str:
    return f'<ol class="advice">{"".join(map(_advice, advices))}</ol>'


def _advice(advice: Advice) -> str:
    return (
        f"<li><b>{escape(advice.title)}</b>{escape(advice.text)} "
        f'<a href="{escape(advice.url)}" rel="noreferrer">AWS documentation</a></li>'
    )


def _command(command: str) -> str:
    if not command:
        return ""
    return f'<div class="command"><code>{escape(command)}</code><button type="button" data-copies>Copy</button></div>'


def _items(texts: Iterable[str]) -> str:
    return "".join(f"<li>{escape(text)}</li>" for text in texts)
