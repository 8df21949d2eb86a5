"""Rules, targets and archives that change while events come: an event takes the routes as they are at that moment."""

import json

import pytest

from cloudchamber.clock import Ids

NAMES = [f"r{number}" for number in range(4)]


class Model:
    """What a bus should do, told of each change."""

    def __init__(self, cloud, chances):
        self.cloud, self.chances = cloud, chances
        self.enabled: dict[str, bool] = {}
        self.kinds: dict[str, str] = {}
        self.targets: set[str] = set()

    async def put_rule(self, name):
        self.kinds[name], self.enabled[name] = self.chances.choice("ab"), self.chances.below(4) > 0
        state = "ENABLED" if self.enabled[name] else "DISABLED"
        pattern = json.dumps({"detail": {"kind": [self.kinds[name]]}})
        await self.cloud("events", "PutRule", Name=name, EventBusName="b", EventPattern=pattern, State=state)

    async def put_target(self, name):
        if name in self.enabled:
            target = {"Id": "t", "Arn": f"arn:aws:sqs:us-east-1:123456789012:{name}"}
            await self.cloud("events", "PutTargets", Rule=name, EventBusName="b", Targets=[target])
            self.targets.add(name)

    async def remove_target(self, name):
        if name in self.enabled:
            await self.cloud("events", "RemoveTargets", Rule=name, EventBusName="b", Ids=["t"])
            self.targets.discard(name)

    async def delete_rule(self, name):
        if name not in self.targets:
            await self.cloud("events", "DeleteRule", Name=name, EventBusName="b")
            self.enabled.pop(name, None)

    async def set_state(self, name):
        if name in self.enabled:
            self.enabled[name] = not self.enabled[name]
            operation = "EnableRule" if self.enabled[name] else "DisableRule"
            await self.cloud("events", operation, Name=name, EventBusName="b")

    async def change(self):
        changes = [self.put_rule, self.put_target, self.put_target, self.remove_target]
        await self.chances.choice([*changes, self.delete_rule, self.set_state])(self.chances.choice(NAMES))

    def takers(self, kind):
        return {name for name in self.targets if self.enabled[name] and self.kinds[name] == kind}


async def put(cloud, kind):
    entry = {"EventBusName": "b", "Source": "s", "DetailType": "t", "Detail": json.dumps({"kind": kind})}
    await cloud("events", "PutEvents", Entries=[entry])


async def took(cloud):
    """The queues that got something, which is taken out."""
    found = set()
    for name in NAMES:
        answer = await cloud("sqs", "ReceiveMessage", QueueUrl=name)
        for message in answer.get("Messages", []):
            found.add(name)
            await cloud("sqs", "DeleteMessage", QueueUrl=name, ReceiptHandle=message["ReceiptHandle"])
    return found


@pytest.mark.parametrize("seed", range(4))
async def test_an_event_takes_the_routes_as_they_are_when_it_comes(cloud, seed):
    model = Model(cloud, Ids(seed))
    await cloud("events", "CreateEventBus", Name="b")
    for name in NAMES:
        await cloud("sqs", "CreateQueue", QueueName=name)
    for _ in range(60):
        for _ in range(1 + model.chances.below(3)):
            await model.change()
        kind = model.chances.choice("ab")
        await put(cloud, kind)
        assert await took(cloud) == model.takers(kind)


async def test_the_change_of_one_rule_does_not_make_the_others_anew(cloud):
    await cloud("events", "CreateEventBus", Name="b")
    model = Model(cloud, Ids(0))
    for name in NAMES:
        await model.put_rule(name)
    await put(cloud, "a")
    kept = dict(cloud.cloud.live("events")._kept)
    await model.put_rule(NAMES[0])
    await put(cloud, "a")
    assert cloud.cloud.live("events")._kept == kept


async def test_an_archive_keeps_what_comes_after_it_was_made_and_until_it_is_deleted(cloud):
    await cloud("events", "CreateEventBus", Name="b")
    source = "arn:aws:events:us-east-1:123456789012:event-bus/b"
    await put(cloud, "a")
    await cloud("events", "CreateArchive", ArchiveName="kept", EventSourceArn=source)
    await put(cloud, "b")
    assert (await cloud("events", "DescribeArchive", ArchiveName="kept"))["EventCount"] == 1
    await cloud("events", "DeleteArchive", ArchiveName="kept")
    await cloud("events", "CreateArchive", ArchiveName="other", EventSourceArn=source)
    await put(cloud, "a")
    assert (await cloud("events", "DescribeArchive", ArchiveName="other"))["EventCount"] == 1
