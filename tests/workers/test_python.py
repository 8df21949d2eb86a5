"""Python functions: https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html."""

import json
import re
import sys

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_handler_gets_the_event_and_its_result_is_the_answer(bench):
    spec = bench.python("def handler(event, context):\n    return {'sum': event['a'] + event['b']}\n")

    result = await bench.run(spec, b'{"a": 1, "b": 2}')

    assert json.loads(result.payload) == {"sum": 3}
    assert result.function_error is None
    assert not result.ended


async def test_the_log_of_an_invocation_has_lambdas_lines(bench):
    spec = bench.python(
        """
        import sys
        def handler(event, context):
            print("out")
            print("err", file=sys.stderr)
            sys.stdout.write("no newline")
        """
    )

    cold = (await bench.run(spec)).log.decode()
    warm = (await bench.run(spec)).log.decode()

    first, second = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
    report = r"REPORT RequestId: {}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\t"
    body = "START RequestId: {0} Version: $LATEST\nout\nerr\nno newlineEND RequestId: {0}\n"
    assert cold.startswith(body.format(first))
    assert re.fullmatch(
        report.format(first) + r"Init Duration: \d+\.\d\d ms\t\n", cold[len(body.format(first)) :]
    )
    assert warm.startswith(body.format(second))
    assert re.fullmatch(report.format(second) + r"\n", warm[len(body.format(second)) :])


async def test_an_environment_keeps_its_state_for_the_next_event(bench):
    spec = bench.python(
        "calls = []\ndef handler(event, context):\n    calls.append(1)\n    return len(calls)\n"
    )

    assert [(await bench.run(spec)).payload for _ in range(3)] == [b"1", b"2", b"3"]
    assert bench.pool.environment_count == 1


async def test_an_exception_is_answered_with_its_type_message_and_stack(bench):
    spec = bench.python("def handler(event, context):\n    raise ValueError('boom')\n")

    result = await bench.run(spec)

    assert result.function_error == "Unhandled"
    assert json.loads(result.payload) == {
        "errorMessage": "boom",
        "errorType": "ValueError",
        "requestId": "00000000-0000-4000-8000-000000000001",
        "stackTrace": [
            f"  File \"{spec.code_dir}/app.py\", line 2, in handler\n    raise ValueError('boom')\n"
        ],
    }
    assert (
        f'[ERROR] ValueError: boom\nTraceback (most recent call last):\n\u00a0\u00a0File "{spec.code_dir}'
        in result.log.decode()
    )
    assert not result.ended


IMPORTS_OF_HANDLERS = [
    (
        "import nothing_like_it",
        "app.handler",
        "Runtime.ImportModuleError",
        "Unable to import module 'app': No module named 'nothing_like_it'",
    ),
    (
        "import hypothesis",
        "app.handler",
        "Runtime.ImportModuleError",
        "Unable to import module 'app': No module named 'hypothesis'",
    ),
    (
        "",
        "gone.handler",
        "Runtime.ImportModuleError",
        "Unable to import module 'gone': No module named 'gone'",
    ),
    ("", "app.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
    (
        "",
        "app",
        "Runtime.MalformedHandlerName",
        "Bad handler 'app': not enough values to unpack (expected 2, got 1)",
    ),
    (
        "def x(:",
        "app.handler",
        "Runtime.UserCodeSyntaxError",
        "Syntax error in module 'app': invalid syntax (app.py, line 1)",
    ),
    ("", "sys.exit", "Runtime.BuiltInModuleConflict", "Cannot use built-in module sys as a handler module"),
    ("1 / 0", "app.handler", "ZeroDivisionError", "division by zero"),
]


@pytest.mark.parametrize(("source", "handler", "kind", "message"), IMPORTS_OF_HANDLERS)
async def test_a_handler_that_cannot_be_loaded_fails_the_init_phase(bench, source, handler, kind, message):
    result = await bench.run(bench.python(source, handler=handler))

    error = json.loads(result.payload)
    assert (error["errorType"], error["errorMessage"]) == (kind, message)
    assert result.function_error == "Unhandled"
    assert result.ended
    reports = [event.message for event in bench.logs if event.message.startswith("INIT_REPORT")]
    assert [re.sub(r"[\d.]+ ms", "T ms", report) for report in reports] == [
        f"INIT_REPORT Init Duration: T ms\tPhase: init\tStatus: error\tError Type: {kind}\n",
        f"INIT_REPORT Init Duration: T ms\tPhase: invoke\tStatus: error\tError Type: {kind}\n",
    ]


@pytest.mark.parametrize(
    ("expression", "kind", "message"),
    [
        (
            "{1}",
            "Runtime.MarshalError",
            "Unable to marshal response: Object of type set is not JSON serializable",
        ),
        (
            "'x' * 7_000_000",
            "Function.ResponseSizeTooLarge",
            "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        ),
    ],
)
async def test_an_answer_that_cannot_be_given_is_an_error(bench, expression, kind, message):
    result = await bench.run(bench.python(f"def handler(event, context):\n    return {expression}\n"))

    error = json.loads(result.payload)
    assert (error["errorType"], error["errorMessage"]) == (kind, message)
    assert not result.ended


async def test_an_event_that_is_not_json_is_an_unmarshal_error(bench):
    result = await bench.run(bench.python("def handler(event, context): pass\n"), b"{nope")

    assert json.loads(result.payload)["errorType"] == "Runtime.UnmarshalError"


async def test_six_megabytes_pass_in_both_directions(bench):
    spec = bench.python("def handler(event, context): return event\n", memory_mb=512)
    payload = json.dumps("x" * 6_000_000).encode()

    assert (await bench.run(spec, payload)).payload == payload


async def test_the_context_object_is_lambdas(bench):
    spec = bench.python(
        """
        def handler(event, context):
            left = context.get_remaining_time_in_millis()
            return {
                "plain": [context.function_name, context.function_version, context.memory_limit_in_mb,
                          context.log_group_name, context.log_stream_name, context.aws_request_id],
                "arn": context.invoked_function_arn,
                "left": 1000 < left <= 3000,
                "client": [context.client_context.custom, context.client_context.client.app_title],
                "identity": context.identity.cognito_identity_id,
            }
        """
    )

    result = await bench.run(
        spec,
        invoked_function_arn=spec.function_arn + ":live",
        client_context='{"custom": {"k": 1}, "client": {"app_title": "T"}}',
        cognito_identity='{"cognitoIdentityId": "us-east-1:1"}',
    )

    assert json.loads(result.payload) == {
        "plain": [
            "fn",
            "$LATEST",
            "128",
            "/aws/lambda/fn",
            "2024/01/01/[$LATEST]abc",
            "00000000-0000-4000-8000-000000000001",
        ],
        "arn": spec.function_arn + ":live",
        "left": True,
        "client": [{"k": 1}, "T"],
        "identity": "us-east-1:1",
    }


async def test_the_process_has_exactly_its_own_environment(bench):
    spec = bench.python(
        "import os\ndef handler(event, context):\n    return [dict(os.environ), os.getcwd(), os.listdir('/proc/self/fd')]\n",
        environ={"TABLE": "t", "AWS_REGION": "mars"},
    )

    environ, folder, descriptors = json.loads((await bench.run(spec, trace_header="Root=1-2-3")).payload)

    expected = {
        "TABLE": "t",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "AWS_LAMBDA_FUNCTION_NAME": "fn",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/fn",
        "LAMBDA_TASK_ROOT": spec.code_dir,
        "_HANDLER": "app.handler",
        "_X_AMZN_TRACE_ID": "Root=1-2-3",
        "TZ": ":UTC",
    }
    assert {name: environ.get(name) for name in expected} == expected
    assert environ["AWS_LAMBDA_RUNTIME_API"].startswith("127.0.0.1:")
    assert not {"HOME", "VIRTUAL_ENV"} & environ.keys()
    assert folder == spec.code_dir
    assert len(descriptors) <= 5  # 0, 1, 2, the channel, and the listing itself


async def test_boto3_is_there_and_a_bundled_one_comes_first(bench):
    warmed = bench.python(
        "import boto3\ndef handler(event, context):\n    return boto3.client('sqs').meta.endpoint_url\n"
    )
    own = bench.spec(
        bench.code(
            {
                "app.py": "import boto3\ndef handler(event, context): return boto3.MINE\n",
                "boto3/__init__.py": "MINE = 7\n",
            },
            "own",
        )
    )

    assert json.loads((await bench.run(warmed)).payload) == "http://127.0.0.1:4566"
    assert (await bench.run(own)).payload == b"7"


async def test_layers_are_on_the_path(bench):
    layer = bench.code({"python/in_layer.py": "WHERE = 'layer'\n", "bin/tool": "x"}, "layer")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    deep = bench.code({f"python/lib/python{version}/site-packages/deep.py": "WHERE = 'deep'\n"}, "deep")
    spec = bench.python(
        "import in_layer, deep, os\ndef handler(event, context):\n    return [in_layer.WHERE, deep.WHERE, os.environ['PATH']]\n",
        layer_dirs=(str(layer), str(deep)),
    )

    first, second, path = json.loads((await bench.run(spec)).payload)

    assert (first, second) == ("layer", "deep")
    assert f"{layer}/bin" in path.split(":")


LOGGING = """
import logging
logging.getLogger().setLevel("INFO")
def handler(event, context):
    logging.info("two\\nlines")
    try:
        1 / 0
    except ZeroDivisionError:
        logging.exception("failed")
"""


async def test_logging_has_lambdas_format_and_one_event_for_each_record(bench):
    await bench.run(bench.python(LOGGING))

    request_id = "00000000-0000-4000-8000-000000000001"
    messages = [
        event.message for event in bench.logs if event.request_id == request_id and event.message[0] == "["
    ]
    assert re.fullmatch(
        rf"\[INFO\]\t\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z\t{request_id}\ttwo\nlines\n", messages[0]
    )
    assert messages[1].endswith("ZeroDivisionError: division by zero")
    assert len(messages) == 2


async def test_logging_in_json(bench):
    await bench.run(bench.python(LOGGING, environ={"AWS_LAMBDA_LOG_FORMAT": "JSON"}))

    info, error = [json.loads(event.message) for event in bench.logs if event.message.startswith("{")]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", info.pop("timestamp"))
    assert info == {
        "level": "INFO",
        "message": "two\nlines",
        "logger": "root",
        "requestId": "00000000-0000-4000-8000-000000000001",
    }
    assert (error["errorType"], error["errorMessage"]) == ("ZeroDivisionError", "division by zero")
