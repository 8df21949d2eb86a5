"""Python functions on a virtual clock: they wait in the chamber's time, which stands still while they compute."""

import asyncio
import json
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.workers.chamber import START_MS, Chamber, Gateway, opened

from cloudchamber.workers.runtimes import clock_notice
from cloudchamber.workers.zygote_client import ZygoteClient

pytestmark = pytest.mark.asyncio(loop_scope="module")


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
    "time.sleep": "time.sleep(600)",
    "asyncio.sleep": "asyncio.run(asyncio.sleep(600))",
    "asyncio timeout": """
        async def wait():
            try:
                async with asyncio.timeout(600):
                    await asyncio.Event().wait()
            except TimeoutError:
                return
        asyncio.run(wait())
    """,
    "Event.wait": "assert not threading.Event().wait(600)",
    "Lock.acquire": """
        lock = threading.Lock()
        lock.acquire()
        assert not lock.acquire(timeout=600)
    """,
    "queue.get": """
        try:
            queue.Queue().get(timeout=600)
        except queue.Empty:
            pass
    """,
    "SimpleQueue.get": """
        try:
            queue.SimpleQueue().get(timeout=600)
        except queue.Empty:
            pass
    """,
    "a lock that is released in time": """
        lock = threading.Lock()
        lock.acquire()
        threading.Thread(target=lambda: (time.sleep(600), lock.release())).start()
        assert not lock.acquire(timeout=100)
        assert lock.acquire(timeout=501)
    """,
    "an item that comes in time": """
        items = queue.SimpleQueue()
        threading.Thread(target=lambda: (time.sleep(600), items.put(1))).start()
        assert items.get(timeout=900) == 1
    """,
    "a condition that is notified in time": """
        condition = threading.Condition()
        def notify():
            time.sleep(600)
            with condition:
                condition.notify()
        threading.Thread(target=notify).start()
        with condition:
            assert condition.wait(900)
    """,
    "Thread.join": """
        gate = threading.Event()
        thread = threading.Thread(target=gate.wait, daemon=True)
        thread.start()
        thread.join(600)
        assert thread.is_alive()
        gate.set()
    """,
    "a thread that sleeps": """
        thread = threading.Thread(target=time.sleep, args=(600,))
        thread.start()
        thread.join()
    """,
    "Future.result": """
        with ThreadPoolExecutor() as pool:
            future = pool.submit(time.sleep, 600)
            try:
                future.result(timeout=300)
            except TimeoutError:
                assert time.time() == begun + 300
            future.result(timeout=301)
    """,
    "select": "assert select.select([], [], [], 600) == ([], [], [])",
}


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS.keys())
async def test_who_waits_ten_minutes_is_done_at_once(chamber, wait):
    body = textwrap.indent(textwrap.dedent(wait), "    ")
    spec = chamber.python(
        "import asyncio, queue, select, threading, time\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "def handler(event, context):\n"
        "    begun = time.time()\n"
        f"{body}\n"
        "    return [begun, time.time()]\n",
        timeout_ms=900_000,
    )
    begun = time.monotonic()

    result = await chamber.run(spec)

    assert json.loads(result.payload) == [START_MS / 1000, START_MS / 1000 + 600]
    assert chamber.clock.now_ms() == START_MS + 600_000
    assert (result.duration_ms, result.init_ms) == (600_000, 0)
    assert time.monotonic() - begun < 5


async def test_time_stands_still_while_the_function_computes(chamber):
    spec = chamber.python(
        """
        import datetime, time, os
        def handler(event, context):
            first = [time.time(), time.time_ns(), time.monotonic(), str(datetime.datetime.now()), str(datetime.date.today()),
                     str(datetime.datetime.now(datetime.UTC)), str(datetime.datetime.utcnow()), time.strftime("%FT%T"),
                     time.gmtime()[:6], time.localtime()[:6], context.get_remaining_time_in_millis()]
            perf, cpu = time.perf_counter(), time.process_time()
            while time.process_time() < cpu + 0.05:
                pass
            again = [time.time(), time.time_ns(), time.monotonic(), str(datetime.datetime.now())]
            assert again == first[:4] and 0 < time.perf_counter() - perf < 0.001
            time.sleep(0.25)
            return first[3:] + [context.get_remaining_time_in_millis(), time.time_ns() - first[1], time.monotonic() - first[2]]
        """
    )

    result = await chamber.run(spec)

    assert json.loads(result.payload) == [
        "2026-01-01 00:00:00",
        "2026-01-01",
        "2026-01-01 00:00:00+00:00",
        "2026-01-01 00:00:00",
        "2026-01-01T00:00:00",
        [2026, 1, 1, 0, 0, 0],
        [2026, 1, 1, 0, 0, 0],
        3000,
        2750,
        250_000_000,
        0.25,
    ]


TIMEOUTS = {
    "sleeps": "time.sleep(60)",
    "waits for a thread": "threading.Thread(target=time.sleep, args=(60,)).start(); threading.Event().wait()",
    "waits for the chamber": "urlopen(os.environ['CHAMBER'] + '/60000').read()",
}


@pytest.mark.parametrize("statement", TIMEOUTS.values(), ids=TIMEOUTS.keys())
async def test_the_timeout_strikes_at_its_instant(chamber, gateway, statement):
    spec = chamber.python(
        "import os, threading, time\nfrom urllib.request import urlopen\n"
        f"def handler(event, context):\n    {statement}\n",
        timeout_ms=5000,
        environ={"CHAMBER": gateway.url},
    )

    result = await chamber.run(spec, on_taken=gateway.take)

    assert json.loads(result.payload)["errorType"] == "Sandbox.Timedout"
    assert (result.duration_ms, result.ended) == (5000, True)
    assert chamber.clock.now_ms() == START_MS + 5000
    assert "2026-01-01T00:00:05.000Z" in result.log.decode()


async def test_a_busy_loop_still_ends_at_its_timeout_in_real_time(chamber):
    result = await chamber.run(
        chamber.python("def handler(event, context):\n    while True: pass\n", timeout_ms=300)
    )

    assert json.loads(result.payload)["errorType"] == "Sandbox.Timedout"
    assert result.duration_ms == 300


async def test_a_call_that_takes_time_is_seen_by_the_function(chamber, gateway):
    spec = chamber.python(
        """
        import os, time
        from urllib.request import urlopen
        def handler(event, context):
            begun = time.time()
            answers = [urlopen(os.environ["CHAMBER"] + path).read().decode() for path in ("/20000", "/0", "/300")]
            return answers + [time.time() - begun]
        """,
        timeout_ms=60_000,
        environ={"CHAMBER": gateway.url},
    )

    result = await chamber.run(spec, on_taken=gateway.take)

    assert json.loads(result.payload)[:3] == ["/20000", "/0", "/300"]
    assert json.loads(result.payload)[3] == pytest.approx(20.3)
    assert result.duration_ms == 20_300


async def test_calls_of_threads_wait_side_by_side(chamber, gateway):
    spec = chamber.python(
        """
        import os, time
        from concurrent.futures import ThreadPoolExecutor
        from urllib.request import urlopen
        def call(delay_ms):
            urlopen(f"{os.environ['CHAMBER']}/{delay_ms}").read()
            return round(time.time() * 1000) - 1767225600000
        def handler(event, context):
            with ThreadPoolExecutor(4) as pool:
                late = pool.submit(time.sleep, 7)
                return [*pool.map(call, [5000, 3000, 5000]), late.result()]
        """,
        timeout_ms=60_000,
        environ={"CHAMBER": gateway.url},
    )

    result = await chamber.run(spec, on_taken=gateway.take)

    assert json.loads(result.payload) == [5000, 3000, 5000, None]
    assert result.duration_ms == 7000


async def test_retries_of_the_sdk_back_off_in_virtual_time_and_alike(zygote, tmp_path):
    source = """
        import os, time, boto3, botocore.exceptions
        def handler(event, context):
            try:
                boto3.client("sqs", endpoint_url=os.environ["CHAMBER"] + "/fail").list_queues()
            except botocore.exceptions.ClientError as error:
                return [error.response["ResponseMetadata"]["RetryAttempts"], time.time()]
    """

    async def once(number: int) -> tuple[bytes, int]:
        async with opened(zygote, tmp_path / str(number)) as chamber, Gateway.open(chamber.clock) as gateway:
            spec = chamber.python(source, timeout_ms=60_000, environ={"CHAMBER": gateway.url})
            result = await chamber.run(spec, on_taken=gateway.take)
            return result.payload, chamber.clock.now_ms()

    first = await once(1)

    assert json.loads(first[0])[0] == 2
    assert first[1] > START_MS + 100
    assert await once(2) == first


RANDOM = """
    import os, random, secrets, tempfile, uuid
    module_level = str(uuid.uuid4())
    def handler(event, context):
        return [module_level, str(uuid.uuid4()), str(uuid.uuid1())[:18], random.random(), secrets.token_hex(),
                os.urandom(4).hex(), random.SystemRandom().random(), random.Random().random(),
                sorted({"a", "b", "c"}, key=hash), next(tempfile._get_candidate_names())]
"""


async def test_one_seed_gives_one_output(zygote, tmp_path):
    async def once(number: int, seed: int) -> list[object]:
        async with opened(zygote, tmp_path / str(number), seed) as chamber:
            spec = chamber.python(RANDOM)
            both = await chamber.clock.run(asyncio.gather(chamber.invoke(spec), chamber.invoke(spec)))
            return [json.loads(result.payload) for result in both]

    first = await once(1, 7)

    assert first[0] != first[1]
    assert await once(2, 7) == first
    assert await once(3, 8) != first


async def test_a_crash_in_the_middle_ends_the_invocation(chamber, gateway):
    spec = chamber.python(
        "import os\nfrom urllib.request import urlopen\n"
        "def handler(event, context):\n    urlopen(os.environ['CHAMBER'] + '/crash').read()\n",
        environ={"CHAMBER": gateway.url},
    )

    result = await chamber.run(spec, on_taken=gateway.take)

    error = json.loads(result.payload)
    assert error["errorType"] == "Runtime.ExitError"
    assert error["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")
    assert (result.ended, result.duration_ms) == (True, 0)
    assert (await chamber.run(chamber.python("def handler(e, c): return 1\n"))).payload == b"1"


async def test_calls_of_the_init_phase_say_so_and_wait_too(chamber, gateway):
    spec = chamber.python(
        """
        import os, time
        from urllib.request import urlopen
        trace = os.environ["_X_AMZN_TRACE_ID"]
        time.sleep(1)
        urlopen(os.environ["CHAMBER"] + "/2000").read()
        def handler(event, context):
            return [trace, os.environ.get("_X_AMZN_TRACE_ID")]
        """,
        environ={"CHAMBER": gateway.url},
    )

    result = await chamber.run(spec, on_taken=gateway.take, trace_header="Root=1-1;Parent=2")

    init_id = gateway.environment.init_id
    assert len(init_id) == 16
    assert json.loads(result.payload) == [
        f"Root=1-00000000-000000000000000000000000;Parent={init_id};Sampled=0",
        "Root=1-1;Parent=2",
    ]
    assert (result.init_ms, result.duration_ms) == (3000, 0)


async def test_a_thread_that_is_left_behind_keeps_nobody_waiting(chamber):
    spec = chamber.python(
        """
        import threading, time
        woken = []
        def later():
            time.sleep(3600)
            woken.append(time.time())
        def handler(event, context):
            if not event:
                threading.Thread(target=later).start()
            else:
                time.sleep(1)
            return woken
        """
    )
    await chamber.run(spec)

    await chamber.clock.run_until_idle()
    assert chamber.clock.now_ms() == START_MS
    await chamber.clock.advance(100_000)
    assert (await chamber.run(spec, b"[1]")).payload == b"[]"
    chamber.clock.hold()
    await_later = asyncio.ensure_future(chamber.invoke(spec, b"[1]"))
    chamber.clock.release()
    await chamber.clock.run(await_later)
    assert chamber.clock.now_ms() == START_MS + 102_000


async def test_an_invocation_may_wait_for_a_thread_of_an_earlier_one(chamber):
    spec = chamber.python(
        """
        import threading, time
        thread = threading.Thread(target=time.sleep, args=(100,))
        def handler(event, context):
            if not event:
                thread.start()
            else:
                thread.join()
        """,
        timeout_ms=900_000,
    )
    await chamber.run(spec)

    result = await chamber.run(spec, b"[1]")

    assert result.duration_ms == 100_000


async def test_many_waits_end_in_order(chamber):
    spec = chamber.python(
        """
        import asyncio, threading, time
        def handler(event, context):
            order = []
            def wait(number):
                time.sleep(10 - number % 5)
                order.append(number)
            threads = [threading.Thread(target=wait, args=(number,)) for number in range(20)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            async def also(number):
                await asyncio.sleep(10 - number % 5)
                order.append(number)
            async def all_of_them():
                await asyncio.gather(*(also(number) for number in range(20)))
            asyncio.run(all_of_them())
            return order
        """,
        timeout_ms=60_000,
    )

    result = await chamber.run(spec)

    expected = sorted(range(20), key=lambda number: (-(number % 5), number))
    assert json.loads(result.payload) == expected * 2
    assert result.duration_ms == 20_000


CUSTOM = """\
#!%s
import json, os, time, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    with urllib.request.urlopen(api + "next") as event:
        headers = dict(event.headers)
    left = int(headers["Lambda-Runtime-Deadline-Ms"]) - time.time() * 1000
    url = api + headers["Lambda-Runtime-Aws-Request-Id"] + "/response"
    urllib.request.urlopen(url, json.dumps([left, "_X_AMZN_TRACE_ID" in os.environ]).encode()).read()
"""


async def test_a_zygote_that_knows_nothing_of_it_will_do(tmp_path):
    plain = ZygoteClient()
    async with opened(plain, tmp_path) as chamber:
        spec = chamber.python(
            """
            import asyncio, threading, time, uuid
            def handler(event, context):
                time.sleep(100)
                threading.Event().wait(200)
                asyncio.run(asyncio.sleep(300))
                return [time.time(), uuid.uuid4().version]
            """,
            timeout_ms=900_000,
        )

        result = await chamber.run(spec)

    plain.stop()
    assert json.loads(result.payload) == [START_MS / 1000 + 600, 4]


async def test_a_custom_runtime_lives_on_the_machines_clock(chamber):
    folder = chamber.code({"bootstrap": CUSTOM % sys.executable})
    (folder / "bootstrap").chmod(0o755)

    result = await chamber.run(chamber.spec(folder, runtime="provided.al2023", timeout_ms=20_000))

    left_ms, traced = json.loads(result.payload)
    assert 15_000 < left_ms <= 20_000
    assert not traced
    assert (result.duration_ms, chamber.clock.now_ms()) == (0, START_MS)
    assert chamber.notices == ["fn sees the machine's time, not the chamber's: it brings its own runtime"]


async def test_node_without_fake_timers_says_what_to_do(chamber, tmp_path):
    notice = clock_notice(chamber.spec(tmp_path, runtime="nodejs20.x"), tmp_path)

    assert notice == (
        "fn sees the machine's time, not the chamber's: @sinonjs/fake-timers is not installed. "
        f"Run: npm ci --prefix {tmp_path}"
    )


async def test_what_the_application_brings_itself_is_what_it_gets(chamber):
    with_own = chamber.spec(
        chamber.code(
            {
                "app.py": """
                    import time, time_machine
                    def handler(event, context):
                        return [time_machine.OWN, time.time(), len(time_machine.traveller_stack)]
                """,
                "time_machine/__init__.py": "traveller_stack = []\nOWN = 1\nfrom . import _time_machine\n",
                "time_machine/_time_machine.py": "",
            },
            "own",
        )
    )
    without = chamber.python("from time_machine import travel\ndef handler(event, context): return 1\n")

    assert json.loads((await chamber.run(with_own)).payload) == [1, START_MS / 1000, 1]
    assert json.loads((await chamber.run(without)).payload)["errorType"] == "Runtime.ImportModuleError"
