"""References name what is there: the members of a report, the options of commands, files that are linked."""

from __future__ import annotations

import re

import click
import pytest
import yaml

from cloudchamber.aws.faults import Fault
from cloudchamber.cli.main import main
from cloudchamber.verify.advice import advice
from cloudchamber.verify.compare import Difference
from cloudchamber.verify.judge import judge
from cloudchamber.verify.model import Preemption, Schedule
from cloudchamber.verify.report import Finding, Report
from cloudchamber.verify.reports.as_json import as_dict
from tests.docs.pages import DOCS, blocks
from tests.verify.test_reports_turns import RACE

PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
VERIFY = main.commands["verify"]


def text_of(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


def _members(value: object) -> set[str]:
    if isinstance(value, dict):
        return {*value, *(name for each in value.values() for name in _members(each))}
    if isinstance(value, list | tuple):
        return {name for each in value for name in _members(each)}
    return set()


def test_the_reference_names_every_member_of_a_report():
    schedule = Schedule((Fault("duplicate", nth=1),), (Preemption(1),))
    extra = Difference("extra", "table/T", "table/T", "one too many")
    found = Finding(
        "H",
        "duplicates its effect",
        schedule,
        [extra],
        tracks=RACE,
        advice=advice("duplicates its effect", []),
    )
    report = as_dict(Report("shop", "scenario", 0, [judge("H", [(schedule, [extra], [])])], [found]))
    report["findings"][0]["schedule"]["faults"] = []  # told by the page on fault plans
    named = set(re.findall(r"`(\w+)`", text_of("reference/verify-report.md")))
    assert _members(report) <= named


def test_the_reference_describes_every_option_of_verify():
    section = text_of("reference/commands.md").partition("## `cloudchamber verify")[2].partition("\n## ")[0]
    for option in VERIFY.params:
        names = option.opts if isinstance(option, click.Option) else [option.name.upper()]
        assert any(name in section for name in names), option.name


@pytest.mark.parametrize(
    "page", ["tutorial-verify.md", "how-to/verify-in-ci.md", "reference/verify-report.md"]
)
def test_commands_on_pages_have_only_options_that_there_are(page):
    known = {name for option in VERIFY.params for name in option.opts}
    commands = re.findall(r"cloudchamber verify ([^\n`|]*)", text_of(page))
    assert commands
    for command in commands:
        assert set(re.findall(r"(?<!\S)--[\w-]+", command)) <= known, command


def test_the_workflow_is_yaml_and_keeps_what_verify_writes():
    (block,) = [each for each in blocks("how-to/verify-in-ci.md") if each.language == "yaml"]
    steps = yaml.safe_load(block.text)["jobs"]["verify"]["steps"]
    written = re.findall(r"--(?:junit|html) (\S+)", " ".join(step.get("run", "") for step in steps))
    assert written == steps[-1]["with"]["path"].split()


@pytest.mark.parametrize("page", PAGES)
def test_links_of_pages_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?://)([^)]+)\)", text_of(page)):
        path, _, anchor = target.partition("#")
        file = (DOCS / page).parent / path if path else DOCS / page
        assert file.exists(), f"{page} links to {target}, which does not exist"
        if anchor and file.suffix == ".md":
            assert anchor in _anchors(file.read_text("utf-8")), f"{page} links to {target}: no such heading"


def _anchors(text: str) -> set[str]:
    """The headings of a page as GitHub links to them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
