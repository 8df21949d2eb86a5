"""The poller of one event source mapping of a stream: one reader for each shard, children after their parents.

It is one row of the outbox for as long as its mapping is enabled and unchanged, and begins only when the one of the mapping as
it was before has ended: so no two read the same shard. When the chamber dies it is taken up again, and goes on behind what is
kept as dealt with.

https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.lambda_.model import Mapping, Progress
from cloudchamber.services.lambda_.operations.finding import Named, version_in
from cloudchamber.services.lambda_.operations.stream_sources import KinesisSource, Source, TableSource
from cloudchamber.services.lambda_.records import MAPPINGS, PROGRESS
from cloudchamber.services.lambda_.tasks.shards import Reader
from cloudchamber.services.lambda_.tasks.stream_mapping import StreamMapping


async def poll_stream(ctx: Context, request: dict[str, Any]) -> None:
    """Serve a mapping. Meant while the mapping has the generation it was put for, and is enabled."""
    mapping = await ctx.transact(lambda ctx: MAPPINGS.get(ctx, request["UUID"]))
    if mapping and mapping.enabled and mapping.generation == request["Generation"]:
        role = await ctx.transact(lambda ctx: _role(ctx, mapping))
        of_kinesis = mapping.source_service == "kinesis"
        source = KinesisSource(ctx, mapping, role) if of_kinesis else TableSource(ctx, mapping)
        await _Poller(StreamMapping(ctx, mapping), source).run()


def _role(ctx: Context, mapping: Mapping) -> str:
    where = ctx.elsewhere(account=mapping.function_account)
    try:
        return version_in(Named(where, mapping.function_name, mapping.qualifier)).role
    except AwsError:
        return ""


class _Poller:
    """What one run of `poll_stream` knows: the shards that are being read."""

    def __init__(self, served: StreamMapping, source: Source) -> None:
        self._served, self._source = served, source
        self._ctx = served.ctx
        self._reading: set[str] = set()
        mapping = served.mapping
        own = (self._ctx.account, self._ctx.region, "lambda")
        self._changed: Hashable = (*own, "mapping", mapping.uuid)
        self._ended: Hashable = (*own, "shards", mapping.uuid)

    async def run(self) -> None:
        """Until the mapping is disabled, changed or deleted; then until what is under way has ended."""
        served, signals = self._served, self._ctx.cloud.signals
        names = [self._changed, self._ended]
        if self._source.resharded:
            names.append(self._source.resharded)
        while served.meant:
            seen = signals.fired_count
            if not await self._is_meant():
                break
            try:
                await self._begin_shards()
            except AwsError as error:
                await served.note(f"PROBLEM: {error.message}")
                if error.code == "ResourceNotFoundException" and not self._reading:
                    await self._ctx.transact(lambda ctx: PROGRESS.delete_all(ctx, served.mapping.uuid))
            if served.meant:
                await signals.wait(*names, since=seen)
        served.stop()
        while self._reading:
            await signals.wait(self._ended)
        if served.broken:
            raise RuntimeError(f"a shard of the mapping {served.mapping.uuid} could not be served")

    async def _is_meant(self) -> bool:
        mapping = self._served.mapping
        found = await self._ctx.transact(lambda ctx: MAPPINGS.get(ctx, mapping.uuid))
        return found is not None and found.enabled and found.generation == mapping.generation

    async def _begin_shards(self) -> None:
        """Begin to read every shard whose parents have been read; forget those that the stream has forgotten."""
        mapping = self._served.mapping
        shards = await self._source.shards()
        self._served.retention_ms = await self._source.retention_ms()
        ids = {shard.id for shard in shards}
        progress = await self._ctx.transact(lambda ctx: _progress_of(ctx, mapping, ids))
        for shard in shards:
            held = progress.get(shard.id)
            if shard.id in self._reading or (held and held.ended):
                continue
            unread = (parent for parent in shard.parents if parent in ids)
            if all(parent in progress and progress[parent].ended for parent in unread):
                self._reading.add(shard.id)
                self._ctx.clock.hold()
                self._ctx.cloud.spawn(self._read(Reader(self._served, self._source, shard.id, held)))

    async def _read(self, reader: Reader) -> None:
        try:
            await reader.run()
        except BaseException:
            self._served.stop(broken=True)
            raise
        finally:
            self._reading.discard(reader.shard_id)
            self._ctx.cloud.signals.fire(self._ended)
            self._ctx.clock.release()


def _progress_of(ctx: Context, mapping: Mapping, ids: set[str]) -> dict[str, Progress]:
    held = {str(key[1]): progress for key, progress in PROGRESS.scan(ctx, mapping.uuid)}
    for shard_id in held.keys() - ids:
        PROGRESS.delete(ctx, mapping.uuid, shard_id)
    return held
