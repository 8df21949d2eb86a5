"""Invoke: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html."""

import asyncio
import json
import re
import shutil
import sys

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

ARN = "arn:aws:lambda:us-east-1:123456789012:function:fn"


async def test_a_function_answers_what_its_handler_returns(cloud, functions, tail_of):
    created = await functions.create()

    answer = await functions.invoke(event={"n": 1}, LogType="Tail")

    assert (created["State"], created["StateReasonCode"]) == ("Pending", "Creating")
    assert (answer["StatusCode"], json.loads(answer["Payload"]), answer["ExecutedVersion"]) == (
        200,
        {"n": 1},
        "$LATEST",
    )
    assert "FunctionError" not in answer
    (told,) = functions.told
    assert f"START RequestId: {told['request_id']} Version: $LATEST\n" in tail_of(answer)
    assert "REPORT RequestId:" in tail_of(answer)


async def test_the_function_is_told_who_it_is(cloud, functions):
    await functions.create(Variables={"COLOUR": "blue"})

    await functions.invoke(event=None)

    (told,) = functions.told
    environ = told["environ"]
    assert told["arn"] == ARN
    assert re.fullmatch(r"2026/01/01/\[\$LATEST\][0-9a-f]{32}", told["stream"])
    assert (environ["AWS_REGION"], environ["AWS_ACCESS_KEY_ID"], environ["COLOUR"]) == (
        "us-east-1", "123456789012", "blue",
    )  # fmt: skip
    assert told["trace"].startswith("Root=1-")


async def test_an_error_of_the_handler_is_an_answer_with_a_function_error(cloud, functions):
    await functions.create()

    def fail(told):
        raise functions.Fails("boom")

    functions.script = fail
    answer = await functions.invoke(event={})

    payload = json.loads(answer["Payload"])
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert (payload["errorMessage"], payload["errorType"]) == ("boom", "RuntimeError")


@pytest.mark.parametrize("name", ["fn", "123456789012:function:fn", ARN, "123456789012:fn", ARN + ":$LATEST"])
async def test_a_function_has_many_names(cloud, functions, name):
    await functions.create()

    assert (await functions.invoke(name, event=1))["Payload"] == b"1"


@pytest.mark.parametrize(
    ("name", "arn"),
    [("none", ARN[:-2] + "none"), ("fn:7", ARN + ":7"), ("fn:prod", ARN + ":prod"), (ARN + ":1", ARN + ":1")],
)
async def test_what_does_not_exist_is_not_found(cloud, functions, error_of, name, arn):
    await functions.create()

    error = await error_of(functions.invoke(name))

    assert (error.code, error.message) == ("ResourceNotFoundException", f"Function not found: {arn}")


async def test_qualifiers_that_contradict_each_other_are_refused(cloud, functions, error_of):
    await functions.create(Publish=True)

    error = await error_of(functions.invoke("fn:1", Qualifier="2"))

    assert (
        error.message
        == "The derived qualifier from the function name does not match the specified qualifier."
    )


async def test_a_dry_run_runs_nothing(cloud, functions):
    await functions.create()

    assert await functions.invoke(InvocationType="DryRun") == {"StatusCode": 204}
    assert functions.told == []


async def test_an_event_that_is_no_json_is_refused(cloud, functions, error_of):
    await functions.create()

    error = await error_of(cloud("lambda", "Invoke", FunctionName="fn", Payload=b"{bad"))

    assert (error.code, error.message.partition(":")[0]) == (
        "InvalidRequestContentException",
        "Could not parse request body into json",
    )


async def test_f005_a_synchronous_event_may_be_six_megabytes(cloud, functions, error_of):
    await functions.create(MemorySize=1024)
    functions.script = lambda told: len(told["event"])
    largest = 6 * 1024 * 1024 - 2

    answer = await functions.invoke(event="x" * largest)
    error = await error_of(functions.invoke(event="x" * (largest + 1)))

    assert answer["Payload"] == str(largest).encode()
    assert (error.code, error.status, error.message) == (
        "RequestEntityTooLargeException", 413, "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
    )  # fmt: skip


async def test_f005_an_answer_of_more_than_six_megabytes_is_an_error(cloud, functions):
    await functions.create(MemorySize=1024)
    functions.script = lambda told: "x" * (6 * 1024 * 1024 + 200)

    answer = await functions.invoke(event={})

    assert answer["FunctionError"] == "Unhandled"
    assert json.loads(answer["Payload"])["errorType"] == "Function.ResponseSizeTooLarge"


async def test_f007_a_failed_init_phase_is_repeated_at_the_invocation(cloud, functions, tail_of):
    await functions.create(source="raise ValueError('no start')")

    answer = await functions.invoke(event={}, LogType="Tail")

    assert answer["FunctionError"] == "Unhandled"
    assert json.loads(answer["Payload"])["errorMessage"] == "no start"


async def test_a_function_that_takes_too_long_is_ended(cloud, functions):
    await functions.create(source="import time\ndef handler(e, c): time.sleep(9)", Timeout=1)

    answer = await functions.invoke(event={})

    assert "Task timed out after 1.00 seconds" in json.loads(answer["Payload"])["errorMessage"]


async def test_reserved_concurrency_bounds_what_runs_at_once(cloud, functions, error_of):
    await functions.create()
    await cloud("lambda", "PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=1)
    gate = functions.gate()

    running = asyncio.ensure_future(cloud.start("lambda", "Invoke", FunctionName="fn", Payload=b"{}"))
    await functions.until(1)
    error = await error_of(cloud.start("lambda", "Invoke", FunctionName="fn", Payload=b"{}"))
    gate.set()

    assert (await running)["StatusCode"] == 200
    assert (error.code, error.status, error.message, error.members["Reason"]) == (
        "TooManyRequestsException", 429, "Rate Exceeded.", "ReservedFunctionConcurrentInvocationLimitExceeded",
    )  # fmt: skip


async def test_a_hundred_executions_stay_unreserved(cloud, functions, error_of):
    await functions.create()
    await functions.create("other")
    await cloud("lambda", "PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=500)

    error = await error_of(
        cloud("lambda", "PutFunctionConcurrency", FunctionName="other", ReservedConcurrentExecutions=401)
    )
    await cloud("lambda", "PutFunctionConcurrency", FunctionName="other", ReservedConcurrentExecutions=400)

    assert error.message.endswith("below its minimum value of [100].")
    settings = await cloud("lambda", "GetAccountSettings")
    assert settings["AccountLimit"]["UnreservedConcurrentExecutions"] == 100


async def test_an_environment_stays_warm_until_its_function_changes(cloud, functions):
    counting = "n = 0\ndef handler(event, context):\n    global n\n    n += 1\n    return n"
    await functions.create(source=counting)

    first = [json.loads((await functions.invoke(event={}))["Payload"]) for _ in range(3)]
    await cloud("lambda", "UpdateFunctionConfiguration", FunctionName="fn", Description="new")
    after = json.loads((await functions.invoke(event={}))["Payload"])

    assert (first, after) == ([1, 2, 3], 1)


async def test_an_alias_sends_a_share_of_its_invocations_to_a_second_version(cloud, functions, zipped):
    await functions.create(Publish=True)
    source = zipped({"app.py": "def handler(e, c): return 'two'"})
    await cloud("lambda", "UpdateFunctionCode", FunctionName="fn", ZipFile=source, Publish=True)
    await cloud(
        "lambda", "CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.25}},
    )  # fmt: skip

    versions = [(await functions.invoke("fn:live", event=1))["ExecutedVersion"] for _ in range(200)]

    assert 30 <= versions.count("2") <= 70
    assert set(versions) == {"1", "2"}


async def test_the_log_of_an_invocation_is_kept(cloud, functions):
    await functions.create(source="def handler(event, context): print('hello'); return 1")

    await functions.invoke(event={})
    await cloud.settle()

    answer = await cloud("logs", "FilterLogEvents", logGroupName="/aws/lambda/fn")
    texts = [event["message"] for event in answer["events"]]
    assert [text.split()[0] for text in texts] == ["INIT_START", "START", "hello", "END", "REPORT"]


async def test_a_log_can_be_of_json(cloud, functions):
    source = """
import logging
def handler(event, context):
    logging.getLogger().info("hello")
"""
    await functions.create(source=source, LoggingConfig={"LogFormat": "JSON", "LogGroup": "/own"})

    await functions.invoke(event={})
    await cloud.settle()

    answer = await cloud("logs", "FilterLogEvents", logGroupName="/own")
    lines = [json.loads(event["message"]) for event in answer["events"]]
    assert [line.get("type") or line["message"] for line in lines] == [
        "platform.initStart", "platform.start", "hello", "platform.report",
    ]  # fmt: skip
    assert lines[3]["record"]["requestId"] == lines[1]["record"]["requestId"] == lines[2]["requestId"]


async def test_a_streamed_response_comes_in_events(cloud, functions):
    await functions.create()
    functions.script = lambda told: {"ok": True}

    answer = await cloud("lambda", "InvokeWithResponseStream", FunctionName="fn", Payload=b"{}")
    events = [event async for event in answer["EventStream"]]

    assert events == [{"PayloadChunk": {"Payload": b'{"ok": true}'}}, {"InvokeComplete": {}}]


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
async def test_a_node_function_answers(cloud, functions, zipped):
    code = zipped({"index.mjs": "export const handler = async (event) => ({ got: event.n });"})

    await functions.create(Runtime="nodejs22.x", Handler="index.handler", Code={"ZipFile": code})
    answer = await functions.invoke(event={"n": 3})

    assert json.loads(answer["Payload"]) == {"got": 3}


async def test_a_custom_runtime_answers(cloud, functions, zipped):
    bootstrap = f"""#!{sys.executable}
import os, urllib.request
base = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    event = urllib.request.urlopen(base + "next")
    request_id = event.headers["Lambda-Runtime-Aws-Request-Id"]
    urllib.request.urlopen(base + request_id + "/response", b'"' + request_id.encode() + b'"')
"""
    code = zipped({"bootstrap": bootstrap}, modes={"bootstrap": 0o755})

    await functions.create(Runtime="provided.al2023", Handler="any", Code={"ZipFile": code})
    answer = await functions.invoke(event={})

    assert len(json.loads(answer["Payload"])) == 36


async def test_a_runtime_that_is_not_installed_is_named(cloud, functions, error_of):
    await functions.create(Runtime="ruby3.3", Handler="app.handler")

    error = await error_of(functions.invoke(event={}))

    assert error.code == "InvalidRuntimeException"
    assert "ruby3.3" in error.message


async def test_a_layer_brings_its_packages(cloud, functions, zipped):
    layer = await cloud(
        "lambda", "PublishLayerVersion", LayerName="shared",
        Content={"ZipFile": zipped({"python/shared.py": "answer = 42"})},
    )  # fmt: skip
    source = "import shared\ndef handler(event, context): return shared.answer"

    await functions.create(source=source, Layers=[layer["LayerVersionArn"]])

    assert (await functions.invoke(event={}))["Payload"] == b"42"
