"""What runs a pipe: one row of the outbox for as long as the pipe runs unchanged.

When the chamber dies it is taken up again: messages come back when their visibility timeout ends, records are read again
from the last checkpoint.
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.pipes import limits
from cloudchamber.services.pipes.operations.pipes import run_later
from cloudchamber.services.pipes.records import PIPES
from cloudchamber.services.pipes.tasks.queues import QueueReader
from cloudchamber.services.pipes.tasks.runs import Run
from cloudchamber.services.pipes.tasks.shards import StreamReader


async def run_pipe(ctx: Context, request: dict[str, Any]) -> None:
    """Run a pipe. Meant while the pipe has the generation it was put for, and is to run."""
    pipe = await ctx.transact(lambda ctx: PIPES.get(ctx, request["Name"]))
    if pipe is None or pipe.generation != request["Generation"] or pipe.current_state != "RUNNING":
        return
    run = Run(ctx, pipe)
    reader = QueueReader(run) if run.source.service == "sqs" else StreamReader(run)
    await reader.read()
    await run.drain()
    if run.source_is_lost:
        at_ms = ctx.now_ms + limits.LOST_SOURCE_MS
        await ctx.transact(lambda ctx: run_later(ctx, pipe, due_at_ms=at_ms))
