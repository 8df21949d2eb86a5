"""The AWS SDK for JavaScript, version 3."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.sdk.conftest import TOOLS

pytestmark = [pytest.mark.tools, pytest.mark.timeout(120)]
SCRIPT = Path(__file__).parent / "js" / "clients.mjs"


@pytest.mark.parametrize("what", ["queues", "topics", "tables", "objects"])
def test_the_javascript_sdk(what: str, run, tmp_path: Path) -> None:
    modules = TOOLS / "js" / "node_modules"
    if not modules.exists():
        pytest.skip("the JavaScript SDK is not installed: run `make tools`")
    shutil.copy(SCRIPT, tmp_path / "clients.mjs")
    (tmp_path / "node_modules").symlink_to(modules)
    run("node", "clients.mjs", what, cwd=tmp_path)
