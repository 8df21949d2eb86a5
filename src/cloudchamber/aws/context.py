"""What an operation is given besides its request: the instant, its records' transaction, and ways to call on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from cloudchamber.aws.arn import partition_of
from cloudchamber.aws.call import Call, Trace
from cloudchamber.aws.measures import Measure
from cloudchamber.clock import Ids
from cloudchamber.kv import Transaction
from cloudchamber.outbox import NO_RETRY, Conclusion, Retry

if TYPE_CHECKING:
    from cloudchamber.aws.cloud import Cloud

T = TypeVar("T")


class Context:
    """One call as its operation sees it.

    Inside a transaction (`def` operations, tasks, and what `transact` runs) `tx`, `join` and `outbox` work; outside of one
    (`async def` operations) `call`, `transact` and `wait` do.
    """

    __slots__ = (
        "_transaction",
        "access_key",
        "account",
        "clock",
        "cloud",
        "conclusion",
        "depth",
        "principal",
        "region",
        "request_id",
        "seen_count",
        "service",
        "trace",
    )

    def __init__(self, cloud: Cloud, call: Call, trace: Trace, request_id: str, depth: int = 0) -> None:
        self.cloud, self.clock = cloud, cloud.clock
        self.account, self.region, self.principal = call.account, call.region, call.principal
        self.service, self.access_key = call.service, call.access_key
        self.trace, self.request_id, self.depth = trace, request_id, depth
        self.conclusion: Conclusion | None = (
            None  # of the outbox row that this call is, when it is one that waits
        )
        self._transaction: Transaction | None = None
        self.seen_count = cloud.signals.fired_count

    # -- time and identity

    @property
    def now_ms(self) -> int:
        """The instant, in milliseconds since the epoch."""
        return self.clock.now_ms()

    @property
    def ids(self) -> Ids:
        """Where identifiers and chances come from."""
        return self.clock.ids

    @property
    def base_url(self) -> str:
        """Where the chamber is reached, e.g. `http://localhost:4566`."""
        return self.cloud.settings.base_url

    @property
    def live(self) -> Any:
        """What this service keeps running beside its records (`Service.live`)."""
        return self.cloud.live(self.service)

    def arn(self, resource: str, *, service: str = "", region: str | None = None) -> str:
        """The ARN of a resource in this account and region; `region=""` for services without one."""
        region = self.region if region is None else region
        return f"arn:{partition_of(self.region)}:{service or self.service}:{region}:{self.account}:{resource}"

    def elsewhere(self, *, account: str | None = None, region: str | None = None) -> Context:
        """This context in another account or region, in the same transaction: to read another one's records."""
        other = self._copy()
        other.account, other.region = account or self.account, region or self.region
        return other

    # -- inside a transaction

    @property
    def tx(self) -> Transaction:
        """The transaction of this call. Only `records.py` reads and writes through it."""
        assert self._transaction is not None, (
            "an operation that waits reaches its records inside `ctx.transact`"
        )
        return self._transaction

    def join(self, service: str, operation: str, request: dict[str, Any], **who: str) -> Any:
        """Call an operation that does not wait, as part of this transaction; its failure undoes its own part only.

        `who`: `account`, `region`, `principal`, when they differ.
        """
        return self.tx.attempt(
            lambda: self.cloud.run_within(
                self.tx, self._call(service, operation, request, who), self.depth + 1
            )
        )

    def later(  # noqa: PLR0913 - the words of a durable call
        self,
        service: str,
        operation: str,
        request: dict[str, Any],
        *,
        due_at_ms: int | None = None,
        retry: Retry = NO_RETRY,
        on_exhausted: tuple[str, dict[str, Any]] | None = None,
        order: str = "",
        recurring: bool = False,
        **who: str,
    ) -> None:
        """Put a row into the outbox: a call that will be made at least once, now or at `due_at_ms`, if this transaction commits.

        `on_exhausted`: a task of this service and its request, run when `retry` gives up; it finds the last error under
        `request["Failure"]` as `{"Code", "Message", "Attempts", "Condition"}`. Rows of one `order` run one after another.
        """
        gave_up = None
        if on_exhausted:
            gave_up = self._call(self.service, on_exhausted[0], on_exhausted[1], {})
        self.cloud.deliveries.put(
            self,
            self._call(service, operation, request, who),
            due_at_ms=due_at_ms,
            retry=retry,
            on_exhausted=gave_up,
            order=order,
            recurring=recurring,
        )

    def serial(self) -> int:
        """A number larger than any given out before in this chamber: the order in which things came."""
        return self.cloud.deliveries.rows.next_serial(self.tx)

    def note(self, text: str) -> None:
        """Say on this call's track, for people, what is worth knowing of how it went."""
        self.cloud.tracks.note(self.trace.parent, text)

    def tally(self, count: int) -> None:
        """Say on this call's track how many things it does at once, when that is not one."""
        self.cloud.tracks.tally(self.trace.parent, count)

    def measure(self, namespace: str, name: str, value: float = 1.0, **dimensions: str) -> None:
        """Add a value to a metric of this service, one that no track tells: at once, or when the change under way is durable."""
        ordered = tuple(sorted(dimensions.items()))
        measure = Measure(self.now_ms, self.account, self.region, namespace, name, ordered, value)
        measures = self.cloud.measures
        if self._transaction is None:
            measures.add(measure)
        else:
            self._transaction.on_commit(lambda: measures.add(measure))

    def signal(self, *name: str | int) -> None:
        """After the commit, wake whoever waits for `name` in this service, account and region."""
        signals, key = self.cloud.signals, (self.account, self.region, self.service, *name)
        self.tx.on_commit(lambda: signals.fire_soon(key))

    def after_commit(self, effect: Callable[[], None]) -> None:
        """Do something to what the service keeps running, once the change is durable."""
        self.tx.on_commit(effect)

    # -- outside a transaction

    async def transact(self, work: Callable[[Context], T]) -> T:
        """Run `work(ctx)` in a transaction; return when it is durable."""

        def within(tx: Transaction) -> T:
            self.seen_count = self.cloud.signals.fired_count
            inner = self._copy()
            inner._transaction = tx  # noqa: SLF001 - its own class
            return work(inner)

        return await self.cloud.store.transact(within)

    async def conclude(self, work: Callable[[Context], T]) -> T:
        """`transact`, as the last thing that a task does: in the same transaction the row that called for it is done with.

        So a task whose process dies is either run again from the start, or has had these effects once and is not run again.
        """

        def last(ctx: Context) -> T:
            result = work(ctx)
            if self.conclusion:
                self.conclusion.draw(ctx.tx)
            return result

        return await self.transact(last)

    async def call(self, service: str, operation: str, request: dict[str, Any], **who: str) -> Any:
        """Call an operation and wait for its answer. Raises its `AwsError`. `who`: `account`, `region`, `principal`."""
        return await self.cloud.call(self._call(service, operation, request, who), holding=True)

    async def wait(self, *names: tuple[str | int, ...], until_ms: int | None = None) -> bool:
        """Wait for a signal of this service, or for an instant: True when a signal came.

        A signal that came since the last `transact` of this context began counts: look, then wait, and none is lost.
        """
        keys = [(self.account, self.region, self.service, *name) for name in names]
        signals = self.cloud.signals
        signalled = await signals.wait(*keys, until_ms=until_ms, since=self.seen_count)
        self.seen_count = signals.fired_count
        return signalled

    # -- making others

    def enter(self, tx: Transaction) -> Context:
        """This very context, from now on inside `tx`: for a call that is its transaction."""
        self._transaction = tx
        return self

    def within(self, tx: Transaction) -> Context:
        """This context inside `tx`."""
        inner = self._copy()
        inner._transaction = tx  # noqa: SLF001 - its own class
        return inner

    def _call(self, service: str, operation: str, request: dict[str, Any], who: dict[str, str]) -> Call:
        return Call(
            service,
            operation,
            request,
            who.get("principal", self.principal),
            who.get("account", self.account),
            who.get("region", self.region),
            self.trace,
        )

    def _copy(self) -> Context:
        other = Context.__new__(Context)
        other.cloud, other.clock, other.service = self.cloud, self.clock, self.service
        other.account, other.region, other.principal = self.account, self.region, self.principal
        other.access_key, other.trace, other.request_id = self.access_key, self.trace, self.request_id
        other.depth, other._transaction = self.depth, self._transaction  # noqa: SLF001 - its own class
        other.seen_count, other.conclusion = self.seen_count, self.conclusion
        return other
