"""One running chamber: a store, a clock, the services, and a port."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Literal

import msgspec

from cloudchamber.app.control import Controls
from cloudchamber.app.identities import Identities
from cloudchamber.app.services import HTTP_SERVICES, SERVICES
from cloudchamber.aws import Cloud, Settings
from cloudchamber.clock import Clock, Ids, SystemClock, VirtualClock
from cloudchamber.gateway import Front, Server
from cloudchamber.kv import SqliteStore, Subspace, Transaction


class Options(msgspec.Struct, frozen=True):
    """How a chamber is started.

    `data`: the folder that keeps its state, or None to forget it at the end. `clock`: "system" follows the machine,
    "virtual" stands still until it is told to go on. `seed` makes identifiers and chances repeat.
    """

    host: str = "127.0.0.1"
    port: int = 4566
    data: Path | None = None
    durability: Literal["normal", "full"] = "normal"
    clock: Literal["system", "virtual"] = "system"
    seed: int | None = None
    verify_signatures: bool = False


class Chamber:
    """Started by `await chamber.start()`, ended by `await chamber.stop()`."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.clock: Clock = (
            SystemClock(options.seed) if options.clock == "system" else VirtualClock(options.seed)
        )
        self._scratch: Path | None = None
        self.cloud: Cloud
        self.server: Server

    async def start(self) -> None:
        """Open the store, take up what was left to do, and listen. Raises DataFolderInUse, or OSError for a port in use."""
        store = SqliteStore(self.options.data, self.options.durability)
        self.server = Server(self.options.host, self.options.port)
        try:
            self.server.bind()
        except OSError:
            store.close()
            raise
        self._scratch = scratch = _scratch_folder(self.options.data)
        data_folder = self.options.data or scratch / "data"
        settings = Settings(port=self.server.port, data_folder=str(data_folder), scratch_folder=str(scratch))
        self.cloud = Cloud(store, self.clock, SERVICES, settings)
        await self._count_start(store)
        identities = Identities(self.cloud)
        front = Front(
            self.cloud,
            control=Controls(self.cloud).paths(),
            http_services=HTTP_SERVICES,
            secret_of=identities.secret_of if self.options.verify_signatures else None,
            principal_of=identities.principal_of,
        )
        await self.cloud.start()
        await self.server.start(front.handle)

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

    async def stop(self) -> None:
        """Answer what is under way, end every process, close the store."""
        await self.server.stop()
        await self.cloud.stop()
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)


def _scratch_folder(data: Path | None) -> Path:
    """An empty folder for what need not outlive the run. Beside kept data, what a killed run left there is removed."""
    if data is None:
        return Path(tempfile.mkdtemp(prefix="cloudchamber-"))
    folder = data / "scratch"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
