"""What happens to environments when their host is killed; and that the host may run uvloop, as it does in production."""

import os
import select
import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs pidfd")

HOST = """
import asyncio, os, time, uvloop
from cloudchamber.workers import EnvironmentSpec, Invocation, Workers

class Clock:
    is_virtual = False
    def now_ms(self): return int(time.time() * 1000)
    def call_at(self, at_ms, callback, *, recurring=False, label=""): return asyncio.get_running_loop().call_later(60, callback)

async def main():
    workers = Workers(Clock(), on_log=lambda event: None)
    await workers.start()
    spec = EnvironmentSpec(code_dir=os.environ["CODE"], handler="app.handler", runtime="python3.11",
                           function_name="f", function_arn="arn")
    for key in range(2):
        print((await workers.pool.invoke(key, spec, Invocation("r", b"{}"))).payload.decode(), flush=True)
    await asyncio.Event().wait()

uvloop.run(main())
"""


def test_nothing_survives_a_host_that_is_killed(tmp_path):
    (tmp_path / "app.py").write_text("import os\ndef handler(event, context): return os.getpid()\n")
    host = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOST)],
        stdout=subprocess.PIPE,
        env={**os.environ, "CODE": str(tmp_path)},
    )
    assert host.stdout is not None
    pids = [int(host.stdout.readline()) for _ in range(2)]
    ends = [os.pidfd_open(pid) for pid in pids]

    host.kill()
    host.wait()
    host.stdout.close()

    for end in ends:
        assert select.select([end], [], [], 5)[0], "the environment outlived its host"
        os.close(end)
