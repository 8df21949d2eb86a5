"""What Lambda keeps running: the execution environments, who is busy, and what they wrote to their logs until it is kept.

All of it can be rebuilt from records; functions in the middle of an event when the chamber dies are invoked again by the outbox.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from cloudchamber.aws import Call, Trace
from cloudchamber.aws.faults import Fault
from cloudchamber.aws.struck import error_of
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.errors import InvalidRuntimeException, TooManyRequestsException
from cloudchamber.services.lambda_.model import Function
from cloudchamber.services.lambda_.operations.packages import Packages
from cloudchamber.services.lambda_.rules.configuration import log_group_of
from cloudchamber.workers import (
    Environment,
    EnvironmentSpec,
    Invocation,
    InvocationResult,
    LogEvent,
    Pool,
    RuntimeUnavailable,
    TooManyEnvironments,
    Workers,
)
from cloudchamber.workers.spec import OnChunk
from cloudchamber.workers.templates import Templates
from cloudchamber.workers.zygote_client import ZygoteClient

if TYPE_CHECKING:
    from cloudchamber.aws import Cloud


class Place(NamedTuple):
    """One version of one function, as it is configured now: what environments are kept by."""

    account: str
    region: str
    name: str
    version: str
    revision_id: str


def place_of(account: str, region: str, function: Function) -> Place:
    """Where a version's environments stand."""
    return Place(account, region, function.name, function.version, function.revision_id)


class Environments:
    """`ctx.live` of Lambda. `zygote`, `templates`: those to share with others, who stop them."""

    def __init__(
        self, cloud: Cloud, zygote: ZygoteClient | None = None, templates: Templates | None = None
    ) -> None:
        self._cloud, self._zygote, self._templates = cloud, zygote, templates
        settings = cloud.settings
        folder = settings.data_folder or settings.scratch_folder or tempfile.mkdtemp(prefix="cloudchamber-")
        self.packages = Packages(Path(folder) / "lambda" / "code")
        self._workers: Workers | None = None
        self._pool: Pool | None = None
        self._starting: asyncio.Task[None] | None = None
        self._specs: dict[Place, EnvironmentSpec] = {}
        self._busy: dict[tuple[str, str, str], int] = {}  # (account, region, name) -> events under way
        self._unreserved: dict[
            tuple[str, str], int
        ] = {}  # (account, region) -> those of functions without a reservation
        self._logs: dict[str, list[dict[str, Any]]] = {}  # stream -> events not yet kept
        self._traces: dict[str, Trace] = {}  # request id -> whose logs they are
        self._numbers: dict[str, int] = {}  # request id -> which invocation it is, under virtual time
        self.notices: list[str] = []

    async def stop(self) -> None:
        """Kill every environment."""
        if self._pool:
            await self._pool.stop()
        if self._workers:
            await self._workers.stop()

    async def start(self) -> None:
        """Start the process that environments are forked from, unless it runs."""
        if self._workers is None:
            workers = Workers(
                self._cloud.clock,
                on_log=self._take_log,
                endpoint_url=self._cloud.settings.base_url,
                on_notice=self.notices.append,
                zygote=self._zygote,
                templates=self._templates,
            )
            self._workers = workers
            self._pool = Pool(self._cloud.clock, self._spawn)
            self._starting = asyncio.get_running_loop().create_task(workers.start())
        assert self._starting is not None
        await asyncio.shield(self._starting)

    def warm_up(self) -> None:
        """`start` beside what is going on: a function was created, it will soon be invoked."""
        if self._workers is None:
            self._cloud.spawn(self.start())

    # -- invoke

    async def run(
        self, place: Place, function: Function, invocation: Invocation, reserved: Reserved, trace: Trace,
        on_chunk: OnChunk | None = None,
    ) -> InvocationResult:  # fmt: skip
        """Run one event. Raises TooManyRequestsException and InvalidRuntimeException; then the function has not run."""
        fate = self._cloud.invocations.fate(trace.parent)
        if fate and fate.kind in ("error", "throttle"):
            raise error_of(fate, "lambda")
        await self.start()
        spec = self._specs.get(place) or self._make_spec(place, function)
        self._enter(place, reserved)
        self._traces[invocation.request_id] = trace
        try:
            return await self._run(place, spec, invocation, trace, fate, on_chunk)
        except TooManyEnvironments:
            raise _throttled("ConcurrentInvocationLimitExceeded") from None
        except RuntimeUnavailable as error:
            raise InvalidRuntimeException(f"{error}.", Type="Service") from None
        finally:
            self._leave(place, reserved)
            self._cloud.clock.hold()  # until the callbacks that keep its logs have run
            asyncio.get_running_loop().call_soon(self._forget_trace, invocation.request_id)

    async def _run(
        self, place: Place, spec: EnvironmentSpec, event: Invocation, trace: Trace, fate: Fault | None,
        on_chunk: OnChunk | None,
    ) -> InvocationResult:  # fmt: skip
        """Run one event when it is its turn; what was ordained for it happens."""
        assert self._pool is not None
        invocations, steps = self._cloud.invocations, self._cloud.clock.steps
        running = invocations.begin(trace.parent, spec.function_name)
        hosts: list[Environment] = []

        def taken(host: Environment) -> None:
            hosts.append(host)
            invocations.take(running, host)

        try:
            if steps is not None:
                await steps.turn(running.number, f"lambda delivery {spec.function_name}")
            began_ms = self._cloud.clock.now_ms()
            if fate and fate.kind in ("kill", "hang") and fate.effect == "before":
                return await self._broken_off(fate, spec, event, began_ms)
            if steps is not None:
                self._numbers[event.request_id] = running.number
            result = await self._pool.invoke(place, spec, event, on_chunk, taken)
            if steps is not None:
                await steps.turn(running.number, "answer")
            if fate:
                for host in hosts:
                    host.kill()
                return await self._broken_off(fate, spec, event, began_ms)
            return result
        finally:
            invocations.end(running)

    async def _broken_off(
        self, fate: Fault, spec: EnvironmentSpec, event: Invocation, began_ms: int
    ) -> InvocationResult:
        """What is heard of a function that died, or that says nothing until its time is up."""
        if fate.kind != "hang":
            return crashed(event)
        label = f"function {spec.function_name} times out"
        await self._cloud.signals.wait(until_ms=began_ms + spec.timeout_ms, label=label)
        return timed_out(event, spec.timeout_ms)

    def busy_count(self, account: str, region: str, name: str) -> int:
        """How many events a function is busy with."""
        return self._busy.get((account, region, name), 0)

    def unreserved_count(self, account: str, region: str) -> int:
        """How many events functions without a reservation are busy with."""
        return self._unreserved.get((account, region), 0)

    def retire(self, place: Place) -> None:
        """This version is no more, or is configured otherwise: its environments end after what they are busy with."""
        self._specs.pop(place, None)
        if self._pool:
            self._cloud.spawn(self._pool.retire(place))

    def _enter(self, place: Place, reserved: Reserved) -> None:
        key = place[:3]
        busy = self._busy.get(key, 0)
        if reserved.own is not None:
            if busy >= reserved.own:
                raise _throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
        else:
            unreserved = self._unreserved.get(key[:2], 0)
            if unreserved >= limits.CONCURRENT_EXECUTIONS_MAX - reserved.of_all:
                raise _throttled("ConcurrentInvocationLimitExceeded")
            self._unreserved[key[:2]] = unreserved + 1
        self._busy[key] = busy + 1

    def _leave(self, place: Place, reserved: Reserved) -> None:
        key = place[:3]
        self._busy[key] -= 1
        if not self._busy[key]:
            del self._busy[key]
        if reserved.own is None:
            self._unreserved[key[:2]] -= 1

    # -- environments

    def _make_spec(self, place: Place, function: Function) -> EnvironmentSpec:
        layers = tuple(str(self.packages.folder_of(use.code)) for use in function.layers)
        arn = f"arn:aws:lambda:{place.region}:{place.account}:function:{function.name}"
        environ = {**(function.environment or {}), "AWS_ACCESS_KEY_ID": place.account}
        if function.logging.format == "JSON":
            environ["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
            environ["AWS_LAMBDA_LOG_LEVEL"] = function.logging.application_level or "INFO"
        spec = EnvironmentSpec(
            code_dir=str(self.packages.folder_of(function.code)),
            handler=function.handler,
            runtime=function.runtime,
            function_name=function.name,
            function_arn=arn,
            function_version=function.version,
            layer_dirs=layers,
            environ=environ,
            memory_mb=function.memory_mb,
            timeout_ms=function.timeout_s * 1000,
            ephemeral_mb=function.ephemeral_mb,
            log_group=log_group_of(function),
            log_format=function.logging.format,
            region=place.region,
            account=place.account,
        )
        self._specs[place] = spec
        return spec

    def _spawn(self, spec: EnvironmentSpec) -> Environment:
        """A new environment with a log stream of its own: `2024/01/31/[$LATEST]0123456789abcdef0123456789abcdef`."""
        assert self._workers is not None
        clock = self._cloud.clock
        day = datetime.fromtimestamp(clock.now_ms() / 1000, UTC).strftime("%Y/%m/%d")
        stream = f"{day}/[{spec.function_version}]{clock.ids.hex(32)}"
        return self._workers.spawn(replace(spec, log_stream=stream))

    # -- logs

    def _take_log(self, event: LogEvent) -> None:
        """Gather what one invocation logs, and keep it by one call once the invocation is answered."""
        stream = event.spec.log_stream
        self._logs.setdefault(stream, []).append({"timestamp": event.at_ms, "message": event.message})
        if event.last and event.request_id:
            trace, steps = self._traces.get(event.request_id), self._cloud.clock.steps
            number = self._numbers.pop(event.request_id, None)
            if steps is not None and number is not None:
                steps.offer(number, "logs", lambda: self._keep_logs(event.spec, trace))
                return
            self._cloud.clock.hold()
            asyncio.get_running_loop().call_soon(self._keep_logs, event.spec, trace)

    def _keep_logs(self, spec: EnvironmentSpec, trace: Trace | None) -> None:
        events = self._logs.pop(spec.log_stream, None)
        if events and "logs" in self._cloud.service_names:
            request = {"Group": spec.log_group, "Stream": spec.log_stream, "Events": events}
            call = Call(
                "logs", "put_function_logs", request, "lambda.amazonaws.com", spec.account, spec.region, trace
            )
            self._cloud.submit(call, lambda answer, error: None)
        self._cloud.clock.release()

    def _forget_trace(self, request_id: str) -> None:
        self._traces.pop(request_id, None)
        self._cloud.clock.release()


def crashed(event: Invocation) -> InvocationResult:
    """What comes of an event whose environment died with it.

    https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
    """
    return _ended(event, "Runtime.ExitError", "Runtime exited with error: signal: killed", 0)


def timed_out(event: Invocation, timeout_ms: int) -> InvocationResult:
    """What comes of an event whose function took too long.

    https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
    """
    return _ended(
        event, "Sandbox.Timedout", f"Task timed out after {timeout_ms / 1000:.2f} seconds", timeout_ms
    )


def _ended(event: Invocation, kind: str, why: str, duration_ms: int) -> InvocationResult:
    message = f"RequestId: {event.request_id} Error: {why}"
    payload = msgspec.json.encode({"errorType": kind, "errorMessage": message})
    took_ms = float(duration_ms)
    return InvocationResult(payload, "Unhandled", kind, None, b"", took_ms, duration_ms, None, 0, ended=True)


class Reserved(NamedTuple):
    """Reserved concurrency: the function's own, None when it has none; and that of all functions of its account."""

    own: int | None
    of_all: int


def _throttled(reason: str) -> TooManyRequestsException:
    return TooManyRequestsException("Rate Exceeded.", Reason=reason, Type="User")
