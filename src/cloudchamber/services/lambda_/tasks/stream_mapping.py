"""A mapping of a stream as its poller, its shards and their batches share it: whether it is meant, and how it invokes."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, datetime
from typing import Any

import msgspec

from cloudchamber.aws import Arn, AwsError, Call, Context
from cloudchamber.services.lambda_.model import Mapping
from cloudchamber.services.lambda_.operations.finding import arn_of
from cloudchamber.services.lambda_.operations.mappings import queue_url
from cloudchamber.services.lambda_.records import MAPPINGS
from cloudchamber.services.lambda_.rules.stream_records import Ending, Item, event_of, failure_record
from cloudchamber.services.lambda_.tasks.endings import send

_PRINCIPAL = "lambda.amazonaws.com"


class StreamMapping:
    """One run of a mapping. `meant` ends once: then `stopped` is fired, and nothing new begins."""

    def __init__(self, ctx: Context, mapping: Mapping) -> None:
        self.ctx, self.mapping = ctx, mapping
        self.meant, self.broken = True, False
        self.retention_ms = 0
        self._own = (ctx.account, ctx.region, "lambda")
        self.stopped: Hashable = (*self._own, "stopped", mapping.uuid)
        where = ctx.elsewhere(account=mapping.function_account)
        self.function_arn = arn_of(where, mapping.function_name, mapping.qualifier)
        self._function_account = where.account

    def stop(self, *, broken: bool = False) -> None:
        """Let readers and retries end; `broken` when one of them has failed, and the run is to begin anew."""
        self.meant, self.broken = False, self.broken or broken
        self.ctx.cloud.signals.fire(self.stopped)

    def expired_at_ms(self) -> int:
        """Records that came before this instant are given up: too old for the mapping, or for the stream (F022)."""
        age_ms = self.retention_ms
        if self.mapping.age_s_max >= 0:
            age_ms = min(age_ms, self.mapping.age_s_max * 1000)
        return self.ctx.now_ms - age_ms

    async def note(self, result: str, *, disable: bool = False) -> None:
        """Keep the result of the last processing, when it is another one."""

        def note(ctx: Context) -> None:
            mapping = MAPPINGS.get(ctx, self.mapping.uuid)
            if mapping and mapping.generation == self.mapping.generation:
                enabled = mapping.enabled and not disable
                changed = msgspec.structs.replace(mapping, last_result=result, enabled=enabled)
                MAPPINGS.put(ctx, changed, mapping.uuid)
                if disable:
                    ctx.signal("mapping", mapping.uuid)

        if self.mapping.last_result != result or disable:
            self.mapping = msgspec.structs.replace(self.mapping, last_result=result)
            await self.ctx.transact(note)

    async def invoke(
        self, items: list[Item], members: dict[str, Any], request_id: str
    ) -> dict[str, Any] | None:
        """What the function answers; None when it is gone and the mapping is disabled. Raises what kept it from running."""
        if items:  # a window that ends may have none
            age_ms = self.ctx.now_ms - items[-1].at_ms
            self.ctx.measure("AWS/Lambda", "IteratorAge", age_ms, FunctionName=self.mapping.function_name)
        request = {"FunctionName": self.function_arn, "Payload": event_of(items, members)}
        call = Call("lambda", "Invoke", request, _PRINCIPAL, self._function_account, self.ctx.region, None)
        try:
            return await self.ctx.cloud.call(call, holding=True, request_id=request_id)
        except AwsError as error:
            if error.code != "ResourceNotFoundException":
                raise
            await self.note(f"PROBLEM: {error.message}", disable=True)
            self.stop()
            return None

    def give_up(self, ctx: Context, shard_id: str, items: list[Item], ending: Ending) -> None:
        """Tell the on-failure destination of records that are given up; of S3, with the records themselves."""
        arn = Arn.parse(self.mapping.on_failure) if self.mapping.on_failure else None
        if arn is None:
            return
        told = failure_record(self.mapping, self.function_arn, shard_id, items, ending, ctx.now_ms)
        if arn.service == "s3":
            told["payload"] = event_of(items, {}).decode()
        text = msgspec.json.encode(told).decode()
        if arn.service == "sqs":
            send(ctx, arn, "sqs", "SendMessage", {"QueueUrl": queue_url(ctx, arn), "MessageBody": text})
        elif arn.service == "sns":
            send(ctx, arn, "sns", "Publish", {"TopicArn": str(arn), "Message": text})
        else:
            now = datetime.fromtimestamp(ctx.now_ms / 1000, UTC)
            key = (
                f"aws/lambda/{self.mapping.uuid}/{shard_id}/{now:%Y/%m/%d}/"
                f"{now:%Y-%m-%dT%H.%M.%S}-{ctx.ids.uuid()}"
            )
            body = {"Body": text.encode(), "ContentType": "application/json"}
            send(ctx, arn, "s3", "PutObject", {"Bucket": arn.resource, "Key": key, **body})
