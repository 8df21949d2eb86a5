"""Node.js functions on a virtual clock."""

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.workers.chamber import START_MS, Chamber, Gateway, opened

import cloudchamber.workers
from cloudchamber.workers.runtimes import runtime_modules_dir
from cloudchamber.workers.zygote_client import ZygoteClient

FAKE_TIMERS = (
    Path(cloudchamber.workers.__file__).parent / "node" / "node_modules" / "@sinonjs" / "fake-timers"
)

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(shutil.which("node") is None, reason="needs node"),
    pytest.mark.skipif(not FAKE_TIMERS.is_dir(), reason="needs @sinonjs/fake-timers (make setup)"),
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def zygote() -> AsyncIterator[ZygoteClient]:
    client = ZygoteClient(virtual=True)
    client.start()
    yield client
    client.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def chamber(zygote: ZygoteClient, tmp_path: Path) -> AsyncIterator[Chamber]:
    async with opened(zygote, tmp_path) as chamber:
        yield chamber


@pytest_asyncio.fixture(loop_scope="module")
async def gateway(chamber: Chamber) -> AsyncIterator[Gateway]:
    async with Gateway.open(chamber.clock) as gateway:
        yield gateway


WAITS = {
    "setTimeout": "await new Promise((resolve) => setTimeout(resolve, 600000));",
    "timers/promises": "await require('node:timers/promises').setTimeout(600000);",
    "promisify": "await require('node:util').promisify(setTimeout)(600000);",
    "setInterval": """
        let count = 0;
        await new Promise((resolve) => {
          const timer = setInterval(() => { if (++count === 10) { clearInterval(timer); resolve(); } }, 60000);
        });
    """,
    "AbortSignal.timeout": """
        const signal = AbortSignal.timeout(600000);
        const alive = setTimeout(() => {}, 700000);
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        clearTimeout(alive);
    """,
    "polling": "const end = Date.now() + 600000; while (Date.now() < end) await new Promise((r) => setTimeout(r, 50000));",
}


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS.keys())
async def test_who_waits_ten_minutes_is_done_at_once(chamber, wait):
    spec = chamber.node(
        "exports.handler = async (event, context) => {\n"
        "  const [date, perf, left] = [Date.now(), performance.now(), context.getRemainingTimeInMillis()];\n"
        f"{wait}\n"
        "  return [new Date(date).toISOString(), Date.now() - date, performance.now() - perf,\n"
        "    left - context.getRemainingTimeInMillis()];\n"
        "};\n",
        timeout_ms=900_000,
    )
    begun = time.monotonic()

    result = await chamber.run(spec)

    assert json.loads(result.payload) == ["2026-01-01T00:00:00.000Z", 600_000, 600_000, 600_000]
    assert chamber.clock.now_ms() == START_MS + 600_000
    assert (result.duration_ms, result.init_ms) == (600_000, 0)
    assert time.monotonic() - begun < 5
    assert chamber.notices == []


async def test_the_timeout_strikes_at_its_instant(chamber):
    spec = chamber.node("exports.handler = () => new Promise((resolve) => setTimeout(resolve, 60000));")

    result = await chamber.run(spec)

    assert json.loads(result.payload)["errorType"] == "Sandbox.Timedout"
    assert (result.duration_ms, chamber.clock.now_ms()) == (3000, START_MS + 3000)


async def test_a_busy_loop_still_ends_at_its_timeout_in_real_time(chamber):
    result = await chamber.run(chamber.node("exports.handler = () => { for (;;); };", timeout_ms=500))

    assert json.loads(result.payload)["errorType"] == "Sandbox.Timedout"


async def test_a_promise_that_nothing_settles_is_still_an_error(chamber):
    result = await chamber.run(
        chamber.node("exports.handler = () => { setTimeout(() => {}, 1000); return new Promise(() => {}); };")
    )

    assert json.loads(result.payload)["errorType"] == "Runtime.NodeJsExit"
    assert result.duration_ms == 1000


async def test_calls_and_timers_wait_side_by_side(chamber, gateway):
    spec = chamber.node(
        """
        const begun = Date.now();
        const call = async (delay) => {
          await (await fetch(`${process.env.CHAMBER}/${delay}`)).text();
          return Date.now() - begun;
        };
        exports.handler = async () => {
          const ticks = [];
          const timer = setInterval(() => ticks.push(Date.now() - begun), 2000);
          const answers = await Promise.all([call(5000), call(3000), call(0)]);
          clearInterval(timer);
          return [answers, ticks];
        };
        """,
        environ={"CHAMBER": gateway.url},
        timeout_ms=60_000,
    )

    result = await chamber.run(spec, on_taken=gateway.take)

    assert json.loads(result.payload) == [[5000, 3000, 0], [2000, 4000]]
    assert result.duration_ms == 5000


@pytest.mark.parametrize("size", [1, 4_000_000])
async def test_what_is_left_behind_goes_on_with_the_next_event(chamber, gateway, size):
    spec = chamber.node(
        """
        let left;
        exports.handler = async (event) => {
          if (event.wait) return left;
          left = fetch(`${process.env.CHAMBER}/left`).then((answer) => answer.text());
          return "x".repeat(event.size);
        };
        """,
        environ={"CHAMBER": gateway.url},
    )

    result = await chamber.run(spec, json.dumps({"size": size}).encode(), on_taken=gateway.take)

    assert len(result.payload) == size + 2
    assert gateway.count == 0
    assert (await chamber.run(spec, b'{"wait": true}', on_taken=gateway.take)).payload == b'"/left"'


async def test_an_error_in_a_timer_ends_the_process(chamber):
    spec = chamber.node(
        "exports.handler = () => new Promise(() => setTimeout(() => { throw new Error('late'); }, 1000));"
    )

    result = await chamber.run(spec)

    assert json.loads(result.payload)["errorMessage"] == "late"
    assert result.duration_ms == 1000


async def test_one_seed_gives_one_output(zygote, tmp_path):
    source = """
        import crypto, { randomUUID } from "node:crypto";
        const once = crypto.randomUUID();
        export const handler = async () => [once, randomUUID(), Math.random(), crypto.randomBytes(4).toString("hex"),
          crypto.randomInt(1000), globalThis.crypto.randomUUID(), globalThis.crypto.getRandomValues(new Uint32Array(2))[1],
          crypto.randomFillSync(Buffer.alloc(6), 2).toString("hex")];
    """

    async def outputs(number: int, seed: int) -> list[object]:
        async with opened(zygote, tmp_path / str(number), seed) as chamber:
            spec = chamber.node(source, "index.mjs")
            both = await chamber.clock.run(asyncio.gather(chamber.invoke(spec), chamber.invoke(spec)))
            return [json.loads(result.payload) for result in both]

    first = await outputs(1, 7)

    assert first[0] != first[1]
    assert 0 <= first[0][2] < 1
    assert first[0][7].startswith("0000")
    assert await outputs(2, 7) == first
    assert await outputs(3, 8) != first


@pytest.mark.skipif(runtime_modules_dir() is None, reason="needs the JavaScript SDK (make setup)")
async def test_retries_of_the_sdk_back_off_in_virtual_time_and_alike(zygote, tmp_path):
    source = """
        const { DynamoDBClient, ListTablesCommand } = require("@aws-sdk/client-dynamodb");
        exports.handler = async () => {
          const client = new DynamoDBClient({ endpoint: `${process.env.CHAMBER}/fail`, maxAttempts: 5 });
          try {
            await client.send(new ListTablesCommand({}));
          } catch (error) {
            return [error.$metadata.attempts, error.$metadata.totalRetryDelay, Date.now()];
          }
        };
    """

    async def once(number: int) -> list[int]:
        folder = tmp_path / str(number)
        async with (
            opened(zygote, folder) as chamber,
            Gateway.open(chamber.clock) as gateway,
        ):
            spec = chamber.node(source, timeout_ms=60_000, environ={"CHAMBER": gateway.url})
            return json.loads((await chamber.run(spec, on_taken=gateway.take)).payload)

    first = await once(1)

    assert first[0] == 5
    assert first[2] == START_MS + first[1]
    assert await once(2) == first
