"""The applications of `examples/`, deployed as they are into a chamber with a port, on virtual time.

Their functions are real processes that reach the chamber with boto3 over HTTP; a test makes its own calls in process, so that
the clock knows when nothing is under way.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest_asyncio

from cloudchamber.app.chamber import Chamber, Options
from cloudchamber.app.deploying import deploy
from cloudchamber.aws import Call
from cloudchamber.aws.session import Session
from cloudchamber.services.lambda_.live import Environments
from cloudchamber.workers.zygote_client import ZygoteClient

ACCOUNT, REGION = "123456789012", "us-east-1"
EXAMPLES = Path(__file__).parents[2] / "examples"


class Application:
    """A deployed stack: its `outputs` by name, and calls as in `tests/conftest.py`: `await app("sqs", "SendMessage", ...)`."""

    def __init__(self, chamber: Chamber, outputs: dict[str, str], account: str = ACCOUNT) -> None:
        self.cloud, self.clock, self.outputs, self.account = chamber.cloud, chamber.clock, outputs, account

    async def __call__(self, service: str, operation: str, **request: Any) -> Any:
        """The answer; time goes on while it is waited for. Raises AwsError."""
        return await self.clock.run(self.start(service, operation, **request))

    def start(self, service: str, operation: str, **request: Any) -> Awaitable[Any]:
        """The same without letting time go on: for calls side by side."""
        principal = f"arn:aws:iam::{self.account}:root"
        return self.cloud.call(Call(service, operation, request, principal, self.account, REGION))

    async def settle(self, seconds: float = 0) -> None:
        """Let time go on, and everything that is due then come to its end."""
        await self.clock.advance(int(seconds * 1000))

    async def put_event(self, source: str, detail_type: str, detail: dict[str, Any], **entry: Any) -> str:
        """The id of one event put on the bus of output `BusName`."""
        bus = {"EventBusName": self.outputs["BusName"]} if "BusName" in self.outputs else {}
        entry = bus | {"Source": source, "DetailType": detail_type, "Detail": json.dumps(detail)} | entry
        answer = await self("events", "PutEvents", Entries=[entry])
        assert not answer["FailedEntryCount"], answer
        await self.settle()
        return answer["Entries"][0]["EventId"]

    async def invoke(self, output: str, event: Any) -> Any:
        """What the function of that output answers; its error when it fails."""
        payload = json.dumps(event).encode()
        answer = await self("lambda", "Invoke", FunctionName=self.outputs[output], Payload=payload)
        return json.loads(answer["Payload"])

    async def send(self, output: str, body: Any, **request: Any) -> str:
        """Send one message, the JSON of `body`, to the queue of that output."""
        sent = await self(
            "sqs", "SendMessage", QueueUrl=self.outputs[output], MessageBody=json.dumps(body), **request
        )
        return sent["MessageId"]

    async def messages(self, output: str) -> list[dict[str, Any]]:
        """What lies in the queue of that output, taken out; waits up to a second for the first."""
        url, found = self.outputs[output], []
        while True:
            answer = await self(
                "sqs",
                "ReceiveMessage",
                QueueUrl=url,
                MaxNumberOfMessages=10,
                WaitTimeSeconds=1,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            )
            if not answer.get("Messages"):
                return found
            for message in answer["Messages"]:
                found.append(message)
                await self("sqs", "DeleteMessage", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    async def bodies(self, output: str) -> list[Any]:
        """The same, the JSON of the bodies alone."""
        return [json.loads(message["Body"]) for message in await self.messages(output)]

    async def items(self, output: str) -> list[dict[str, Any]]:
        """All items of the table of that output, as plain values."""
        answer = await self("dynamodb", "Scan", TableName=self.outputs[output], ConsistentRead=True)
        return [{name: plain(value) for name, value in item.items()} for item in answer["Items"]]

    async def logs(self, output: str) -> list[dict[str, Any]]:
        """What the function of that output printed as JSON, in order."""
        group = f"/aws/lambda/{self.outputs[output]}"
        found = await self("logs", "FilterLogEvents", logGroupName=group)
        texts = [event["message"].rpartition("\t")[2] for event in found["events"]]
        return [json.loads(text) for text in texts if text.startswith("{")]


def plain(value: dict[str, Any]) -> Any:
    """DynamoDB's typed value as a plain one; numbers are float or int."""
    ((kind, inner),) = value.items()
    if kind == "N":
        return float(inner) if "." in inner else int(inner)
    if kind == "M":
        return {name: plain(each) for name, each in inner.items()}
    if kind == "L":
        return [plain(each) for each in inner]
    if kind == "SS":
        return set(inner)
    return inner


Deploy = Callable[..., Awaitable[Application]]


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def zygote() -> AsyncIterator[ZygoteClient]:
    """One process to fork from for all tests."""
    client = ZygoteClient()
    client.start()
    yield client
    client.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def application(zygote: ZygoteClient) -> AsyncIterator[Deploy]:
    """Deploys `examples/<name>` into the chamber of this test: `app = await application("eda-router")`."""
    chamber = Chamber(Options(port=0, clock="virtual", seed=0))
    await chamber.start()
    chamber.cloud._lives["lambda"] = Environments(chamber.cloud, zygote)

    async def get(
        name: str,
        template: str = "template.yaml",
        account: str = ACCOUNT,
        after_days: int = 0,
        **parameters: str,
    ) -> Application:
        await chamber.clock.advance(after_days * 24 * 3_600_000)
        session = Session(chamber.cloud, account, REGION)
        stack = deploy(
            session,
            EXAMPLES / name / template,
            Path(name).name,
            parameters,
            say=lambda text: None,
            on_event=lambda event: None,
        )
        deployed = await chamber.clock.run(stack)
        outputs = {output["OutputKey"]: output["OutputValue"] for output in deployed.outputs}
        return Application(chamber, outputs, account)

    yield get
    await chamber.stop()
