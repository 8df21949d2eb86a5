"""The AWS SDK that Node.js runtimes contain: https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included."""

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.workers.conftest import Bench, RealClock

from cloudchamber.workers import Workers
from cloudchamber.workers.runtimes import runtime_modules_dir
from cloudchamber.workers.zygote_client import ZygoteClient

SDK = runtime_modules_dir()

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
]
installed = pytest.mark.skipif(SDK is None, reason="needs the JavaScript SDK (make setup)")

DYNAMODB = "@aws-sdk/client-dynamodb"
ANSWER = "async () => [typeof DynamoDBClient, typeof DynamoDBDocumentClient];"
FORMS = {
    "require": (
        "index.js",
        f"""
        const {{ DynamoDBClient }} = require("{DYNAMODB}");
        const {{ DynamoDBDocumentClient }} = require("@aws-sdk/lib-dynamodb");
        exports.handler = {ANSWER}
        """,
    ),
    "import": (
        "index.mjs",
        f"""
        import {{ DynamoDBClient }} from "{DYNAMODB}";
        import {{ DynamoDBDocumentClient }} from "@aws-sdk/lib-dynamodb";
        export const handler = {ANSWER}
        """,
    ),
    "import() in the handler of an ES module": (
        "index.mjs",
        f"""
        export const handler = async () => {{
          const {{ DynamoDBClient }} = await import("{DYNAMODB}");
          return [typeof DynamoDBClient, typeof (await import("@aws-sdk/lib-dynamodb")).DynamoDBDocumentClient];
        }};
        """,
    ),
    "import() in CommonJS": (
        "index.cjs",
        f"""
        exports.handler = async () => {{
          const {{ DynamoDBClient }} = await import("{DYNAMODB}");
          return [typeof DynamoDBClient, typeof (await import("@aws-sdk/lib-dynamodb")).DynamoDBDocumentClient];
        }};
        """,
    ),
}
USES = {
    "index.js": f'const {{ own }} = require("{DYNAMODB}"); exports.handler = async () => own;',
    "index.mjs": f'import {{ own }} from "{DYNAMODB}"; export const handler = async () => own;',
}


@installed
@pytest.mark.parametrize(("name", "source"), FORMS.values(), ids=FORMS)
async def test_a_function_finds_the_sdk_without_a_bundle(bench, name, source):
    result = await bench.run(bench.node(source, name))

    assert json.loads(result.payload) == ["function", "function"]
    assert result.max_memory_mb < 128
    assert bench.notices == []


@installed
async def test_the_sdk_of_the_runtime_writes_nothing_into_the_log(bench):
    source = f'const {{ DynamoDBClient }} = require("{DYNAMODB}"); exports.handler = async () => new DynamoDBClient() && 1;'
    result = await bench.run(bench.node(source))

    assert result.payload == b"1"
    assert [line.split()[0] for line in result.log.decode().splitlines() if line] == [
        "START",
        "END",
        "REPORT",
    ]
    assert not [event.message for event in bench.logs if "Warning" in event.message]


@pytest.mark.parametrize("place", ["code/node_modules", "layer/nodejs/node_modules"])
@pytest.mark.parametrize(("name", "source"), USES.items(), ids=USES)
async def test_a_copy_in_the_code_or_in_a_layer_wins(bench, name, source, place):
    package = f"{place}/{DYNAMODB}"
    bench.code(
        {f"{package}/index.js": "exports.own = 'mine';", f"{package}/package.json": '{"version": "3.0.0"}'},
        "",
    )
    layers = (str(bench.folder / "layer"),) if place.startswith("layer") else ()

    assert (await bench.run(bench.node(source, name, layer_dirs=layers))).payload == b'"mine"'


async def test_an_es_module_finds_what_only_exports_es_modules_in_a_layer(bench):
    package = "nodejs/node20/node_modules/dep"
    files = {
        f"{package}/package.json": '{"type": "module", "exports": {"./part": {"import": "./part.js"}}}',
        f"{package}/part.js": "export default 'from layer';",
    }
    layer = bench.code(files, "layer")
    spec = bench.node(
        "import part from 'dep/part'; export const handler = async () => part;",
        "index.mjs",
        layer_dirs=(str(layer),),
    )

    assert (await bench.run(spec)).payload == b'"from layer"'


@pytest_asyncio.fixture(loop_scope="module")
async def bare(tmp_path: Path) -> AsyncIterator[Bench]:
    """Without the SDK."""
    zygote = ZygoteClient()
    zygote.start()
    notices: list[str] = []
    (tmp_path / "none").mkdir()
    workers = Workers(
        RealClock(),
        on_log=lambda event: None,
        on_notice=notices.append,
        node_modules_dir=str(tmp_path / "none"),
        zygote=zygote,
    )
    await workers.start()
    yield Bench(workers, workers.pool, tmp_path, [], notices)
    await workers.stop()
    zygote.stop()


MISSING = {
    "index.js": f"Error: Cannot find module '{DYNAMODB}'\nRequire stack:",
    "index.mjs": f"Error [ERR_MODULE_NOT_FOUND]: Cannot find package '{DYNAMODB}' imported from ",
}


@pytest.mark.parametrize(("name", "message"), MISSING.items(), ids=MISSING)
async def test_without_the_sdk_the_error_is_that_of_aws_and_a_notice_says_what_to_do(bare, name, message):
    error = json.loads((await bare.run(bare.node(USES[name], name))).payload)

    assert error["errorType"] == "Runtime.ImportModuleError"
    assert error["errorMessage"].startswith(message)
    assert len(bare.notices) == 1
    assert bare.notices[0].startswith(
        f"fn needs {DYNAMODB}, which AWS's runtime contains and the one here does not. Run: make setup, or: npm ci"
    )


@installed
async def test_a_client_that_is_not_among_ours_is_named(bench):
    result = await bench.run(bench.node('exports.handler = async () => require("@aws-sdk/client-braket");'))

    assert result.error_type == "Error"
    assert len(bench.notices) == 1
    assert bench.notices[0].endswith("/workers/node @aws-sdk/client-braket")


async def test_other_packages_that_are_missing_are_no_notice(bench):
    result = await bench.run(bench.node('import "express"; export const handler = () => {};', "index.mjs"))

    assert result.error_type == "Runtime.ImportModuleError"
    assert bench.notices == []
