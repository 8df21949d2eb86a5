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
    assert "kind=error" in (await command(chamber, "faults", "set", str(plan))).stdout
    _, answer = await ask(chamber, "GET", "/_cloudchamber/faults")
    assert answer["faults"][0]["code"] == "Boom"
    assert (await command(chamber, "faults", "clear")).stdout == "No faults.\n"
    assert chamber.cloud.faults is None


async def test_a_fault_of_an_unknown_kind_is_refused_and_changes_nothing(chamber):
    status, answer = await ask(chamber, "POST", "/_cloudchamber/faults", {"faults": [{"kind": "explode"}]})
    assert status == 400
    assert "explode" in answer["message"]
    assert chamber.cloud.faults is None


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
