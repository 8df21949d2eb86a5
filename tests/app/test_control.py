"""The chamber's own paths, and the command line on them, over a real socket."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cloudchamber.app.chamber import Chamber, Options
from cloudchamber.aws import AwsError
from cloudchamber.aws.session import Session
from cloudchamber.clock import VirtualClock

COMMAND = str(Path(sys.executable).with_name("cloudchamber"))


@pytest.fixture
async def chamber() -> AsyncIterator[Chamber]:
    made = Chamber(Options(port=0, clock="virtual", seed=1))
    await made.start()
    yield made
    await made.stop()


async def ask(chamber: Chamber, method: str, path: str, body: object = None) -> tuple[int, dict]:
    def send() -> tuple[int, dict]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{chamber.server.port}{path}", data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    return await asyncio.to_thread(send)


async def command(chamber: Chamber, *words: str) -> subprocess.CompletedProcess[str]:
    where = ["--endpoint", f"http://127.0.0.1:{chamber.server.port}"]
    return await asyncio.to_thread(
        subprocess.run, [COMMAND, *words, *where], capture_output=True, text=True, timeout=30, check=False
    )


@pytest.mark.parametrize("path", ["/_cloudchamber/health", "/_localstack/health"])
async def test_health_names_every_service(chamber, path):
    status, answer = await ask(chamber, "GET", path)
    assert status == 200
    assert answer["services"]["sqs"] == "available"


async def test_a_path_that_does_not_exist_says_which_do(chamber):
    status, answer = await ask(chamber, "GET", "/_cloudchamber/nothing")
    assert status == 404
    assert "GET /_cloudchamber/clock" in answer["message"]


async def test_the_clock_is_advanced_from_the_command_line(chamber):
    before = chamber.clock.now_ms()
    done = await command(chamber, "clock", "advance", "1h30m")
    assert done.returncode == 0, done.stderr
    assert chamber.clock.now_ms() - before == 90 * 60_000
    assert "2026-01-01 01:30:00.000Z  (virtual clock)" in done.stdout


async def test_the_clock_shows_what_would_happen_next(chamber):
    session = Session(chamber.cloud, "000000000000", "us-east-1")
    await session.call("sqs", "CreateQueue", {"QueueName": "orders"})
    await session.call("events", "PutRule", {"Name": "nightly", "ScheduleExpression": "rate(1 day)"})
    target = {"Id": "1", "Arn": "arn:aws:sqs:us-east-1:000000000000:orders"}
    await session.call("events", "PutTargets", {"Rule": "nightly", "Targets": [target]})
    polling = asyncio.ensure_future(
        session.call("sqs", "ReceiveMessage", {"QueueUrl": "orders", "WaitTimeSeconds": 20})
    )
    await chamber.clock.advance(1_500)
    assert (await command(chamber, "clock", "show")).stdout == (
        "2026-01-01 00:00:01.500Z  (virtual clock)\n"
        "    +18.5s  2026-01-01 00:00:20.000Z  the wait for sqs queue orders ends  once\n"
        "  +23h 59m  2026-01-02 00:00:00.000Z  events run schedule nightly         recurring\n"
    )
    shown = json.loads((await command(chamber, "clock", "show", "--json")).stdout)
    assert [due["at_ms"] - shown["now_ms"] for due in shown["due"]] == [18_500, 86_398_500]
    assert shown["due"][1] | {"at_ms": 0} == {
        "at_ms": 0, "recurring": True, "what": "events run schedule nightly", "service": "events",
        "operation": "run_schedule", "resource": "nightly", "account": "000000000000", "region": "us-east-1",
        "attempt": 1, "attempts_max": None,
    }  # fmt: skip
    polling.cancel()
    await asyncio.gather(polling, return_exceptions=True)


async def test_the_machines_clock_shows_the_calls_that_wait():
    chamber = Chamber(Options(port=0))
    await chamber.start()
    session = Session(chamber.cloud, "000000000000", "us-east-1")
    await session.call("events", "PutRule", {"Name": "nightly", "ScheduleExpression": "rate(1 day)"})
    _, shown = await ask(chamber, "GET", "/_cloudchamber/clock")
    assert (shown["kind"], [due["what"] for due in shown["due"]]) == (
        "system",
        ["events run schedule nightly"],
    )
    await chamber.stop()


async def test_the_system_clock_refuses_to_be_turned():
    chamber = Chamber(Options(port=0))
    await chamber.start()
    status, answer = await ask(chamber, "POST", "/_cloudchamber/clock/advance", {"duration_ms": 1000})
    await chamber.stop()
    assert status == 400
    assert "--clock virtual" in answer["message"]


@pytest.mark.parametrize("body", [{"duration_ms": "soon"}, [], "x"])
async def test_a_body_that_does_not_fit_is_refused(chamber, body):
    status, answer = await ask(chamber, "POST", "/_cloudchamber/clock/advance", body)
    assert (status, answer["__type"]) == (400, "InvalidRequest")


async def test_faults_are_set_shown_and_cleared(chamber, tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text("seed: 3\nfaults:\n  - {kind: error, service: sqs, code: Boom, status: 503}\n", "utf-8")
    assert (
        "every sqs call fails with Boom: not struck yet"
        in (await command(chamber, "faults", "set", str(plan))).stdout
    )
    _, answer = await ask(chamber, "GET", "/_cloudchamber/faults")
    assert answer["faults"][0]["code"] == "Boom"
    session = Session(chamber.cloud, "000000000000", "us-east-1")
    for _ in range(2):
        with pytest.raises(AwsError, match="Injected fault"):
            await session.call("sqs", "ListQueues", {})
    assert (
        "every sqs call fails with Boom: struck 2 times" in (await command(chamber, "faults", "show")).stdout
    )
    shown = json.loads((await command(chamber, "faults", "show", "--json")).stdout)
    assert shown == {"faults": answer["faults"], "seed": 3, "struck": [2]}
    assert (await command(chamber, "faults", "clear")).stdout == "No faults.\n"
    assert chamber.cloud.faults is None


async def test_a_fault_of_an_unknown_kind_is_refused_and_changes_nothing(chamber):
    status, answer = await ask(chamber, "POST", "/_cloudchamber/faults", {"faults": [{"kind": "explode"}]})
    assert status == 400
    assert "explode" in answer["message"]
    assert chamber.cloud.faults is None


async def test_a_plan_that_is_refused_names_the_line_and_the_old_one_stays(chamber, tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text("faults:\n  - kind: error\n  - kind: throttle\n    nth: 0\n", "utf-8")
    await ask(chamber, "POST", "/_cloudchamber/faults", {"faults": [{"kind": "throttle", "service": "sqs"}]})
    done = await command(chamber, "faults", "set", str(plan))
    assert done.returncode == 1
    assert f"{plan}, line 4: " in done.stderr
    assert ">= 1 - at `$.faults[1].nth`" in done.stderr
    assert [fault.service for fault in chamber.cloud.faults.plan] == ["sqs"]


def test_the_schema_of_plans_is_printed():
    done = subprocess.run(
        [COMMAND, "faults", "schema"], capture_output=True, text=True, timeout=30, check=True
    )
    assert json.loads(done.stdout)["$defs"]["Fault"]["required"] == ["kind"]


async def test_tracks_show_each_call_with_its_end(chamber):
    body = json.dumps({"QueueName": "orders"}).encode()
    headers = {"x-amz-target": "AmazonSQS.CreateQueue", "content-type": "application/x-amz-json-1.0"}
    request = urllib.request.Request(f"http://127.0.0.1:{chamber.server.port}/", body, headers)
    await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=10).read())
    done = await command(chamber, "tracks")
    assert "client -> sqs CreateQueue orders  ok" in done.stdout
    done = await command(chamber, "tracks", "--json")
    assert json.loads(done.stdout.splitlines()[0])["operation"] == "CreateQueue"


def test_a_chamber_that_is_not_there_is_said_with_what_to_do():
    words = [COMMAND, "clock", "show", "--endpoint", "http://127.0.0.1:1"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "Start one with `cloudchamber up`" in done.stderr


async def test_a_second_chamber_on_the_same_port_or_data_says_what_to_do(tmp_path):
    chamber = Chamber(Options(port=0, data=tmp_path))
    await chamber.start()
    for words, advice in (
        (["--port", str(chamber.server.port)], "Choose another with --port"),
        (["--port", "0", "--data", str(tmp_path)], "or choose another folder with --data"),
    ):
        done = await asyncio.to_thread(
            subprocess.run, [COMMAND, "up", *words], capture_output=True, text=True, timeout=30, check=False
        )
        assert done.returncode == 1
        assert advice in done.stderr
    await chamber.stop()


async def test_a_seeded_chamber_draws_other_identifiers_after_a_restart_and_the_same_in_another_folder(
    tmp_path,
):
    drawn = []
    for folder in ("one", "one", "two", "two"):
        chamber = Chamber(Options(port=0, data=tmp_path / folder, seed=5))
        await chamber.start()
        drawn.append(chamber.clock.ids.uuid())
        await chamber.stop()
    assert drawn[0] != drawn[1]
    assert drawn[:2] == drawn[2:]


async def lines(chamber: Chamber, path: str, body: object) -> list[dict]:
    def send() -> bytes:
        data = json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{chamber.server.port}{path}", data, method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()

    return [json.loads(line) for line in (await asyncio.to_thread(send)).splitlines()]


async def test_a_step_goes_to_the_next_deadline_and_no_further_than_it_may(chamber):
    began_ms = chamber.clock.now_ms()
    chamber.clock.call_at(began_ms + 5_000, lambda: None)
    chamber.clock.call_at(began_ms + 60_000, lambda: None)
    for until_ms, now_ms in ((30_000, 5_000), (30_000, 30_000), (90_000, 60_000), (90_000, 90_000)):
        _, answer = await ask(chamber, "POST", "/_cloudchamber/clock/step", {"until_ms": began_ms + until_ms})
        assert answer["now_ms"] == began_ms + now_ms


async def test_a_step_of_the_machines_clock_waits_for_a_call():
    chamber = Chamber(Options(port=0))
    await chamber.start()
    stepping = asyncio.ensure_future(ask(chamber, "POST", "/_cloudchamber/clock/step", {}))
    session, calls_count = Session(chamber.cloud, "000000000000", "us-east-1"), 0
    while not stepping.done():
        await session.call("sqs", "ListQueues", {})
        calls_count += 1
    assert stepping.result()[0] == 200
    assert calls_count
    await chamber.stop()


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_chamber_begins_anew_unless_it_keeps_its_data(keeps, tmp_path):
    chamber = Chamber(Options(port=0, clock="virtual", seed=1, data=tmp_path / "data" if keeps else None))
    await chamber.start()
    session = Session(chamber.cloud, "000000000000", "us-east-1")
    await session.call("sqs", "CreateQueue", {"QueueName": "orders"})
    await session.call("s3", "CreateBucket", {"Bucket": "files"})
    put = {"Bucket": "files", "Key": "large", "Body": b"x" * 1_000_000}
    await session.call("s3", "PutObject", put)
    await chamber.clock.advance(1_000)
    cloud, port = chamber.cloud, chamber.server.port
    status, answer = await ask(chamber, "POST", "/_cloudchamber/renew", {"clock": "virtual", "seed": 1})
    if keeps:
        assert (status, chamber.cloud) == (400, cloud)
        assert "keeps its data" in answer["message"]
    else:
        assert (status, chamber.server.port) == (200, port)
        assert chamber.clock.now_ms() == VirtualClock().now_ms()
        session = Session(chamber.cloud, "000000000000", "us-east-1")
        assert not (await session.call("sqs", "ListQueues", {})).get("QueueUrls")
        assert (await session.call("s3", "ListBuckets", {}))["Buckets"] == []
        assert list((chamber._data_folder).rglob("*")) in ([], [chamber._data_folder / "s3"])
    await chamber.stop()


async def test_a_deployment_over_http_tells_how_it_goes(chamber, tmp_path):
    template = tmp_path / "t.yaml"
    template.write_text("Resources: {Q: {Type: AWS::SQS::Queue}}\nOutputs: {Url: {Value: !Ref Q}}\n", "utf-8")
    wanted = {"template": str(template), "stack_name": "demo", "account": "111122223333"}
    *told, last = await lines(chamber, "/_cloudchamber/deploy", wanted)
    statuses = [line["event"]["ResourceStatus"] for line in told if "event" in line]
    assert statuses[-1] == "CREATE_COMPLETE"
    (output,) = last["deployed"]["outputs"]
    assert "/111122223333/demo-Q-" in output["OutputValue"]
    template.write_text("Resources: {Q: {Type: AWS::SQS::Nothing}}", "utf-8")
    (last,) = await lines(chamber, "/_cloudchamber/deploy", wanted)
    assert "AWS::SQS::Nothing" in last["failed"]


async def test_time_goes_on_while_a_caller_waits_in_a_patient_chamber():
    chamber = Chamber(Options(port=0, clock="virtual", seed=1, patient=True))
    await chamber.start()
    session = Session(chamber.cloud, "000000000000", "us-east-1")
    url = (await session.call("sqs", "CreateQueue", {"QueueName": "q"}))["QueueUrl"]
    began_ms = chamber.clock.now_ms()
    headers = {"x-amz-target": "AmazonSQS.ReceiveMessage", "content-type": "application/x-amz-json-1.0"}
    body = json.dumps({"QueueUrl": url, "WaitTimeSeconds": 20}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{chamber.server.port}/", body, headers)
    await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=10).read())
    assert chamber.clock.now_ms() - began_ms == 20_000
    await chamber.stop()


@pytest.mark.parametrize("clock", ["system", "virtual"])
@pytest.mark.parametrize("keeps", [True, False])
async def test_a_chamber_that_is_struck_by_a_restart_goes_on_with_what_it_had(clock, keeps, tmp_path):
    chamber = Chamber(Options(port=0, clock=clock, data=tmp_path / "data" if keeps else None, patient=True))
    await chamber.start()
    plan = {"faults": [{"kind": "restart", "service": "sqs", "operation": "SendMessage", "nth": 2}]}
    await ask(chamber, "POST", "/_cloudchamber/faults", plan)
    first = chamber.cloud
    url = (await sqs(chamber, "CreateQueue", QueueName="q"))["QueueUrl"]
    for body in "abc":
        await sqs(chamber, "SendMessage", QueueUrl=url, MessageBody=body)
    assert chamber.cloud is not first
    received = await sqs(chamber, "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)
    assert {message["Body"] for message in received["Messages"]} == {"a", "b", "c"}
    operations = [track.operation for track in chamber.cloud.tracks.latest()]
    assert operations.count("SendMessage") == 3
    await chamber.stop()


async def sqs(chamber: Chamber, operation: str, **request: object) -> dict:
    headers = {"x-amz-target": f"AmazonSQS.{operation}", "content-type": "application/x-amz-json-1.0"}
    asked = urllib.request.Request(
        f"http://127.0.0.1:{chamber.server.port}/", json.dumps(request).encode(), headers
    )
    answer = await asyncio.to_thread(lambda: urllib.request.urlopen(asked, timeout=10).read())
    return json.loads(answer or b"{}")
