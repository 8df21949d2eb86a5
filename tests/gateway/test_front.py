"""From bytes to AWS's answers and errors, whatever the bytes are."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.gateway.conftest import authorization, http, sqs

from cloudchamber.aws import Cloud
from cloudchamber.clock import VirtualClock
from cloudchamber.gateway import Front
from cloudchamber.kv import SqliteStore
from cloudchamber.wire.http import HttpRequest

SERVICES = {"sqs": "cloudchamber.services.sqs"}


@pytest.fixture
async def client(connect, front):
    return await connect(front.handle)


async def ask(client, data: bytes) -> tuple[int, dict]:
    client.send(data)
    status, _, body = await client.answer()
    return status, json.loads(body)


async def test_a_call_is_answered_with_its_request_id(client):
    client.send(sqs("CreateQueue", b'{"QueueName": "q"}'))
    status, headers, body = await client.answer()
    assert (status, json.loads(body)) == (200, {"QueueUrl": "http://localhost:4566/123456789012/q"})
    assert len(headers["x-amzn-requestid"]) == 36


async def test_a_call_signed_for_every_region_is_one_of_the_default_region(client):
    scope = "123456789012/20260101/sqs/aws4_request"
    signature = (
        f"AWS4-ECDSA-P256-SHA256 Credential={scope}, SignedHeaders=host;x-amz-region-set, Signature=30"
    )
    headers = {"Authorization": signature, "X-Amz-Region-Set": "*"}
    client.send(sqs("CreateQueue", b'{"QueueName": "q"}', **headers) + sqs("ListQueues", b"{}"))
    answers = [json.loads((await client.answer())[2]) for _ in range(2)]
    assert answers[0]["QueueUrl"] in answers[1]["QueueUrls"]


async def test_calls_that_wait_and_calls_that_do_not_are_answered_in_order(client, cloud):
    await ask(client, sqs("CreateQueue", b'{"QueueName": "q"}'))
    receive = b'{"QueueUrl": "http://x/123456789012/q", "WaitTimeSeconds": 20}'
    send = b'{"QueueUrl": "http://x/123456789012/q", "MessageBody": "x"}'
    client.send(sqs("ReceiveMessage", receive) + sqs("SendMessage", send) + sqs("ListQueues", b"{}"))
    answers = [json.loads((await client.answer())[2]) for _ in range(3)]
    assert [sorted(answer) for answer in answers] == [
        ["Messages"], ["MD5OfMessageBody", "MessageId"], ["QueueUrls"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("request_bytes", "status", "code"),
    [
        (sqs("Nothing", b"{}"), 400, "UnknownOperationException"),
        (sqs("CreateQueue", b"{"), 400, "SerializationException"),
        (sqs("CreateQueue", b'{"QueueName": 5}'), 400, "SerializationException"),
        (sqs("CreateQueue", b"{}"), 400, "MissingParameter"),
        (sqs("SendMessage", b'{"QueueUrl": "http://x/123456789012/q", "MessageBody": "\\ud800"}'), 400, None),
        (http("POST", "/", b"{}", **authorization("nothing")), 501, "NotImplemented"),
        (sqs("ListQueues", b"{}", Authorization="nonsense"), 400, "IncompleteSignatureException"),
        (
            sqs("ListQueues", b"{}", Authorization="AWS4-HMAC-SHA256 Credential=a/b"),
            400,
            "IncompleteSignatureException",
        ),
    ],
)
async def test_a_request_that_cannot_be_read_gets_awss_error(client, request_bytes, status, code):
    got, body = await ask(client, request_bytes)
    assert got == status
    assert code is None or body["__type"].endswith(code)


async def test_an_unsigned_call_with_a_target_is_answered_in_the_default_account(client):
    request = http(
        "POST", "/", b"{}", X_Amz_Target="AmazonSQS.ListQueues", Content_Type="application/x-amz-json-1.0"
    )
    assert await ask(client, request) == (200, {})


async def test_the_errors_of_queries_are_xml(client):
    body = b"Action=GetQueueUrl&QueueName=none&Version=2012-11-05"
    client.send(
        http("POST", "/", body, Content_Type="application/x-www-form-urlencoded", **authorization("sqs"))
    )
    status, headers, answer = await client.answer()
    assert (status, headers["content-type"]) == (400, "text/xml")
    assert b"<Code>AWS.SimpleQueueService.NonExistentQueue</Code>" in answer


def make_front(secret_of=None) -> Front:
    return Front(Cloud(SqliteStore(None), VirtualClock(0), SERVICES), secret_of=secret_of)


async def outcome(front: Front, request: HttpRequest):
    """The answer of a call that does not wait."""
    answered = asyncio.get_running_loop().create_future()
    front.handle(request, answered.set_result)
    return await asyncio.wait_for(answered, 5)


def signed(secret: str, at: str = "2026-01-01T00:00:00Z", tamper: str = "") -> HttpRequest:
    """A request signed by botocore itself."""
    import botocore.auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    headers = {"X-Amz-Target": "AmazonSQS.ListQueues", "Content-Type": "application/x-amz-json-1.0"}
    request = AWSRequest("POST", "http://localhost:4566/", headers=headers, data=b"{}")
    request.context["timestamp"] = at.replace("-", "").replace(":", "")
    auth = botocore.auth.SigV4Auth(Credentials("AKID", secret), "sqs", "us-east-1")
    request.headers["X-Amz-Date"] = request.context["timestamp"]
    canonical = auth.canonical_request(request)
    signature = auth.signature(auth.string_to_sign(request, canonical), request)
    names = auth.signed_headers(auth.headers_to_sign(request))
    request.headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}, SignedHeaders={names}, Signature={signature}"
    )
    lower = {name.lower(): value for name, value in request.headers.items()} | {"host": "localhost:4566"}
    return HttpRequest("POST", "/", "", lower, b"{}" + tamper.encode())


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (signed("secret"), 200, None),
        (signed("wrong"), 403, "InvalidSignatureException"),
        (signed("secret", tamper=" "), 403, "InvalidSignatureException"),
        (HttpRequest("POST", "/", "", {"x-amz-target": "AmazonSQS.ListQueues"}, b"{}"), 403, "MissingAuthenticationToken"),
    ],
)  # fmt: skip
async def test_signatures_are_verified_when_asked_for(request_, status, code):
    front = make_front({"AKID": "secret"}.get)
    answer = await outcome(front, request_)
    assert answer.status == status, answer.body
    assert code is None or code.encode() in answer.body


async def test_an_unknown_access_key_is_refused():
    answer = await outcome(make_front({}.get), signed("secret"))
    assert (answer.status, b"UnrecognizedClientException" in answer.body) == (403, True)


TARGETS = st.sampled_from(
    [
        "CreateQueue",
        "SendMessage",
        "ReceiveMessage",
        "SendMessageBatch",
        "SetQueueAttributes",
        "TagQueue",
        "x",
    ]
)
MEMBERS = st.sampled_from(
    [
        "QueueName", "QueueUrl", "Attributes", "tags", "Entries", "Id", "MessageBody", "MessageAttributes", "DataType",
        "StringValue", "DelaySeconds", "VisibilityTimeout", "Policy", "RedrivePolicy", "Tags", "MessageGroupId", "a",
    ]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=10,
)
BODIES = st.dictionaries(MEMBERS, JSON, max_size=5).map(
    lambda value: json.dumps({"QueueUrl": "http://x/123456789012/q", "QueueName": "q", **value}).encode()
) | st.binary(max_size=60)
QUERIES = st.dictionaries(
    st.sampled_from(
        ["Action", "QueueUrl", "Attribute.1.Name", "Attribute.1.Value", "Attribute.x", "MessageAttribute.1.Value.StringValue",
         "SendMessageBatchRequestEntry.1.Id", "DelaySeconds", "MessageBody", "Version", "%", "..", ""]
    ),
    st.sampled_from(["CreateQueue", "SendMessage", "SendMessageBatch", "q", "-1", "%ff", "%", "1e9", ""]),
    max_size=6,
).map(lambda pairs: "&".join(f"{k}={v}" for k, v in pairs.items()).encode())  # fmt: skip


@given(TARGETS, BODIES)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_body_is_answered_by_a_failure_of_ours(operation, body):
    headers = {name.lower(): value for name, value in authorization("sqs").items()}
    request = HttpRequest("POST", "/", "", headers | {"x-amz-target": f"AmazonSQS.{operation}"}, body)
    assert asyncio.run(outcome(make_front(), request)).status < 500


@given(QUERIES, st.sampled_from(["/", "/123456789012/q", "/queue/eu-west-1/123456789012/q"]))
@settings(max_examples=150, deadline=None)
def test_no_query_is_answered_by_a_failure_of_ours(body, path):
    headers = {name.lower(): value for name, value in authorization("sqs").items()}
    headers["content-type"] = "application/x-www-form-urlencoded"
    answer = asyncio.run(outcome(make_front(), HttpRequest("POST", path, "", headers, body)))
    assert answer.status < 500


@given(st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_get_an_answer_or_a_closed_connection(data):
    whole = sqs("ListQueues", b"{}")
    start, end = sorted((data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, len(whole)))))
    noise = whole[:start] + data.draw(st.binary(max_size=12)) + whole[end:]

    async def scenario():
        from cloudchamber.gateway import Server

        server = Server("127.0.0.1", 0)
        server.bind()
        await server.start(make_front().handle)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(noise)
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)
        await server.stop()
        return answer

    answer = asyncio.run(scenario())
    assert answer == b"" or answer.startswith(b"HTTP/1.1 ")
    assert b"InternalFailure" not in answer


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_calls_with_a_target_are_posted(client, method):
    request = http(
        method, "/", b"{}", X_Amz_Target="AmazonSQS.ListQueues", Content_Type="application/x-amz-json-1.0"
    )
    got, body = await ask(client, request)
    assert (got, body["__type"]) == (404, "com.amazon.coral.service#UnknownOperationException")


async def test_a_header_that_cannot_be_read_is_refused_in_the_words_of_the_service():
    headers = {"authorization": "AWS4-HMAC-SHA256 Credential=a/b"}
    answer = await outcome(make_front(), HttpRequest("GET", "/", headers=headers))
    assert answer.status == 400
    assert b"<Code>AuthorizationHeaderMalformed</Code>" in answer.body


async def test_an_old_presigned_address_without_its_key_is_taken_as_unsigned():
    answer = await outcome(make_front(), HttpRequest("GET", "/bucket/key", "xAWSAccessKeyId=1"))
    assert answer.status == 501  # there is no S3 in these tests
