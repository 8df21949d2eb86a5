"""Programs behind the real Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from cloudchamber.workers import RuntimeUnavailable

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed"),
]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("compiled") / "bootstrap"
    source = Path(__file__).parent / "bootstrap.c"
    subprocess.run(["gcc", "-o", program, source], check=True)
    return program


@pytest.fixture
def custom(bench, compiled):
    folder = bench.code({"data.txt": ""})
    shutil.copy(compiled, folder / "bootstrap")
    return bench.spec(folder, runtime="provided.al2023", handler="anything")


async def test_a_compiled_bootstrap_answers_and_stays(bench, custom):
    first = await bench.run(custom, b'{"n": 1}')
    second = await bench.run(custom, b'{"n": 2}')

    assert (first.payload, second.payload) == (b'{"n": 1}', b'{"n": 2}')
    assert first.init_ms is not None
    assert second.init_ms is None
    assert b'handling {"n": 2}\nEND' in second.log


async def test_an_error_of_a_custom_runtime(bench, custom):
    result = await bench.run(custom, b'"error"')

    assert json.loads(result.payload) == {"errorType": "Own.Error", "errorMessage": "as asked"}
    assert (result.function_error, result.error_type, result.ended) == ("Unhandled", "Own.Error", False)


async def test_the_exit_of_a_custom_runtime(bench, custom):
    result = await bench.run(custom, b'"exit"')

    assert json.loads(result.payload)["errorMessage"].endswith(
        "Error: Runtime exited with error: exit status 42"
    )
    assert result.ended


async def test_an_answer_for_another_request_is_forbidden(bench, custom):
    result = await bench.run(custom, b'"wrong"')

    assert json.loads(result.payload) == {
        "status": 403,
        "answer": {"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"},
    }


async def test_the_bootstrap_may_come_from_a_layer(bench, compiled):
    layer = bench.code({"x": ""}, "layer")
    shutil.copy(compiled, layer / "bootstrap")
    spec = bench.spec(bench.code({"x": ""}), runtime="provided.al2", layer_dirs=(str(layer),))

    assert (await bench.run(spec, b"[]")).payload == b"[]"


async def test_without_a_bootstrap_the_runtime_cannot_run(bench):
    spec = bench.spec(bench.code({"x": ""}), runtime="provided.al2023")

    with pytest.raises(RuntimeUnavailable, match="Couldn't find valid bootstrap"):
        await bench.run(spec)


async def test_a_bootstrap_that_is_no_program_exits(bench):
    folder = bench.code({"bootstrap": "not a program"})

    result = await bench.run(bench.spec(folder, runtime="provided.al2023"))

    assert result.error_type == "Runtime.ExitError"
    assert any("Permission denied" in event.message for event in bench.logs)
