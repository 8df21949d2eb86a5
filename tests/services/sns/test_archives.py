"""Archives of FIFO topics, and replays of what they keep.

https://docs.aws.amazon.com/sns/latest/dg/message-archiving-and-replay-topic-owner.html
https://docs.aws.amazon.com/sns/latest/dg/message-archiving-and-replay-subscriber.html
"""

import json
import shutil
from datetime import UTC, datetime

import pytest

from cloudchamber.app.services import SERVICES
from cloudchamber.aws import Call, Cloud, Settings
from cloudchamber.aws.faults import Fault, Faults
from cloudchamber.clock import VirtualClock
from cloudchamber.kv import SqliteStore

DAY_MS = 86_400_000


def policy(days):
    return json.dumps({"MessageRetentionPeriod": str(days)})


def window(start="2026-01-01T00:00:00.000Z", **more):
    return json.dumps({"PointType": "Timestamp", "StartingPoint": start} | more)


@pytest.fixture
async def topic(room):
    return await room.topic(
        "orders.fifo", FifoTopic="true", ContentBasedDeduplication="true", ArchivePolicy=policy(30)
    )


@pytest.fixture
def publish(cloud, topic):
    async def put(*texts, group="g", **more):
        for text in texts:
            await cloud("sns", "Publish", TopicArn=topic, Message=text, MessageGroupId=group, **more)

    return put


@pytest.fixture
def described(cloud, topic):
    async def get():
        return (await cloud("sns", "GetTopicAttributes", TopicArn=topic))["Attributes"]

    return get


async def status(cloud, arn):
    answer = await cloud("sns", "GetSubscriptionAttributes", SubscriptionArn=arn)
    return answer["Attributes"].get("ReplayStatus")


async def set_replay(cloud, arn, text):
    await cloud(
        "sns",
        "SetSubscriptionAttributes",
        SubscriptionArn=arn,
        AttributeName="ReplayPolicy",
        AttributeValue=text,
    )


async def set_archive(cloud, topic, text):
    await cloud(
        "sns", "SetTopicAttributes", TopicArn=topic, AttributeName="ArchivePolicy", AttributeValue=text
    )


async def replayed(room, queue):
    """(message, whether it was replayed), in the order of the queue."""
    bodies = [json.loads(each["Body"]) for each in await room.received(queue)]
    return [(body["Message"], body.get("Replayed", False)) for body in bodies]


async def test_a_new_subscription_may_begin_with_what_was_published_before_it(cloud, room, topic, publish):
    await publish("1", "2", "3")
    arn = await room.subscribe(topic, "late.fifo", ReplayPolicy=window())
    assert await status(cloud, arn) == "Pending"
    await cloud.clock.advance(1_000)
    assert await status(cloud, arn) == "In progress"
    await cloud.clock.advance(1_000)
    assert await status(cloud, arn) == "Completed"
    await publish("4")
    await cloud.settle()
    assert await replayed(room, "late.fifo") == [("1", True), ("2", True), ("3", True), ("4", False)]


async def test_a_replayed_message_has_the_id_timestamp_and_content_of_its_original(
    cloud, room, topic, publish
):
    """A queue that has the original gets it again, though its deduplication id is still known."""
    arn = await room.subscribe(topic, "q.fifo")
    attributes = {"colour": {"DataType": "String", "StringValue": "red"}}
    await publish("1", Subject="one", MessageAttributes=attributes)
    await cloud.clock.advance(500)
    (original,) = [json.loads(each["Body"]) for each in await room.received("q.fifo")]
    await set_replay(cloud, arn, window())
    await cloud.clock.advance(5_000)
    (again,) = [json.loads(each["Body"]) for each in await room.received("q.fifo")]
    assert again == original | {"Replayed": True}


async def test_only_what_was_published_between_the_two_points_is_replayed(cloud, room, topic, publish):
    arn = await room.subscribe(topic, "q.fifo")
    for n in range(5):
        await publish(str(n))
        await cloud.clock.advance(1_000)
    await room.received("q.fifo")
    await set_replay(cloud, arn, window("2026-01-01T00:00:01.000Z", EndingPoint="2026-01-01T00:00:03.000Z"))
    await cloud.clock.advance(5_000)
    await publish("new")
    await cloud.settle()
    assert await replayed(room, "q.fifo") == [("1", True), ("2", True), ("3", True), ("new", False)]


async def test_a_filter_policy_chooses_what_is_replayed(cloud, room, topic, publish):
    for n, colour in enumerate(("red", "blue", "red")):
        value = {"colour": {"DataType": "String", "StringValue": colour}}
        await publish(colour, MessageAttributes=value, MessageDeduplicationId=str(n))
    await room.subscribe(topic, "q.fifo", ReplayPolicy=window(), FilterPolicy=json.dumps({"colour": ["red"]}))
    await cloud.clock.advance(5_000)
    assert await replayed(room, "q.fifo") == [("red", True), ("red", True)]


async def test_order_holds_across_a_long_replay_failures_and_what_is_published_meanwhile(
    cloud, room, topic, publish
):
    texts = [str(n) for n in range(650)]
    await publish(*texts)
    await room.subscribe(topic, "q.fifo", ReplayPolicy=window())
    await publish("first meanwhile")
    cloud.cloud.faults = Faults([Fault("error", "sqs", "SendMessage", status=500, times=7)], seed=1)
    await cloud.clock.advance(1_100)
    await publish("second meanwhile")
    await cloud.clock.advance(60_000)
    cloud.cloud.faults = None
    assert await replayed(room, "q.fifo") == [
        *((text, True) for text in texts),
        ("first meanwhile", False),
        ("second meanwhile", False),
    ]


@pytest.mark.parametrize("text", ["", "{}"])
async def test_a_replay_that_is_stopped_lets_go_of_what_waited_behind_it(cloud, room, topic, publish, text):
    await publish("old")
    arn = await room.subscribe(topic, "q.fifo", ReplayPolicy=window())
    await publish("new")
    await set_replay(cloud, arn, text)
    assert await status(cloud, arn) is None
    await cloud.clock.advance(60_000)
    assert await replayed(room, "q.fifo") == [("new", False)]


async def test_another_replay_policy_begins_another_replay(cloud, room, topic, publish):
    await publish("1")
    arn = await room.subscribe(topic, "q.fifo", ReplayPolicy=window())
    await cloud.clock.advance(5_000)
    await set_replay(cloud, arn, window("2026-01-01T00:00:00Z"))
    assert await status(cloud, arn) == "Pending"
    await cloud.clock.advance(5_000)
    assert await replayed(room, "q.fifo") == [("1", True), ("1", True)]


async def test_messages_leave_the_archive_when_their_retention_ends(cloud, room, topic, publish, described):
    await publish("1")
    await cloud.clock.advance(DAY_MS)
    await publish("2")
    assert (await described())["BeginningArchiveTime"] == "2026-01-01T00:00:00.000Z"
    await cloud.clock.advance(29 * DAY_MS)
    assert (await described())["BeginningArchiveTime"] == "2026-01-01T00:00:00.000Z"
    await cloud.clock.advance(1)
    assert (await described())["BeginningArchiveTime"] == "2026-01-01T00:00:00.001Z"
    await room.subscribe(topic, "a.fifo", ReplayPolicy=window())
    await cloud.clock.advance(5_000)
    assert await replayed(room, "a.fifo") == [("2", True)]
    await set_archive(cloud, topic, policy(1))
    await room.subscribe(topic, "b.fifo", ReplayPolicy=window())
    await cloud.clock.advance(5_000)
    assert await replayed(room, "b.fifo") == []


async def test_a_longer_retention_holds_for_what_is_archived_already(cloud, room, topic, publish):
    await publish("1")
    await set_archive(cloud, topic, policy(365))
    await cloud.clock.advance(364 * DAY_MS)
    await room.subscribe(topic, "q.fifo", ReplayPolicy=window())
    await cloud.clock.advance(5_000)
    assert await replayed(room, "q.fifo") == [("1", True)]


async def test_a_topic_that_archives_cannot_be_deleted(cloud, topic, described, error_of):
    """https://github.com/aws/aws-cdk/pull/37113"""
    error = await error_of(cloud("sns", "DeleteTopic", TopicArn=topic))
    assert error.code == "InvalidStateException"
    assert error.message == "Invalid state: Cannot delete a topic with an ArchivePolicy"
    assert (await described())["ArchivePolicy"] == policy(30)
    await set_archive(cloud, topic, "{}")
    assert "BeginningArchiveTime" not in await described()
    await cloud("sns", "DeleteTopic", TopicArn=topic)
    assert (await cloud("sns", "ListTopics"))["Topics"] == []


async def test_an_archive_that_is_switched_off_is_empty_when_it_comes_back(cloud, room, topic, publish):
    """Its replays fail; what was published meanwhile is delivered all the same."""
    await publish("old")
    arn = await room.subscribe(topic, "a.fifo", ReplayPolicy=window())
    await publish("new")
    await set_archive(cloud, topic, "{}")
    assert await status(cloud, arn) == "Failed"
    await cloud.clock.advance(60_000)
    assert await replayed(room, "a.fifo") == [("new", False)]
    await set_archive(cloud, topic, policy(1))
    await room.subscribe(topic, "b.fifo", ReplayPolicy=window())
    await cloud.clock.advance(5_000)
    assert await replayed(room, "b.fifo") == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "failed to parse JSON."),
        ("[]", "failed to parse JSON."),
        ('{"Days": 1}', "invalid JSON. Attribute Days is unknown."),
        (policy(0), "Invalid value [0] for MessageRetentionPeriod. Must be between 1 and 365 days."),
        (policy(366), "Invalid value [366] for MessageRetentionPeriod. Must be between 1 and 365 days."),
        (policy("1.5"), "Invalid value [1.5] for MessageRetentionPeriod. Must be between 1 and 365 days."),
    ],
)
async def test_an_archive_policy_keeps_messages_for_1_to_365_days(
    cloud, topic, described, error_of, text, reason
):
    error = await error_of(set_archive(cloud, topic, text))
    assert (error.code, error.message) == (
        "InvalidParameterException",
        f"Invalid parameter: ArchivePolicy: {reason}",
    )
    assert (await described())["ArchivePolicy"] == policy(30)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x", "failed to parse JSON."),
        (window(Days=1), "invalid JSON. Attribute Days is unknown."),
        (window(PointType="Serial"), "Invalid value [Serial] for PointType. Must be Timestamp."),
        (window("soon"), "Invalid value [soon] for StartingPoint. Must be an ISO 8601 timestamp."),
        (window("2026-01-01T00:00:01Z"), "StartingPoint must not be in the future."),
        (window(EndingPoint="2025-12-31T23:59:59Z"), "EndingPoint must be after StartingPoint."),
    ],
)
async def test_a_replay_policy_has_to_be_a_window_of_time(cloud, room, topic, error_of, text, reason):
    arn = await room.subscribe(topic, "q.fifo")
    error = await error_of(set_replay(cloud, arn, text))
    assert (error.code, error.message) == (
        "InvalidParameterException",
        f"Invalid parameter: ReplayPolicy: {reason}",
    )
    assert await status(cloud, arn) is None


async def test_a_topic_without_an_archive_cannot_be_replayed(room, error_of):
    standard = await room.topic("standard")
    error = await error_of(room.subscribe(standard, "q", ReplayPolicy=window()))
    assert error.message == "Invalid parameter: ReplayPolicy: The topic must have an active ArchivePolicy."
    error = await error_of(room.topic("other", ArchivePolicy=policy(1)))
    assert error.message.endswith("ArchivePolicy attribute is not allowed for standard topics")


class Filmed(SqliteStore):
    """A store whose folder is copied after every commit: each copy is what a crash there would leave."""

    def __init__(self, folder, shots):
        super().__init__(folder)
        self.folder, self.shots = folder, shots

    def _commit(self):
        was_open = self._open
        super()._commit()
        if was_open and self.shots is not None:
            shutil.copytree(self.folder, self.shots / f"{len(list(self.shots.iterdir())):04}")


async def started(folder, shots, now_ms):
    clock = VirtualClock(seed=0, now_ms=now_ms)
    made = Cloud(Filmed(folder, shots), clock, SERVICES, Settings(data_folder=str(folder / "objects")))
    await made.start()

    async def call(service, operation, **request):
        return await clock.run(
            made.call(Call(service, operation, request, "root", "123456789012", "us-east-1"))
        )

    return made, clock, call


async def test_a_replay_goes_on_after_a_crash_at_any_commit(tmp_path):
    """Every message arrives, at least once, and first in order."""
    folder, shots = tmp_path / "main", tmp_path / "shots"
    begun = round(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1_000)
    made, clock, call = await started(folder, None, begun)
    attributes = {"FifoTopic": "true", "ContentBasedDeduplication": "true", "ArchivePolicy": policy(1)}
    topic = (await call("sns", "CreateTopic", Name="t.fifo", Attributes=attributes))["TopicArn"]
    await call("sqs", "CreateQueue", QueueName="q.fifo", Attributes={"FifoQueue": "true"})
    for n in range(4):
        await call("sns", "Publish", TopicArn=topic, Message=str(n), MessageGroupId="g")
    shots.mkdir()
    made.store.shots = shots
    subscription = {
        "TopicArn": topic,
        "Protocol": "sqs",
        "Endpoint": topic.replace("sns", "sqs")[:-6] + "q.fifo",
    }
    await call("sns", "Subscribe", **subscription, Attributes={"ReplayPolicy": window()})
    await clock.advance(10_000)
    await made.stop()
    folders = sorted(shots.iterdir())
    assert len(folders) > 3
    for shot in folders:
        made, clock, call = await started(shot, None, begun)
        await clock.advance(60_000)
        found = await call("sqs", "ReceiveMessage", QueueUrl="q.fifo", MaxNumberOfMessages=10)
        texts = [json.loads(each["Body"])["Message"] for each in found.get("Messages", [])]
        assert list(dict.fromkeys(texts)) == list("0123"), shot.name
        await made.stop()


async def test_an_archive_does_not_keep_the_chamber_busy(cloud, topic, publish):
    await publish("a")
    began_at_ms = cloud.clock.now_ms()
    await cloud.clock.run_until_idle()
    assert cloud.clock.now_ms() == began_at_ms
