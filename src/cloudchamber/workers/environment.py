"""An execution environment: its phases, its invocations, its end.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

import asyncio
import contextlib
import json
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from cloudchamber.workers import log_events
from cloudchamber.workers.description import Site, Traits
from cloudchamber.workers.grip import Grip, PhaseLimit
from cloudchamber.workers.process import RuntimeProcess, Travel
from cloudchamber.workers.runtimes import Program
from cloudchamber.workers.session import Answer, Ended, Outcome, Task
from cloudchamber.workers.spec import (
    Clock,
    EnvironmentSpec,
    Invocation,
    InvocationResult,
    Limits,
    LogEvent,
    OnChunk,
    OnLog,
    TimerHandle,
)
from cloudchamber.workers.zygote_client import ZygoteDied


@dataclass(frozen=True, slots=True)
class Keeper:
    """What an environment needs from its host.

    `watch` and `unwatch` say when its memory must be looked at; `failed` hears of errors that its function ended with.
    """

    clock: Clock
    site: Site
    on_log: OnLog
    watch: Callable[["Environment"], object]
    unwatch: Callable[["Environment"], object]
    failed: Callable[[EnvironmentSpec, bytes], object]
    limits: Limits


class Environment:
    """Runs one event at a time, in one process; the first invocation starts it."""

    def __init__(self, spec: EnvironmentSpec, program: Program, keeper: Keeper, number: int) -> None:
        self.spec = spec
        self._program = program
        self._keeper = keeper
        self._clock = keeper.clock
        self._loop = asyncio.get_running_loop()
        self._tmp_dir = keeper.site.state_dir / f"environment-{number}"
        self._process: RuntimeProcess | None = None
        self._request_id: str | None = None
        self._log: list[str] = []
        self._max_memory_mb = 0
        self._stopped = False
        page = keeper.site.page
        self._grip = Grip(keeper.clock, page, spec.function_name) if page else None
        self._seed, self.init_id = ("", "")
        if page:
            #: Calls of the init phase say that they come from it.
            self.init_id = keeper.clock.ids.hex(16)
            self._seed = keeper.clock.ids.hex(32)

    @property
    def usable(self) -> bool:
        """Whether it can take another event."""
        return not self._stopped and (self._process is None or self._process.alive)

    @property
    def pid(self) -> int | None:
        """The process, once there is one."""
        return self._process.pid if self._process else None

    async def invoke(self, invocation: Invocation, on_chunk: OnChunk | None = None) -> InvocationResult:
        """Run one event to its end. Streamed responses go to `on_chunk` as they come, if it is given."""
        self._log = []
        init_ms: float | None = None
        if self._process is None:
            init_ms, failure = await self._initialize("init", self._keeper.limits.init_ms_max)
            if failure:
                return await self._retry_init(invocation, on_chunk)
        return await self._run(invocation, on_chunk, init_ms, self.spec.timeout_ms)

    async def stop(self) -> None:
        """Kill the process; nothing of the environment remains."""
        self._stopped = True
        if self._process:
            self._process.kill()
            await self._process.exited()
        self._remove_files()

    def kill(self) -> None:
        """Kill the process without waiting for its end."""
        self._stopped = True
        if self._process:
            self._process.kill()
        self._remove_files()

    def crash(self) -> None:
        """Kill the process in the middle of what it does, as if it had crashed."""
        if self._grip:
            self._grip.end()
        if self._process:
            self._process.kill("crash")

    def blocked(self) -> None:
        """A call made by this environment has reached the chamber: while the process does nothing else, time may pass."""
        if self._grip:
            self._grip.blocked()

    @property
    def waits_unseen(self) -> bool:
        """Whether its process waits for something that is no call of the chamber, and no sleep."""
        return self._grip is not None and self._grip.waits_unseen

    def unblocked(self) -> None:
        """A call made by this environment is about to be answered: no time passes while the process runs."""
        if self._grip:
            self._grip.unblocked()

    def check_memory(self) -> None:
        """Kill the process if it holds more than the function's memory."""
        if self._process:
            self._max_memory_mb = max(self._max_memory_mb, self._process.memory_mb())
            if self._max_memory_mb > self.spec.memory_mb:
                self._process.kill("memory")

    async def _initialize(self, phase: str, limit_ms: float) -> tuple[float, Outcome | None]:
        """Start a process and wait for the end of its init phase: what it took, and how it failed if it did."""
        with contextlib.suppress(ZygoteDied):
            await self._keeper.site.zygote.warm()
        started = self._elapsed_ms()
        self._request_id = None
        self._say_init_start()
        process = RuntimeProcess(
            self.spec, self._program, self._keeper.site, self._take_events, self._travel()
        )
        self._process = process
        self._keeper.watch(self)
        timer = self._limit(process, limit_ms)
        try:
            await process.start(str(self._tmp_dir))
            if self._grip:
                self._grip.started(process.pid)
            outcome = await process.session.init
        except ZygoteDied:
            outcome = Ended("exit", -signal.SIGKILL)
        except BaseException:
            self.kill()
            raise
        finally:
            timer.cancel()
            self._keeper.unwatch(self)
        init_ms = self._elapsed_ms() - started
        if isinstance(outcome, Answer) and outcome.error_type is None:
            return init_ms, None
        if isinstance(outcome, Answer):
            process.kill()
        await process.exited()
        status, kind = _status_of(outcome)
        self._say(log_events.init_report_line(init_ms, phase, status, kind), None)
        return init_ms, outcome

    async def _retry_init(self, invocation: Invocation, on_chunk: OnChunk | None) -> InvocationResult:
        """A failed init phase is repeated once, inside the invocation and its timeout."""
        started = self._elapsed_ms()
        _, failure = await self._initialize("invoke", self.spec.timeout_ms)
        spent_ms = self._elapsed_ms() - started
        if failure is None:
            return await self._run(invocation, on_chunk, None, self.spec.timeout_ms, spent_ms)
        self._request_id = invocation.request_id
        self._say_start(invocation.request_id)
        return self._result(invocation, failure, spent_ms, None)

    async def _run(
        self,
        invocation: Invocation,
        on_chunk: OnChunk | None,
        init_ms: float | None,
        timeout_ms: int,
        spent_ms: float = 0.0,
    ) -> InvocationResult:
        process = self._process
        assert process is not None
        self._request_id = invocation.request_id
        self._max_memory_mb = 0
        self._say_start(invocation.request_id)
        remaining_ms = max(int(timeout_ms - spent_ms), 1)
        task = Task(
            invocation=invocation,
            deadline_ms=self._deadline_ms(invocation, remaining_ms),
            remaining_ms=remaining_ms,
            function_arn=invocation.invoked_function_arn or self.spec.function_arn,
        )
        started = self._elapsed_ms()
        timer = self._limit(process, remaining_ms)
        self._keeper.watch(self)
        process.thaw()
        try:
            outcome = await process.session.begin(task, on_chunk)
        except BaseException:
            self.kill()
            raise
        finally:
            timer.cancel()
            self._keeper.unwatch(self)
        duration_ms = self._elapsed_ms() - started + spent_ms
        process.drain_log(final=True)
        self._max_memory_mb = max(self._max_memory_mb, process.memory_mb())
        if self._max_memory_mb > self.spec.memory_mb and isinstance(outcome, Answer):
            process.kill("memory")
            await process.exited()
            outcome = Ended("memory", -signal.SIGKILL)
        return self._result(invocation, outcome, duration_ms, init_ms)

    def _travel(self) -> Travel | None:
        if self._grip is None:
            return None
        return Travel(Traits(self._seed, self.init_id, self._clock.now_ms()), self._grip.set_deadline)

    def _limit(self, process: RuntimeProcess, limit_ms: float) -> TimerHandle:
        """Kill the process when its time is up; on a virtual clock also when it has run for so long in real time."""
        if self._grip is None:
            return self._loop.call_later(limit_ms / 1000, process.kill, "timeout")
        return PhaseLimit(self._clock, self._grip, process, limit_ms)

    def _elapsed_ms(self) -> float:
        """A steady counter: the chamber's instant when that is virtual."""
        return float(self._clock.now_ms()) if self._grip else time.perf_counter() * 1000

    def _deadline_ms(self, invocation: Invocation, remaining_ms: int) -> int:
        """The instant at which the function times out, on the clock that its program sees."""
        if self._grip and not self._program.framed:
            return time.time_ns() // 1_000_000 + remaining_ms
        return invocation.deadline_ms or self._clock.now_ms() + remaining_ms

    def _result(
        self, invocation: Invocation, outcome: Outcome, duration_ms: float, init_ms: float | None
    ) -> InvocationResult:
        request_id = invocation.request_id
        status = kind = None
        if isinstance(outcome, Ended):
            status, kind = _status_of(outcome)
            if outcome.cause == "timeout":
                duration_ms = float(self.spec.timeout_ms)
            self._say(self._obituary(outcome, request_id), request_id)
            outcome = Answer(_ended_payload(outcome, request_id, self.spec), kind or "Sandbox.Timedout")
            self._remove_files()
        if outcome.error_type:
            self._keeper.failed(self.spec, outcome.payload)
        memory_mb = min(self._max_memory_mb, self.spec.memory_mb)
        self._say_report(request_id, duration_ms, init_ms, memory_mb, status, kind)
        self._request_id = None
        log, self._log = "".join(self._log).encode(), []
        return InvocationResult(
            payload=outcome.payload,
            function_error="Unhandled" if outcome.error_type else None,
            error_type=outcome.error_type,
            content_type=outcome.content_type,
            log=log,
            duration_ms=round(duration_ms, 2),
            billed_ms=log_events.billed_ms(duration_ms, init_ms),
            init_ms=None if init_ms is None else round(init_ms, 2),
            max_memory_mb=memory_mb,
            ended=not self.usable,
        )

    def _obituary(self, ended: Ended, request_id: str) -> str:
        if ended.cause == "timeout":
            seconds = self.spec.timeout_ms / 1000
            return f"{log_events.iso(self._clock.now_ms())} {request_id} Task timed out after {seconds:.2f} seconds\n\n"
        _, kind = _status_of(ended)
        return f"RequestId: {request_id} Error: {_exit_message(ended.status)}\n{kind}\n"

    def _take_events(self, events: list[bytes]) -> None:
        request_id = self._request_id
        for event in events:
            self._say(event.decode(errors="replace"), request_id)

    def _say(self, message: str, request_id: str | None, *, last: bool = False) -> None:
        if request_id is not None:
            self._log.append(message)
        self._keeper.on_log(LogEvent(self.spec, request_id, self._clock.now_ms(), message, last))

    @property
    def _logs_json(self) -> bool:
        return self.spec.log_format == "JSON"

    def _say_init_start(self) -> None:
        spec = self.spec
        if self._logs_json:
            line = log_events.init_start_event(self._clock.now_ms(), spec.runtime, spec.function_version)
        else:
            line = log_events.init_start_line(spec.runtime)
        self._say(line, None)

    def _say_start(self, request_id: str) -> None:
        version = self.spec.function_version
        if self._logs_json:
            self._say(log_events.start_event(self._clock.now_ms(), request_id, version), request_id)
        else:
            self._say(log_events.start_line(request_id, version), request_id)

    def _say_report(
        self,
        request_id: str,
        duration_ms: float,
        init_ms: float | None,
        max_memory_mb: int,
        status: str | None,
        error_type: str | None,
    ) -> None:
        """END and REPORT; in JSON there is only a report."""
        figures: log_events.Figures = {
            "duration_ms": duration_ms,
            "init_ms": init_ms,
            "memory_mb": self.spec.memory_mb,
            "max_memory_mb": max_memory_mb,
            "status": status,
            "error_type": error_type,
        }
        if self._logs_json:
            line = log_events.report_event(self._clock.now_ms(), request_id, figures)
        else:
            self._say(log_events.end_line(request_id), request_id)
            line = log_events.report_line(request_id, **figures)
        self._say(line, request_id, last=True)

    def _remove_files(self) -> None:
        shutil.rmtree(self._tmp_dir, ignore_errors=True)


def _status_of(outcome: Outcome) -> tuple[str, str | None]:
    """What REPORT and INIT_REPORT say of a runtime that did not survive."""
    if isinstance(outcome, Answer):
        return "error", outcome.error_type
    if outcome.cause == "timeout":
        return "timeout", None
    killed = outcome.cause == "memory" or (outcome.cause == "exit" and outcome.status == -signal.SIGKILL)
    return "error", "Runtime.OutOfMemory" if killed else "Runtime.ExitError"


def _exit_message(status: int) -> str:
    if status == 0:
        return "Runtime exited without providing a reason"
    if status > 0:
        return f"Runtime exited with error: exit status {status}"
    return f"Runtime exited with error: signal: {signal.strsignal(-status) or -status}".lower().replace(
        "runtime", "Runtime", 1
    )


def _ended_payload(ended: Ended, request_id: str, spec: EnvironmentSpec) -> bytes:
    """https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html"""
    if ended.cause == "timeout":
        message = f"RequestId: {request_id} Error: Task timed out after {spec.timeout_ms / 1000:.2f} seconds"
        return json.dumps({"errorType": "Sandbox.Timedout", "errorMessage": message}).encode()
    _, kind = _status_of(ended)
    message = f"RequestId: {request_id} Error: {_exit_message(ended.status)}"
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()
