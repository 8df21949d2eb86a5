"""The page in a real browser: nothing is missing, nothing is fetched, nothing overflows. Needs Debian's chromium."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from tests.verify.test_reports import sample

from cloudchamber.verify.reports.html import page

CHROMIUM = shutil.which("chromium")
pytestmark = [pytest.mark.tools, pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")]


def test_the_page_is_whole_in_a_browser(tmp_path):
    (tmp_path / "report.html").write_text(page([sample()]))
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    dom = subprocess.run(
        [*command, "--dump-dom", f"file://{tmp_path}/report.html"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert "what to do" in dom.lower()
    assert "net::ERR" not in dom
