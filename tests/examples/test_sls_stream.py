"""Batches, windows, bisecting, retries, an on-failure destination; three consumers of one stream."""

import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def put(app, *readings):
    """Readings, by device: those of one device are in one shard."""
    records = [
        {"Data": json.dumps(reading).encode(), "PartitionKey": reading["id"].split("-")[0]}
        for reading in readings
    ]
    answer = await app("kinesis", "PutRecords", StreamName=app.outputs["Stream"], Records=records)
    return [record["SequenceNumber"] for record in answer["Records"]]


async def test_poison_is_isolated_and_told(application):
    app = await application("sls-stream")
    sequence = await put(app, *({"id": f"a-{n}", "value": n if n != 5 else "five"} for n in range(8)))
    await app.settle(120)
    checked = [name for seen in await app.logs("Check") for name in seen["checked"]]
    assert set(checked) == {f"a-{n}" for n in range(8) if n != 5}
    (letter,) = await app.bodies("Failed")
    batch = letter["KinesisBatchInfo"]
    assert (batch["batchSize"], batch["startSequenceNumber"]) == (1, sequence[5])
    assert letter["requestContext"]["condition"] == "RetryAttemptsExhausted"


async def test_a_batch_is_gathered_and_consumers_do_not_wait_for_each_other(application):
    app = await application("sls-stream")
    await put(app, {"id": "a-1", "value": 91})
    await app.settle(1)
    await put(app, {"id": "a-2", "value": 90})
    await app.settle(1)
    assert await app.logs("Alarm") == [{"hot": "a-1"}]
    await app.settle(10)
    assert await app.logs("Check") == [{"checked": ["a-1", "a-2"]}]


async def test_each_window_has_its_sum(application):
    app = await application("sls-stream")
    for value in (1, 2, 3):
        await put(app, {"id": "a-1", "value": value})
        await app.settle(25)  # at 0 s, 25 s and 50 s
    await put(app, {"id": "a-1", "value": 4})  # at 75 s
    await app.settle(120)
    windows = {
        item["id"].split("#")[0]: (item["readings"], item["sum"]) for item in await app.items("Totals")
    }
    assert windows == {"2026-01-01T00:00:00Z": (3, 6), "2026-01-01T00:01:00Z": (1, 4)}
