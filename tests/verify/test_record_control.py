"""What a running chamber notes, and what it does not: over a real socket, with boto3."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from cloudchamber.app.chamber import Chamber, Options
from cloudchamber.app.recording import RECORDING_PATH
from cloudchamber.aws import AwsError, Call
from cloudchamber.gateway.router import HttpRoute
from cloudchamber.verify.recording import Recording, read
from cloudchamber.verify.recording_control import Recorder
from cloudchamber.wire.http import HttpRequest, HttpResponse

KEYS = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


class Place:
    """A chamber, and the recorder that watches it."""

    def __init__(self, folder: Path) -> None:
        self.recorder = Recorder()
        self.chamber = Chamber(Options(port=0, clock="virtual", seed=1), self.recorder)
        self._file = folder / "recording.jsonl"

    async def ask(self, method: str, body: object = None) -> bytes:
        answer = await self.recorder.answer(
            HttpRequest(method, RECORDING_PATH, body=b"" if body is None else json.dumps(body).encode())
        )
        assert isinstance(answer.body, bytes)
        return answer.body

    async def end(self) -> Recording:
        self._file.write_bytes(await self.ask("DELETE"))
        return read(self._file)

    async def use(self, work: Callable[[Callable[[str], Any]], Any]) -> Any:
        def client(service: str) -> Any:
            return boto3.client(
                service,
                endpoint_url=f"http://127.0.0.1:{self.chamber.server.port}",
                region_name="us-east-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",
            )

        return await asyncio.to_thread(work, client)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    made = Place(tmp_path)
    await made.chamber.start()
    yield made
    await made.chamber.stop()


def read_then_write(client: Callable[[str], Any]) -> None:
    dynamodb = client("dynamodb")
    dynamodb.create_table(TableName="orders", **KEYS)
    dynamodb.put_item(TableName="orders", Item={"id": {"S": "1"}, "token": {"S": "from-here-1"}})
    dynamodb.list_tables()
    stream = dynamodb.describe_table(TableName="orders")["Table"]["TableId"]
    dynamodb.put_item(TableName="orders", Item={"id": {"S": stream}})


async def test_a_read_is_kept_only_when_a_later_request_uses_what_it_gave(place: Place) -> None:
    await place.ask("POST")
    await place.use(read_then_write)
    recording = await place.end()
    titles = [request.title for request in recording.requests]
    assert titles == [
        "dynamodb CreateTable",
        "dynamodb PutItem",
        "dynamodb PutItem",
    ]
    assert recording.requests[2].request["Item"]["id"] == {"S": "${#1.TableDescription.TableId}"}


async def test_all_reads_are_kept_when_asked_for(place: Place) -> None:
    await place.ask("POST", {"reads": True})
    await place.use(read_then_write)
    assert [request.number for request in (await place.end()).requests] == [1, 2, 3, 4, 5]


def read_and_use(client: Callable[[str], Any]) -> None:
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName="work")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="one")
    item = client("dynamodb").get_item(TableName="orders", Key={"id": {"S": "1"}})["Item"]
    sqs.send_message(QueueUrl=url, MessageBody=f"about {item['token']['S']}")


async def test_what_a_read_gave_is_asked_for_again(place: Place) -> None:
    await place.use(read_then_write)
    await place.use(lambda client: client("sqs").create_queue(QueueName="work"))
    await place.ask("POST")
    await place.use(read_and_use)
    progress = json.loads(await place.ask("GET"))
    assert (progress["requests_count"], progress["last"]) == (2, "sqs SendMessage")
    recording = await place.end()
    assert recording.begin.held == ["table orders held 2 items"]
    assert [request.title for request in recording.requests] == [
        "sqs GetQueueUrl",
        "sqs SendMessage",
        "dynamodb GetItem",
        "sqs SendMessage",
    ]
    assert recording.requests[3].request["MessageBody"] == "about ${#3.Item.token.S}"


async def test_what_the_chamber_itself_sends_is_no_clients(place: Place) -> None:
    await place.ask("POST")
    cloud, recorder = place.chamber.cloud, place.recorder
    request = HttpRequest("POST", "/_aws/execute-api/a1/hook", headers={"host": "localhost:4566"})
    route = HttpRoute("execute-api", "a1", request)
    respond: Callable[[HttpResponse], None] = lambda response: None  # noqa: E731
    track, _ = cloud.begin(Call("http", "POST", {}, "sns.amazonaws.com", "000000000000", "us-east-1"))
    track.resource = "localhost:4566/_aws/execute-api/a1/hook"
    assert recorder.asked(route, request, respond) is respond
    cloud.tracks.add(track)
    assert recorder.asked(route, request, respond) is not respond
    assert [each.title for each in (await place.end()).requests] == ["POST /_aws/execute-api/a1/hook of a1"]


async def test_one_recording_is_under_way_at_most(place: Place) -> None:
    with pytest.raises(AwsError, match="No recording is under way"):
        await place.ask("DELETE")
    with pytest.raises(AwsError, match="There is no stack shop"):
        await place.ask("POST", {"stack_name": "shop"})
    await place.ask("POST")
    with pytest.raises(AwsError, match="A recording is under way here") as refused:
        await place.ask("POST")
    assert refused.value.status == 409
    await place.end()
    await place.ask("POST")


async def test_a_chamber_that_begins_anew_has_no_recording(place: Place) -> None:
    from cloudchamber.app.control import Fresh

    await place.ask("POST")
    await place.chamber.renew(Fresh())
    with pytest.raises(AwsError, match="No recording is under way"):
        await place.ask("GET")
