"""What the round trips cannot show: error forms, event streams, S3's ways, routes, wrong types."""

import pytest
from botocore.eventstream import EventStreamBuffer

from cloudchamber.wire.http import HttpRequest
from cloudchamber.wire.model import load_model, service_names
from cloudchamber.wire.protocol import (
    MalformedRequest,
    UnknownOperation,
    WireError,
    protocol_for,
    protocol_named,
)


def parse(service, request):
    model = load_model(service)
    speaker = protocol_for(model, request)
    name, labels = speaker.operation(request)
    return name, speaker.parse(model.operations[name], request, labels)


def speaker(service, protocol):
    return protocol_named(load_model(service), protocol)


def test_models_are_found_without_importing_botocore():
    assert {"sqs", "lambda", "apigatewayv2", "dynamodb"} <= set(service_names())
    with pytest.raises(KeyError):
        load_model("no-such-service")
    with pytest.raises(KeyError):
        load_model("../data")
    sqs = load_model("sqs")
    assert (sqs.target_prefix, sqs.signing_name, sqs.api_version) == ("AmazonSQS", "sqs", "2012-11-05")
    missing = sqs.error("QueueDoesNotExist")
    assert missing is not None
    assert missing.error is not None
    assert missing.error.code == "AWS.SimpleQueueService.NonExistentQueue"
    assert sqs.error("NoSuchThing") is None


# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-json-faqs.html
def test_sqs_keeps_its_query_error_code_beside_the_json_one():
    response = speaker("sqs", "json").serialize_error(WireError("QueueDoesNotExist", "gone"), "id")
    assert response.body == b'{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"gone"}'
    assert response.header("x-amzn-query-error") == "AWS.SimpleQueueService.NonExistentQueue;Sender"
    assert response.header("Content-Type") == "application/x-amz-json-1.0"


def test_sqs_still_speaks_query():
    body = b"Action=SendMessage&MessageBody=a+%26&MessageAttribute.2.Name=n&MessageAttribute.2.Value.DataType=String"
    form = {"content-type": "application/x-www-form-urlencoded", "host": "h:1"}
    name, params = parse("sqs", HttpRequest("POST", "/1/q", "", form, body))
    assert name == "SendMessage"
    assert params == {
        "QueueUrl": "http://h:1/1/q",
        "MessageBody": "a &",
        "MessageAttributes": {"n": {"DataType": "String"}},
    }
    operation = load_model("sqs").operations["ReceiveMessage"]
    result = {"Messages": [{"Body": "a\r<", "Attributes": {"SentTimestamp": "1"}}]}
    assert speaker("sqs", "query").serialize(operation, result, "id").body == (
        b'<ReceiveMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><ReceiveMessageResult><Message>'
        b"<Body>a&#xD;&lt;</Body><Attribute><Name>SentTimestamp</Name><Value>1</Value></Attribute></Message>"
        b"</ReceiveMessageResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></ReceiveMessageResponse>"
    )


def test_s3_errors_name_the_request_and_have_no_body_for_head():
    s3 = speaker("s3", "rest-xml")
    error = WireError("NoSuchKey", "The specified key does not exist.", 404, {"Key": "a&b"})
    response = s3.serialize_error(error, "id")
    assert isinstance(response.body, bytes)
    assert (
        b"<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>a&amp;b</Key>"
        in (response.body)
    )
    assert b"<RequestId>id</RequestId><HostId>" in response.body
    head = s3.serialize_error(error, "id", load_model("s3").operations["HeadObject"])
    assert (head.status, head.body) == (404, b"")


# https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
@pytest.mark.parametrize(
    ("region", "text"), [(None, b"></LocationConstraint>"), ("eu-west-1", b">eu-west-1</Loc")]
)
def test_a_bucket_location_is_the_text_of_the_root(region, text):
    operation = load_model("s3").operations["GetBucketLocation"]
    body = speaker("s3", "rest-xml").serialize(operation, {"LocationConstraint": region}, "id").body
    assert isinstance(body, bytes)
    assert text in body


@pytest.mark.parametrize(
    ("method", "path", "query", "headers", "name"),
    [
        ("GET", "/", "", {}, "ListBuckets"),
        ("GET", "/b", "", {}, "ListObjects"),
        ("GET", "/b/", "list-type=2&prefix=x", {}, "ListObjectsV2"),
        ("GET", "/b", "analytics&id=1", {}, "GetBucketAnalyticsConfiguration"),
        ("GET", "/b", "analytics", {}, "ListBucketAnalyticsConfigurations"),
        ("PUT", "/b/k", "", {}, "PutObject"),
        ("PUT", "/b/k", "", {"x-amz-copy-source": "c/d"}, "CopyObject"),
        ("PUT", "/b/k", "partNumber=1&uploadId=u", {}, "UploadPart"),
        ("PUT", "/b/k", "partNumber=1&uploadId=u", {"x-amz-copy-source": "c/d"}, "UploadPartCopy"),
        ("POST", "/b/k", "uploads", {}, "CreateMultipartUpload"),
        ("POST", "/b/k", "uploadId=u", {}, "CompleteMultipartUpload"),
        ("DELETE", "/b/k", "uploadId=u", {}, "AbortMultipartUpload"),
        ("DELETE", "/b/k", "", {}, "DeleteObject"),
    ],
)
def test_s3_routes(method, path, query, headers, name):
    request = HttpRequest(method, path, query, headers)
    assert speaker("s3", "rest-xml").operation(request)[0] == name


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/b/a+b", "a+b"),
        ("/b/a%2Bb%20c", "a+b c"),
        ("/b/x//y/", "x//y/"),
        ("/b//lead", "/lead"),
        ("/b/a%2Fb", "a/b"),
        ("/b/%C3%BC%E2%98%83", "ü☃"),
        ("/b/..%2F.", "../."),
    ],
)
def test_s3_keys_are_decoded_once(path, key):
    name, params = parse("s3", HttpRequest("GET", path, "", {}))
    assert (name, params["Bucket"], params["Key"]) == ("GetObject", "b", key)


def test_unknown_operations_have_the_codes_of_their_protocols():
    cases = [
        (
            "sqs",
            HttpRequest("POST", "/", "", {"x-amz-target": "AmazonSQS.Nope"}),
            "UnknownOperationException",
        ),
        ("sns", HttpRequest("POST", "/", "Action=Nope", {}), "InvalidAction"),
        ("sns", HttpRequest("POST", "/", "", {}), "MissingAction"),
        ("lambda", HttpRequest("GET", "/nope", "", {}), "UnknownOperationException"),
        ("s3", HttpRequest("PATCH", "/b", "", {}), "MethodNotAllowed"),
    ]
    for service, request, code in cases:
        with pytest.raises(UnknownOperation) as caught:
            parse(service, request)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"DelaySeconds":"1"}', "STRING_VALUE can not be converted to an Integer"),
        (b'{"MessageBody":1}', "NUMBER_VALUE cannot be converted to String"),
        (b'{"MessageBody":{}}', "Start of structure or map found where not expected."),
        (b'{"MessageBody":[]}', "Start of list found where not expected"),
        (b"{", ""),
    ],
)
def test_wrong_json_is_a_serialization_exception(body, text):
    with pytest.raises(MalformedRequest) as caught:
        parse("sqs", HttpRequest("POST", "/", "", {"x-amz-target": "AmazonSQS.SendMessage"}, body))
    assert (caught.value.code, caught.value.message) == ("SerializationException", text)


def test_nulls_and_unknown_members_are_dropped():
    body = b'{"QueueUrl":"u","DelaySeconds":null,"Nope":[1],"MessageAttributes":{"a":{"DataType":"String","StringValue":null}}}'
    _, params = parse("sqs", HttpRequest("POST", "/", "", {"x-amz-target": "AmazonSQS.SendMessage"}, body))
    assert params == {"QueueUrl": "u", "MessageAttributes": {"a": {"DataType": "String"}}}


async def events_of(body):
    buffer = EventStreamBuffer()
    buffer.add_data(b"".join([part async for part in body]))
    return [(event.headers, event.payload) for event in buffer]


async def test_a_lambda_response_stream_is_read_by_botocore():
    operation = load_model("lambda").operations["InvokeWithResponseStream"]
    stream = [{"PayloadChunk": {"Payload": b"ab"}}, {"InvokeComplete": {"LogResult": "x"}}]
    response = speaker("lambda", "rest-json").serialize(
        operation, {"StatusCode": 200, "EventStream": stream}, "id"
    )
    first, second = await events_of(response.body)
    assert first[0][":event-type"] == "PayloadChunk"
    assert first[1] == b"ab"
    assert second[0][":event-type"] == "InvokeComplete"
    assert second[1] == b'{"LogResult":"x"}'


async def test_a_kinesis_subscription_starts_with_an_initial_response_and_may_end_in_an_exception():
    async def stream():
        yield {
            "SubscribeToShardEvent": {
                "Records": [],
                "ContinuationSequenceNumber": "1",
                "MillisBehindLatest": 0,
            }
        }
        yield WireError("ResourceInUseException", "busy")
        yield WireError("Other", "unmodelled")

    operation = load_model("kinesis").operations["SubscribeToShard"]
    response = speaker("kinesis", "json").serialize(operation, {"EventStream": stream()}, "id")
    initial, event, exception, error = await events_of(response.body)
    assert initial[0][":event-type"] == "initial-response"
    assert event[1] == b'{"Records":[],"ContinuationSequenceNumber":"1","MillisBehindLatest":0}'
    assert exception[0][":exception-type"] == "ResourceInUseException"
    assert exception[1] == b'{"message":"busy"}'
    assert (error[0][":message-type"], error[0][":error-code"]) == ("error", "Other")


async def test_selected_records_are_an_event_stream_of_xml():
    operation = load_model("s3").operations["SelectObjectContent"]
    stream = [{"Records": {"Payload": b"1,2"}}, {"Stats": {"Details": {"BytesScanned": 3}}}, {"End": {}}]
    response = speaker("s3", "rest-xml").serialize(operation, {"Payload": stream}, "id")
    records, stats, end = await events_of(response.body)
    assert records[1] == b"1,2"
    assert stats[1] == b"<Stats><BytesScanned>3</BytesScanned></Stats>"
    assert (end[0][":event-type"], end[1]) == ("End", b"")


def test_a_common_error_keeps_a_message_that_speaks_of_null():
    error = WireError("ValidationException", "Value null at 'role' failed to satisfy constraint")
    response = speaker("lambda", "rest-json").serialize_error(error, "id")
    assert response.body == b'{"message":"Value null at \'role\' failed to satisfy constraint"}'


# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("IncompleteSignature", "AuthorizationHeaderMalformed"),
        ("InvalidClientTokenId", "InvalidAccessKeyId"),
        ("MissingAuthenticationToken", "AccessDenied"),
        ("NoSuchKey", "NoSuchKey"),
    ],
)
def test_s3_has_words_of_its_own_for_who_may_not_enter(code, expected):
    response = speaker("s3", "rest-xml").serialize_error(WireError(code, "text {}", 403), "id")
    assert f"<Code>{expected}</Code>".encode() in response.body
