"""Phases and ends of an environment: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html."""

import asyncio
import json
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudchamber.workers import Limits, Pool, RuntimeUnavailable, TooManyEnvironments

pytestmark = pytest.mark.asyncio(loop_scope="module")

REQUEST_ID = "00000000-0000-4000-8000-000000000001"
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


@pytest.fixture
def outside() -> Iterator[Path]:
    """A folder that environments see too: their /tmp is their own."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        yield Path(folder)


def state_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "gone"


class ManualClock:
    """A clock that goes when it is told to."""

    def __init__(self):
        self.at_ms = 1_700_000_000_000
        self.calls: list[tuple[int, object]] = []

    def now_ms(self) -> int:
        return self.at_ms

    def call_at(self, at_ms, callback, *, recurring=False, label=""):
        entry = (at_ms, callback)
        self.calls.append(entry)
        clock = self

        class Handle:
            def cancel(self):
                if entry in clock.calls:
                    clock.calls.remove(entry)

        return Handle()

    def advance(self, by_ms: int) -> None:
        self.at_ms += by_ms
        due = [entry for entry in self.calls if entry[0] <= self.at_ms]
        for entry in due:
            self.calls.remove(entry)
            entry[1]()


async def test_a_timeout_kills_the_environment_and_says_so(bench, outside):
    marker = outside / "effect"
    spec = bench.python(
        f"""
        import time
        def handler(event, context):
            open({str(marker)!r}, "w").close()
            print("before")
            time.sleep(10)
        """,
        timeout_ms=200,
    )

    result = await bench.run(spec)

    assert marker.exists()
    assert json.loads(result.payload) == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {REQUEST_ID} Error: Task timed out after 0.20 seconds",
    }
    assert (result.function_error, result.ended, result.duration_ms) == ("Unhandled", True, 200.0)
    log = result.log.decode()
    assert log.startswith(f"START RequestId: {REQUEST_ID} Version: $LATEST\nbefore\n")
    assert re.search(
        rf"\n\d{{4}}-[\d-]+T[\d:.]+Z {REQUEST_ID} Task timed out after 0.20 seconds\n\nEND Req", log
    )
    assert log.endswith("\tStatus: timeout\t\n")
    assert bench.pool.environment_count == 0


ENDS = [
    ("import sys; sys.exit(1)", "Runtime exited with error: exit status 1", "Runtime.ExitError"),
    ("import sys; sys.exit()", "Runtime exited without providing a reason", "Runtime.ExitError"),
    ("import os; os._exit(3)", "Runtime exited with error: exit status 3", "Runtime.ExitError"),
    ("import os; os.kill(os.getpid(), 6)", "Runtime exited with error: signal: aborted", "Runtime.ExitError"),
    (
        "import os; os.kill(os.getpid(), 11)",
        "Runtime exited with error: signal: segmentation fault",
        "Runtime.ExitError",
    ),
    (
        "import os; os.write(3, b'garbage!' * 9); import time; time.sleep(5)",
        "Runtime exited with error: signal: killed",
        "Runtime.ExitError",
    ),
]


@pytest.mark.parametrize(("statement", "message", "kind"), ENDS)
async def test_the_end_of_the_process_is_answered(bench, statement, message, kind):
    result = await bench.run(
        bench.python(f"def handler(event, context):\n    print('last words')\n    {statement}\n")
    )

    assert json.loads(result.payload) == {
        "errorType": kind,
        "errorMessage": f"RequestId: {REQUEST_ID} Error: {message}",
    }
    assert f"last words\nRequestId: {REQUEST_ID} Error: {message}\n{kind}\nEND" in result.log.decode()
    assert f"\tStatus: error\tError Type: {kind}\t\n" in result.log.decode()
    assert result.ended


async def test_after_an_end_the_next_event_gets_a_new_environment(bench):
    spec = bench.python(
        "import os\ndef handler(event, context):\n    return os._exit(1) if event else os.getpid()\n"
    )

    await bench.run(spec, b"1")

    assert (await bench.run(spec, b"0")).init_ms is not None


@linux_only
@pytest.mark.parametrize("size", ["300", "5000"])
async def test_more_memory_than_configured_kills_the_environment(bench, size):
    spec = bench.python(
        f"def handler(event, context):\n    data = b'x' * ({size} * 1024 * 1024)\n    return len(data)\n"
    )

    result = await bench.run(spec)

    assert json.loads(result.payload) == {
        "errorType": "Runtime.OutOfMemory",
        "errorMessage": f"RequestId: {REQUEST_ID} Error: Runtime exited with error: signal: killed",
    }
    assert result.ended


@linux_only
async def test_memory_used_is_reported(bench):
    spec = bench.python(
        "kept = []\ndef handler(event, context):\n    kept.append(b'x' * (50 * 1024 * 1024))\n"
    )

    assert 75 <= (await bench.run(spec)).max_memory_mb <= 110


@linux_only
@pytest.mark.parametrize("language", ["python", "node"])
async def test_f082_nothing_runs_between_invocations(bench, language):
    if language == "python":
        spec = bench.python("import os\ndef handler(event, context): return os.getpid()\n")
    else:
        spec = bench.node("exports.handler = async () => process.pid;")

    first = json.loads((await bench.run(spec)).payload)
    deadline = time.monotonic() + 5
    while state_of(first) != "T":
        assert time.monotonic() < deadline, "it still runs"
    assert json.loads((await bench.run(spec)).payload) == first


async def test_a_background_thread_goes_on_at_the_next_invocation(bench):
    spec = bench.python(
        """
        import threading
        go, done = threading.Event(), threading.Event()
        def work():
            go.wait()
            done.set()
        threading.Thread(target=work, daemon=True).start()
        def handler(event, context):
            if event == 0:
                return done.is_set()
            go.set()
            return done.wait(2)
        """
    )

    assert [(await bench.run(spec, body)).payload for body in (b"0", b"1", b"0")] == [
        b"false",
        b"true",
        b"true",
    ]


async def test_an_init_that_takes_too_long_is_retried_in_the_first_invocation(bench, outside):
    marker = outside / "tries"
    spec = bench.python(
        f"""
        import os, time
        with open({str(marker)!r}, "a") as tries:
            tries.write("x")
        if os.path.getsize({str(marker)!r}) == 1:
            time.sleep(30)
        def handler(event, context): return "up"
        """
    )

    result = await bench.run(spec)

    assert (result.payload, result.init_ms) == (b'"up"', None)
    reports = [event.message for event in bench.logs if event.message.startswith("INIT_REPORT")]
    assert len(reports) == 1
    assert re.fullmatch(
        r"INIT_REPORT Init Duration: 1\d\d\d\.\d\d ms\tPhase: init\tStatus: timeout\n", reports[0]
    )


async def test_an_init_that_never_ends_times_out_with_the_function(bench):
    result = await bench.run(bench.python("import time\ntime.sleep(30)\n", timeout_ms=200))

    assert json.loads(result.payload)["errorType"] == "Sandbox.Timedout"
    assert result.ended


async def test_what_init_prints_belongs_to_no_request(bench):
    await bench.run(bench.python("print('loading')\ndef handler(event, context): pass\n"))

    texts = [(event.request_id, event.message.split()[0]) for event in bench.logs]
    assert texts == [
        (None, "INIT_START"),
        (None, "loading"),
        (REQUEST_ID, "START"),
        (REQUEST_ID, "END"),
        (REQUEST_ID, "REPORT"),
    ]


@linux_only
async def test_everything_a_function_started_ends_with_its_environment(bench):
    spec = bench.python(
        "import subprocess\ndef handler(event, context):\n    return subprocess.Popen(['sleep', '60']).pid\n"
    )
    child = json.loads((await bench.run(spec)).payload)

    await bench.pool.retire(spec.code_dir)

    assert state_of(child) in ("gone", "Z")


@linux_only
@pytest.mark.skipif(sys.platform == "linux" and os.geteuid() != 0, reason="needs a mount namespace")
async def test_tmp_belongs_to_the_environment_and_has_its_size(bench):
    spec = bench.python(
        """
        import os
        def handler(event, context):
            open("/tmp/of-one-environment", "w").close()
            stats = os.statvfs("/tmp")
            try:
                open(os.path.join(os.environ["LAMBDA_TASK_ROOT"], "written"), "w")
            except OSError as error:
                return [stats.f_blocks * stats.f_frsize, error.strerror]
        """,
        ephemeral_mb=600,
    )

    size, refusal = json.loads((await bench.run(spec)).payload)

    assert (size, refusal) == (600 * 1024 * 1024, "Read-only file system")
    assert "of-one-environment" not in os.listdir("/tmp")


@linux_only
@pytest.mark.skipif(sys.platform == "linux" and os.geteuid() != 0, reason="needs a mount namespace")
@pytest.mark.parametrize("layers", [("one",), ("one", "two")])
async def test_layers_are_merged_at_opt_and_later_ones_win(bench, layers):
    folders = [str(bench.code({"who": name, f"only-{name}": name}, name)) for name in layers]
    spec = bench.python(
        "import os\ndef handler(event, context):\n    return [sorted(os.listdir('/opt')), open('/opt/who').read()]\n",
        layer_dirs=tuple(folders),
    )

    names, who = json.loads((await bench.run(spec)).payload)

    assert (names, who) == ([*sorted(f"only-{name}" for name in layers), "who"], layers[-1])


async def test_an_idle_environment_is_shut_down_after_a_while(bench):
    clock = ManualClock()
    pool = Pool(clock, bench.workers.spawn, Limits(idle_ms=1000))
    spec = bench.python("n = 0\ndef handler(event, context):\n    global n\n    n += 1\n    return n\n")

    async def run() -> bytes:
        return (await pool.invoke("key", spec, bench.event())).payload

    assert await run() == b"1"
    clock.advance(999)
    assert await run() == b"2"
    clock.advance(1000)
    assert pool.environment_count == 0
    assert await run() == b"1"
    await pool.stop()


async def test_a_retired_key_starts_anew_and_lets_busy_environments_finish(bench, outside):
    gate = outside / "gate"
    os.mkfifo(gate)
    spec = bench.python(f"def handler(event, context):\n    open({str(gate)!r}).read()\n    return 'old'\n")
    busy = asyncio.create_task(bench.run(spec))
    writer = await asyncio.to_thread(open, gate, "w")

    await bench.pool.retire(spec.code_dir)
    writer.close()

    assert (await busy).payload == b'"old"'
    assert bench.pool.environment_count == 0


async def test_no_more_environments_than_allowed(bench):
    pool = Pool(ManualClock(), bench.workers.spawn, Limits(environments_max=1))
    spec = bench.python("def handler(event, context): return 1\n")

    results = await asyncio.gather(
        *(pool.invoke("key", spec, bench.event()) for _ in range(2)), return_exceptions=True
    )
    other = await pool.invoke("other", spec, bench.event())

    assert [type(result) for result in results if isinstance(result, BaseException)] == [TooManyEnvironments]
    assert (other.payload, pool.environment_count) == (b"1", 1)
    await pool.stop()


async def test_fifty_environments_start_at_once(bench):
    spec = bench.python("import os\ndef handler(event, context): return os.getpid()\n", timeout_ms=20_000)

    results = await asyncio.gather(*(bench.run(spec) for _ in range(50)))

    assert len({result.payload for result in results}) == 50


@linux_only
async def test_the_death_of_the_zygote_ends_its_environments_and_a_new_one_takes_over(bench):
    spec = bench.python("import os\ndef handler(event, context): return [os.getpid(), os.getppid()]\n")
    pid, zygote = json.loads((await bench.run(spec)).payload)

    os.kill(zygote, signal.SIGKILL)
    after = await bench.run(spec)
    while after.function_error or json.loads(after.payload)[1] == zygote:
        after = await bench.run(spec)

    assert json.loads(after.payload)[0] != pid


@pytest.mark.parametrize("runtime", ["java21", "ruby3.3", "dotnet8", "cobol"])
async def test_a_runtime_that_cannot_run_is_named(bench, runtime):
    with pytest.raises(RuntimeUnavailable, match=runtime):
        await bench.run(bench.python("", runtime=runtime))


async def test_a_cancelled_invocation_leaves_nothing(bench, outside):
    gate = outside / "gate"
    os.mkfifo(gate)
    spec = bench.python(
        f"import os, time\ndef handler(event, context):\n"
        f"    open({str(gate)!r}, 'w').write(str(os.getpid()))\n    time.sleep(60)\n"
    )
    busy = asyncio.create_task(bench.run(spec))
    pid = int(await asyncio.to_thread(gate.read_text))

    busy.cancel()
    await asyncio.gather(busy, return_exceptions=True)

    assert bench.pool.environment_count == 0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
