"""Pages of the documentation as programs: files that they hold, and commands with what those print.

A block whose first line is `yaml template.yaml` writes that file, `python >> scenario.py` appends to it, `yaml == accepted.yaml`
says what it holds by now. A block `console exit 1` holds a command after `$` and lines of what it prints: in that order, `…` for
any others, and each as it is but for figures of time.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(msgspec.Struct, frozen=True):
    """One block of code: its language, what stands beside it, its text."""

    language: str
    mark: str
    text: str


def blocks(page: str) -> Iterator[Block]:
    """The marked blocks of a page, in order."""
    for language, mark, text in _BLOCK.findall((DOCS / page).read_text("utf-8")):
        if mark:
            yield Block(language, mark, text)


def play(page: str, folder: Path) -> int:
    """Write all files of a page and run all of its commands, in order. How many commands there were."""
    commands_count = 0
    for block in blocks(page):
        if block.language == "console":
            run(block, folder)
            commands_count += 1
        else:
            _file(block, folder)
    return commands_count


def run(block: Block, folder: Path) -> None:
    """Run the command of a block in a folder, and hold what it does against the page."""
    command, *expected = block.text.splitlines()
    assert command.startswith("$ cloudchamber "), command
    made = cloudchamber(command.removeprefix("$ cloudchamber "), folder)
    said = f"{command}\n{made.stdout}\n{made.stderr}"
    assert made.returncode == int(block.mark.removeprefix("exit ")), said
    left = iter(_bare(line) for line in (made.stdout + made.stderr).splitlines())
    for line in expected:
        wanted = _bare(line)
        assert wanted in ("", "…") or any(each.startswith(wanted) for each in left), (
            f"{line!r} is not in\n{said}"
        )


def cloudchamber(words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The command with these words, in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "cloudchamber", *shlex.split(words)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def _file(block: Block, folder: Path) -> None:
    how, _, name = block.mark.rpartition(" ")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if how == "==":
        assert path.read_text("utf-8") == block.text
    else:
        path.write_text((path.read_text("utf-8") if how == ">>" else "") + block.text, "utf-8")


def _bare(line: str) -> str:
    """A line without what differs from machine to machine."""
    line = re.sub(r"\d[\d,.]*(?= s\b| schedules a minute)", "0", line)
    return line.rstrip().removesuffix("…") if line.strip() != "…" else "…"
