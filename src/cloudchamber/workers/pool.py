"""Which environment takes an event: an idle one of the same function version, or a new one."""

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from cloudchamber.workers.environment import Environment
from cloudchamber.workers.spec import (
    Clock,
    EnvironmentSpec,
    Invocation,
    InvocationResult,
    Limits,
    OnChunk,
    TimerHandle,
)


class TooManyEnvironments(RuntimeError):
    """Every environment that may exist is busy."""


@dataclass(frozen=True, slots=True)
class _Idle:
    environment: Environment
    timer: TimerHandle
    since_ms: int


@dataclass(slots=True)
class _Shelf:
    """The environments of one key; a retired shelf takes none back."""

    idle: deque[_Idle] = field(default_factory=deque[_Idle])
    busy: set[Environment] = field(default_factory=set[Environment])
    retired: bool = False


class Pool:
    """Environments by key. Each serves one event at a time and is shut down when it has been idle for `limits.idle_ms`."""

    def __init__(
        self,
        clock: Clock,
        spawn: Callable[[EnvironmentSpec], Environment],
        limits: Limits = Limits(),  # noqa: B008  frozen
    ) -> None:
        self._clock = clock
        self._spawn = spawn
        self._limits = limits
        self._shelves: dict[Hashable, _Shelf] = {}
        self._count = 0

    @property
    def environment_count(self) -> int:
        """How many environments exist, busy or idle."""
        return self._count

    async def invoke(
        self,
        key: Hashable,
        spec: EnvironmentSpec,
        invocation: Invocation,
        on_chunk: OnChunk | None = None,
        on_taken: Callable[[Environment], object] | None = None,
    ) -> InvocationResult:
        """Run the event in an environment of `key`. `on_taken` hears in which, before it begins.

        Raises TooManyEnvironments and RuntimeUnavailable.
        """
        shelf = self._shelves.setdefault(key, _Shelf())
        environment = self._take_idle(shelf) or await self._create(spec)
        shelf.busy.add(environment)
        try:
            if on_taken:
                on_taken(environment)
            return await environment.invoke(invocation, on_chunk)
        finally:
            shelf.busy.discard(environment)
            await self._put_back(shelf, environment)

    async def retire(self, key: Hashable) -> None:
        """The code or configuration changed: idle environments end now, busy ones after their event."""
        shelf = self._shelves.pop(key, None)
        if shelf:
            shelf.retired = True
            await self._clear(shelf)

    async def stop(self) -> None:
        """End all environments, busy ones too."""
        for key in list(self._shelves):
            shelf = self._shelves[key]
            busy = list(shelf.busy)
            await self.retire(key)
            for environment in busy:
                await environment.stop()

    def _take_idle(self, shelf: _Shelf) -> Environment | None:
        while shelf.idle:
            # The one used last: so that the others grow old, as on AWS.
            idle = shelf.idle.pop()
            idle.timer.cancel()
            if idle.environment.usable:
                return idle.environment
            self._count -= 1
        return None

    async def _create(self, spec: EnvironmentSpec) -> Environment:
        if self._count >= self._limits.environments_max and not await self._evict():
            raise TooManyEnvironments(f"all {self._limits.environments_max} environments are busy")
        environment = self._spawn(spec)
        self._count += 1
        return environment

    async def _evict(self) -> bool:
        """End the environment that has been idle the longest."""
        shelves = [shelf for shelf in self._shelves.values() if shelf.idle]
        if not shelves:
            return False
        idle = min(shelves, key=lambda shelf: shelf.idle[0].since_ms).idle.popleft()
        idle.timer.cancel()
        self._count -= 1
        await idle.environment.stop()
        return True

    async def _put_back(self, shelf: _Shelf, environment: Environment) -> None:
        if shelf.retired or not environment.usable:
            self._count -= 1
            await environment.stop()
            return
        now_ms = self._clock.now_ms()
        end_ms = now_ms + self._limits.idle_ms
        timer = self._clock.call_at(
            end_ms,
            lambda: self._shut_down(shelf, environment),
            recurring=True,
            label=f"an idle environment of function {environment.spec.function_name} ends",
        )
        shelf.idle.append(_Idle(environment, timer, now_ms))

    def _shut_down(self, shelf: _Shelf, environment: Environment) -> None:
        kept = [idle for idle in shelf.idle if idle.environment is not environment]
        if len(kept) < len(shelf.idle):
            shelf.idle = deque(kept)
            self._count -= 1
            environment.kill()

    async def _clear(self, shelf: _Shelf) -> None:
        taken, shelf.idle = shelf.idle, deque()
        for idle in taken:
            idle.timer.cancel()
            self._count -= 1
            await idle.environment.stop()
