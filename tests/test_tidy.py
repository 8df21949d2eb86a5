"""The house rules as tests, each with the reason in its message."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "cloudchamber"
MODULES = sorted(SOURCE.rglob("*.py"))
FUNCTION_LINES_MAX = 70
MODULE_LINES_MAX = 500
LONG_MODULES: dict[str, int] = {}  # exceptions; they may only shrink
SERVICE_FILES = {
    "__init__", "errors", "fidelity", "limits", "live", "metrics", "model", "records", "resources", "rules", "tasks",
}  # fmt: skip
SERVICE_FOLDERS = {"operations", "rules", "tasks", "resources", "records", "__pycache__"}


def _name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def _services() -> list[Path]:
    return sorted(p for p in (SOURCE / "services").iterdir() if (p / "__init__.py").exists())


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_tells_one_story(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= LONG_MODULES.get(_name(path), MODULE_LINES_MAX), "split it by noun"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_function_fits_one_screen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= FUNCTION_LINES_MAX, f"{node.name} has {lines} lines: take parts out of it"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_says_what_lives_in_it(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), "write a module docstring"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_nothing_is_called_utils(path: Path) -> None:
    assert not {"util", "utils", "helper", "helpers"} & set(path.stem.split("_")), (
        "name it after what it is about"
    )


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_only_records_touch_the_transaction(path: Path) -> None:
    if "services" not in path.parts or path.stem == "records" or "records" in path.parts:
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        touches = isinstance(node, ast.Attribute) and node.attr == "tx"
        assert not touches, f"line {node.lineno}: read and write through records.py"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_module_keeps_state(path: Path) -> None:
    for node in ast.parse(path.read_text("utf-8")).body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        is_empty = (isinstance(value, ast.Dict) and not value.keys) or (
            isinstance(value, ast.List) and not value.elts
        )
        assert not is_empty, (
            f"line {node.lineno}: an empty list or dictionary waits to be filled: state belongs into the store"
        )


@pytest.mark.parametrize("service", _services(), ids=lambda p: p.name)
def test_all_services_have_the_same_shape(service: Path) -> None:
    for path in service.iterdir():
        if path.is_dir():
            assert path.name in SERVICE_FOLDERS, (
                f"{path.name}: not a folder of a service (see ARCHITECTURE.md)"
            )
        elif path.suffix == ".py":
            assert path.stem in SERVICE_FILES, f"{path.name}: not a file of a service (see ARCHITECTURE.md)"
