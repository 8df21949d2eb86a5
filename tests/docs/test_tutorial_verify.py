"""The pages on verify work as they are written: their files, their commands, the exit status and what those print."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from tests.docs.pages import cloudchamber, play


def test_the_tutorial_works_as_it_is_written(tmp_path):
    assert play("tutorial-verify.md", tmp_path) == 6
    suite = ElementTree.parse(tmp_path / "verify.xml").getroot()[0]
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "1")
    assert "Receipt" in (tmp_path / "verify.html").read_text("utf-8")


def test_the_example_of_scenario_files_works_and_a_finding_can_be_seen_again(tmp_path):
    assert play("reference/scenario-files.md", tmp_path) == 1
    report = json.loads(cloudchamber("verify --runs 25 --json", tmp_path).stdout)[0]
    finding = report["findings"][0]
    again = cloudchamber(finding["repeat"].removeprefix("cloudchamber ") + " --json", tmp_path)
    assert again.returncode == 1, again.stderr
    (seen,) = json.loads(again.stdout)[0]["findings"]
    alike = ("handler", "verdict", "schedule", "differences", "trace", "turns", "advice")
    assert {name: seen[name] for name in alike} == {name: finding[name] for name in alike}
