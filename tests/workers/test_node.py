"""Node.js functions: https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html."""

import json
import re
import shutil

import pytest

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
]

HANDLERS = [
    ("index.js", "exports.handler = async (event) => ({ got: event });", "index.handler"),
    ("index.mjs", "export const handler = async (event) => ({ got: event });", "index.handler"),
    ("index.cjs", "exports.handler = async (event) => ({ got: event });", "index.handler"),
    (
        "src/deep/app.js",
        "exports.run = (event, context, callback) => callback(null, { got: event });",
        "src/deep/app.run",
    ),
    ("index.mjs", "export default { inner: { run: async (event) => ({ got: event }) } };", "index.inner.run"),
]


@pytest.mark.parametrize(("name", "source", "handler"), HANDLERS)
async def test_handlers_of_all_forms_answer(bench, name, source, handler):
    spec = bench.node(source, name, handler=handler)

    for number in (1, 2):
        result = await bench.run(spec, json.dumps({"n": number}).encode())
        assert (json.loads(result.payload), result.function_error) == ({"got": {"n": number}}, None)


async def test_a_callback_waits_for_the_event_loop_unless_told_not_to(bench):
    spec = bench.node(
        """
        let after = 0;
        exports.handler = (event, context, callback) => {
            context.callbackWaitsForEmptyEventLoop = event.waits;
            setTimeout(() => { after += 1; }, 30);
            callback(null, { get after() { return after; } });
        };
        """
    )

    waited = await bench.run(spec, b'{"waits": true}')
    hurried = await bench.run(spec, b'{"waits": false}')

    assert (waited.payload, hurried.payload) == (b'{"after":1}', b'{"after":1}')
    assert waited.duration_ms >= 29


async def test_a_handler_without_an_answer_answers_null(bench):
    assert (
        await bench.run(bench.node("exports.handler = (event, context, callback) => {};"))
    ).payload == b"null"


async def test_a_promise_that_never_settles_is_an_error(bench):
    result = await bench.run(bench.node("exports.handler = () => new Promise(() => {});"))

    assert result.error_type == "Runtime.NodeJsExit"


FAILURES = [
    ("exports.handler = async () => { throw new TypeError('boom'); };", "TypeError", "boom"),
    ("exports.handler = (e, c, callback) => callback(new Error('called'));", "Error", "called"),
    ("exports.handler = (e, c, callback) => callback('text');", "string", "text"),
    (
        "exports.handler = async () => { const a = {}; a.a = a; return a; };",
        "Runtime.MarshalError",
        "Unable to stringify response body as json: Converting circular",
    ),
    (
        "exports.handler = () => { Promise.reject(new Error('lost')); setTimeout(() => {}, 1000); };",
        "Runtime.UnhandledPromiseRejection",
        "Error: lost",
    ),
    (
        "exports.handler = async () => 'x'.repeat(7e6);",
        "Function.ResponseSizeTooLarge",
        "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    ),
]


@pytest.mark.parametrize(("source", "kind", "message"), FAILURES)
async def test_failures_have_lambdas_error_object(bench, source, kind, message):
    result = await bench.run(bench.node(source))

    error = json.loads(result.payload)
    assert (error["errorType"], error["errorMessage"][: len(message)]) == (kind, message)
    assert result.function_error == "Unhandled"
    assert isinstance(error.get("trace", []), list)


BROKEN = [
    (
        "require('nothing-like-it');",
        "index.handler",
        "Runtime.ImportModuleError",
        "Error: Cannot find module 'nothing-like-it'",
    ),
    ("", "gone.handler", "Runtime.ImportModuleError", "Error: Cannot find module 'gone'"),
    ("", "index.handler", "Runtime.HandlerNotFound", "index.handler is undefined or not exported"),
    ("function (", "index.handler", "Runtime.UserCodeSyntaxError", "SyntaxError: "),
    ("", "index", "Runtime.MalformedHandlerName", "Bad handler"),
]


@pytest.mark.parametrize(("source", "handler", "kind", "message"), BROKEN)
async def test_a_handler_that_cannot_be_loaded_fails_the_init_phase(bench, source, handler, kind, message):
    result = await bench.run(bench.node(source, handler=handler))

    error = json.loads(result.payload)
    assert (error["errorType"], error["errorMessage"][: len(message)]) == (kind, message)
    assert result.ended


async def test_console_writes_lambdas_lines_and_one_event_for_each_call(bench):
    await bench.run(
        bench.node("exports.handler = async () => { console.log('a\\n%d', 1); console.error({ b: 2 }); };")
    )

    request_id = "00000000-0000-4000-8000-000000000001"
    lines = [event.message for event in bench.logs if event.message[0] == "2"]
    assert [re.sub(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "T", line) for line in lines] == [
        f"T\t{request_id}\tINFO\ta\n1\n",
        f"T\t{request_id}\tERROR\t{{ b: 2 }}\n",
    ]


async def test_the_context_object_is_lambdas(bench):
    spec = bench.node(
        """
        export const handler = async (event, context) => ({
            plain: [context.functionName, context.functionVersion, context.memoryLimitInMB, context.awsRequestId],
            left: context.getRemainingTimeInMillis() > 2000,
            trace: process.env._X_AMZN_TRACE_ID,
            home: process.env.HOME,
        });
        """,
        "index.mjs",
    )

    assert json.loads((await bench.run(spec, trace_header="Root=1-2-3")).payload) == {
        "plain": ["fn", "$LATEST", "128", "00000000-0000-4000-8000-000000000001"],
        "left": True,
        "trace": "Root=1-2-3",
    }


async def test_layers_hold_node_modules(bench):
    layer = bench.code({"nodejs/node_modules/dep/index.js": "module.exports = 'from layer';"}, "layer")
    spec = bench.node(
        "const dep = require('dep'); exports.handler = async () => dep;", layer_dirs=(str(layer),)
    )

    assert (await bench.run(spec)).payload == b'"from layer"'


STREAM = """
exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
    stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 });
    stream.write("one ");
    if (event.fail) throw new Error("midway");
    stream.write("two");
    stream.end();
});
"""


async def test_a_streamed_response_arrives_in_chunks(bench):
    chunks: list[bytes] = []
    spec = bench.node(STREAM)

    streamed = await bench.pool.invoke("stream", spec, bench.event(), chunks.append)
    collected = await bench.run(spec)

    prelude = b'{"statusCode":201}' + bytes(8)
    assert b"".join(chunks) == prelude + b"one two"
    assert len(chunks) >= 3
    assert streamed.payload == b""
    assert streamed.content_type == "application/vnd.awslambda.http-integration-response"
    assert collected.payload == prelude + b"one two"


async def test_an_error_in_a_stream_is_told_after_its_chunks(bench):
    chunks: list[bytes] = []

    result = await bench.pool.invoke(
        "stream", bench.node(STREAM), bench.event(b'{"fail": true}'), chunks.append
    )

    assert b"one " in b"".join(chunks)
    assert json.loads(result.payload)["errorMessage"] == "midway"


async def test_six_megabytes_pass_in_both_directions(bench):
    spec = bench.node("exports.handler = async (event) => event;", memory_mb=512)
    payload = json.dumps("x" * 6_000_000).encode()

    assert (await bench.run(spec, payload)).payload == payload
