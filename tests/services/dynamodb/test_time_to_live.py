"""Time to live (F067). https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html"""

import pytest

from cloudchamber.clock.virtual import START_MS

START_S = START_MS // 1000


@pytest.fixture
async def sessions(table):
    made = await table("sessions", id="S")
    await made("PutItem", Item={"id": {"S": "before"}, "expires": {"N": str(START_S + 60)}})
    await made("UpdateTimeToLive", TimeToLiveSpecification={"AttributeName": "expires", "Enabled": True})
    return made


async def ids(made):
    return sorted(item["id"]["S"] for item in (await made("Scan"))["Items"])


async def test_expired_items_are_returned_until_their_instant_and_removed_then(cloud, sessions):
    await sessions("PutItem", Item={"id": {"S": "later"}, "expires": {"N": str(START_S + 120)}})
    await sessions("PutItem", Item={"id": {"S": "never"}})
    await cloud.clock.advance(59_999)
    assert await ids(sessions) == ["before", "later", "never"]
    await cloud.clock.advance(1)
    assert await ids(sessions) == ["later", "never"]
    await cloud.clock.advance(60_000)
    assert await ids(sessions) == ["never"]


async def test_an_item_whose_instant_was_moved_stays(cloud, sessions):
    await sessions("PutItem", Item={"id": {"S": "before"}, "expires": {"N": str(START_S + 600)}})
    await cloud.clock.advance(120_000)
    assert await ids(sessions) == ["before"]
    await cloud.clock.advance(480_000)
    assert await ids(sessions) == []


@pytest.mark.parametrize(
    ("value", "stays"),
    [
        ({"S": str(START_S)}, True),  # only numbers expire
        ({"N": str(START_S - 6 * 365 * 86_400)}, True),  # more than five years ago is no expiry
        ({"N": str(START_S - 10)}, False),
    ],
)
async def test_only_a_plausible_number_is_an_expiry(cloud, sessions, value, stays):
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html"""
    await sessions("PutItem", Item={"id": {"S": "x"}, "expires": value})
    assert "x" in await ids(sessions)
    await cloud.clock.advance(1_000)
    assert ("x" in await ids(sessions)) is stays


async def test_nothing_expires_once_time_to_live_is_disabled(cloud, sessions, error_of):
    wanted = {"AttributeName": "expires", "Enabled": True}
    error = await error_of(sessions("UpdateTimeToLive", TimeToLiveSpecification=wanted))
    assert error.message == "TimeToLive is already enabled"
    shown = (await sessions("DescribeTimeToLive"))["TimeToLiveDescription"]
    assert shown == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    await sessions("UpdateTimeToLive", TimeToLiveSpecification=wanted | {"Enabled": False})
    await cloud.clock.advance(120_000)
    assert await ids(sessions) == ["before"]
