"""The death of the process at any commit: what was begun is brought to its end, and nothing is made twice."""

import json
import shutil

from cloudchamber.app.services import SERVICES
from cloudchamber.aws import Call, Cloud, Settings
from cloudchamber.clock import VirtualClock
from cloudchamber.kv import SqliteStore

REDRIVE = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3}
TEMPLATE = {
    "Resources": {
        "Dead": {"Type": "AWS::SQS::Queue"},
        "Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"RedrivePolicy": REDRIVE}},
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::GetAtt": "Jobs.QueueName"}}},
    }
}
CHANGED = {
    "Resources": TEMPLATE["Resources"]
    | {
        "Dead": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "dead"}},
        "Bad": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "x" * 81}, "DependsOn": "Topic"},
    }
}


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


class Machine:
    """A chamber on a folder."""

    def __init__(self, folder, shots=None):
        self.clock = VirtualClock(seed=0)
        self.cloud = Cloud(
            Filmed(folder, shots), self.clock, SERVICES, Settings(data_folder=str(folder / "objects"))
        )

    async def __call__(self, service, operation, **request):
        call = Call(service, operation, request, "root", "123456789012", "us-east-1")
        return await self.clock.run(self.cloud.call(call))

    async def stack(self):
        [stack] = (await self("cloudformation", "DescribeStacks", StackName="app"))["Stacks"]
        return stack

    async def census(self):
        """How many of each there are."""
        queues = (await self("sqs", "ListQueues")).get("QueueUrls", [])
        buckets = (await self("s3", "ListBuckets"))["Buckets"]
        topics = (await self("sns", "ListTopics"))["Topics"]
        return len(queues), len(buckets), len(topics)

    async def statuses(self):
        found = (await self("cloudformation", "DescribeStackEvents", StackName="app"))["StackEvents"]
        return [(e["LogicalResourceId"], e["ResourceStatus"]) for e in found[::-1]]


async def run(folder, work, shots=None):
    machine = Machine(folder, shots)
    await machine.cloud.start()
    try:
        return await work(machine)
    finally:
        machine.cloud.store.shots = None
        await machine.cloud.stop()


async def test_a_creation_is_finished_from_every_commit(tmp_path):
    (tmp_path / "shots").mkdir()
    (tmp_path / "data").mkdir()

    async def create(machine):
        await machine("cloudformation", "CreateStack", StackName="app", TemplateBody=json.dumps(TEMPLATE))
        await machine.clock.advance(0)
        return await machine.statuses()

    whole = await run(tmp_path / "data", create, tmp_path / "shots")
    shots = sorted((tmp_path / "shots").iterdir())

    async def finish(machine):
        await machine.clock.advance(0)
        if not (await machine("cloudformation", "ListStacks"))["StackSummaries"]:
            return "not begun"
        assert (await machine.stack())["StackStatus"] == "CREATE_COMPLETE"
        assert await machine.census() == (2, 1, 1)
        assert sorted(await machine.statuses()) == sorted(whole)
        return "finished"

    outcomes = [await run(shot, finish) for shot in shots]
    assert outcomes == sorted(outcomes, reverse=True)  # once begun, it is always finished
    assert outcomes.count("finished") > 12


async def test_a_failing_update_is_rolled_back_from_every_commit(tmp_path):
    (tmp_path / "shots").mkdir()
    (tmp_path / "data").mkdir()

    async def create(machine):
        await machine("cloudformation", "CreateStack", StackName="app", TemplateBody=json.dumps(TEMPLATE))
        await machine.clock.advance(0)

    async def update(machine):
        await machine("cloudformation", "UpdateStack", StackName="app", TemplateBody=json.dumps(CHANGED))
        await machine.clock.advance(0)
        return await machine.statuses()

    await run(tmp_path / "data", create)
    whole = await run(tmp_path / "data", update, tmp_path / "shots")

    async def finish(machine):
        await machine.clock.advance(0)
        if (await machine.stack())["StackStatus"] == "CREATE_COMPLETE":
            return "not begun"
        assert (await machine.stack())["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        assert await machine.census() == (2, 1, 1)
        assert sorted(await machine.statuses()) == sorted(whole)
        return "finished"

    shots = sorted((tmp_path / "shots").iterdir())
    outcomes = [await run(shot, finish) for shot in shots]
    assert outcomes.count("finished") > 12


async def test_a_custom_resource_is_asked_once_whenever_the_process_dies(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()

    async def begin(machine):
        topic = (await machine("sns", "CreateTopic", Name="provider"))["TopicArn"]
        await machine("sqs", "CreateQueue", QueueName="asked")
        arn = "arn:aws:sqs:us-east-1:123456789012:asked"
        raw = {"RawMessageDelivery": "true"}
        await machine("sns", "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=raw)
        body = {"Resources": {"Thing": {"Type": "Custom::Thing", "Properties": {"ServiceToken": topic}}}}
        await machine("cloudformation", "CreateStack", StackName="app", TemplateBody=json.dumps(body))
        await machine.clock.advance(0)

    async def look(machine):
        await machine.clock.advance(0)
        assert (await machine.stack())["StackStatus"] == "CREATE_IN_PROGRESS"

    async def answer(machine):
        url = (await machine("sqs", "GetQueueUrl", QueueName="asked"))["QueueUrl"]
        got = (await machine("sqs", "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10))["Messages"]
        [asked] = [json.loads(message["Body"]) for message in got]
        token = asked["ResponseURL"].rpartition("/")[2]
        await machine(
            "cloudformation",
            "put_answer",
            Token=token,
            Answer={"Status": "SUCCESS", "PhysicalResourceId": "p"},
        )
        await machine.clock.advance(0)
        assert (await machine.stack())["StackStatus"] == "CREATE_COMPLETE"

    for work in (begin, look, look, answer):
        await run(folder, work)
