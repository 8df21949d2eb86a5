"""The pytest plugin: the fixture `chamber`, a whole cloud for each test; and on failure, what happened in it.

Loaded with every pytest run of whoever has Cloud Chamber installed, so nothing heavy is imported before the fixture is used.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cloudchamber.pytest_plugin.chamber import Chamber
    from cloudchamber.pytest_plugin.hosts import Hosts

_MARKER = (
    "chamber(own=False, clock='virtual', seed=0, account='000000000000', region='us-east-1'): "
    "how the chamber of a test begins; `own` gives it a process of its own"
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture(scope="session")
def chamber_hosts() -> Iterator[Hosts]:
    """The processes behind the chambers of this session; the first is started when a test asks for it."""
    from cloudchamber.pytest_plugin.hosts import Hosts

    hosts = Hosts()
    yield hosts
    hosts.stop()


@pytest.fixture
def chamber(
    request: pytest.FixtureRequest, chamber_hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Chamber]:
    """A cloud in which nothing has happened yet, on virtual time; AWS SDKs in this test reach it and nothing else."""
    from cloudchamber.pytest_plugin.environment import point_sdks_to
    from cloudchamber.pytest_plugin.settings import settings_of

    settings = settings_of(request.node)
    with chamber_hosts.chamber(settings) as made:
        point_sdks_to(made, monkeypatch)
        request.node.stash[_CHAMBER] = made
        try:
            yield made
        finally:
            del request.node.stash[_CHAMBER]


_CHAMBER: pytest.StashKey[Chamber] = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure is told with what happened in the test's chamber."""
    report = yield
    chamber = item.stash.get(_CHAMBER, None)
    if report.failed and chamber is not None:
        from cloudchamber.pytest_plugin.failures import story_of

        report.sections.append(("cloud chamber", story_of(chamber)))
    return report
