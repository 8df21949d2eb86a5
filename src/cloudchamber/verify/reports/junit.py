"""Reports as JUnit XML, for CI: one test case for each handler and scenario.

https://github.com/testmoapp/junitxml describes the form that CI systems read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from cloudchamber.verify.report import Finding, Report
from cloudchamber.verify.reports.turns import turn_lines, turns_of
from cloudchamber.verify.reports.wording import MEANINGS, sign, standing, trace_of, when
from cloudchamber.verify.tree import text_lines

_WIDTH = 98
_FORBIDDEN = re.compile(
    "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)  # https://www.w3.org/TR/xml/#charsets


def junit(reports: Sequence[Report]) -> str:
    """The XML document: a test suite for each scenario. Accepted findings and handlers not reached are skipped cases."""
    root = ElementTree.Element("testsuites", name="cloudchamber verify")
    for report in reports:
        _suite(root, report)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _suite(root: ElementTree.Element, report: Report) -> None:
    standings = [standing(report, verdict) for verdict in report.verdicts]
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name=f"{report.application}.{report.scenario}",
        tests=str(len(standings)),
        failures=str(standings.count("bad")),
        errors="0",
        skipped=str(standings.count("unknown") + standings.count("accepted")),
        time=f"{report.elapsed_ms / 1000:.3f}",
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (("seed", report.seed), ("runs", report.runs_count)):
        ElementTree.SubElement(properties, "property", name=name, value=str(value))
    for verdict, state in zip(report.verdicts, standings, strict=True):
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"{report.application}.{report.scenario}", name=verdict.handler
        )
        if state == "unknown":
            ElementTree.SubElement(case, "skipped", message=f"not reached: {MEANINGS['not reached']}")
        elif state == "accepted":
            ElementTree.SubElement(case, "skipped", message=f"accepted: {verdict.name}")
        elif state == "bad":
            message = f"{verdict.name}: {MEANINGS[verdict.name]}"
            failure = ElementTree.SubElement(case, "failure", type=verdict.name, message=message)
            texts = [_text(finding) for finding in report.findings_of(verdict.handler)]
            failure.text = _FORBIDDEN.sub("�", "\n" + "\n\n".join(texts) + "\n")


def _text(finding: Finding) -> str:
    lines = [f"{finding.handler} {finding.name}", "when:"]
    lines += [f"  {line}" for line in when(finding)]
    trace = text_lines(trace_of(finding), plain=True)
    lines += ["trace:", *trace] if trace else []
    turns = turns_of(finding)
    lines += ["side by side:", *(f"  {line}" for line in turn_lines(turns, _WIDTH))] if turns else []
    lines.append("in the end:")
    lines += [f"  {sign(each)} {each.text}" for each in finding.differences]
    lines += [f"  ! {problem}" for problem in finding.problems]
    lines += (
        ["what to do:", *(f"  {each.title}: {each.url}" for each in finding.advice)] if finding.advice else []
    )
    lines += ["see it again:", f"  {finding.repeat}"] if finding.repeat else []
    return "\n".join(lines)
