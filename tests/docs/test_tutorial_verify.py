"""The pages on verify work as they are written: their files, their commands, the exit status and what those print."""

from __future__ import annotations

import pytest

from tests.docs.pages import play


@pytest.mark.parametrize(
    ("page", "commands_count"), [("tutorial-verify.md", 6), ("reference/scenario-files.md", 1)]
)
def test_a_page_works_as_it_is_written(page, commands_count, tmp_path):
    folder = tmp_path / "shop"
    folder.mkdir()
    assert play(page, folder) == commands_count
