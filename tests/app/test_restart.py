"""A chamber that dies where it stands and starts again: what was stored stays, what was under way is broken off or done again."""

from __future__ import annotations

import asyncio
import io
import json
import os
import urllib.error
import urllib.request
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import pytest

from cloudchamber.app.chamber import Chamber, Options
from cloudchamber.aws import AwsError
from cloudchamber.aws.faults import Fault, Faults
from cloudchamber.aws.session import Session
from cloudchamber.aws.timeline import timeline
from cloudchamber.clock import VirtualClock

ACCOUNT, REGION = "000000000000", "us-east-1"
KINDS = [(clock, kept) for clock in ("system", "virtual") for kept in (False, True)]


@pytest.fixture(params=KINDS, ids=lambda kind: f"{kind[0]}-{'data' if kind[1] else 'memory'}")
async def chamber(request, tmp_path) -> AsyncIterator[Chamber]:
    clock, kept = request.param
    made = Chamber(Options(port=0, clock=clock, seed=1, data=tmp_path / "data" if kept else None))
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def virtual() -> AsyncIterator[Chamber]:
    made = Chamber(Options(port=0, clock="virtual", seed=1))
    await made.start()
    yield made
    await made.stop()


async def call(chamber: Chamber, service: str, operation: str, **request: Any) -> Any:
    """A call within the process; time goes on while it is waited for."""
    work = Session(chamber.cloud, ACCOUNT, REGION).call(service, operation, request)
    return await (chamber.clock.run(work) if isinstance(chamber.clock, VirtualClock) else work)


async def post(chamber: Chamber, path: str, body: Any, **headers: str) -> tuple[int, Any]:
    def send() -> tuple[int, Any]:
        url = f"http://127.0.0.1:{chamber.server.port}{path}"
        try:
            with urllib.request.urlopen(
                urllib.request.Request(url, json.dumps(body).encode(), headers), timeout=20
            ) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    return await asyncio.to_thread(send)


async def sqs(chamber: Chamber, operation: str, **request: Any) -> tuple[int, Any]:
    """A call over HTTP, as a client makes it that does not try again."""
    kind = {"content-type": "application/x-amz-json-1.0"}
    return await post(chamber, "/", request, **kind, **{"x-amz-target": f"AmazonSQS.{operation}"})


async def turn() -> None:
    """Let what is ready have its turn of the loop."""
    came = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(came.set_result, None)
    await came


async def bodies(chamber: Chamber, queue: str) -> list[str]:
    answer = await call(chamber, "sqs", "ReceiveMessage", QueueUrl=queue, MaxNumberOfMessages=10)
    return sorted(message["Body"] for message in answer.get("Messages", []))


async def test_what_was_stored_is_there_afterwards_on_the_same_port(chamber):
    await call(chamber, "sqs", "CreateQueue", QueueName="orders")
    await call(chamber, "sqs", "SendMessage", QueueUrl="orders", MessageBody="kept")
    await call(chamber, "s3", "CreateBucket", Bucket="files")
    await call(chamber, "s3", "PutObject", Bucket="files", Key="large", Body=b"x" * 1_000_000)
    chamber.cloud.faults = Faults([Fault("error", "sns")], 7)
    with pytest.raises(AwsError):
        await call(chamber, "sns", "ListTopics")
    dead, port, now_ms = chamber.cloud, chamber.server.port, chamber.clock.now_ms()
    assert await post(chamber, "/_cloudchamber/restart", {}) == (200, {})
    assert chamber.cloud is not dead
    assert (chamber.server.port, chamber.clock.now_ms() >= now_ms) == (port, True)
    assert (await sqs(chamber, "ListQueues"))[1]["QueueUrls"][0].endswith("/orders")
    assert await bodies(chamber, "orders") == ["kept"]
    assert (await call(chamber, "s3", "HeadObject", Bucket="files", Key="large"))[
        "ContentLength"
    ] == 1_000_000
    assert chamber.cloud.faults.struck == [1]
    assert "CreateBucket" in [track.operation for track in chamber.cloud.tracks.latest()]


async def test_the_struck_call_is_answered_and_kept_and_what_is_under_way_is_refused(chamber):
    for name in ("orders", "empty"):
        await call(chamber, "sqs", "CreateQueue", QueueName=name)
    chamber.cloud.faults = Faults([Fault("restart", "sqs", "SendMessage", nth=2)], 0)
    polling = asyncio.ensure_future(sqs(chamber, "ReceiveMessage", QueueUrl="empty", WaitTimeSeconds=20))
    while not chamber.cloud.tracks.open_count("sqs", ("ReceiveMessage",), "empty"):
        await turn()
    dead = chamber.cloud
    for body in ("first", "second"):
        assert (await sqs(chamber, "SendMessage", QueueUrl="orders", MessageBody=body))[0] == 200
    status, answer = await polling
    assert (status, answer["__type"].rpartition("#")[2]) == (503, "ServiceUnavailable")
    assert (await sqs(chamber, "ListQueues"))[0] == 200
    assert chamber.cloud is not dead
    assert await bodies(chamber, "orders") == ["first", "second"]
    assert chamber.cloud.faults.struck == [1]
    assert chamber.cloud.tracks.open_count("sqs", ("ReceiveMessage",), "empty") == 0


async def test_time_goes_on_through_restarts(virtual):
    await call(virtual, "sqs", "CreateQueue", QueueName="ticks")
    await call(virtual, "events", "PutRule", Name="every-minute", ScheduleExpression="rate(1 minute)")
    target = {"Id": "1", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:ticks", "Input": '"tick"'}
    await call(virtual, "events", "PutTargets", Rule="every-minute", Targets=[target])
    virtual.cloud.faults = Faults([Fault("restart", "sqs", "SendMessage", times=2)], 0)
    began_ms = virtual.clock.now_ms()
    status, shown = await post(virtual, "/_cloudchamber/clock/advance", {"duration_ms": 600_000})
    assert (status, shown["now_ms"]) == (200, began_ms + 600_000)
    assert virtual.cloud.faults.struck == [2]
    ticks = len(await bodies(virtual, "ticks"))
    assert ticks >= 8
    await call(virtual, "sqs", "PurgeQueue", QueueUrl="ticks")


async def test_a_chamber_may_die_again_and_again(chamber):
    await call(chamber, "sqs", "CreateQueue", QueueName="orders")
    for n in range(5):
        await asyncio.gather(chamber.restart(), chamber.restart())
        await call(chamber, "sqs", "SendMessage", QueueUrl="orders", MessageBody=str(n))
    assert await bodies(chamber, "orders") == ["0", "1", "2", "3", "4"]


async def test_nothing_is_kept_of_what_comes_after_the_death(chamber):
    await call(chamber, "sqs", "CreateQueue", QueueName="orders")
    dead = chamber.cloud
    restarting = asyncio.ensure_future(chamber.restart())
    while chamber.cloud is dead and dead.store is chamber._store:
        await turn()
    with pytest.raises(AwsError, match="starts again"):
        await Session(dead, ACCOUNT, REGION).call(
            "sqs", "SendMessage", {"QueueUrl": "orders", "MessageBody": "x"}
        )
    await restarting
    assert await bodies(chamber, "orders") == []


SOURCE = """
import os, socket, time
def handler(event, context):
    with socket.create_connection(("127.0.0.1", event["port"])) as connection:
        connection.sendall(b"%d\\n" % os.getpid())
        time.sleep(float(connection.makefile().readline()))
"""


def zipped(source: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("app.py", source)
    return sink.getvalue()


async def test_functions_die_with_the_chamber_and_an_event_is_handled_again(virtual):
    pids: list[int] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pids.append(int(await reader.readline()))
        writer.write(b"15\n" if len(pids) == 1 else b"0\n")
        await reader.read()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    settings = {"Role": role, "Runtime": "python3.12", "Handler": "app.handler", "Timeout": 30}
    code = {"ZipFile": zipped(SOURCE)}
    await call(virtual, "lambda", "CreateFunction", FunctionName="f", Code=code, **settings)
    payload = json.dumps({"port": server.sockets[0].getsockname()[1]}).encode()
    await call(virtual, "lambda", "Invoke", FunctionName="f", InvocationType="Event", Payload=payload)
    await virtual.clock.advance(1_000)
    assert [due.what for due in await timeline(virtual.cloud, 10)] == [
        "function f has slept",
        "function f times out",
    ]
    (first,) = pids
    os.kill(first, 0)
    await virtual.restart()
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    assert await virtual.clock.run_until_idle()
    assert len(pids) == 2
    assert [track.error for track in virtual.cloud.tracks.latest() if track.operation == "invoke_event"] == [
        "ServiceUnavailable",
        "",
    ]
    server.close()
