"""FIFO groups and a single shard keep the order per key under failure."""

import json

import pytest

from cloudchamber.aws.faults import Fault, Faults

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEYS, COUNT = ("a", "b", "c"), 8


async def to_queue(app, move):
    await app.send("Queue", move, MessageGroupId=move["key"])


async def to_stream(app, move):
    data = json.dumps(move).encode()
    await app("kinesis", "PutRecord", StreamName=app.outputs["Stream"], PartitionKey=move["key"], Data=data)


@pytest.mark.parametrize(
    ("source", "send"), [("queue", to_queue), ("stream", to_stream)], ids=["queue", "stream"]
)
@pytest.mark.parametrize("seed", range(2))
async def test_the_order_of_each_key_is_kept_under_failure(application, source, send, seed):
    app = await application("eda-order")
    trouble = [
        Fault("error", "dynamodb", "UpdateItem", code="AccessDeniedException", status=400, chance=0.15),
        Fault("drop_answer", "dynamodb", "UpdateItem", code="AccessDeniedException", status=400, chance=0.15),
    ]
    app.cloud.faults = Faults(trouble, seed)
    for n in range(1, COUNT + 1):
        for key in KEYS:
            await send(app, {"key": key, "n": n})
    await app.settle(3600)
    histories = {item["id"]: item["moves"] for item in await app.items("Histories")}
    assert histories == {f"{source}#{key}": list(range(1, COUNT + 1)) for key in KEYS}
    name = "FromQueue" if source == "queue" else "FromStream"
    assert await app.logs(name) == []  # nothing was out of order


async def test_another_group_does_not_wait_and_another_key_of_the_shard_does(application):
    app = await application("eda-order")
    for send in (to_queue, to_stream):
        for move in ({"key": "a", "n": 2}, {"key": "b", "n": 1}):
            await send(app, move)
    await app.settle(5)
    assert {item["id"] for item in await app.items("Histories")} == {"queue#b"}
