"""What `cloudchamber verify` says when it cannot begin: one sentence that says what to do, and exit status 2."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from cloudchamber.cli.main import main

TEMPLATE = "Resources: {Queue: {Type: AWS::SQS::Queue}}\n"
SCENARIO = "def scenario(chamber):\n    pass\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An application, and where the command is given."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "template.yaml").write_text(TEMPLATE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(*words: str) -> str:
    """What the command says; it ends with 2."""
    result = CliRunner().invoke(main, ["verify", *words], terminal_width=1000)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    return " ".join(result.output.split())


def test_a_folder_names_the_application(folder):
    assert "There is no scenario file shop/scenario.py." in said("shop")
    assert "There is no template.yaml." in said()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["nowhere"], "has no scenario 'nowhere'; it has scenario."),
        (["gone.py"], "There is no scenario file gone.py."),
        (["--time", "soon"], "--time soon: 'soon' is no duration"),
        (["--parameter", "Url"], "--parameter Url: write it as KEY=VALUE."),
        (["--parameter", "[/red]"], "--parameter [/red]: write it as KEY=VALUE."),
        (["--repeat", "nonsense"], "'nonsense' is no schedule: copy it whole from the report"),
        (["--accept", "map.yaml"], "map.yaml is no list"),
        (["--accept", "broken.yaml"], "broken.yaml is no YAML"),
    ],
)
def test_what_makes_no_sense_is_said(folder, words, text):
    (folder / "shop" / "scenario.py").write_text(SCENARIO)
    (folder / "map.yaml").write_text("Receipt: {a: 1}\n")
    (folder / "broken.yaml").write_text("[\n")
    assert text in said("-t", "shop", *words)


def test_a_scenario_that_cannot_be_loaded_is_said(folder):
    (folder / "shop" / "scenario.py").write_text("import nothing_like_this\n")
    assert "shop/scenario.py cannot be loaded: ModuleNotFoundError" in said("shop")


def test_a_scenario_that_reaches_no_handler_verifies_nothing(folder):
    (folder / "shop" / "scenario.py").write_text(SCENARIO)
    assert "the scenario proves nothing" in said("shop", "--runs", "1", "--jobs", "1")
