"""Partial batch failures and dead-letter queues, without order and in order."""

import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def send_batch(app, output, jobs, groups=None):
    entries = []
    for number, job in enumerate(jobs):
        entry = {"Id": str(number), "MessageBody": json.dumps(job)}
        if groups:
            entry |= {"MessageGroupId": groups[number], "MessageDeduplicationId": job["id"]}
        entries.append(entry)
    await app("sqs", "SendMessageBatch", QueueUrl=app.outputs[output], Entries=entries)


async def test_what_fails_comes_again_alone(application):
    app = await application("eda-queue")
    jobs = [{"id": "a"}, {"id": "slow", "failsFirst": 2}, {"id": "never", "poison": True}, {"id": "b"}]
    await send_batch(app, "Jobs", jobs)
    await app.settle(300)
    done = [(seen["done"], seen["receive"]) for seen in await app.logs("Standard")]
    assert sorted(done) == [("a", 1), ("b", 1), ("slow", 3)]
    assert [job["id"] for job in await app.bodies("DeadJobs")] == ["never"]
    assert await app.messages("Jobs") == []


async def test_a_group_waits_for_its_failing_message_and_others_do_not(application):
    app = await application("eda-queue")
    jobs = [{"id": "x1"}, {"id": "x2", "failsFirst": 1}, {"id": "x3"}, {"id": "y1"}, {"id": "y2"}]
    await send_batch(app, "Moves", jobs, ["x", "x", "x", "y", "y"])
    await app.settle(5)
    assert [seen["done"] for seen in await app.logs("InOrder")] == ["x1", "y1", "y2"]
    await app.settle(60)
    assert [seen["done"] for seen in await app.logs("InOrder")] == ["x1", "y1", "y2", "x2", "x3"]


async def test_what_is_held_back_behind_poison_is_received_as_often_and_dies_with_it(application):
    app = await application("eda-queue")
    jobs = [{"id": "x1", "poison": True}, {"id": "x2"}]
    await send_batch(app, "Moves", jobs, ["x", "x"])
    await app.settle(300)
    assert [job["id"] for job in await app.bodies("DeadMoves")] == ["x1", "x2"]
    await send_batch(app, "Moves", [{"id": "x3"}], ["x"])
    await app.settle(1)
    assert [seen["done"] for seen in await app.logs("InOrder")] == ["x3"]  # the group goes on
