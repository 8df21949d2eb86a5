"""A chamber that dies takes its executions up again, exactly where they were."""

import json

import pytest
from tests.services.stepfunctions.conftest import ROLE, chain

from cloudchamber.app.services import SERVICES
from cloudchamber.aws import Call, Cloud, Settings
from cloudchamber.clock import VirtualClock
from cloudchamber.kv import SqliteStore


class Chamber:
    """A cloud on a folder, which can die and come back `later_ms` later."""

    def __init__(self, folder):
        self._folder, self._now_ms = folder, 1_767_225_600_000

    async def start(self, later_ms=0):
        settings = Settings(data_folder=str(self._folder / "data"), scratch_folder=str(self._folder))
        self.clock = VirtualClock(seed=0, now_ms=self._now_ms + later_ms)
        self.cloud = Cloud(SqliteStore(self._folder / "db"), self.clock, SERVICES, settings)
        await self.cloud.start()

    async def die(self):
        await self.cloud.stop()
        self._now_ms = self.clock.now_ms()

    async def __call__(self, service, operation, **request):
        root = "arn:aws:iam::123456789012:root"
        return await self.cloud.call(Call(service, operation, request, root, "123456789012", "us-east-1"))

    async def started(self, definition):
        made = await self(
            "stepfunctions", "CreateStateMachine", name="M", definition=json.dumps(definition), roleArn=ROLE
        )
        found = await self("stepfunctions", "StartExecution", stateMachineArn=made["stateMachineArn"])
        await self.clock.advance(1000)
        return found["executionArn"]

    async def described(self, arn):
        return await self("stepfunctions", "DescribeExecution", executionArn=arn)


@pytest.fixture
async def chamber(tmp_path):
    made = Chamber(tmp_path)
    await made.start()
    yield made
    await made.cloud.stop()


async def test_a_wait_goes_on_and_one_that_ended_meanwhile_ends_at_once(chamber):
    nap = {"Type": "Wait", "Seconds": 60}
    arn = await chamber.started(chain(First=nap, Keep={"Type": "Pass", "Result": 1}, Second=nap))
    await chamber.die()
    await chamber.start(later_ms=70_000)
    await chamber.clock.advance(0)
    assert (await chamber.described(arn))["status"] == "RUNNING"
    await chamber.clock.advance(60_000)
    done = await chamber.described(arn)
    assert (done["status"], done["output"]) == ("SUCCEEDED", "1")


async def test_branches_callbacks_and_retries_are_kept(chamber):
    url = (await chamber("sqs", "CreateQueue", QueueName="q"))["QueueUrl"]
    ask = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
           "Parameters": {"QueueUrl": url, "MessageBody.$": "$$.Task.Token"}}  # fmt: skip
    flaky = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
             "Parameters": {"QueueUrl": url.replace("/q", "/later"), "MessageBody": "x"},
             "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 120}], "ResultPath": None}  # fmt: skip
    arn = await chamber.started(
        chain(Both={"Type": "Parallel", "Branches": [chain(Ask=ask), chain(Flaky=flaky)]})
    )
    await chamber.die()
    await chamber.start()
    await chamber("sqs", "CreateQueue", QueueName="later")
    (message,) = (await chamber("sqs", "ReceiveMessage", QueueUrl=url))["Messages"]
    await chamber("stepfunctions", "SendTaskSuccess", taskToken=message["Body"], output='"yes"')
    await chamber.clock.advance(120_000)
    done = await chamber.described(arn)
    assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", ["yes", {}])
    history = await chamber("stepfunctions", "GetExecutionHistory", executionArn=arn)
    ids = [event["id"] for event in history["events"]]
    assert ids == list(range(1, len(ids) + 1))
