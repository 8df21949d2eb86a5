"""A report for the terminal: colour and lines where there is one, plain text where it is piped."""

from __future__ import annotations

import textwrap

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cloudchamber.verify.advice import Advice
from cloudchamber.verify.report import Finding, Report
from cloudchamber.verify.reports.turns import turn_lines, turns_of
from cloudchamber.verify.reports.wording import (
    conclusion,
    sign,
    standing,
    summary,
    trace_of,
    when,
)
from cloudchamber.verify.tree import Line, branches, since
from cloudchamber.verify.words import counted

DIFFERENCES_MAX = 12
_WIDTH_MAX = 100
_COLOURS = {"good": "green", "bad": "red", "accepted": "yellow", "unknown": "bright_black"}
_MARKS = {"good": "✓", "bad": "✗", "accepted": "○", "unknown": "–"}
_PLAIN_MARKS = {"good": "ok", "bad": "FAIL", "accepted": "(ok)", "unknown": "-"}
_SIGN_COLOURS = {"+": "yellow", "-": "red", "~": "magenta"}


def render(report: Report, console: Console) -> None:
    """Print a report. What is not a terminal gets ASCII marks, no colour and no boxes."""
    _Printer(console).print(report)


class _Printer:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._plain = not console.is_terminal
        self._width = min(console.width, _WIDTH_MAX)
        self._advised: set[Advice] = set()  # told once at length, then by name

    def print(self, report: Report) -> None:
        self._say(Text(f"{report.application}: {report.scenario}", style="bold"))
        self._say(Text(summary(report), style="bright_black"))
        self._say()
        self._verdicts(report)
        for finding in report.findings:
            self._say()
            self._finding(report, finding)
        if report.notes:
            self._say()
            for note in report.notes:
                self._wrapped(f"note: {note}", "bright_black")
        self._say()
        style = "bold green" if report.is_good else "bold red"
        self._say(Text(conclusion(report) + ".", style=style))

    def _say(self, text: Text | str = "") -> None:
        self._console.print(text, soft_wrap=True, highlight=False, markup=False)

    def _verdicts(self, report: Report) -> None:
        table = Table(
            box=None, show_edge=False, pad_edge=False, padding=(0, 3, 0, 0), header_style="bright_black"
        )
        for header in ("", "handler", "verdict", "schedules"):
            table.add_column(header, justify="right" if header == "schedules" else "left", no_wrap=True)
        table.add_column("", overflow="fold")
        for verdict in report.verdicts:
            state = standing(report, verdict)
            marks = _PLAIN_MARKS if self._plain else _MARKS
            others = [name for name in verdict.all if name != verdict.name]
            beside = ["accepted"] if state == "accepted" else []
            beside += [f"also {' and '.join(others)}"] if others else []
            beside += list(verdict.breaks)
            table.add_row(
                Text(marks[state], style=_COLOURS[state]),
                Text(verdict.handler, style="bold"),
                Text(verdict.name, style=_COLOURS[state]),
                str(verdict.runs_count),
                Text("; ".join(beside), style="bright_black"),
            )
        with self._console.capture() as captured:
            self._console.print(table)
        lines = captured.get().splitlines()
        self._console.file.write("".join(line.rstrip() + "\n" for line in lines))

    def _finding(self, report: Report, finding: Finding) -> None:
        accepted = report.is_accepted(finding.handler, finding.name)
        colour = "yellow" if accepted else "red"
        title = f"{finding.handler} {finding.name}" + (" (accepted)" if accepted else "")
        if self._plain:
            self._say(f"{title}\n{'=' * len(title)}")
        else:
            self._say(
                Text(f"━━ {title} {'━' * max(3, self._width - len(title) - 4)}", style=f"bold {colour}")
            )
        self._section("when")
        for line in when(finding):
            self._wrapped(f"  {line}", "bold")
        lines = trace_of(finding)
        if lines:
            self._section("trace")
            for line in lines:
                self._say(self._trace(line))
        turns = turns_of(finding)
        if turns:
            self._section("side by side")
            for index, line in enumerate(turn_lines(turns, self._width - 2)):
                self._say(Text(f"  {line}", style="bright_black" if index == 0 else "bold"))
        self._section("in the end")
        self._differences(finding)
        self._advices(finding)
        if finding.repeat:
            self._section("see it again")
            self._say(Text(f"  {finding.repeat}", style="cyan"))

    def _advices(self, finding: Finding) -> None:
        if finding.advice:
            self._section("what to do")
        for index, advice in enumerate(finding.advice, 1):
            if advice in self._advised:
                self._wrapped(f"  {index}. {advice.title} (as above)", "bold")
                continue
            self._advised.add(advice)
            self._wrapped(f"  {index}. {advice.title}", "bold")
            self._wrapped(f"     {advice.text}")
            self._say(Text(f"     {advice.url}", style="blue"))

    def _section(self, title: str) -> None:
        self._say()
        self._say(Text(title, style="bright_black"))

    def _differences(self, finding: Finding) -> None:
        for each in finding.differences[:DIFFERENCES_MAX]:
            self._wrapped(f"  {sign(each)} {each.text}", _SIGN_COLOURS[sign(each)], indent=4)
        more = len(finding.differences) - DIFFERENCES_MAX
        if more > 0:
            self._say(f"    … and {counted(more, 'difference')} more")
        for problem in finding.problems:
            self._wrapped(f"  ! {problem}", "red", indent=4)
        for note in finding.notes:
            self._wrapped(f"  ({note})", "bright_black", indent=3)

    def _trace(self, line: Line) -> Text:
        made = Text(f"{since(line.at_ms):>11}  ", style="bright_black")
        made.append(branches(line, plain=self._plain), style="bright_black")
        if line.fault:
            made.append("! " if self._plain else "⚡ ", style="bold yellow")
        made.append(
            line.text, style="bright_black" if line.is_folded else "bold yellow" if line.fault else ""
        )
        if line.error:
            made.append(f"  [{line.error}]", style="red")
        if line.fault:
            made.append(f"  <- {line.fault}" if self._plain else f"  ← {line.fault}", style="bold yellow")
        return made

    def _wrapped(self, text: str, style: str = "", indent: int | None = None) -> None:
        """A paragraph, its further lines indented as its first."""
        hang = " " * (len(text) - len(text.lstrip()) if indent is None else indent)
        for line in textwrap.wrap(
            text, self._width, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False
        ):
            self._say(Text(line, style=style))
