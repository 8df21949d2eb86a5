"""Durable calls under deaths of the process and faults: every row runs, in order where order is asked for."""

from __future__ import annotations

import shutil

from cloudchamber.aws import Call, Cloud, Retry
from cloudchamber.aws.context import Context
from cloudchamber.aws.faults import Fault, Faults
from cloudchamber.clock import Ids, VirtualClock
from cloudchamber.kv import SqliteStore

SERVICES = {"sqs": "cloudchamber.services.sqs"}
ACCOUNT, REGION = "123456789012", "us-east-1"


async def put(cloud: Cloud, due_at_ms: int, body: str, order: str) -> None:
    call = Call("sqs", "outside", {}, "test", ACCOUNT, REGION)
    _, ctx = cloud.begin(call)

    def within(ctx: Context) -> None:
        request = {"QueueUrl": "q", "MessageBody": body}
        ctx.later("sqs", "SendMessage", request, due_at_ms=due_at_ms, order=order, retry=Retry(base_ms=100))

    await ctx.transact(within)


async def test_every_row_runs_whatever_dies_and_fails(tmp_path, seed):
    chances, clock = Ids(seed), VirtualClock(seed)
    generation, put_bodies = 0, []
    cloud = Cloud(SqliteStore(tmp_path / "0"), clock, SERVICES)
    await cloud.start()
    root = f"arn:aws:iam::{ACCOUNT}:root"
    create = Call("sqs", "CreateQueue", {"QueueName": "q"}, root, ACCOUNT, REGION)
    await clock.run(cloud.call(create))
    for number in range(80):
        body, order = f"{number:03}", chances.choice(["", "a", "b"])
        await put(cloud, clock.now_ms() + chances.choice([0, 0, 50, 3_000]), body, order)
        put_bodies.append((order, body))
        chance = chances.below(10)
        if chance < 2:
            cloud.faults = (
                Faults([Fault("error", operation="SendMessage", chance=0.5)], seed) if chance else None
            )
        elif chance < 5:
            await clock.advance(chances.below(2_000))
        elif chance < 6:
            generation += 1
            shutil.copytree(tmp_path / str(generation - 1), tmp_path / str(generation))
            await cloud.stop()
            clock = VirtualClock(seed + generation, clock.now_ms())
            cloud = Cloud(SqliteStore(tmp_path / str(generation)), clock, SERVICES)
            await cloud.start()
    cloud.faults = None
    await clock.run_until_idle()
    got: list[str] = []
    while True:
        receive = Call(
            "sqs", "ReceiveMessage", {"QueueUrl": "q", "MaxNumberOfMessages": 10}, root, ACCOUNT, REGION
        )
        messages = (await clock.run(cloud.call(receive))).get("Messages")
        if not messages:
            break
        got += [message["Body"] for message in messages]
    await cloud.stop()
    assert set(got) == {body for _, body in put_bodies}, f"rows were lost: --seed {seed}"
    for order in ("a", "b"):
        bodies = [body for found, body in put_bodies if found == order]
        assert list(dict.fromkeys(b for b in got if b in bodies)) == bodies, f"order {order}: --seed {seed}"
