"""`POST /_cloudchamber/events`: an event of a service of AWS enters the default bus."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from cloudchamber.app.control import Controls
from cloudchamber.aws import AwsError
from cloudchamber.wire.http import HttpRequest

EVENT = {"source": "aws.ecs", "detail-type": "ECS Task State Change", "detail": {"lastStatus": "STOPPED"}}


async def put(cloud: Any, body: object) -> dict[str, Any]:
    request = HttpRequest("POST", "/_cloudchamber/events", "", {}, msgspec.json.encode(body))
    answer = await cloud.clock.run(Controls(cloud.cloud).answer(request))
    return msgspec.json.decode(answer.body)


async def heard(cloud: Any, **where: str) -> list[dict[str, Any]]:
    account, region = where.get("account", "000000000000"), where.get("region", "us-east-1")
    queue = await cloud("sqs", "CreateQueue", QueueName="q", account=account, region=region)
    arn = f"arn:aws:sqs:{region}:{account}:q"
    await cloud(
        "events",
        "PutRule",
        Name="r",
        EventPattern='{"source": [{"prefix": "aws."}]}',
        account=account,
        region=region,
    )
    await cloud(
        "events", "PutTargets", Rule="r", Targets=[{"Id": "q", "Arn": arn}], account=account, region=region
    )
    return queue["QueueUrl"]


async def messages(cloud: Any, queue: str, **where: str) -> list[dict[str, Any]]:
    await cloud.settle()
    account, region = where.get("account", "000000000000"), where.get("region", "us-east-1")
    answer = await cloud("sqs", "ReceiveMessage", QueueUrl=queue, account=account, region=region)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


@pytest.mark.parametrize("where", [{}, {"account": "210987654321", "region": "eu-west-1"}])
async def test_it_enters_the_default_bus_of_its_account_and_region(cloud, where) -> None:
    queue = await heard(cloud, **where)
    members = {"time": "2026-01-02T03:04:05Z", "resources": ["arn:aws:ecs:::x"]}
    answer = await put(cloud, EVENT | members | where | {"id": "mine", "version": "0"})
    (event,) = await messages(cloud, queue, **where)
    assert {name: event[name] for name in EVENT} == EVENT
    assert {name: event[name] for name in members} == members
    assert event["id"] == answer["EventId"] != "mine"
    assert (event["account"], event["region"]) == (answer["account"], answer["region"])
    assert answer["region"] == where.get("region", "us-east-1")


async def test_without_a_time_it_is_of_now(cloud) -> None:
    queue = await heard(cloud)
    await put(cloud, EVENT)
    (event,) = await messages(cloud, queue)
    assert event["time"] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"source": "my.app"}, "InvalidRequest", "my.app is no service of AWS: use PutEvents of events."),
        ({"time": "soon"}, "InvalidRequest", "'soon' is no instant: write time as 2026-01-01T00:00:00Z."),
        ({"detail-type": ""}, "InvalidArgument", "Parameter DetailType is not valid."),
        ({"detail": []}, "InvalidRequest", "The body of this request does not fit"),
    ],
)
async def test_what_is_no_event_of_a_service_is_refused(cloud, change, code, said) -> None:
    with pytest.raises(AwsError) as refused:
        await put(cloud, EVENT | change)
    assert refused.value.code == code
    assert refused.value.message.startswith(said)
