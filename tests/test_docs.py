"""The documentation says what the code does: generated parts are current, limits name their page, commands are described."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path

import click
import pytest

from cloudchamber.app.services import SERVICES
from cloudchamber.cli.main import main

ROOT = Path(__file__).parents[1]
SERVICE_FOLDERS = sorted(
    p for p in (ROOT / "src/cloudchamber/services").iterdir() if (p / "__init__.py").exists()
)


def _generator():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("name", "package"), SERVICES.items(), ids=SERVICES)
def test_a_services_readme_shows_its_coverage(name: str, package: str) -> None:
    path, text = _generator().wanted(name, package)
    assert path.exists(), "run `make docs`"
    assert path.read_text("utf-8") == text, "run `make docs`"


def test_the_schema_of_fault_plans_is_current() -> None:
    path, text = _generator().fault_plan_schema()
    assert path.exists(), "run `make docs`"
    assert path.read_text("utf-8") == text, "run `make docs`"


@pytest.mark.parametrize("folder", SERVICE_FOLDERS, ids=lambda p: p.name)
def test_each_limit_stands_under_the_page_that_states_it(folder: Path) -> None:
    path = folder / "limits.py"
    if not path.exists():
        return
    text = path.read_text("utf-8")
    first = min(
        (node.lineno for node in ast.parse(text).body if isinstance(node, ast.Assign | ast.AnnAssign)),
        default=0,
    )
    head = "\n".join(text.splitlines()[:first])
    assert "https://docs.aws.amazon.com/" in head, "name the page above the first limit"


def _commands(group: click.Group, prefix: str = "") -> list[str]:
    found: list[str] = []
    for name, command in group.commands.items():
        found += (
            _commands(command, f"{prefix}{name} ") if isinstance(command, click.Group) else [prefix + name]
        )
    return found


@pytest.mark.parametrize("command", _commands(main))
def test_each_command_is_described(command: str) -> None:
    text = (ROOT / "docs/reference/commands.md").read_text("utf-8")
    assert re.search(rf"^#+ `cloudchamber {command}\b", text, re.MULTILINE), (
        f"describe `cloudchamber {command}`"
    )


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_links_between_our_pages_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", (ROOT / page).read_text("utf-8")):
        assert (ROOT / target).exists(), f"{page} links to {target}, which does not exist"
