"""Work written with `await`, done inside one transaction: as long as nothing in it truly waits.

A resource type makes its resource by calls. When all of them fit a transaction, they and what is recorded of them are one
commit: after a crash the resource either is there and known, or never was.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from cloudchamber.aws.context import Context
from cloudchamber.aws.errors import AwsError
from cloudchamber.outbox import MustWait

T = TypeVar("T")


def do_at_once(ctx: Context, work: Callable[[Context], Coroutine[Any, Any, T]]) -> T:
    """Do `work` as part of the transaction of `ctx`. Raises what it raises, and `MustWait` when it waits: all is undone then.

    While a fault plan is set it always raises `MustWait`: faults strike calls that are made one by one.
    """
    if ctx.cloud.faults:
        raise MustWait
    return ctx.tx.attempt(lambda: _run(work(_JoinedContext.of(ctx))))


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    work.close()
    raise MustWait


class _JoinedContext(Context):
    """A context whose calls join the transaction."""

    __slots__ = ()

    @classmethod
    def of(cls, ctx: Context) -> _JoinedContext:
        joined = cls.__new__(cls)
        for name in Context.__slots__:
            setattr(joined, name, getattr(ctx, name))
        return joined

    async def call(self, service: str, operation: str, request: dict[str, Any], **who: str) -> Any:
        if self._waits(service, operation):
            raise MustWait(operation)
        return self.join(service, operation, request, **who)

    def _waits(self, service: str, operation: str) -> bool:
        try:
            return self.cloud.operation(service, operation).waits
        except AwsError:
            return False  # the call itself says so better

    async def transact(self, work: Callable[[Context], T]) -> T:
        return self.tx.attempt(lambda: work(self))

    async def wait(self, *names: tuple[str | int, ...], until_ms: int | None = None) -> bool:
        raise MustWait

    def _copy(self) -> _JoinedContext:
        return _JoinedContext.of(self)
