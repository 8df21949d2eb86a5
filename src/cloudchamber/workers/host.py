"""The composition of it all: one Workers in a host process."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from cloudchamber.workers.environment import Environment, Keeper
from cloudchamber.workers.page import ClockPage
from cloudchamber.workers.pool import Pool
from cloudchamber.workers.process import Site
from cloudchamber.workers.runtimes import clock_notice, program_for
from cloudchamber.workers.spec import Clock, EnvironmentSpec, Limits, OnLog
from cloudchamber.workers.zygote_client import ZygoteClient

#: What AWS's Python runtimes contain besides the standard library:
#: https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html#python-sdk-included
_RUNTIME_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
_MEMORY_CHECK_S = 0.05


class Workers:
    """Starts environments for one host process and ends them with it."""

    def __init__(
        self,
        clock: Clock,
        *,
        on_log: OnLog,
        endpoint_url: str | None = None,
        on_notice: Callable[[str], object] = lambda _: None,
        node_modules_dir: str | None = None,
        limits: Limits = Limits(),  # noqa: B008  frozen
        zygote: ZygoteClient | None = None,
    ) -> None:
        """`zygote`: one to share with other Workers, started with the first of them; who made it stops it."""
        self._clock = clock
        self._on_log = on_log
        self._endpoint_url = endpoint_url
        self._on_notice = on_notice
        self._node_modules_dir = node_modules_dir
        self._limits = limits
        self._noticed: set[str] = set()
        self._environments: set[Environment] = set()
        self._watched: set[Environment] = set()
        self._watch_timer: asyncio.TimerHandle | None = None
        self._numbers = 0
        self._node_version: str | None = None
        self._keeper: Keeper | None = None
        self._zygote = zygote
        self._shares_zygote = zygote is not None
        self._state_dir: Path | None = None
        self._page: ClockPage | None = None
        self.pool = Pool(clock, self.spawn, limits)

    async def start(self) -> None:
        """Start the zygote; it warms up while the host goes on."""
        self._state_dir = Path(tempfile.mkdtemp(prefix="cloudchamber-workers-"))
        runtime_dir = self._state_dir / "runtime"
        _link_packages(runtime_dir)
        if self._zygote is None:
            self._zygote = ZygoteClient(virtual=self._clock.is_virtual)
        if not self._zygote.is_running:
            self._zygote.start()
        if self._clock.is_virtual:
            self._page = ClockPage(self._state_dir / "clock")
        site = Site(
            self._zygote,
            self._state_dir,
            str(runtime_dir),
            self._endpoint_url,
            self._node_modules_dir,
            self._page,
        )
        self._keeper = Keeper(self._clock, site, self._on_log, self._watch, self._unwatch, self._limits)

    async def stop(self) -> None:
        """Kill every environment and the zygote."""
        await self.pool.stop()
        for environment in list(self._environments):
            await environment.stop()
        self._environments.clear()
        if self._watch_timer:
            self._watch_timer.cancel()
        if self._zygote and not self._shares_zygote:
            self._zygote.stop()
        if self._page:
            self._page.close()
        if self._state_dir:
            shutil.rmtree(self._state_dir, ignore_errors=True)

    def spawn(self, spec: EnvironmentSpec) -> Environment:
        """A new environment; its first invocation starts the process. Raises RuntimeUnavailable."""
        assert self._keeper is not None, "start() comes first"
        if spec.runtime.startswith("nodejs") and self._node_version is None:
            self._node_version = _node_version()
        program = program_for(spec, self._node_version)
        self._notice(program.notice)
        if self._page:
            self._notice(clock_notice(spec))
        self._numbers += 1
        environment = Environment(spec, program, self._keeper, self._numbers)
        self._environments = {known for known in self._environments if known.usable}
        self._environments.add(environment)
        return environment

    def _notice(self, notice: str | None) -> None:
        if notice and notice not in self._noticed:
            self._noticed.add(notice)
            self._on_notice(notice)

    def _watch(self, environment: Environment) -> None:
        self._watched.add(environment)
        if self._watch_timer is None:
            self._watch_timer = asyncio.get_running_loop().call_later(_MEMORY_CHECK_S, self._check_memory)

    def _unwatch(self, environment: Environment) -> None:
        self._watched.discard(environment)

    def _check_memory(self) -> None:
        self._watch_timer = None
        for environment in list(self._watched):
            environment.check_memory()
        if self._watched:
            self._watch_timer = asyncio.get_running_loop().call_later(_MEMORY_CHECK_S, self._check_memory)


def _node_version() -> str:
    node = shutil.which("node")
    if node is None:
        return ""
    return subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()


def _link_packages(folder: Path) -> None:
    """A folder with the packages of AWS's runtime and no others, so that what is not in the bundle is missed here too."""
    folder.mkdir()
    for name in _RUNTIME_PACKAGES:
        found = find_spec(name)
        if found and found.origin:
            origin = Path(found.origin)
            source = origin.parent if origin.name == "__init__.py" else origin
            os.symlink(source, folder / source.name)
