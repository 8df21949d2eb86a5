"""Where the records of EventBridge Pipes lie, all under one account and region:

pipes        (name)                       -> Pipe
checkpoints  (number of the pipe, shard)  -> Checkpoint
"""

from __future__ import annotations

from cloudchamber.aws import Collection, Context
from cloudchamber.services.pipes.errors import NotFoundException
from cloudchamber.services.pipes.model import Checkpoint, Pipe

PIPES = Collection("pipes", "pipes", Pipe)
CHECKPOINTS = Collection("pipes", "checkpoints", Checkpoint)


def pipe_named(ctx: Context, name: str) -> Pipe:
    """The pipe of that name. Raises NotFoundException."""
    pipe = PIPES.get(ctx, name)
    if pipe is None:
        raise NotFoundException(f"Pipe {name} does not exist.")
    return pipe


def checkpoints_of(ctx: Context, pipe: Pipe) -> dict[str, Checkpoint]:
    """How far a pipe has come, by shard."""
    return {str(key[1]): checkpoint for key, checkpoint in CHECKPOINTS.scan(ctx, pipe.number)}


def keep_checkpoint(ctx: Context, pipe: Pipe, shard_id: str, checkpoint: Checkpoint) -> None:
    """Note how far a pipe has come; nothing when it was deleted meanwhile."""
    found = PIPES.get(ctx, pipe.name)
    if found and found.number == pipe.number:
        CHECKPOINTS.put(ctx, checkpoint, pipe.number, shard_id)
