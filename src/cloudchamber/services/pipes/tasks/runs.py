"""One run of a pipe: what the readers of all sources share."""

from __future__ import annotations

from collections.abc import Coroutine, Hashable
from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Call, Context, Trace
from cloudchamber.services.pipes.model import Pipe
from cloudchamber.services.pipes.records import PIPES
from cloudchamber.services.pipes.rules import settings
from cloudchamber.services.pipes.rules.targets import PRINCIPAL
from cloudchamber.wire.model import load_model


class Run:
    """A pipe for as long as it is not stopped, changed or deleted. Work goes on beside it, and is waited for at its end."""

    def __init__(self, ctx: Context, pipe: Pipe) -> None:
        self.ctx, self.pipe = ctx, pipe
        self.source = settings.source_of(pipe.source)
        self.filters = settings.filters_of(pipe)
        self.reading = settings.reading_of(pipe)
        self.arn = ctx.arn(pipe.resource, service="pipes")
        self.busy_count = 0
        self.source_is_lost = False
        own = (ctx.account, ctx.region, "pipes")
        self.changed: Hashable = (*own, "pipe", pipe.name)
        self.ended: Hashable = (*own, "batch", pipe.name)
        self._meant = True
        self._looked_at = -1

    async def is_meant(self) -> bool:
        """Whether the pipe is still what this run was begun for."""
        signals = self.ctx.cloud.signals
        if not self._meant or (
            self._looked_at >= 0 and not signals.fired_since(self._looked_at, (self.changed,))
        ):
            return self._meant
        looked_at = signals.fired_count
        found = await self.ctx.transact(lambda ctx: PIPES.get(ctx, self.pipe.name))
        is_same = found is not None and found.generation == self.pipe.generation
        self._meant = self._meant and is_same
        self._looked_at = looked_at
        return self._meant

    async def lose_source(self, error: AwsError) -> None:
        """The source is not there: end this run, and try again later."""
        await self.note(error.message)
        self.source_is_lost, self._meant = True, False
        self.ctx.cloud.signals.fire(self.changed)

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something run beside this."""
        self.busy_count += 1
        self.ctx.clock.hold()
        self.ctx.cloud.spawn(self._finish(work))

    async def _finish(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        finally:
            self.busy_count -= 1
            self.ctx.cloud.signals.fire(self.ended)
            self.ctx.clock.release()

    async def drain(self) -> None:
        """Wait until nothing runs beside this any more."""
        while self.busy_count:
            await self.ctx.cloud.signals.wait(self.ended, since=None)

    async def note(self, reason: str) -> None:
        """Say in the pipe's StateReason what is wrong; empty when all is well again."""

        def write(ctx: Context) -> None:
            found = PIPES.get(ctx, self.pipe.name)
            if found and found.generation == self.pipe.generation:
                PIPES.put(ctx, msgspec.structs.replace(found, state_reason=reason), found.name)

        reason = reason[:512]
        if reason != self.pipe.state_reason:
            self.pipe = msgspec.structs.replace(self.pipe, state_reason=reason)
            await self.ctx.transact(write)

    async def ask_source(self, operation: str, request: dict[str, Any], *, service: str = "") -> Any:
        """Call the source's service."""
        who = (self.source.account, self.source.region)
        return await self.call(service or self.source.service, operation, request, who)

    async def call(
        self,
        service: str,
        operation: str,
        request: dict[str, Any],
        who: tuple[str, str],
        trace: Trace | None = None,
    ) -> Any:
        """Make a call as EventBridge Pipes. Its AwsError knows whether trying again may help."""
        call = Call(service, operation, request, PRINCIPAL, *who, trace or self.ctx.trace)
        try:
            return await self.ctx.cloud.call(call, holding=True)
        except AwsError as error:
            if error.status is None:
                shape = load_model(service).error(error.code)
                error.status = shape.error.httpStatusCode if shape and shape.error else None
            raise
