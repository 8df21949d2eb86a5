"""The pipeline: every call of every operation passes here, once.

resolve -> validate -> authorize -> inject faults -> run in a transaction -> record the track. The caller is told after the
commit. A call that does not wait needs no task: it runs where it is submitted, and is answered when its group commits.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from importlib import import_module
from typing import Any

import msgspec

from cloudchamber.aws.call import Call, Trace
from cloudchamber.aws.context import Context
from cloudchamber.aws.deliveries import Deliveries
from cloudchamber.aws.errors import AwsError, InternalFailure, not_implemented
from cloudchamber.aws.faults import Fault, Faults
from cloudchamber.aws.invocations import Invocations, Origin
from cloudchamber.aws.measures import Measures
from cloudchamber.aws.service import Live, Operation, Pending, Service
from cloudchamber.aws.striking import Strike, is_delivery, passed, point_of
from cloudchamber.aws.tracks import Track, Tracks
from cloudchamber.clock import Clock, Signals
from cloudchamber.kv import Store, Transaction
from cloudchamber.outbox import Conclusion, MustWait
from cloudchamber.wire.model import load_model

# Numbers of tracks lie far apart, so that they look like the random ones of X-Ray, for a fraction of what drawing costs.
_STRIDE, _TRACK_MASK = 0x9E3779B97F4A7C15, (1 << 64) - 1
Done = Callable[[Any, AwsError | None], None]
Authorize = Callable[[Call, Operation], None]

log = logging.getLogger("cloudchamber")


class Settings(msgspec.Struct, frozen=True):
    """What is fixed while a chamber runs."""

    host: str = "localhost"
    port: int = 4566
    data_folder: str = ""  # where large objects and code live; empty: a temporary folder
    scratch_folder: str = ""

    @property
    def base_url(self) -> str:
        return f"http://{self.host}:{self.port}"


class Cloud:
    """One chamber: services over a store, a clock and an outbox.

    `services` maps botocore's names to the packages that hold their `SERVICE`; each is loaded on its first call.
    `authorize` raises `AccessDenied` for a call that its principal may not make. `lives`: what makes that which a service keeps
    running, when it is not its own `Service.live`.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        services: Mapping[str, str],
        settings: Settings | None = None,
        authorize: Authorize | None = None,
        lives: Mapping[str, Callable[[Cloud], Live]] | None = None,
    ) -> None:
        self.store, self.clock = store, clock
        self.settings = settings or Settings()
        self.signals = Signals(clock)
        self.tracks = Tracks()
        self._track_number = int(clock.ids.hex(16), 16)
        self.measures = Measures()
        self.invocations = Invocations(self.signals)
        if clock.steps is not None:
            clock.steps.unseen_count = self.invocations.unseen_count
        self.faults: Faults | None = None
        self.on_restart: Callable[[], None] | None = (
            None  # what a `restart` fault asks of whoever keeps this chamber
        )
        self.deliveries = Deliveries(self)
        self._packages = services
        self._services: dict[str, Service] = {}
        self._operations: dict[tuple[str, str], Operation] = {}
        self._lives: dict[str, Live] = {}
        self._makers = dict(lives or {})
        self._authorize = authorize
        self._flights: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Take up what an earlier process left to do."""
        await self.deliveries.start()

    async def stop(self) -> None:
        """End everything that runs; what was acknowledged is kept, what was to be done is done at the next start."""
        await self.deliveries.stop()
        for flight in self._flights:
            flight.cancel()
        await asyncio.gather(*self._flights, return_exceptions=True)
        for live in self._lives.values():
            await live.stop()
        self.store.close()

    # -- services

    @property
    def service_names(self) -> list[str]:
        """The services that exist here, by botocore's names."""
        return sorted(self._packages)

    def service(self, name: str) -> Service:
        """The service of that name, loaded on first use. Raises `AwsError` when the chamber has none."""
        found = self._services.get(name)
        if found is None:
            package = self._packages.get(name)
            if package is None:
                raise AwsError(
                    "NotImplemented", f"The service {name} is not available in Cloud Chamber yet.", status=501
                )
            found = self._services[name] = import_module(package).SERVICE
        return found

    def live(self, name: str) -> Live:
        """What that service keeps running, made on first use."""
        if name not in self._lives:
            make = self._makers.get(name) or self.service(name).live
            assert make is not None, f"{name} keeps nothing running"
            self._lives[name] = make(self)
        return self._lives[name]

    def operation(self, service: str, name: str) -> Operation:
        """The operation or task of that name. Raises `AwsError` when it does not exist, or not here."""
        found = self._operations.get((service, name))
        if found is None:
            found = self.service(service).operation(name)
            if found is None:
                if name in load_model(service).operations:
                    raise not_implemented(service, name)
                raise AwsError("UnknownOperationException", f"{service} has no operation {name}.", status=404)
            self._operations[(service, name)] = found
        return found

    def recorded_use(self) -> list[tuple[str, str, str, str]]:
        """What callers have asked for that is only recorded here: service, operation, member, reason."""
        return [
            (service, name, member, reason)
            for (service, name), operation in sorted(self._operations.items())
            for member, reason in sorted(operation.recorded_use.items())
        ]

    # -- calls

    def submit(
        self,
        call: Call,
        done: Done,
        request_id: str = "",
        *,
        origin: Origin | None = None,
        spared: bool = False,
        conclusion: Conclusion | None = None,
    ) -> None:
        """Make a call; `done(answer, None)` once its effects are durable, `done(None, error)` when it failed.

        `request_id`: the one the caller will see, when it has one already. `origin`: the function that calls; under virtual time
        it takes its turn. `spared`: no fault strikes. `conclusion`: of the row of the outbox that the call is.
        """
        steps = self.clock.steps
        if origin is None or steps is None:
            self._submit(call, done, request_id, origin, spared, conclusion)
            return
        invocation = origin.invocation

        def answered(answer: Any, error: AwsError | None) -> None:
            invocation.unblocked()
            done(answer, error)

        def go() -> None:
            self._submit(call, answered, request_id, origin, spared)
            self.clock.release()

        steps.offer(invocation.number, f"{call.service} {call.operation} {self.resource_of(call)}", go)
        invocation.blocked()

    def _submit(
        self,
        call: Call,
        done: Done,
        request_id: str,
        origin: Origin | None,
        spared: bool,
        conclusion: Conclusion | None = None,
    ) -> None:
        self.clock.hold()
        operation = self._operations.get((call.service, call.operation))
        try:
            operation = operation or self.operation(call.service, call.operation)
        except AwsError as error:
            _Flight(self, call, done, request_id).land(None, error)
            return
        flight = _Flight(self, call, done, request_id)
        flight.context.conclusion = conclusion
        try:
            operation.check(call.request)
            if self._authorize:
                self._authorize(call, operation)
        except Exception as error:  # noqa: BLE001 - part of the one boundary
            flight.land(None, error)
            return
        fault = None
        if self.faults and not spared:
            fault = self.faults.draw(point_of(call, flight.track.resource, origin))
        if operation.waits or fault:
            self.spawn(flight.fly(operation, fault, origin))
        else:
            handler, request, context = operation.handler, call.request, flight.context
            self.store.submit(lambda tx: handler(context.enter(tx), request), flight.land_or_wait)

    def restart(self) -> None:
        """Ask whoever keeps this chamber to let it die and start again, once what runs now has had its turn of the loop."""
        assert self.on_restart is not None, "nobody can start this chamber again"
        asyncio.get_running_loop().call_soon(self.on_restart)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a flight as a task that ends with the chamber."""
        task = asyncio.get_running_loop().create_task(work)
        self._flights.add(task)
        task.add_done_callback(self._flights.discard)

    async def call(
        self,
        call: Call,
        *,
        holding: bool = False,
        request_id: str = "",
        spared: bool = False,
        conclusion: Conclusion | None = None,
    ) -> Any:
        """`submit`, awaited. Raises the call's `AwsError`.

        `holding`: the caller holds the clock, as operations and rows do. It lets go while it waits, and whoever answers it
        holds the clock on its behalf; else no virtual time could pass in what it called.
        """
        outcome: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def done(answer: Any, error: AwsError | None) -> None:
            if outcome.done():
                return
            if holding:
                self.clock.hold()
            if error is None:
                outcome.set_result(answer)
            else:
                outcome.set_exception(error)

        self.submit(call, done, request_id, spared=spared, conclusion=conclusion)
        if not holding:
            return await outcome
        self.clock.release()
        try:
            return await outcome
        except asyncio.CancelledError:
            if outcome.cancelled():
                self.clock.hold()
            raise

    def run_within(self, tx: Transaction, call: Call, depth: int) -> Any:
        """Make a call that does not wait as part of `tx`. Its track is kept if `tx` commits, and at once when it fails.

        Raises MustWait when the call finds that it waits after all.
        """
        operation = self.operation(call.service, call.operation)
        assert not operation.waits, f"{call.operation} waits: it cannot join a transaction"
        track, context = self.begin(call, depth)
        try:
            operation.check(call.request)
            if self._authorize:
                self._authorize(call, operation)
            answer = operation.handler(context.within(tx), call.request)
        except AwsError as error:
            track.error = error.code
            self.tracks.add(track)
            raise
        if type(answer) is Pending:
            raise MustWait(call.operation)
        tx.on_commit(lambda: self.tracks.add(track))
        return answer

    def begin(self, call: Call, depth: int = 0, request_id: str = "") -> tuple[Track, Context]:
        """A new track for a call, and the context that carries it on."""
        now_ms, trace = self.clock.now_ms(), call.trace
        request_id = request_id or self.clock.ids.uuid()
        self._track_number = (self._track_number + _STRIDE) & _TRACK_MASK
        track_id = f"{self._track_number:016x}"
        root = trace.root if trace else f"1-{now_ms // 1000:08x}-{track_id}{track_id[4:12]}"
        track = Track(
            track_id,
            root,
            trace.parent if trace else "",
            now_ms,
            call.service,
            call.operation,
            self.resource_of(call),
            call.principal,
            call.account,
            call.region,
            request_id=request_id,
            is_delivery=call.service == "lambda" and is_delivery(call),
        )
        self.tracks.begin(track)
        return track, Context(
            self, call, Trace(root, track_id, trace.lineage if trace else ""), request_id, depth
        )

    def resource_of(self, call: Call) -> str:
        """What a call is about, as it names it; empty when it names nothing."""
        service = self._services.get(call.service)
        if service is None:
            return ""
        request = call.request
        for member in service.named_by:
            value = request.get(member)
            if value:
                return str(value[0].get(service.named_in_entries, "")) if type(value) is list else str(value)
        return ""

    def as_aws_error(self, error: BaseException, request_id: str) -> AwsError:
        """The one boundary where a bug becomes an answer."""
        if isinstance(error, AwsError):
            return error
        log.error("a bug, answered as InternalFailure (request id %s)", request_id, exc_info=error)
        failure = InternalFailure()
        failure.__cause__ = error
        return failure


class _Flight:
    """One submitted call, from its start to its answer."""

    __slots__ = ("_call", "_cloud", "_done", "_started_ns", "context", "track")

    def __init__(self, cloud: Cloud, call: Call, done: Done, request_id: str) -> None:
        self._cloud, self._call, self._done = cloud, call, done
        self.track, self.context = cloud.begin(call, request_id=request_id)
        self._started_ns = cloud.clock.elapsed_ns()

    def land_or_wait(self, answer: Any, error: BaseException | None) -> None:
        """The outcome of a call that ran at once; it may have found that it must wait."""
        if type(answer) is Pending:
            self._cloud.spawn(self._land_with(answer.work()))
        else:
            self.land(answer, error)

    async def fly(self, operation: Operation, fault: Fault | None, origin: Origin | None) -> None:
        """Run a call that waits, or one that a fault strikes."""
        if fault is None:
            await self._land_with(self._run(operation, self._call))
            return
        cloud, track = self._cloud, self.track
        track.note = f"fault: {fault.kind}"
        point = point_of(self._call, track.resource, origin)
        strike = Strike(cloud, fault, point, origin, track.id)
        await self._land_with(strike.run(self._call, lambda call: self._run(operation, call)))

    async def _land_with(self, work: Awaitable[Any]) -> None:
        try:
            answer = await work
        except asyncio.CancelledError:
            self.land(None, AwsError("ServiceUnavailable", "The chamber is stopping.", status=503))
            raise
        except Exception as error:  # noqa: BLE001 - the one boundary
            self.land(None, error)
        else:
            self.land(answer, None)

    async def _run(self, operation: Operation, call: Call) -> Any:
        if operation.waits:
            return await operation.handler(self.context, call.request)
        answer = await self.context.transact(lambda ctx: operation.handler(ctx, call.request))
        return await answer.work() if type(answer) is Pending else answer

    def land(self, answer: Any, error: BaseException | None) -> None:
        """Keep the track, tell the caller, let go of the clock."""
        cloud, track = self._cloud, self.track
        failure = None
        if error is not None:
            failure = cloud.as_aws_error(error, track.request_id)
            track.error = failure.code
        track.duration_us = (cloud.clock.elapsed_ns() - self._started_ns) // 1000
        cloud.tracks.add(track)
        if cloud.faults:
            cloud.signals.fire_soon(passed(point_of(self._call, track.resource, None)))
        try:
            self._done(answer, failure)
        finally:
            cloud.clock.release()
