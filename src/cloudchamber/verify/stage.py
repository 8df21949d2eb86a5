"""Where schedules are run: an application deployed once, and a fresh chamber in memory, with warm functions, for each run."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cloudchamber.app.building import BuildFailed
from cloudchamber.app.deploying import DeployFailed, deploy
from cloudchamber.app.services import HTTP_SERVICES, SERVICES
from cloudchamber.aws import AwsError, Cloud, Settings
from cloudchamber.aws.faults import Faults
from cloudchamber.aws.session import Session
from cloudchamber.clock import OUTSIDE, VirtualClock
from cloudchamber.clock.durations import duration_ms
from cloudchamber.gateway import Front, Server
from cloudchamber.gateway.front import WAITS_FOR_REST
from cloudchamber.kv import SqliteStore
from cloudchamber.services.lambda_.live import Environments
from cloudchamber.verify.actor import Actor
from cloudchamber.verify.capture import capture
from cloudchamber.verify.choosing import Chooser
from cloudchamber.verify.judge import NOT_AT_REST
from cloudchamber.verify.layout import survey
from cloudchamber.verify.model import Application, Run, Schedule
from cloudchamber.verify.outside import Outside
from cloudchamber.verify.points import Surroundings
from cloudchamber.verify.replay import of_recording
from cloudchamber.verify.scenario import Scenario, load
from cloudchamber.verify.state import Layout, State
from cloudchamber.verify.surroundings import surroundings
from cloudchamber.wire.http import HttpRequest, HttpResponse
from cloudchamber.workers.templates import Templates
from cloudchamber.workers.zygote_client import ZygoteClient

DELIVERIES_MAX = 400  # in one run; an application that needs more does not come to rest
Respond = Callable[[HttpResponse], None]


class DidNotDeploy(Exception):
    """The application could not be deployed; the message says why."""


class Stage:
    """`await Stage.open(application, seed)`, then `run` as often as wanted, then `close`."""

    def __init__(self, application: Application, seed: int) -> None:
        self.application, self.seed = application, seed
        self.scenario: Scenario = _scenario(application)
        self.account, self.region = self.scenario.place.account, self.scenario.place.region
        self.outputs: dict[str, str] = {}
        self.physical_ids: dict[str, str] = {}
        self.clock: VirtualClock
        self._folder = Path(tempfile.mkdtemp(prefix="cloudchamber-verify-"))
        self._server = Server("127.0.0.1", 0, self._now_ms)
        self._zygote = ZygoteClient(virtual=True)
        self._templates = Templates(self._zygote)
        self.around: Surroundings
        self._layout: Layout
        self.resources: list[dict[str, Any]] = []
        self._outside = Outside()
        self._front: Front
        self._cloud: Cloud
        self._store: SqliteStore
        self._actor: Actor | None = None
        self._acts = False  # whether whoever plays the scenario goes on
        self._asked: tuple[HttpRequest, Respond] | None = None  # what whoever plays the scenario waits for
        self._is_dead = self._restart_is_due = False
        self._image = b""
        self._began_at_ms = 0

    @classmethod
    async def open(cls, application: Application, seed: int) -> Stage:
        """Deploy the application. Raises ScenarioError and DidNotDeploy."""
        stage = cls(application, seed)
        try:
            await stage._deploy()
        except BaseException:
            await stage.close()
            raise
        return stage

    @property
    def base_url(self) -> str:
        """Where the chamber is reached."""
        return f"http://localhost:{self._server.port}"

    def handle(self, request: HttpRequest, respond: Respond) -> None:
        """Answer one request: the chamber of the present run does, or what stands for the world outside of it."""
        if self._outside.handle(request, respond):
            return
        if WAITS_FOR_REST in request.headers:
            self._asked = (request, lambda response: self._answer(response, respond))
            if not self._is_dead:
                self._front.handle(*self._asked)
        elif not self._is_dead:  # else a function asks that is about to die with its chamber
            self._front.handle(request, respond)

    def _answer(self, response: HttpResponse, respond: Respond) -> None:
        self._asked = None
        respond(response)
        if self._restart_is_due:
            self._restart()

    async def close(self) -> None:
        """End every process and leave nothing behind."""
        await self._server.stop()
        await self.abandon()

    async def abandon(self) -> None:
        """End every process at once, though a run is under way."""
        await self._templates.stop()
        self._zygote.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _now_ms(self) -> int:
        return self.clock.now_ms()

    # -- one run

    async def run(self, schedule: Schedule) -> Run:
        """Run the scenario under that schedule, in a fresh chamber, until the application comes to rest."""
        chooser = Chooser(schedule)
        await self._begin()
        self.clock.steps.choose = chooser.choose
        self._cloud.faults = Faults(list(schedule.faults), self.seed)
        self._cloud.on_restart = self._restart
        self._outside.forget()
        problems: list[str] = []
        try:
            await self.clock.advance(0)
            await self._play(self.scenario.run, problems, "the scenario")
            await self._come_to_rest(problems)
            tracks = list(self._cloud.tracks.latest())
            self._cloud.faults = None
            state = await self._state()
            for invariant in self.scenario.invariants:
                await self._play(invariant, problems, invariant.__name__)
        finally:
            await self._cloud.stop()
        return Run(
            schedule, state, problems, chooser.choices, tracks, self.clock.now_ms() - self._began_at_ms
        )

    async def reset(self) -> None:
        """A fresh chamber: begun, come to rest, and ended."""
        await self._begin()
        await self.clock.advance(0)
        await self._cloud.stop()

    async def _begin(self) -> None:
        self.clock = VirtualClock(self.seed, self._began_at_ms)
        self._cloud = self._chamber(SqliteStore(None, image=self._image))
        await self._cloud.start()

    async def _play(self, act: Callable[[Actor], object], problems: list[str], name: str) -> None:
        """Let the scenario, or an invariant, act in a thread of its own; virtual time stands still while it does."""
        loop = asyncio.get_running_loop()
        self._actor = actor = self._actor or Actor(self, loop)
        self.acting(True)
        try:
            await loop.run_in_executor(None, act, actor)
        except Exception as error:  # noqa: BLE001 - whatever user code raises is a finding
            text = f": {error}" if str(error) else ""
            problems.append(f"{name}: {type(error).__name__}{text}")
        finally:
            self.acting(False)

    def acting(self, acts: bool) -> None:
        """The one who plays the scenario goes on, or waits: virtual time stands still while it goes on."""
        if acts != self._acts:
            self._acts = acts
            if acts:
                self.clock.hold()
            else:
                self.clock.release()

    async def _come_to_rest(self, problems: list[str]) -> None:
        until_ms = self.clock.now_ms() + duration_ms(self.scenario.horizon)
        deliveries = 0

        def count(track: Any) -> None:
            nonlocal deliveries
            deliveries += track.is_delivery

        silence = self._cloud.tracks.listen(count)
        idle = await self.clock.run_until_idle(until_ms, lambda: deliveries > DELIVERIES_MAX)
        silence()
        if not idle:
            problems.append(f"{NOT_AT_REST} within {self.scenario.horizon}")

    async def _state(self) -> State:
        aws = Session(self._cloud, self.account, self.region)
        sent = self._outside.received()
        return await self.clock.run(
            capture(aws, self.resources, layout=self._layout, http=sent, began_at_ms=self._began_at_ms)
        )

    # -- restarts

    def _restart(self) -> None:
        """The chamber dies where it stands, and starts again with what it had committed.

        Whoever plays the scenario is not asked to call again what may have had its effect: the chamber dies after the answer.
        """
        if self._asked and not self.clock.steps.has(OUTSIDE):
            self._restart_is_due = True
            return
        self._restart_is_due, self._is_dead = False, True
        self.clock.hold()
        image = self._store.snapshot()
        self._restarting = asyncio.get_running_loop().create_task(self._start_again(self._cloud, image))

    async def _start_again(self, dead: Cloud, image: bytes) -> None:
        faults = dead.faults
        self._front.forget()
        await dead.stop()
        await a_few_turns()
        self.clock.forget(holds=1 + self._acts)
        self._cloud = self._chamber(SqliteStore(None, image=image))
        self._cloud.tracks, self._cloud.faults, self._cloud.on_restart = dead.tracks, faults, self._restart
        await self._cloud.start()
        self._is_dead = False
        if self._asked:
            self._front.handle(*self._asked)
        self.clock.release()

    # -- deployment

    async def _deploy(self) -> None:
        self._server.bind()
        await self._server.start(self.handle)
        self._zygote.start()
        self.clock = VirtualClock(self.seed, self.scenario.place.began_at_ms)
        self._cloud = self._chamber(SqliteStore(None))
        await self._cloud.start()
        try:
            deployed = await self.clock.run(
                deploy(
                    Session(self._cloud, self.account, self.region),
                    Path(self.application.template),
                    self.scenario.place.stack_name,
                    self._parameters(),
                    say=lambda text: None,
                    on_event=lambda event: None,
                )
            )
            await self.clock.advance(1_000)
            aws = Session(self._cloud, self.account, self.region)
            self._layout = await self.clock.run(survey(aws, deployed.resources))
            self.around = await self.clock.run(surroundings(aws, deployed.resources))
            self._image, self._began_at_ms = self._store.snapshot(), self.clock.now_ms()
        except AwsError as error:
            raise DidNotDeploy(f"{self.application.template}: {error.code}: {error.message}") from error
        except (BuildFailed, DeployFailed, OSError) as error:
            raise DidNotDeploy(f"{self.application.template}: {error}") from error
        finally:
            await self._cloud.stop()
        self.resources = deployed.resources
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in deployed.outputs}
        self.physical_ids = {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in deployed.resources
        }

    def _parameters(self) -> dict[str, str]:
        given = self.scenario.parameters | self.application.parameters
        return {name: self._outside.url_of(self.base_url, value) for name, value in given.items()}

    def _chamber(self, store: SqliteStore) -> Cloud:
        self._store = store
        settings = Settings(port=self._server.port, data_folder=str(self._folder))
        lives = {"lambda": lambda cloud: Environments(cloud, self._zygote, self._templates)}
        cloud = Cloud(store, self.clock, SERVICES, settings, lives=lives)
        self._front = Front(cloud, http_services=HTTP_SERVICES)
        return cloud


def _scenario(application: Application) -> Scenario:
    if application.recording:
        return of_recording(Path(application.recording), Path(application.template))
    return load(Path(application.scenario_file), application.scenario)


async def a_few_turns() -> None:
    """Let what is ready have its turns of the loop."""
    loop = asyncio.get_running_loop()
    for _ in range(10):
        turn = loop.create_future()
        loop.call_soon(turn.set_result, None)
        await turn
