"""Archives and replays."""

import pytest

BUS = "arn:aws:events:us-east-1:123456789012:event-bus/default"
ARCHIVE = "arn:aws:events:us-east-1:123456789012:archive/a"
DAY_MS = 86_400_000


@pytest.fixture
async def archive(cloud):
    pattern = '{"source": ["shop"]}'
    await cloud("events", "CreateArchive", ArchiveName="a", EventSourceArn=BUS, EventPattern=pattern)


async def replay(cloud, name, from_s, until_s, **destination):
    answer = await cloud(
        "events",
        "StartReplay",
        ReplayName=name,
        EventSourceArn=ARCHIVE,
        EventStartTime=from_s,
        EventEndTime=until_s,
        Destination={"Arn": BUS} | destination,
    )
    assert answer["State"] == "STARTING"
    await cloud.clock.advance(1_000)
    return await cloud("events", "DescribeReplay", ReplayName=name)


async def count(cloud):
    return (await cloud("events", "DescribeArchive", ArchiveName="a"))["EventCount"]


async def test_f049_events_are_replayed_by_their_time_and_not_archived_again(cloud, room, archive):
    await room.rule("r", {"source": ["shop"]})
    await room.target("r", "q")
    for n in range(4):
        await room.put({"n": n}, Time=1_000 + 100 * n)
    await room.put({"n": 9}, Source="other", Time=1_000)
    first = await room.received("q")
    assert await count(cloud) == 4
    done = await replay(cloud, "again", 1_000, 1_300)
    assert done["State"] == "COMPLETED"
    events = await room.received("q")
    assert [event["detail"]["n"] for event in events] == [0, 1, 2]
    assert [event["id"] for event in events] == [event["id"] for event in first[:3]]
    assert {event["replay-name"] for event in events} == {"again"}
    assert await count(cloud) == 4


async def test_a_replay_may_go_to_some_rules_only(cloud, room, archive):
    arns = {name: await room.rule(name, {"source": ["shop"]}) for name in ("r1", "r2")}
    await room.target("r1", "q1")
    await room.target("r2", "q2")
    await room.put(Time=1_000)
    for name in ("q1", "q2"):
        await room.received(name)
    await replay(cloud, "again", 0, 2_000, FilterArns=[arns["r2"]])
    assert [len(await room.received(name)) for name in ("q1", "q2")] == [0, 1]


async def test_an_archive_keeps_events_for_its_retention_days(cloud, room, archive):
    await room.rule("r", {"source": ["shop"]})
    await room.target("r", "q")
    await cloud("events", "UpdateArchive", ArchiveName="a", RetentionDays=2)
    start_s = cloud.clock.now_ms() // 1000
    await room.put({"n": 1})
    await cloud.clock.advance(DAY_MS)
    await room.put({"n": 2})
    await room.received("q")
    assert await count(cloud) == 2
    await cloud.clock.advance(DAY_MS + 60_000)
    assert await count(cloud) == 1
    await replay(cloud, "again", start_s, start_s + 10 * DAY_MS // 1000)
    assert [event["detail"]["n"] for event in await room.received("q")] == [2]


async def test_a_replay_that_is_cancelled_ends_without_events(cloud, room, archive, error_of):
    await room.put(Time=1_000)
    await room.rule("r", {"source": ["shop"]})
    await room.target("r", "q")
    request = {"ReplayName": "x", "EventSourceArn": ARCHIVE, "EventStartTime": 0, "EventEndTime": 2_000}
    await cloud.start("events", "StartReplay", **request, Destination={"Arn": BUS})
    await cloud.start("events", "CancelReplay", ReplayName="x")
    await cloud.clock.advance(1_000)
    assert (await cloud("events", "DescribeReplay", ReplayName="x"))["State"] == "CANCELLED"
    assert await room.received("q") == []
    error = await error_of(cloud("events", "CancelReplay", ReplayName="x"))
    assert error.code == "IllegalStatusException"


async def test_a_replay_goes_back_to_the_bus_it_came_from(cloud, archive, error_of):
    other = (await cloud("events", "CreateEventBus", Name="b"))["EventBusArn"]
    error = await error_of(replay(cloud, "x", 0, 1, Arn=other))
    assert error.message == (
        "Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted."
    )
    error = await error_of(replay(cloud, "x", 1, 1))
    assert error.code == "ValidationException"


async def test_a_deleted_archive_keeps_nothing_more(cloud, room, archive, error_of):
    await cloud("events", "DeleteArchive", ArchiveName="a")
    await room.put()
    error = await error_of(cloud("events", "DescribeArchive", ArchiveName="a"))
    assert (error.code, error.message) == ("ResourceNotFoundException", "Archive a does not exist.")
    assert (await cloud("events", "ListArchives"))["Archives"] == []
