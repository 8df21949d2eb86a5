"""The poller of one event source mapping of SQS: receive, gather, invoke, delete.

It is one row of the outbox for as long as its mapping is enabled and unchanged: when the chamber dies it is taken up again,
and the messages it had received come back when their visibility timeout ends. It waits on signals, never by polling.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import msgspec

from cloudchamber.aws import Arn, AwsError, Call, Context, Trace
from cloudchamber.aws.queue_records import queue_record
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.model import Mapping
from cloudchamber.services.lambda_.operations.finding import arn_of
from cloudchamber.services.lambda_.operations.mappings import queue_url
from cloudchamber.services.lambda_.records import MAPPINGS
from cloudchamber.services.lambda_.rules import mappings, scaling

_PRINCIPAL = "lambda.amazonaws.com"
_TROUBLE_MS = 1_000
_ENTRIES_MAX = 10
_ENVELOPE_BYTES = 64


async def poll_queue(ctx: Context, request: dict[str, Any]) -> None:
    """Serve a mapping. Meant while the mapping has the generation it was put for, and is enabled."""
    mapping = await ctx.transact(lambda ctx: MAPPINGS.get(ctx, request["UUID"]))
    if mapping and mapping.enabled and mapping.generation == request["Generation"]:
        await _Poller(ctx, mapping).run()


class _Poller:
    """What one run of `poll_queue` knows."""

    def __init__(self, ctx: Context, mapping: Mapping) -> None:
        self._ctx, self._mapping = ctx, mapping
        source = Arn.parse(mapping.source_arn)
        assert source is not None, "a mapping has a queue"
        self._source = source
        self._who = {"account": source.account, "region": source.region, "principal": _PRINCIPAL}
        self._url = queue_url(ctx, source)
        self._gathered: list[tuple[dict[str, Any], bytes]] = []  # records, and each as JSON
        self._gathered_bytes = 0
        self._flush_at_ms = 0
        self._busy = 0
        self._meant = True
        self._scale = scaling.start(ctx.now_ms, mapping.concurrency_max)
        own = (ctx.account, ctx.region, "lambda")
        self._changed: Hashable = (*own, "mapping", mapping.uuid)
        self._ended: Hashable = (*own, "batch", mapping.uuid)
        self._arrived: Hashable = (source.account, source.region, "sqs", "queue", source.resource)

    async def run(self) -> None:
        """Until the mapping is disabled, changed or deleted. What was gathered is still invoked, as on AWS."""
        ctx, mapping, signals = self._ctx, self._mapping, self._ctx.cloud.signals
        seen_meant = -1
        while self._meant:
            seen = signals.fired_count
            if seen_meant < 0 or signals.fired_since(seen_meant, (self._changed,)):
                found = await ctx.transact(lambda ctx: MAPPINGS.get(ctx, mapping.uuid))
                if found is None or not found.enabled or found.generation != mapping.generation:
                    break
                seen_meant = seen
            if self._busy >= scaling.allowed(self._scale, ctx.now_ms, mapping.concurrency_max):
                grows_at_ms = scaling.grows_at_ms(self._scale, ctx.now_ms, mapping.concurrency_max)
                await signals.wait(self._changed, self._ended, until_ms=grows_at_ms, since=seen)
                continue
            try:
                await self._receive(seen)
            except AwsError as error:
                await self._trouble(error)
        self._flush()

    async def _receive(self, seen: int) -> None:
        """Take what is there; when nothing is, wait for a message, a change of the mapping, or the end of the batching window."""
        ctx, mapping = self._ctx, self._mapping
        count = min(_ENTRIES_MAX, mapping.batch_size - len(self._gathered))
        request = {
            "QueueUrl": self._url,
            "MaxNumberOfMessages": count,
            "WaitTimeSeconds": 0,
            "MessageSystemAttributeNames": ["All"],
            "MessageAttributeNames": ["All"],
        }
        answer = await ctx.call("sqs", "ReceiveMessage", request, **self._who)
        messages = answer.get("Messages") or []
        if messages:
            await self._gather(messages)
        if self._gathered and (
            len(self._gathered) >= mapping.batch_size
            or not mapping.window_s
            or ctx.now_ms >= self._flush_at_ms
        ):
            self._flush()
        if messages:
            return
        change = await ctx.call("sqs", "find_next_change", {"QueueUrl": self._url}, **self._who)
        until_ms = change["AtMs"]
        name = self._source.resource
        label = f"a message of sqs queue {name} becomes visible"
        if self._gathered and (until_ms is None or self._flush_at_ms < until_ms):
            until_ms, label = self._flush_at_ms, f"the batching window of sqs queue {name} ends"
        signals = ctx.cloud.signals
        await signals.wait(self._changed, self._arrived, until_ms=until_ms, since=seen, label=label)

    async def _gather(self, messages: list[dict[str, Any]]) -> None:
        filtered: list[str] = []
        for message in messages:
            record = queue_record(message, self._source)
            if not mappings.passes(self._mapping, record):
                filtered.append(message["ReceiptHandle"])
                continue
            text = msgspec.json.encode(record)
            if self._gathered_bytes + len(text) + _ENVELOPE_BYTES > limits.SYNCHRONOUS_BYTES_MAX:
                self._flush()
            if not self._gathered:
                self._flush_at_ms = self._ctx.now_ms + self._mapping.window_s * 1000
            self._gathered.append((record, text))
            self._gathered_bytes += len(text) + 1
        await self._delete(filtered)

    def _flush(self) -> None:
        """Invoke the function with what was gathered, beside what goes on."""
        batch, self._gathered, self._gathered_bytes = self._gathered, [], 0
        if batch:
            self._busy += 1
            self._ctx.clock.hold()
            self._ctx.cloud.spawn(self._serve(batch))

    async def _trouble(self, error: AwsError) -> None:
        """The queue could not be read: say so, and try again when something changed or a moment later."""
        await self._note(f"PROBLEM: {error.message}")
        if error.code == "QueueDoesNotExist":
            self._meant = False
            again = {"UUID": self._mapping.uuid, "Generation": self._mapping.generation}
            at_ms = self._ctx.now_ms + 60_000
            await self._ctx.transact(
                lambda ctx: ctx.later("lambda", "poll_queue", again, due_at_ms=at_ms, recurring=True)
            )
            return
        await self._ctx.wait(("mapping", self._mapping.uuid), until_ms=self._ctx.now_ms + _TROUBLE_MS)

    async def _note(self, result: str, *, disable: bool = False) -> None:
        def note(ctx: Context) -> None:
            mapping = MAPPINGS.get(ctx, self._mapping.uuid)
            if mapping and mapping.generation == self._mapping.generation and mapping.last_result != result:
                enabled = mapping.enabled and not disable
                changed = msgspec.structs.replace(mapping, last_result=result, enabled=enabled)
                MAPPINGS.put(ctx, changed, mapping.uuid)

        if self._mapping.last_result != result:
            await self._ctx.transact(note)
            self._mapping = msgspec.structs.replace(self._mapping, last_result=result)

    # -- one batch

    async def _serve(self, batch: list[tuple[dict[str, Any], bytes]]) -> None:
        try:
            await self._invoke(batch)
        finally:
            self._busy -= 1
            if not self._busy and not self._gathered:
                self._scale = scaling.start(self._ctx.now_ms, self._mapping.concurrency_max)
            self._ctx.cloud.signals.fire(self._ended)
            self._ctx.clock.release()

    async def _invoke(self, batch: list[tuple[dict[str, Any], bytes]]) -> None:
        """Run the function; delete what it dealt with, leave the rest to its visibility timeout (F017, F018)."""
        mapping = self._mapping
        records = [record for record, _ in batch]
        answer = await self._answer(batch)
        if answer is None:
            return
        if answer.get("FunctionError"):
            self._back_off()
            return
        failed: set[str] = set()
        if "ReportBatchItemFailures" in mapping.response_types:
            failed = mappings.failed_ids(answer["Payload"], [record["messageId"] for record in records])
        try:
            await self._delete([r["receiptHandle"] for r in records if r["messageId"] not in failed])
        except AwsError as error:
            await self._note(f"PROBLEM: {error.message}")
            return
        if len(failed) == len(records):
            self._back_off()
        await self._note("OK")

    def _back_off(self) -> None:
        self._scale = scaling.backed_off(self._scale, self._ctx.now_ms, self._mapping.concurrency_max)

    async def _answer(self, batch: list[tuple[dict[str, Any], bytes]]) -> dict[str, Any] | None:
        """What the function answers; None when it could not be run before the messages come back to their queue.

        A throttle is tried again for as long as the messages are hidden (F017).
        """
        ctx, mapping = self._ctx, self._mapping
        payload = b'{"Records":[' + b",".join([text for _, text in batch]) + b"]}"
        where = ctx.elsewhere(account=mapping.function_account)
        request = {
            "FunctionName": arn_of(where, mapping.function_name, mapping.qualifier),
            "Payload": payload,
        }
        trace = _trace_of([record for record, _ in batch])
        call = Call("lambda", "Invoke", request, _PRINCIPAL, where.account, where.region, trace)
        hidden_until_ms: int | None = None
        while True:
            try:
                return await ctx.cloud.call(call, holding=True)
            except AwsError as error:
                if error.code == "ResourceNotFoundException":
                    await self._note(f"PROBLEM: {error.message}", disable=True)
                    self._meant = False
                    return None
                if error.code == "RecursiveInvocationException":
                    await self._stop_loop(batch)
                    return None
                await self._note(f"PROBLEM: {error.message}")
                if not error.retryable:
                    return None
            if hidden_until_ms is None:
                hidden_until_ms = ctx.now_ms + await self._visibility_timeout_ms()
            self._back_off()
            if ctx.now_ms + _TROUBLE_MS >= hidden_until_ms:
                return None
            await ctx.cloud.signals.wait(until_ms=ctx.now_ms + _TROUBLE_MS)

    async def _attributes(self) -> dict[str, str]:
        request = {"QueueUrl": self._url, "AttributeNames": ["All"]}
        return (await self._ctx.call("sqs", "GetQueueAttributes", request, **self._who))["Attributes"]

    async def _visibility_timeout_ms(self) -> int:
        try:
            return int((await self._attributes())["VisibilityTimeout"]) * 1000
        except AwsError:
            return 0

    async def _stop_loop(self, batch: list[tuple[dict[str, Any], bytes]]) -> None:
        """The messages of a loop go to the queue's dead-letter queue as others do; without one they are dropped (F009)."""
        try:
            if "RedrivePolicy" not in await self._attributes():
                await self._delete([record["receiptHandle"] for record, _ in batch])
        except AwsError as error:
            await self._note(f"PROBLEM: {error.message}")

    async def _delete(self, handles: list[str]) -> None:
        for start in range(0, len(handles), _ENTRIES_MAX):
            entries = [
                {"Id": str(index), "ReceiptHandle": handle}
                for index, handle in enumerate(handles[start : start + _ENTRIES_MAX])
            ]
            request = {"QueueUrl": self._url, "Entries": entries}
            await self._ctx.call("sqs", "DeleteMessageBatch", request, **self._who)


def _trace_of(records: list[dict[str, Any]]) -> Trace | None:
    """The trace that the batch's first traced message came with."""
    for record in records:
        header = record["attributes"].get("AWSTraceHeader")
        if header:
            return Trace.parse(header)
    return None
