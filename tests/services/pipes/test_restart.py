"""A chamber that dies takes its pipes up again: messages come back, records are read from the last checkpoint."""

import pytest

from cloudchamber.app.services import SERVICES
from cloudchamber.aws import Call, Cloud, Settings
from cloudchamber.clock import VirtualClock
from cloudchamber.kv import SqliteStore

ROLE = "arn:aws:iam::123456789012:role/r"
PLACE = "us-east-1:123456789012"


class Chamber:
    """A cloud on a folder, which can die and come back."""

    def __init__(self, folder):
        self._folder, self._now_ms = folder, 1_767_225_600_000

    async def start(self):
        settings = Settings(data_folder=str(self._folder / "data"), scratch_folder=str(self._folder))
        self.clock = VirtualClock(seed=0, now_ms=self._now_ms)
        self.cloud = Cloud(SqliteStore(self._folder / "db"), self.clock, SERVICES, settings)
        await self.cloud.start()

    async def die(self):
        await self.cloud.stop()
        self._now_ms = self.clock.now_ms()

    async def __call__(self, service, operation, **request):
        root = "arn:aws:iam::123456789012:root"
        return await self.cloud.call(Call(service, operation, request, root, "123456789012", "us-east-1"))

    async def bodies(self, url):
        answer = await self("sqs", "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages") or []]


@pytest.fixture
async def chamber(tmp_path):
    made = Chamber(tmp_path)
    await made.start()
    yield made
    await made.cloud.stop()


async def make_pipe(chamber, source, template, parameters=None):
    await chamber(
        "pipes", "CreatePipe", Name="p", Source=source, Target=f"arn:aws:sqs:{PLACE}:out", RoleArn=ROLE,
        SourceParameters=parameters or {}, TargetParameters={"InputTemplate": template},
    )  # fmt: skip


async def test_a_pipe_of_a_queue_goes_on(chamber):
    urls = [(await chamber("sqs", "CreateQueue", QueueName=name))["QueueUrl"] for name in ("in", "out")]
    await make_pipe(chamber, f"arn:aws:sqs:{PLACE}:in", "<$.body>")
    await chamber.clock.advance(0)

    await chamber.die()
    await chamber.start()
    await chamber("sqs", "SendMessage", QueueUrl=urls[0], MessageBody="a")
    await chamber.clock.advance(0)

    assert await chamber.bodies(urls[1]) == ["a"]


async def test_a_pipe_of_a_stream_goes_on_from_its_checkpoint(chamber):
    """One record was through; another one was being tried again and again when the chamber died."""
    out = (await chamber("sqs", "CreateQueue", QueueName="out"))["QueueUrl"]
    await chamber("kinesis", "CreateStream", StreamName="s", ShardCount=1)
    await chamber.clock.advance(60_000)
    position = {"KinesisStreamParameters": {"StartingPosition": "TRIM_HORIZON", "BatchSize": 1}}
    await make_pipe(chamber, f"arn:aws:kinesis:{PLACE}:stream/s", "<$.data>", position)
    await chamber("kinesis", "PutRecord", StreamName="s", Data=b"first", PartitionKey="k")
    await chamber.clock.advance(1_000)
    assert await chamber.bodies(out) == ["first"]

    await chamber("sqs", "DeleteQueue", QueueUrl=out)
    await chamber("kinesis", "PutRecord", StreamName="s", Data=b"second", PartitionKey="k")
    await chamber.clock.advance(10_000)
    found = await chamber("pipes", "DescribePipe", Name="p")
    await chamber.die()
    await chamber.start()
    await chamber.clock.advance(60_000)
    await chamber("sqs", "CreateQueue", QueueName="out")
    await chamber.clock.advance(60_000)

    assert "does not exist" in found["StateReason"]
    assert await chamber.bodies(out) == ["second"]


async def test_a_stopped_pipe_stays_stopped(chamber):
    urls = [(await chamber("sqs", "CreateQueue", QueueName=name))["QueueUrl"] for name in ("in", "out")]
    await make_pipe(chamber, f"arn:aws:sqs:{PLACE}:in", "<$.body>")
    await chamber.clock.advance(0)
    await chamber("pipes", "StopPipe", Name="p")

    await chamber.die()
    await chamber.start()
    await chamber("sqs", "SendMessage", QueueUrl=urls[0], MessageBody="a")
    await chamber.clock.advance(1_000)

    assert (await chamber.bodies(urls[1]), await chamber.bodies(urls[0])) == ([], ["a"])
