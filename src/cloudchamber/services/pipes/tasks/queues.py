"""A pipe from a queue: receive, gather, execute, delete. What fails comes back when its visibility timeout ends.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Trace
from cloudchamber.aws.queue_records import queue_record
from cloudchamber.services.pipes import limits
from cloudchamber.services.pipes.rules import events
from cloudchamber.services.pipes.rules.targets import queue_url
from cloudchamber.services.pipes.tasks.executions import execute
from cloudchamber.services.pipes.tasks.runs import Run

_ENTRIES_MAX = 10
_AGAIN_MS = 1_000


class QueueReader:
    """Reads one queue for one run of a pipe. It waits on signals, never by polling."""

    def __init__(self, run: Run) -> None:
        self._run = run
        source = run.source
        self._url = queue_url(run.ctx.base_url, source)
        self._arrived: Hashable = (source.account, source.region, "sqs", "queue", source.resource)
        self._window_ms = (run.reading.get("MaximumBatchingWindowInSeconds") or 0) * 1000
        self._gathered: list[events.Event] = []
        self._gathered_bytes = 0
        self._flush_at_ms = 0

    async def read(self) -> None:
        """Until the run is no longer meant. What was gathered still goes through the pipe."""
        run = self._run
        signals = run.ctx.cloud.signals
        while True:
            seen = signals.fired_count
            if not await run.is_meant():
                break
            if run.busy_count >= limits.CONCURRENT_BATCHES_OF_A_QUEUE:
                await signals.wait(run.changed, run.ended, since=seen)
                continue
            try:
                await self._receive(seen)
            except AwsError as error:
                await self._trouble(error)
        self._flush()

    async def _trouble(self, error: AwsError) -> None:
        run = self._run
        if error.code in ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"):
            await run.lose_source(error)
            return
        await run.note(error.message)
        await run.ctx.cloud.signals.wait(run.changed, until_ms=run.ctx.now_ms + _AGAIN_MS)

    async def _receive(self, seen: int) -> None:
        """Take what is there; when nothing is, wait for a message, a change of the pipe, or the end of the window."""
        run, ctx = self._run, self._run.ctx
        size = run.reading["BatchSize"]
        request = {
            "QueueUrl": self._url,
            "MaxNumberOfMessages": min(_ENTRIES_MAX, size - len(self._gathered)),
            "WaitTimeSeconds": 0,
            "MessageSystemAttributeNames": ["All"],
            "MessageAttributeNames": ["All"],
        }
        messages = (await run.ask_source("ReceiveMessage", request)).get("Messages") or []
        await self._gather(messages)
        is_due = not self._window_ms or ctx.now_ms >= self._flush_at_ms
        if len(self._gathered) >= size or is_due:
            self._flush()
        if messages:
            return
        until_ms = (await run.ask_source("find_next_change", {"QueueUrl": self._url}))["AtMs"]
        if self._gathered:
            until_ms = self._flush_at_ms if until_ms is None else min(until_ms, self._flush_at_ms)
        await ctx.cloud.signals.wait(run.changed, self._arrived, until_ms=until_ms, since=seen)

    async def _gather(self, messages: list[dict[str, Any]]) -> None:
        """Keep what passes the filters; what does not is deleted (F019)."""
        run = self._run
        filtered: list[str] = []
        for message in messages:
            event = queue_record(message, run.source)
            if not events.passes(run.filters, event):
                filtered.append(event["receiptHandle"])
                continue
            size_bytes = len(msgspec.json.encode(event)) + 1
            if self._gathered_bytes + size_bytes > limits.PAYLOAD_BYTES_MAX:
                self._flush()
            if not self._gathered:
                self._flush_at_ms = run.ctx.now_ms + self._window_ms
            self._gathered.append(event)
            self._gathered_bytes += size_bytes
        await self._delete(filtered)

    def _flush(self) -> None:
        batch, self._gathered, self._gathered_bytes = self._gathered, [], 0
        if batch:
            self._run.beside(self._serve(batch))

    async def _serve(self, batch: list[events.Event]) -> None:
        """Execute a batch and delete what got through. AWS's own failures are tried again while the messages are hidden."""
        run, ctx = self._run, self._run.ctx
        hidden_until_ms: int | None = None
        while True:
            result = await execute(run, batch, _trace_of(batch))
            if not (result.failed and result.is_internal):
                break
            if hidden_until_ms is None:
                hidden_until_ms = ctx.now_ms + await self._visibility_timeout_ms()
            if ctx.now_ms + _AGAIN_MS >= hidden_until_ms:
                return
            await ctx.cloud.signals.wait(run.changed, until_ms=ctx.now_ms + _AGAIN_MS)
            if not await run.is_meant():
                return
        through = [event for index, event in enumerate(batch) if index not in result.failed]
        try:
            await self._delete([event["receiptHandle"] for event in through])
        except AwsError as error:
            await run.note(error.message)

    async def _visibility_timeout_ms(self) -> int:
        request = {"QueueUrl": self._url, "AttributeNames": ["VisibilityTimeout"]}
        try:
            answer = await self._run.ask_source("GetQueueAttributes", request)
        except AwsError:
            return 0
        return int(answer["Attributes"]["VisibilityTimeout"]) * 1000

    async def _delete(self, handles: list[str]) -> None:
        for start in range(0, len(handles), _ENTRIES_MAX):
            entries = [
                {"Id": str(index), "ReceiptHandle": handle}
                for index, handle in enumerate(handles[start : start + _ENTRIES_MAX])
            ]
            await self._run.ask_source("DeleteMessageBatch", {"QueueUrl": self._url, "Entries": entries})


def _trace_of(batch: list[events.Event]) -> Trace | None:
    """The trace that the batch's first traced message came with."""
    headers = (event["attributes"].get("AWSTraceHeader") for event in batch)
    return next((Trace.parse(header) for header in headers if header), None)
