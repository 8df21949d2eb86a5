"""What the filter does not let through is consumed without an invocation."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSED = [
    {"id": "hot", "type": "temperature", "site": "berlin", "value": 31},
    {"id": "edge", "type": "temperature", "site": "lyon", "value": 90},
    {"id": "smoke", "type": "smoke", "site": "lyon"},
]
DROPPED = [
    {"id": "at the bound", "type": "temperature", "site": "berlin", "value": 30},
    {"id": "too hot to be true", "type": "temperature", "site": "berlin", "value": 90.1},
    {"id": "elsewhere", "type": "temperature", "site": "rome", "value": 50},
    {"id": "no value", "type": "temperature", "site": "berlin"},
    {"id": "allowed there", "type": "smoke", "site": "laboratory"},
]


async def test_only_what_passes_the_filter_starts_the_function(application):
    app = await application("eda-filter")
    for reading in [*DROPPED, *PASSED]:
        await app.send("Readings", reading)
        await app.settle(1)
    alerts = [name for seen in await app.logs("Alert") for name in seen["alerts"]]
    assert alerts == [reading["id"] for reading in PASSED]
    await app.settle(60)  # nothing comes back
    assert await app.messages("Readings") == []


async def test_what_is_dropped_starts_nothing(application):
    app = await application("eda-filter")
    for reading in DROPPED:
        await app.send("Readings", reading)
    await app.settle(60)
    groups = await app("logs", "DescribeLogGroups", logGroupNamePrefix=f"/aws/lambda/{app.outputs['Alert']}")
    assert groups["logGroups"] == []  # the function has never run
