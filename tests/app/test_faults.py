"""Faults on the calls that a function makes, with a real process and real requests, on virtual time."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from cloudchamber.app.chamber import Chamber, Options
from cloudchamber.aws.faults import Fault, Faults
from cloudchamber.aws.session import Session

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACCOUNT, REGION = "000000000000", "us-east-1"
SOURCE = """
import json, os, urllib.error, urllib.request
def call(sdk_call, attempts):
    body = json.dumps({"QueueUrl": "orders", "MessageBody": sdk_call}).encode()
    headers = {"x-amz-target": "AmazonSQS.SendMessage", "content-type": "application/x-amz-json-1.0",
               "x-amzn-trace-id": os.environ["_X_AMZN_TRACE_ID"], "amz-sdk-invocation-id": sdk_call}
    for left in reversed(range(attempts)):
        try:
            return urllib.request.urlopen(urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], body, headers)).status
        except urllib.error.HTTPError as error:
            if not left:
                return error.code
def handler(event, context):
    return [call(name, event.get("attempts", 1)) for name in event["calls"]]
"""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chamber() -> AsyncIterator[Chamber]:
    made = Chamber(Options(port=0, clock="virtual", seed=1))
    await made.start()
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("app.py", SOURCE)
    settings = {"Runtime": "python3.12", "Handler": "app.handler", "Timeout": 5}
    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    code = {"ZipFile": sink.getvalue()}
    await call(made, "lambda", "CreateFunction", FunctionName="fn", Code=code, Role=role, **settings)
    await call(made, "sqs", "CreateQueue", QueueName="orders")
    yield made
    await made.stop()


async def call(chamber: Chamber, service: str, operation: str, **request: Any) -> Any:
    return await chamber.clock.run(Session(chamber.cloud, ACCOUNT, REGION).call(service, operation, request))


async def invoke(chamber: Chamber, *calls: str, **members: Any) -> Any:
    payload = json.dumps({"calls": calls, "attempts": members.pop("attempts", 1)}).encode()
    return await call(chamber, "lambda", "Invoke", FunctionName="fn", Payload=payload, **members)


async def sent(chamber: Chamber) -> list[str]:
    """What lies in the queue; it is empty afterwards."""
    chamber.cloud.faults = None
    found = await call(chamber, "sqs", "peek", QueueName="orders")
    await call(chamber, "sqs", "PurgeQueue", QueueUrl="orders")
    await chamber.clock.advance(60_000)
    return [message["Body"] for message in found["Messages"]]


def plan(chamber: Chamber, kind: Any, **members: Any) -> None:
    chamber.cloud.faults = Faults([Fault(kind, "sqs", "SendMessage", "orders", "fn", **members)], 0)


@pytest.mark.parametrize(
    ("effect", "messages"), [("before", ["a", "a", "b"]), ("after", ["a", "b", "a", "b"])]
)
async def test_a_function_that_is_killed_at_a_call_is_invoked_again(chamber, effect, messages):
    plan(chamber, "kill", nth=2, effect=effect)
    await invoke(chamber, "a", "b", InvocationType="Event")
    assert await chamber.clock.run_until_idle()
    assert await sent(chamber) == messages


@pytest.mark.parametrize(("effect", "messages"), [("before", ["a"]), ("after", ["a", "b"])])
async def test_a_function_whose_call_hangs_times_out(chamber, effect, messages):
    plan(chamber, "hang", nth=2, effect=effect)
    began_ms = chamber.clock.now_ms()
    answer = await invoke(chamber, "a", "b")
    assert b"Task timed out after 5.00 seconds" in answer["Payload"]
    assert chamber.clock.now_ms() - began_ms == 5_000
    assert await sent(chamber) == messages


@pytest.mark.parametrize(
    ("kind", "attempts", "statuses", "messages"),
    [
        ("error", "all", [200, 500], ["a"]),
        ("error", "one", [200, 200], ["a", "b"]),
        ("throttle", "all", [200, 403], ["a"]),
        ("drop_answer", "all", [200, 500], ["a", "b"]),
        ("drop_answer", "one", [200, 200], ["a", "b", "b"]),
    ],
)
async def test_a_functions_sdk_tries_again(chamber, kind, attempts, statuses, messages):
    plan(chamber, kind, nth=2, attempts=attempts)
    answer = await invoke(chamber, "a", "b", attempts=3)
    assert json.loads(answer["Payload"]) == statuses
    assert await sent(chamber) == messages


async def test_a_chamber_dies_under_a_function_that_is_invoked_again(chamber):
    plan(chamber, "restart", nth=2)
    await invoke(chamber, "a", "b", "c", InvocationType="Event")
    assert await chamber.clock.run_until_idle()
    assert await sent(chamber) == ["a", "b", "a", "b", "c"]
