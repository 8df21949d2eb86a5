"""Sessions of pytest inside of pytest."""

from __future__ import annotations

import pytest


@pytest.fixture
def suite(pytester: pytest.Pytester):
    """Run tests in a session of their own, as a user would: `suite(text, *options)`; without a text those that are there."""

    def run(text: str = "", *options: str) -> pytest.RunResult:
        if text:
            pytester.makepyfile(text)
        plain = ("-p", "no:cacheprovider", "-p", "no:asyncio", "-W", "error")
        return pytester.runpytest_subprocess(*plain, *options)

    return run
