"""Environments forked from a template are not to be told from cold ones."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.workers.chamber import START_MS, Chamber, Gateway, opened

from cloudchamber.workers import Templates
from cloudchamber.workers.zygote_client import ZygoteClient

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(sys.platform != "linux", reason="needs /proc"),
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def zygote() -> AsyncIterator[ZygoteClient]:
    client = ZygoteClient(virtual=True)
    client.start()
    yield client
    client.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def templates(zygote: ZygoteClient) -> AsyncIterator[Templates]:
    templates = Templates(zygote)
    yield templates
    await templates.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def chamber(zygote: ZygoteClient, templates: Templates, tmp_path: Path) -> AsyncIterator[Chamber]:
    async with opened(zygote, tmp_path, templates=templates) as chamber:
        yield chamber


PARENT = "def parent(): return int(open('/proc/self/stat').read().rpartition(')')[2].split()[1])\n"


async def parents(chamber: Chamber, source: str, **changes) -> list[object]:
    """What two environments side by side answer."""
    spec = chamber.python(PARENT + source, **changes)
    both = await chamber.clock.run(asyncio.gather(chamber.invoke(spec), chamber.invoke(spec)))
    assert [result.function_error for result in both] == [None, None], both
    return [json.loads(result.payload) for result in both]


def forked(chamber: Chamber, parent: int) -> bool:
    return parent != chamber.workers._zygote._process.pid


async def test_environments_share_the_imports_and_nothing_else(chamber, templates):
    source = """
import os, random, time, uuid, boto3
print("imported")
count = []
client = boto3.client("dynamodb")
table = boto3.resource("dynamodb").Table("orders")
def handler(event, context):
    assert random.Random().random() != random.random()
    count.append(1)
    open("/tmp/mine", "x").close()
    time.sleep(1)
    return [parent(), os.getpid(), len(count), str(uuid.uuid4()), os.environ["AWS_LAMBDA_LOG_STREAM_NAME"], time.time()]
"""
    first, second = await parents(chamber, source)

    assert first[0] == second[0]
    assert forked(chamber, first[0])
    assert first[1] != second[1]
    assert first[2] == second[2] == 1
    assert first[3] != second[3]
    assert first[5] == START_MS / 1000 + 1
    init_events = [event.message.split(" ")[0] for event in chamber.logs if event.request_id is None]
    assert sorted(init_events) == ["INIT_START", "INIT_START", "imported\n", "imported\n"]


async def test_another_chamber_uses_the_same_template(zygote, templates, tmp_path):
    source = PARENT + "import time\ndef handler(event, context):\n    return [parent(), time.time()]\n"

    async def once() -> list[float]:
        async with opened(zygote, tmp_path, templates=templates) as chamber:
            spec = (
                chamber.python(source)
                if not (tmp_path / "code").exists()
                else chamber.spec(tmp_path / "code")
            )
            await chamber.clock.advance(5000)
            answer = json.loads((await chamber.run(spec)).payload)
            assert forked(chamber, answer[0])
            return answer

    first, second = await once(), await once()

    assert first == second
    assert first[1] == START_MS / 1000 + 5


UNFIT = {
    "a thread": "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()",
    "a socket": "import socket\nopened = socket.socket()",
    "a file": "import os\nopened = open('/tmp/kept', 'w')",
    "a left file": "open('/tmp/left', 'w').close()",
    "randomness": "import uuid\nonce = uuid.uuid4()",
    "chance": "import random\nonce = random.random()",
    "the time": "import time\nonce = time.time()",
    "the date": "import datetime\nonce = datetime.datetime.now()",
    "a log record": "import logging\nlogging.warning('once')",
    "sleep": "import time\ntime.sleep(1)",
}


@pytest.mark.parametrize("statement", UNFIT.values(), ids=UNFIT.keys())
async def test_what_a_fork_would_repeat_is_done_by_each_environment(chamber, statement):
    first, second = await parents(
        chamber, f"import os\n{statement}\ndef handler(event, context): return [parent(), os.getpid()]\n"
    )

    assert not forked(chamber, first[0])
    assert not forked(chamber, second[0])


async def test_a_call_of_the_init_phase_is_made_once_for_each_environment(chamber):
    async with Gateway.open(chamber.clock) as gateway:
        spec = chamber.python(
            "import os\nfrom urllib.request import urlopen\nurlopen(os.environ['CHAMBER'] + '/0').read()\n"
            "def handler(event, context): pass\n",
            environ={"CHAMBER": gateway.url},
        )
        await chamber.run(spec, on_taken=gateway.take)

        assert gateway.count == 1


async def test_an_init_phase_that_fails_says_so_as_ever(chamber):
    result = await chamber.run(chamber.python("raise ValueError('no')\n"))

    assert (
        json.loads(result.payload)["errorMessage"] == "no"
        or json.loads(result.payload)["errorType"] == "ValueError"
    )


async def test_a_crash_and_a_timeout_end_one_environment_only(chamber):
    spec = chamber.python(
        "import os, time\ndef handler(event, context):\n"
        "    return os.getpid() if event == 0 else os._exit(3) if event == 1 else time.sleep(9)\n"
    )
    first = (await chamber.run(spec, b"0")).payload

    crashed = await chamber.run(spec, b"1")
    late = await chamber.run(spec, b"2")

    assert json.loads(crashed.payload)["errorMessage"].endswith("exit status 3")
    assert json.loads(late.payload)["errorType"] == "Sandbox.Timedout"
    assert (await chamber.run(spec, b"0")).payload != first


async def test_new_code_in_the_same_folder_gets_a_new_template(chamber):
    spec = chamber.python("def handler(event, context): return 1\n")
    assert (await chamber.run(spec)).payload == b"1"
    await chamber.pool.retire(spec.code_dir)

    spec = chamber.python("def handler(event, context): return 22\n")

    assert (await chamber.run(spec)).payload == b"22"
