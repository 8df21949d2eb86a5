"""One running chamber: a store, a clock, the services, and a port."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from cloudchamber.app.control import Controls, Fresh
from cloudchamber.app.identities import Identities
from cloudchamber.app.passing import Passing
from cloudchamber.app.recording import RECORDING_PATH, Recording
from cloudchamber.app.restarting import Gone, is_from_a_function, refusal
from cloudchamber.app.services import HTTP_SERVICES, SERVICES
from cloudchamber.aws import AwsError, Cloud, Settings
from cloudchamber.aws.faults import Faults
from cloudchamber.aws.service import Live
from cloudchamber.aws.tracks import Tracks
from cloudchamber.clock import Clock, Ids, SystemClock, VirtualClock
from cloudchamber.gateway import Front, Server
from cloudchamber.gateway.server import Respond
from cloudchamber.kv import SqliteStore, Subspace, Transaction
from cloudchamber.wire.http import HttpRequest

if TYPE_CHECKING:
    from cloudchamber.workers.templates import Templates
    from cloudchamber.workers.zygote_client import ZygoteClient

_CODE = "lambda"  # the folder of packages that are kept by their content


class Options(msgspec.Struct, frozen=True):
    """How a chamber is started.

    `data`: the folder that keeps its state, or None to forget it at the end. `clock`: "system" follows the machine,
    "virtual" stands still until it is told to go on; with `patient` it also goes on while a call from outside waits for it.
    `seed` makes identifiers and chances repeat.
    """

    host: str = "127.0.0.1"
    port: int = 4566
    data: Path | None = None
    durability: Literal["normal", "full"] = "normal"
    clock: Literal["system", "virtual"] = "system"
    seed: int | None = None
    verify_signatures: bool = False
    patient: bool = False


class Forkers(NamedTuple):
    """The processes that functions are forked from; they outlive what is begun anew."""

    zygote: ZygoteClient
    templates: Templates | None


class Chamber:
    """Started by `await chamber.start()`, ended by `await chamber.stop()`. `recording` watches what enters."""

    def __init__(self, options: Options, recording: Recording | None = None) -> None:
        self.options, self._recording = options, recording
        self.clock: Clock = _clock(options)
        self._scratch: Path | None = None
        self._forkers: dict[bool, Forkers] = {}  # by whether their clock is virtual
        self.cloud: Cloud
        self.server: Server
        self._front: Front | Passing
        self._controls: Controls | None = None
        self._restarting: asyncio.Task[None] | None = None
        self._later: list[tuple[HttpRequest, Respond]] = []  # what came while it was dead

    async def start(self) -> None:
        """Open the store, take up what was left to do, and listen. Raises DataFolderInUse, or OSError for a port in use."""
        store = SqliteStore(self.options.data, self.options.durability)
        now_ms = lambda: self.clock.now_ms()  # noqa: E731, PLW0108 - of the clock that a renewal puts there
        self.server = Server(self.options.host, self.options.port, now_ms)
        try:
            self.server.bind()
        except OSError:
            store.close()
            raise
        self._scratch = _scratch_folder(self.options.data)
        await self._open(store)
        await self.server.start(self._handle)

    async def renew(self, fresh: Fresh) -> None:
        """Forget everything and begin as at a start, in milliseconds: the port, what is loaded and what functions are forked
        from stay. Raises AwsError for a chamber that keeps its data."""
        if self.options.data is not None:
            raise AwsError("InvalidRequest", "This chamber keeps its data: stop it and remove its folder.")
        await self.cloud.stop()
        _forget(self._data_folder)
        self.options = msgspec.structs.replace(self.options, clock=fresh.clock, seed=fresh.seed)
        self.clock = _clock(self.options)
        await self._open(SqliteStore(None))

    @property
    def _data_folder(self) -> Path:
        assert self._scratch is not None, "start() comes first"
        return self.options.data or self._scratch / "data"

    def _handle(self, request: HttpRequest, respond: Respond) -> None:
        if not self._restarting:
            self._front.handle(request, respond)
        elif is_from_a_function(request):
            respond(refusal())
        else:
            self._later.append((request, respond))

    async def restart(self) -> None:
        """Die where it stands, as by `kill -9`, and start again on the same port with what is committed. Calls under way are
        answered with 503, functions are killed, what the outbox holds is done again."""
        self._restart()
        assert self._restarting is not None
        await asyncio.shield(self._restarting)

    def _restart(self) -> None:
        """`restart`, for a `restart` fault."""
        if self._restarting is None:
            self.clock.hold()
            self._restarting = asyncio.get_running_loop().create_task(self._start_again())

    async def _start_again(self) -> None:
        dead, front, store = self.cloud, self._front, self._store
        image = store.snapshot() if self.options.data is None else None
        dead.store = Gone()
        if self.clock.steps is not None and not isinstance(front, Passing):
            self.clock.steps.pass_all_by()
        await dead.stop()
        store.close()
        await _a_few_turns()
        if isinstance(self.clock, VirtualClock):
            self.clock.forget(holds=1)
        dead.tracks.forget_open()
        await self._open(
            SqliteStore(self.options.data, self.options.durability, image), dead.tracks, dead.faults
        )
        self._restarting = None
        if isinstance(front, Passing):
            self._later += front.unanswered
        later, self._later = self._later, []
        for request, respond in later:
            self._front.handle(request, respond)
        self.clock.release()

    async def _open(
        self, store: SqliteStore, tracks: Tracks | None = None, faults: Faults | None = None
    ) -> None:
        """Begin with what is in `store`; `tracks` and `faults` of an earlier life go on."""
        settings = Settings(
            port=self.server.port, data_folder=str(self._data_folder), scratch_folder=str(self._scratch)
        )
        lives = {"lambda": self._environments}
        self._store = store
        self.cloud = Cloud(store, self.clock, SERVICES, settings, lives=lives)
        self.cloud.tracks, self.cloud.faults = tracks or self.cloud.tracks, faults
        self.cloud.on_restart = self._restart
        await self._count_start(store)
        identities = Identities(self.cloud)
        if self._controls is None:
            self._controls = Controls(self.cloud, renew=self.renew, restart=self.restart)
        self._controls.attend(self.cloud)
        control = self._controls.paths()
        if self._recording:
            self._recording.attend(self.cloud)
            control = {RECORDING_PATH: self._recording.answer} | control
        front = Front(
            self.cloud,
            control=control,
            http_services=HTTP_SERVICES,
            secret_of=identities.secret_of if self.options.verify_signatures else None,
            principal_of=identities.principal_of,
            watcher=self._recording,
        )
        patient = self.options.patient and isinstance(self.clock, VirtualClock)
        self._front = Passing(self.cloud, front) if patient else front
        await self.cloud.start()

    def _environments(self, cloud: Cloud) -> Live:
        """Those of Lambda, forked from a process that outlives a renewal."""
        from cloudchamber.services.lambda_.live import Environments
        from cloudchamber.workers.templates import Templates
        from cloudchamber.workers.zygote_client import ZygoteClient

        virtual = self.clock.is_virtual
        if virtual not in self._forkers:
            zygote = ZygoteClient(virtual=virtual)
            self._forkers[virtual] = Forkers(zygote, Templates(zygote) if virtual else None)
        return Environments(cloud, *self._forkers[virtual])

    async def _count_start(self, store: SqliteStore) -> None:
        """A seeded chamber that goes on with its data draws other identifiers than in its earlier runs, and again the same ones
        for the same number of starts."""
        key = Subspace("chamber").pack(("starts",))

        def count(tx: Transaction) -> int:
            starts = int.from_bytes(tx.get(key) or b"", "big") + 1
            tx.set(key, starts.to_bytes(4, "big"))
            return starts

        starts = await store.transact(count)
        if self.options.seed is not None and starts > 1:
            self.clock.ids = Ids(self.options.seed * 1_000_003 + starts)

    async def stop(self, remove: Callable[[Path], None] | None = None) -> None:
        """Answer what is under way, end every process, close the store. `remove`: another way to remove the scratch files."""
        await self.server.stop()
        if self._restarting:
            await self._restarting
        await self.cloud.stop()
        for forkers in self._forkers.values():
            if forkers.templates:
                await forkers.templates.stop()
            forkers.zygote.stop()
        if self._scratch:
            (remove or _remove)(self._scratch)


def _scratch_folder(data: Path | None) -> Path:
    """An empty folder for what need not outlive the run. Beside kept data, what a killed run left there is removed."""
    if data is None:
        return Path(tempfile.mkdtemp(prefix="cloudchamber-"))
    folder = data / "scratch"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


async def _a_few_turns() -> None:
    """Let what is ready have its turns of the loop."""
    loop = asyncio.get_running_loop()
    for _ in range(10):
        turn = loop.create_future()
        loop.call_soon(turn.set_result, None)
        await turn


def _clock(options: Options) -> Clock:
    return SystemClock(options.seed) if options.clock == "system" else VirtualClock(options.seed)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _forget(data_folder: Path) -> None:
    """Remove what a chamber kept beside its store, but for code: that is found by its content, and costs time to unpack."""
    for entry in data_folder.iterdir() if data_folder.is_dir() else ():
        if entry.is_dir() and entry.name != _CODE:
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.is_file():
            entry.unlink()
