"""The composition of it all: one Workers in a host process."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from cloudchamber.workers.description import Site
from cloudchamber.workers.environment import Environment, Keeper
from cloudchamber.workers.page import ClockPage
from cloudchamber.workers.pool import Pool
from cloudchamber.workers.runtime_packages import link_packages
from cloudchamber.workers.runtimes import clock_notice, missing_sdk_notice, program_for, runtime_modules_dir
from cloudchamber.workers.spec import Clock, EnvironmentSpec, Limits, OnLog
from cloudchamber.workers.templates import Templates
from cloudchamber.workers.zygote_client import ZygoteClient

_MEMORY_CHECK_S = 0.05


class Workers:
    """Starts environments for one host process and ends them with it."""

    def __init__(  # noqa: PLR0913  all but the first two may be left out
        self,
        clock: Clock,
        *,
        on_log: OnLog,
        endpoint_url: str | None = None,
        on_notice: Callable[[str], object] = lambda _: None,
        node_modules_dir: str | None = None,
        limits: Limits = Limits(),  # noqa: B008  frozen
        zygote: ZygoteClient | None = None,
        templates: Templates | None = None,
    ) -> None:
        """`zygote`, `templates`: to share with other Workers; who made them stops them.

        The zygote is started with the first of them. Templates are used under virtual time only.
        `node_modules_dir` holds the AWS SDK of Node.js runtimes; None is what `make setup` installs.
        """
        self._clock = clock
        self._on_log = on_log
        self._endpoint_url = endpoint_url
        self._on_notice = on_notice
        self._node_modules_dir = node_modules_dir or runtime_modules_dir()
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
        self._templates = templates if clock.is_virtual else None
        self._state_dir: Path | None = None
        self._page: ClockPage | None = None
        self.pool = Pool(clock, self.spawn, limits)

    async def start(self) -> None:
        """Start the zygote; it warms up while the host goes on."""
        self._state_dir = Path(tempfile.mkdtemp(prefix="cloudchamber-workers-"))
        if self._templates:
            runtime_dir = self._templates.runtime_dir
        else:
            runtime_dir = link_packages(self._state_dir / "runtime")
        if self._zygote is None:
            self._zygote = ZygoteClient(virtual=self._clock.is_virtual)
        if not self._zygote.is_running:
            self._zygote.start()
        if self._clock.is_virtual:
            self._page = ClockPage(self._state_dir / "clock")
        site = Site(
            self._zygote,
            self._state_dir,
            runtime_dir,
            self._endpoint_url,
            self._node_modules_dir,
            self._page,
            self._templates,
        )
        self._keeper = Keeper(
            self._clock, site, self._on_log, self._watch, self._unwatch, self._failed, self._limits
        )

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

    def _failed(self, spec: EnvironmentSpec, error: bytes) -> None:
        self._notice(missing_sdk_notice(spec, error, self._node_modules_dir))

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
