"""Run the demo in a terminal of its own and keep what it shows as docs/images/live.svg."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[1]
ROWS, COLUMNS, LINES_SHOWN = 60, 150, 46


def record(seconds: float = 45) -> str:
    """What a person sees, colours included, until the demo says that it is done."""
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    command = [sys.executable, str(ROOT / "examples" / "orders" / "demo.py")]
    process = subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True
    )
    os.close(terminal)
    seen, end = b"", time.monotonic() + seconds
    while time.monotonic() < end and b"Still running" not in seen:
        if select.select([controller], [], [], 0.2)[0]:
            seen += os.read(controller, 65_536)
    os.killpg(process.pid, signal.SIGINT)
    process.wait(20)
    return seen.decode(errors="replace").replace("\r\n", "\n")


def main() -> None:
    lines = record().splitlines()
    start = next(i for i, line in enumerate(lines) if "Sending four orders" in line)
    shown = "\n".join(lines[start : start + LINES_SHOWN])
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    console.print(Text.from_ansi(shown), soft_wrap=True)
    path = ROOT / "docs" / "images" / "live.svg"
    path.write_text(console.export_svg(title="cloudchamber up examples/orders"), "utf-8")
    print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
