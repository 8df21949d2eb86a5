"""`cloudchamber event` as users type it: what it prints, what it says when it cannot, and what it does to a running chamber."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cloudchamber.app.chamber import Chamber, Options
from cloudchamber.aws.session import Session
from cloudchamber.cli.main import main
from cloudchamber.sample_events import SOURCES, build

COMMAND = str(Path(sys.executable).with_name("cloudchamber"))
ACCOUNT, REGION = "000000000000", "us-east-1"
HANDLER = """
def handler(event, context):
    print("got", event["Records"][0]["body"])
    if event["Records"][0]["body"] == "bad":
        raise ValueError("no")
    return {"region": event["Records"][0]["awsRegion"], "account": event["Records"][0]["eventSourceARN"].split(":")[4]}
"""


def typed(*words: str) -> Result:
    return CliRunner(env={"AWS_REGION": None, "AWS_DEFAULT_REGION": None}).invoke(main, ["event", *words])


def test_alone_it_shows_every_source() -> None:
    shown = typed()
    assert shown.exit_code == 0
    first_words = {line.split(" ")[0] for line in shown.output.splitlines()}
    assert first_words >= set(SOURCES)


@pytest.mark.parametrize("source", SOURCES)
def test_with_a_source_it_shows_the_kinds_and_each_explains_itself(source: str) -> None:
    shown = typed(source)
    assert shown.exit_code == 0
    first_words = {line.split(" ")[0] for line in shown.output.splitlines()}
    assert first_words >= set(SOURCES[source].kinds)
    for kind in SOURCES[source].kinds.values():
        told = typed(source, kind.name, "--help")
        assert told.exit_code == 0
        assert kind.docs in told.output
        assert kind.help.split(" ")[0] in told.output


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("s3 put --bucket b --key a/ü.txt --size 3", {"bucket": "b", "key": "a/ü.txt", "size": 3}),
        ("s3 put --no-url-encode", {"url_encode": False}),
        ('dynamodb insert --keys {"a":{"S":"b"}}', {"keys": {"a": {"S": "b"}}}),
        ("apigateway authorizer --restApiId x", {"rest_api_id": "x"}),
        ('apigateway aws-proxy --querystringparameters {"a":"b"}', {"query_string_parameters": {"a": "b"}}),
        ("sqs fifo --seed 7 --account-id 210987654321", {"seed": 7, "account_id": "210987654321"}),
        ("sqs fifo --region eu-west-1 --partition aws", {"region": "eu-west-1"}),
        ("ecs task-state-change --at 2026-01-01T00:00:01Z", {"at_ms": 1_767_225_601_000}),
        ("ecs task-state-change --at 1767225601000", {"at_ms": 1_767_225_601_000}),
        ("eventbridge custom-event --source a", {"source": "a"}),
    ],
)
def test_with_a_kind_it_prints_the_event(words: str, options: dict[str, Any]) -> None:
    source, kind, *rest = words.split(" ")
    shown = typed(source, kind, *rest)
    assert shown.exit_code == 0, shown.output
    assert json.loads(shown.output) == build(source, kind, **options)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("sqss fifo", "Did you mean sqs?"),
        ("sqss fifo", "`cloudchamber event` says what they are."),
        ("sqs fifi", "`cloudchamber event sqs` says what they are."),
        ("sqs fifo --bode x", "No such option"),
        ("s3 put --size big", "not a valid integer"),
        ("s3 put --at soon", "write 2026-01-01T00:00:00Z"),
        ("s3 put --at 2026-01-01T00:00:00", "write 2026-01-01T00:00:00Z for UTC"),
        ("dynamodb insert --keys {", "keys must be JSON, such as"),
        ("s3 put --async", "--async needs --to FUNCTION"),
        ("s3 object-created --send --to f", "Choose one of --to and --send"),
        ("s3 put --to f --endpoint http://127.0.0.1:1", "`cloudchamber up`"),
    ],
)
def test_what_cannot_be_done_says_what_can(words: str, said: str) -> None:
    shown = typed(*words.split(" "))
    assert shown.exit_code != 0
    assert said in shown.output


@pytest.fixture
async def chamber() -> AsyncIterator[Chamber]:
    made = Chamber(Options(port=0, seed=1))
    await made.start()
    yield made
    await made.stop()


async def command(chamber: Chamber, words: str) -> subprocess.CompletedProcess[str]:
    where = ["--endpoint", f"http://127.0.0.1:{chamber.server.port}"]
    return await asyncio.to_thread(
        subprocess.run,
        [COMMAND, "event", *words.split(" "), *where],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


async def make_function(session: Session) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app.py", HANDLER)
    request = {
        "FunctionName": "f",
        "Runtime": "python3.12",
        "Handler": "app.handler",
        "Role": f"arn:aws:iam::{ACCOUNT}:role/r",
    }
    await session.call("lambda", "CreateFunction", request | {"Code": {"ZipFile": content.getvalue()}})


async def test_a_function_is_invoked_with_the_event(chamber: Chamber) -> None:
    await make_function(Session(chamber.cloud, ACCOUNT, REGION))
    done, failed, later, absent = await asyncio.gather(
        command(chamber, "sqs receive-message --body good --to f"),
        command(chamber, "sqs receive-message --body bad --to f"),
        command(chamber, "sqs receive-message --to f --async"),
        command(chamber, "sqs receive-message --to nobody"),
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"region": REGION, "account": ACCOUNT}
    assert "got good" in done.stderr
    assert failed.returncode == 1
    assert json.loads(failed.stdout)["errorType"] == "ValueError"
    assert later.returncode == 0
    assert "f will be run" in later.stdout
    assert absent.returncode == 1
    assert "ResourceNotFoundException" in absent.stderr


async def test_an_event_of_a_service_reaches_the_rules_of_the_default_bus(chamber: Chamber) -> None:
    session = Session(chamber.cloud, ACCOUNT, REGION)
    queue = await rule_to_queue(session, {"source": ["aws.ecs"], "detail": {"lastStatus": ["STOPPED"]}})
    done, refused = await asyncio.gather(
        command(chamber, "ecs task-state-change --last-status STOPPED --send"),
        command(chamber, "s3 put --send"),
    )
    assert done.returncode == 0, done.stderr
    assert "ECS Task State Change is on the default bus of 000000000000 in us-east-1" in done.stdout
    event = await received(session, queue)
    assert event["account"] == ACCOUNT
    assert event["detail"]["taskArn"].startswith(f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/")
    assert event["id"] in done.stdout
    track = next(t for t in chamber.cloud.tracks.latest(50) if t.operation == "put_service_events")
    assert track.principal == "ecs.amazonaws.com"
    assert refused.returncode == 2
    assert "--to FUNCTION gives it to a function" in refused.stderr


async def rule_to_queue(session: Session, pattern: dict[str, Any]) -> str:
    queue = (await session.call("sqs", "CreateQueue", {"QueueName": "q"}))["QueueUrl"]
    await session.call("events", "PutRule", {"Name": "r", "EventPattern": json.dumps(pattern)})
    arn = f"arn:aws:sqs:{session.region}:{session.account}:q"
    policy = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
            }
        ]
    }
    await session.call(
        "sqs", "SetQueueAttributes", {"QueueUrl": queue, "Attributes": {"Policy": json.dumps(policy)}}
    )
    await session.call("events", "PutTargets", {"Rule": "r", "Targets": [{"Id": "q", "Arn": arn}]})
    return queue


async def received(session: Session, queue: str) -> dict[str, Any]:
    answer = await session.call("sqs", "ReceiveMessage", {"QueueUrl": queue, "WaitTimeSeconds": 10})
    return json.loads(answer["Messages"][0]["Body"])
