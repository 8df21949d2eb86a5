"""A pipe from a stream: each shard is read in order, through retries, halving and dead letters, from checkpoint to checkpoint.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-kinesis.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from cloudchamber.aws import Arn, AwsError
from cloudchamber.services.pipes import limits
from cloudchamber.services.pipes.model import Checkpoint
from cloudchamber.services.pipes.records import checkpoints_of, keep_checkpoint
from cloudchamber.services.pipes.rules import events, streams
from cloudchamber.services.pipes.rules.streams import Held
from cloudchamber.services.pipes.rules.targets import queue_url
from cloudchamber.services.pipes.tasks.executions import execute
from cloudchamber.services.pipes.tasks.iterators import Iterators
from cloudchamber.services.pipes.tasks.runs import Run

_AGAIN_MS = 1_000
_LOST = ("ResourceNotFoundException",)


class StreamReader:
    """Reads every shard of a stream for one run of a pipe, parents before their children."""

    def __init__(self, run: Run) -> None:
        self._run = run
        source = run.source
        name = source.resource.split("/")[1]
        self._resharded: Hashable = (source.account, source.region, source.service, "stream", name)
        self._taken: set[str] = set()

    async def read(self) -> None:
        """Until the run is no longer meant."""
        run, signals = self._run, self._run.ctx.cloud.signals
        iterators = Iterators(run)
        while True:
            seen = signals.fired_count
            if not await run.is_meant():
                return
            try:
                await self._take_shards(iterators)
            except AwsError as error:
                if error.code in _LOST:
                    await run.lose_source(error)
                    continue
                await run.note(error.message)
                await signals.wait(run.changed, until_ms=run.ctx.now_ms + _AGAIN_MS)
                continue
            await signals.wait(run.changed, run.ended, self._resharded, since=seen)

    async def _take_shards(self, iterators: Iterators) -> None:
        """Begin with each shard whose parents have been read to their ends."""
        run = self._run
        shards = await iterators.shards()
        kept = await run.ctx.transact(lambda ctx: checkpoints_of(ctx, run.pipe))
        unread = {
            shard["ShardId"] for shard in shards if not (kept.get(shard["ShardId"]) or Checkpoint()).done
        }
        for shard in shards:
            shard_id = shard["ShardId"]
            parents = {shard.get("ParentShardId"), shard.get("AdjacentParentShardId")}
            if shard_id in unread and shard_id not in self._taken and not parents & unread:
                self._taken.add(shard_id)
                reader = ShardReader(run, iterators, shard_id, kept.get(shard_id) or Checkpoint())
                run.beside(reader.read())


class ShardReader:
    """Reads one shard: gathers records, and takes them through the pipe before it reads on."""

    def __init__(self, run: Run, iterators: Iterators, shard_id: str, checkpoint: Checkpoint) -> None:
        self._run, self._iterators, self._shard_id = run, iterators, shard_id
        self._checkpoint = checkpoint
        self._arrived = iterators.arrival_of(shard_id)
        self._lane_ended: Hashable = (run.arn, "lane", shard_id)
        self._window_ms = (run.reading.get("MaximumBatchingWindowInSeconds") or 0) * 1000
        self._gathered: list[Held] = []
        self._gathered_bytes = 0
        self._flush_at_ms = 0
        self._iterator = ""

    async def read(self) -> None:
        """Until the shard is read to its end, or the run is no longer meant. What was only gathered is read again then."""
        run, signals = self._run, self._run.ctx.cloud.signals
        while await run.is_meant():
            seen = signals.fired_count
            try:
                is_over = await self._read(seen)
            except AwsError as error:
                if error.code in _LOST:
                    await run.lose_source(error)
                    return
                await run.note("" if error.retryable else error.message)
                await signals.wait(run.changed, until_ms=run.ctx.now_ms + _AGAIN_MS)
                continue
            if is_over:
                return

    async def _read(self, seen: int) -> bool:
        """Read once, and do what is due then. True when the shard was read to its end."""
        run, ctx = self._run, self._run.ctx
        size = run.reading["BatchSize"] * run.reading["ParallelizationFactor"]
        if not self._iterator:
            self._iterator = await self._iterators.at(self._shard_id, self._checkpoint)
        try:
            answer = await self._iterators.get_records(self._iterator, size - len(self._gathered))
        except AwsError as error:
            if error.code != "ExpiredIteratorException":
                raise
            self._iterator = ""
            return False
        self._iterator = answer.get("NextShardIterator") or ""
        self._gather(answer["Records"])
        is_over, is_due = not self._iterator, not self._window_ms or ctx.now_ms >= self._flush_at_ms
        is_full = len(self._gathered) >= size or self._gathered_bytes >= limits.PAYLOAD_BYTES_MAX
        if self._gathered and (is_full or is_due or is_over):
            if not await self._process():
                return True
            await self._keep(is_over)
        elif is_over or (answer["Records"] and not self._gathered):
            await self._keep(is_over)
        elif not answer["Records"]:
            until_ms = self._flush_at_ms if self._gathered else None
            await ctx.cloud.signals.wait(run.changed, self._arrived, until_ms=until_ms, since=seen)
        return is_over

    def _gather(self, records: list[dict[str, Any]]) -> None:
        """Keep what passes the filters; what does not is only read past (F019)."""
        run = self._run
        for record in records:
            held = self._iterators.held(record, self._shard_id)
            self._checkpoint = Checkpoint(sequence_number=held.sequence_number)
            if not events.passes(run.filters, held.event):
                continue
            if not self._gathered:
                self._flush_at_ms = run.ctx.now_ms + self._window_ms
            self._gathered.append(held)
            self._gathered_bytes += held.size_bytes

    async def _keep(self, is_over: bool) -> None:
        """Everything read so far is through."""
        run = self._run
        checkpoint = Checkpoint(self._checkpoint.sequence_number, done=True) if is_over else self._checkpoint
        await run.ctx.transact(lambda ctx: keep_checkpoint(ctx, run.pipe, self._shard_id, checkpoint))

    async def _process(self) -> bool:
        """Take what was gathered through the pipe, in lanes side by side. False when the run was ended meanwhile."""
        run = self._run
        gathered, self._gathered, self._gathered_bytes = self._gathered, [], 0
        lanes = streams.lanes_of(gathered, run.reading["ParallelizationFactor"])
        ended = self._lane_ended
        open_lanes = set(range(len(lanes)))
        through: set[int] = set()

        async def take(index: int) -> None:
            try:
                if await self._take_through(lanes[index]):
                    through.add(index)
            finally:
                open_lanes.discard(index)
                run.ctx.cloud.signals.fire(ended)

        for index in range(1, len(lanes)):
            run.beside(take(index))
        await take(0)
        while open_lanes:
            await run.ctx.cloud.signals.wait(ended)
        return len(through) == len(lanes)

    async def _take_through(self, records: list[Held]) -> bool:
        """One lane: batch after batch, each until it is through or given up. False when the run was ended meanwhile."""
        run, ctx = self._run, self._run.ctx
        reading = run.reading
        bisects = reading.get("OnPartialBatchItemFailure") == "AUTOMATIC_BISECT"
        age_ms_max = streams.age_ms_max(reading, await self._iterators.kept_ms())
        waiting, trial_count = streams.batches_of(records, reading["BatchSize"])[::-1], 0
        while waiting:
            if trial_count and not await run.is_meant():
                return False
            batch, old = streams.split_by_age(waiting.pop(), ctx.now_ms, age_ms_max)
            await self._give_up(old, "RecordAgeExceeded")
            if not batch.records:
                continue
            result = await execute(run, [record.event for record in batch.records])
            if not result.failed:
                trial_count = 0
                continue
            trial_count += 1
            again = streams.after_failure(
                batch, result.failed, bisects=bisects, counts=not result.is_internal
            )
            if streams.is_exhausted(reading, again[0]):
                await self._give_up(again[0].records, "RetryAttemptsExhausted")
                trial_count = 0
                continue
            waiting.extend(again[::-1])
            if len(again) == 1:
                until_ms = ctx.now_ms + streams.delay_ms(trial_count)
                await ctx.cloud.signals.wait(run.changed, until_ms=until_ms)
        return True

    async def _give_up(self, records: list[Held], condition: str) -> None:
        """Tell the dead-letter queue or topic, if there is one, where the records lie that were not processed."""
        run, ctx = self._run, self._run.ctx
        arn = Arn.parse((run.reading.get("DeadLetterConfig") or {}).get("Arn") or "")
        if not records or arn is None:
            return
        letter = streams.letter(run.arn, condition, records, self._shard_id, run.pipe.source, ctx.now_ms)
        text = streams.text_of(letter)
        if arn.service == "sqs":
            operation, request = (
                "SendMessage",
                {"QueueUrl": queue_url(ctx.base_url, arn), "MessageBody": text},
            )
        else:
            operation, request = "Publish", {"TopicArn": str(arn), "Message": text}
        try:
            await run.call(arn.service, operation, request, (arn.account, arn.region))
        except AwsError as error:
            await run.note(error.message)
