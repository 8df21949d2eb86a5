"""Function URLs: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html."""

import base64
import json
import shutil

import pytest

from cloudchamber.app.services import HTTP_SERVICES
from cloudchamber.gateway.front import Front
from cloudchamber.wire.http import HttpRequest

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def fetch(cloud):
    """Sends a request to a URL through the front; gives the status, the headers and the whole body."""
    front = Front(cloud.cloud, http_services=HTTP_SERVICES)

    async def send(url, method="GET", path="/", query="", body=b"", **headers):
        host = url.removeprefix("http://").rstrip("/")
        named = {"host": host} | {name.replace("_", "-"): value for name, value in headers.items()}
        request = HttpRequest(method, path, query, named, body)
        label = host.partition(".")[0]
        response = await front._http("lambda-url", label, request)
        content = response.body
        if not isinstance(content, bytes):
            content = b"".join([chunk async for chunk in content])
        headers = {}
        for name, value in response.headers:
            headers.setdefault(name.lower(), []).append(value)
        return response.status, {name: ", ".join(values) for name, values in headers.items()}, content

    return send


async def url_of(cloud, **members):
    request = {"FunctionName": "fn", "AuthType": "NONE"} | members
    return (await cloud("lambda", "CreateFunctionUrlConfig", **request))["FunctionUrl"]


async def test_the_event_is_of_payload_format_two(cloud, functions, fetch):
    await functions.create()
    url = await url_of(cloud)

    await fetch(
        url, "POST", "/my/path", "parameter1=value1&parameter1=value2&parameter2=value", b"Hello from client!",
        content_type="text/plain", header1="value1", cookie="cookie1=a; cookie2=b", user_agent="agent",
    )  # fmt: skip

    (event,) = functions.events
    context = event["requestContext"]
    assert (event["version"], event["routeKey"], event["rawPath"]) == ("2.0", "$default", "/my/path")
    assert event["rawQueryString"] == "parameter1=value1&parameter1=value2&parameter2=value"
    assert event["queryStringParameters"] == {"parameter1": "value1,value2", "parameter2": "value"}
    assert event["cookies"] == ["cookie1=a", "cookie2=b"]
    assert event["headers"]["header1"] == "value1"
    assert (event["body"], event["isBase64Encoded"]) == ("Hello from client!", False)
    assert context["http"]["method"] == "POST"
    assert url == f"http://{context['apiId']}.lambda-url.us-east-1.localhost:4566/"
    assert context["domainName"] == f"{context['apiId']}.lambda-url.us-east-1.localhost"
    assert (context["time"], context["timeEpoch"]) == ("01/Jan/2026:00:00:00 +0000", 1767225600000)


async def test_a_binary_body_is_encoded(cloud, functions, fetch):
    await functions.create()
    url = await url_of(cloud)

    await fetch(url, "PUT", body=b"\xff\x00", content_type="application/octet-stream")

    assert (functions.events[0]["body"], functions.events[0]["isBase64Encoded"]) == ("/wA=", True)


ANSWERS = [
    ("Hello", 200, "application/json", b"Hello"),
    ({"message": "Hello"}, 200, "application/json", b'{"message": "Hello"}'),
    ({"statusCode": 201, "headers": {"Content-Type": "text/html"}, "body": "<p>"}, 201, "text/html", b"<p>"),
    (
        {"statusCode": 200, "body": base64.b64encode(b"\xff").decode(), "isBase64Encoded": True},
        200,
        "application/json",
        b"\xff",
    ),
    ({"statusCode": 204}, 204, "application/json", b""),
    ({"statusCode": "nonsense"}, 502, "application/json", b'{"Message":"Internal Server Error"}'),
    (
        {"statusCode": 200, "body": {"no": "text"}},
        502,
        "application/json",
        b'{"Message":"Internal Server Error"}',
    ),
]


@pytest.mark.parametrize(("value", "status", "kind", "body"), ANSWERS)
async def test_the_answer_becomes_a_response(cloud, functions, fetch, value, status, kind, body):
    await functions.create()
    functions.script = lambda told: value
    url = await url_of(cloud)

    got_status, headers, got_body = await fetch(url)

    assert (got_status, headers["content-type"], got_body) == (status, kind, body)


async def test_cookies_are_set(cloud, functions, fetch):
    await functions.create()
    functions.script = lambda told: {"statusCode": 200, "cookies": ["a=1; Secure", "b=2"]}

    _, headers, _ = await fetch(await url_of(cloud))

    assert headers["set-cookie"] == "a=1; Secure, b=2"


async def test_an_error_of_the_function_is_a_bad_gateway(cloud, functions, fetch):
    await functions.create()

    def fail(told):
        raise functions.Fails("boom")

    functions.script = fail
    status, _, body = await fetch(await url_of(cloud))

    assert (status, body) == (502, b'{"Message":"Internal Server Error"}')


async def test_a_throttle_is_429(cloud, functions, fetch):
    await functions.create()
    await cloud("lambda", "PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=0)

    status, _, _ = await fetch(await url_of(cloud))

    assert status == 429


async def test_f008_a_buffered_response_of_more_than_six_megabytes_fails(cloud, functions, fetch):
    await functions.create(MemorySize=1024)
    functions.script = lambda told: {"statusCode": 200, "body": "x" * (6 * 1024 * 1024 + 200)}

    status, _, _ = await fetch(await url_of(cloud))

    assert status == 502


async def test_iam_authorization_refuses_what_is_not_signed(cloud, functions, fetch):
    await functions.create()
    url = await url_of(cloud, AuthType="AWS_IAM")

    status, headers, body = await fetch(url)
    signed, _, _ = await fetch(url, authorization="AWS4-HMAC-SHA256 Credential=...")

    assert (status, headers["x-amzn-errortype"], json.loads(body)) == (
        403, "AccessDeniedException", {"Message": "Forbidden"},
    )  # fmt: skip
    assert signed == 200
    assert len(functions.told) == 1


async def test_a_preflight_is_answered_without_the_function(cloud, functions, fetch):
    await functions.create()
    cors = {"AllowOrigins": ["https://a.example"], "AllowMethods": ["GET", "PUT"], "MaxAge": 60}
    url = await url_of(cloud, Cors=cors)
    ask = {"origin": "https://a.example", "access_control_request_method": "PUT"}

    _, allowed, _ = await fetch(url, "OPTIONS", **ask)
    _, refused, _ = await fetch(url, "OPTIONS", **(ask | {"origin": "https://b.example"}))
    assert functions.told == []
    _, answered, _ = await fetch(url, origin="https://a.example")

    assert allowed["access-control-allow-origin"] == "https://a.example"
    assert (allowed["access-control-allow-methods"], allowed["access-control-max-age"]) == ("GET,PUT", "60")
    assert "access-control-allow-origin" not in refused
    assert answered["access-control-allow-origin"] == "https://a.example"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
async def test_f008_a_response_can_be_streamed_with_status_and_headers(cloud, functions, fetch, zipped):
    source = """
    exports.handler = awslambda.streamifyResponse(async (event, stream) => {
        stream = awslambda.HttpResponseStream.from(stream, {statusCode: 201, headers: {"X-Kind": "slow"}});
        stream.write("a"); stream.write("b"); stream.end();
    });
    """
    code = {"ZipFile": zipped({"index.js": source})}
    await functions.create(Runtime="nodejs22.x", Handler="index.handler", Code=code)

    status, headers, body = await fetch(await url_of(cloud, InvokeMode="RESPONSE_STREAM"))
    await cloud("lambda", "UpdateFunctionUrlConfig", FunctionName="fn", InvokeMode="BUFFERED")
    url = (await cloud("lambda", "GetFunctionUrlConfig", FunctionName="fn"))["FunctionUrl"]
    buffered = await fetch(url)

    assert (status, headers["x-kind"], body) == (201, "slow", b"ab")
    assert (buffered[0], buffered[1]["x-kind"], buffered[2]) == (201, "slow", b"ab")


async def test_a_url_of_an_alias_runs_its_version(cloud, functions, fetch, zipped):
    await functions.create(Publish=True)
    await cloud("lambda", "CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")

    await fetch(await url_of(cloud, Qualifier="live"))

    assert (functions.told[0]["version"], functions.told[0]["arn"][-7:]) == ("1", "fn:live")


async def test_a_url_of_nobody_is_not_found(cloud, fetch, error_of, functions):
    error = await error_of(fetch("http://none.lambda-url.us-east-1.localhost:4566/"))

    assert error.status == 404


async def test_the_code_of_a_function_can_be_downloaded(cloud, functions, fetch, zipped):
    code = zipped({"app.py": "x = 1"})
    await functions.create(Code={"ZipFile": code})
    location = (await cloud("lambda", "GetFunction", FunctionName="fn"))["Code"]["Location"]

    label = location.rstrip("/").rpartition("/")[2]
    status, _, body = await fetch(f"http://{label}.lambda-url.us-east-1.localhost:4566/")

    assert (status, body) == (200, code)
