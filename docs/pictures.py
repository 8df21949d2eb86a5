"""Draw the pictures of the pages on verify. `tests/docs/test_pictures.py` holds those that are drawn against this.

`images/race.svg` and `images/verdict.svg` are drawn from what the pages say; `images/verify.svg` is what a terminal shows of a
real run, made anew by `python docs/pictures.py verify`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html import escape
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[1]
DOCS, IMAGES = ROOT / "docs", ROOT / "docs" / "images"
COLUMNS, LINES_SHOWN = 100, 44
SHOWN = "examples/verify/counter-increments/unsafe"

_HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">
<style>
  text {{ font: 13px ui-sans-serif, system-ui, sans-serif; fill: #24292f }}
  .code {{ font: 12px ui-monospace, SFMono-Regular, Menlo, monospace }} .soft {{ fill: #57606a }}
  .bad {{ fill: #b42318; font-weight: 600 }}
  .box {{ fill: #f6f8fa; stroke: #8c959f }} .lane {{ stroke: #8c959f; stroke-dasharray: 3 4 }}
  .arrow {{ stroke: #57606a; fill: none }}
  .read {{ fill: #ddf4ff; stroke: #218bff }} .write {{ fill: #ffebe9; stroke: #cf222e }}
</style>
<rect width="{width}" height="{height}" fill="#ffffff" rx="8"/>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
<path d="M0 0 8 4 0 8z" fill="#57606a"/></marker></defs>
"""
_SAYS = {"GetItem": "nothing there: not charged yet", "TransactWriteItems": "charges the order"}
_STEPS = (
    ("scenario", "what happens to the application", ("played without faults: the baseline", "again: does it vary anyway?")),
    ("points", "each delivery and each call of the baseline", ("where something can go wrong",)),
    ("schedules", "one fault each, then interruptions, then chance", ("each in a fresh chamber, from the same seed",)),
    ("differences", "what is left, against the baseline", ("ids and instants made the same first",)),
    ("blame", "whose effects differ", ("the handler that was struck, or one behind it",)),
    ("verdict", "the worst of all runs", ("shrunk to the least that shows it",)),
)  # fmt: skip


def race(page: str) -> str:
    """Two invocations side by side, as the page's block says it: columns, and a line for each call."""
    header, *calls = _side_by_side(page)
    second = header.index("Charge (2)")
    width, top, step = 720, 84, 58
    height = top + step * len(calls) + 34
    made = [_head(width, height, "Two deliveries of one message; both look before either has written")]
    for x, title in ((190, "first delivery"), (530, "second delivery")):
        made.append(f'<text x="{x}" y="34" text-anchor="middle" font-weight="600">{title}</text>')
        made.append(f'<line class="lane" x1="{x}" y1="46" x2="{x}" y2="{height - 20}"/>')
    made.append('<text class="soft" x="20" y="66">time</text>')
    made.append(f'<line class="arrow" x1="32" y1="74" x2="32" y2="{height - 24}" marker-end="url(#tip)"/>')
    for index, line in enumerate(calls):
        x, y = 530 if line.startswith(" " * (second - 1)) else 190, top + step * index
        operation = line.split()[1]
        kind = "read" if operation.startswith("Get") else "write"
        made.append(f'<rect class="{kind}" x="{x - 130}" y="{y}" width="260" height="42" rx="6"/>')
        made.append(
            f'<text class="code" x="{x}" y="{y + 18}" text-anchor="middle">{escape(line.strip())}</text>'
        )
        made.append(f'<text class="soft" x="{x}" y="{y + 34}" text-anchor="middle">{_SAYS[operation]}</text>')
    made.append(f'<text class="bad" x="360" y="{height - 8}" text-anchor="middle">charged twice</text>')
    return "\n".join([*made, "</svg>\n"])


def verdict() -> str:
    """From a scenario to a verdict, step by step."""
    width, top, step, box = 720, 20, 74, 52
    height = top + step * len(_STEPS)
    made = [_head(width, height, "From a scenario to a verdict")]
    for index, (name, what, notes) in enumerate(_STEPS):
        y = top + step * index
        made.append(f'<rect class="box" x="24" y="{y}" width="330" height="{box}" rx="6"/>')
        made.append(f'<text x="40" y="{y + 22}" font-weight="600">{name}</text>')
        made.append(f'<text class="soft" x="40" y="{y + 40}">{escape(what)}</text>')
        first = y + box // 2 + 5 - 9 * (len(notes) - 1)
        made += [
            f'<text class="soft" x="384" y="{first + 18 * n}">{escape(note)}</text>'
            for n, note in enumerate(notes)
        ]
    for above, _ in pairwise(range(len(_STEPS))):
        y = top + step * above + box
        made.append(
            f'<line class="arrow" x1="189" y1="{y}" x2="189" y2="{y + step - box - 1}" marker-end="url(#tip)"/>'
        )
    return "\n".join([*made, "</svg>\n"])


def terminal() -> str:
    """What a terminal shows of a run of verify, its beginning."""
    command = [sys.executable, "-m", "cloudchamber", "verify", SHOWN, "--runs", "40"]
    colours = os.environ | {"FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    made = subprocess.run(command, cwd=ROOT, env=colours, capture_output=True, text=True, check=False)
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    console.print(Text.from_ansi("\n".join(made.stdout.splitlines()[:LINES_SHOWN])), soft_wrap=True)
    return console.export_svg(title=f"cloudchamber verify {SHOWN}")


def drawn() -> dict[Path, str]:
    """The pictures that follow from the pages alone."""
    tutorial = (DOCS / "tutorial-verify.md").read_text("utf-8")
    return {IMAGES / "race.svg": race(tutorial), IMAGES / "verdict.svg": verdict()}


def _side_by_side(page: str) -> list[str]:
    block = re.search(r"^side by side\n(.*?)\n\n", page, re.MULTILINE | re.DOTALL)
    assert block, "the tutorial shows no race"
    return [line.removeprefix("  ") for line in block.group(1).splitlines()]


def _head(width: int, height: int, label: str) -> str:
    return _HEAD.format(width=width, height=height, label=escape(label)).rstrip()


def main() -> None:
    pictures = drawn() | ({IMAGES / "verify.svg": terminal()} if "verify" in sys.argv[1:] else {})
    for path, text in pictures.items():
        path.write_text(text, "utf-8")
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
