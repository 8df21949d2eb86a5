"""What a pipe logs of its executions, into a log group.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.pipes.model import Pipe
from cloudchamber.services.pipes.rules.settings import log_group_of, logs_data
from cloudchamber.services.pipes.rules.targets import PRINCIPAL

_RANKS = {"OFF": 0, "ERROR": 1, "INFO": 2, "TRACE": 3}


class ExecutionLog:
    """The records of one execution, written at its end."""

    def __init__(self, ctx: Context, pipe: Pipe) -> None:
        self._ctx, self._pipe = ctx, pipe
        self._rank = _RANKS[pipe.log_configuration.get("Level", "OFF")]
        self._id = ctx.ids.uuid() if self._rank else ""
        self._records: list[dict[str, Any]] = []

    def add(self, step: str, level: str, payload: Any = None, error: AwsError | None = None) -> None:
        """Note a step, if the pipe's level includes it.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs-execution-steps.html
        """
        if self._rank < _RANKS[level]:
            return
        record: dict[str, Any] = {
            "resourceArn": self._ctx.arn(self._pipe.resource, service="pipes"),
            "timestamp": self._ctx.now_ms,
            "executionId": self._id,
            "messageType": step,
            "logLevel": level,
        }
        if payload is not None and logs_data(self._pipe):
            record["payload"] = msgspec.json.encode(payload).decode()
        if error is not None:
            record["error"] = {"message": error.message, "httpStatusCode": error.status or 400}
        self._records.append(record)

    async def write(self) -> None:
        """Write what was noted; a log group that does not take it does not hold up the pipe."""
        if not self._records:
            return
        account, region, group = log_group_of(self._pipe)
        who = {"account": account, "region": region, "principal": PRINCIPAL}
        names = {"logGroupName": group, "logStreamName": self._pipe.name}
        lines = [
            {"timestamp": record["timestamp"], "message": msgspec.json.encode(record).decode()}
            for record in self._records
        ]
        self._records = []
        try:
            await create_log_stream(self._ctx, names, who)
            await self._ctx.call("logs", "PutLogEvents", names | {"logEvents": lines}, **who)
        except AwsError as error:
            self._ctx.note(f"the log of pipe {self._pipe.name}: {error.message}")


async def create_log_stream(ctx: Context, names: dict[str, str], who: dict[str, str]) -> None:
    """Make a log stream that may exist already."""
    try:
        await ctx.call("logs", "CreateLogStream", names, **who)
    except AwsError as error:
        if error.code != "ResourceAlreadyExistsException":
            raise
