"""What a client must not send: AWS's code, status and words for it, never a 500; and nothing has changed afterwards."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import socket
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.sdk.raw import Answer, Request, form, rest, signed, target

pytestmark = pytest.mark.sdk

ACCOUNT = "000000000000"
QUEUE_ARN = f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
NULL = "Member must not be null"


@pytest.fixture(scope="module")
def world(endpoint: str) -> tuple[str, Callable[[str], Any]]:
    """A chamber with one of each, and clients that send whatever they are told."""
    made: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in made:
            made[service] = boto3.client(
                service, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
            )  # fmt: skip
        return made[service]

    client("sqs").create_queue(QueueName="q")
    topic = client("sns").create_topic(Name="t")["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE_ARN)
    client("s3").create_bucket(Bucket="box")
    client("s3").put_object(Bucket="box", Key="k", Body=b"kept")
    client("events").put_rule(Name="ok", ScheduleExpression="rate(1 day)")
    client("dynamodb").create_table(
        TableName="tab", KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
    )  # fmt: skip
    return endpoint, client


_LISTS: dict[str, dict[str, dict[str, Any]]] = {
    "apigateway": {"get_rest_apis": {}},
    "apigatewayv2": {"get_apis": {}},
    "cloudformation": {"describe_stacks": {}},
    "dynamodb": {"list_tables": {}, "scan": {"TableName": "tab"}},
    "events": {"list_rules": {}, "list_targets_by_rule": {"Rule": "ok"}},
    "iam": {"list_users": {}, "list_roles": {}, "list_policies": {"Scope": "Local"}},
    "kinesis": {"list_streams": {}},
    "lambda": {"list_functions": {}, "list_event_source_mappings": {}},
    "logs": {"describe_log_groups": {}},
    "s3": {"list_buckets": {}, "list_object_versions": {"Bucket": "box"}, "get_object_tagging": {"Bucket": "box", "Key": "k"},
           "get_bucket_versioning": {"Bucket": "box"}},
    "secretsmanager": {"list_secrets": {}},
    "sns": {"list_topics": {}, "list_subscriptions": {}},
    "sqs": {"list_queues": {}, "get_queue_attributes": {"QueueUrl": "q", "AttributeNames": ["All"]}},
    "ssm": {"describe_parameters": {}},
}  # fmt: skip


def everything(client: Callable[[str], Any]) -> dict[str, Any]:
    """All there is, as the services list it."""
    found: dict[str, Any] = {}
    for service, operations in _LISTS.items():
        for operation, members in operations.items():
            answer = getattr(client(service), operation)(**members)
            found[f"{service} {operation}"] = {k: v for k, v in answer.items() if k != "ResponseMetadata"}
    for subscription in found["sns list_subscriptions"]["Subscriptions"]:
        arn = subscription["SubscriptionArn"]
        found[arn] = client("sns").get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    return found


@pytest.fixture(autouse=True)
def nothing_changes(world: Any) -> Iterator[None]:
    before = everything(world[1])
    yield
    assert everything(world[1]) == before


def check(answer: Answer, status: int, code: str, text: str = "") -> None:
    assert (answer.status, answer.code) == (status, code), answer.body
    assert answer.text.startswith(text), answer.text


# https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
@pytest.mark.parametrize("name", [
    "AmazonSQS.SendMessage", "AmazonSSM.PutParameter", "AWSEvents.PutRule", "DynamoDB_20120810.PutItem",
    "Kinesis_20131202.CreateStream", "Logs_20140328.CreateLogGroup", "secretsmanager.CreateSecret",
])  # fmt: skip
@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b'{"a": 1}x', b"[" * 100_000])
def test_what_is_no_json_object(world: Any, name: str, body: bytes) -> None:
    check(target(name, body).send(world[0]), 400, "SerializationException")


@pytest.mark.parametrize(("request_", "status", "code", "text"), [
    # wrong types
    (target("AmazonSQS.SendMessage", b'{"QueueUrl": 1}', "1.0"), 400, "SerializationException",
     "NUMBER_VALUE cannot be converted to String"),
    (target("AmazonSQS.SendMessage", b'{"QueueUrl": "q", "DelaySeconds": "a"}', "1.0"), 400, "SerializationException",
     "STRING_VALUE can not be converted to an Integer"),
    (target("DynamoDB_20120810.BatchGetItem", b'{"RequestItems": []}', "1.0"), 400, "SerializationException",
     "Start of list found where not expected"),
    (target("AWSEvents.PutTargets", b'{"Rule": "ok", "Targets": {"Id": "x"}}'), 400, "SerializationException",
     "Start of structure or map found where not expected"),
    (target("Kinesis_20131202.PutRecord", b'{"StreamName": "a", "Data": "***"}'), 400, "SerializationException", ""),
    (rest("lambda", "GET /2015-03-31/functions?MaxItems=x"), 400, "SerializationException", ""),
    (rest("apigateway", "GET /restapis?limit=x"), 400, "SerializationException", ""),
    (form("iam", "Action=ListUsers&Version=2010-05-08&MaxItems=ten"), 400, "MalformedInput", ""),
    (form("sns", "Action=CreateTopic&Version=2010-03-31&Name=x&Tags.member.x.Key=a"), 400, "MalformedInput", ""),
    (form("sns", "Action=CreateTopic&Version=2010-03-31&Name=x&Tags.member.99999999999.Key=a"), 400, "MalformedInput", ""),
    # missing members, each in the words of its service
    (target("AmazonSQS.CreateQueue", b"{}", "1.0"), 400, "MissingParameter",
     "The request must contain the parameter QueueName."),
    (target("AWSEvents.PutRule", b""), 400, "ValidationException",
     f"1 validation error detected: Value null at 'name' failed to satisfy constraint: {NULL}"),
    (target("Logs_20140328.CreateLogGroup", b"{}"), 400, "InvalidParameterException",
     f"1 validation error detected: Value null at 'logGroupName' failed to satisfy constraint: {NULL}"),
    (form("iam", "Action=CreateUser&Version=2010-05-08"), 400, "ValidationError",
     f"1 validation error detected: Value null at 'userName' failed to satisfy constraint: {NULL}"),
    (form("cloudformation", "Action=CreateStack&Version=2010-05-15"), 400, "ValidationError",
     f"1 validation error detected: Value null at 'stackName' failed to satisfy constraint: {NULL}"),
    (rest("lambda", "POST /2015-03-31/functions", {"FunctionName": "f", "Code": {}}), 400, "ValidationException",
     f"1 validation error detected: Value null at 'role' failed to satisfy constraint: {NULL}"),
    (rest("apigateway", "POST /v2/apis", {"name": "a"}), 400, "BadRequestException",
     f"1 validation error detected: Value null at 'protocolType' failed to satisfy constraint: {NULL}"),
    (rest("apigateway", "POST /restapis", b""), 400, "BadRequestException",
     f"1 validation error detected: Value null at 'name' failed to satisfy constraint: {NULL}"),
    # bodies of REST services that are no JSON
    (rest("lambda", "POST /2015-03-31/functions", b"{"), 400, "SerializationException", ""),
    (rest("apigateway", "POST /v2/apis", b"[]"), 400, "SerializationException", ""),
    (rest("apigateway", "POST /restapis", b"\xff"), 400, "SerializationException", ""),
    # operations nobody knows
    (target("AmazonSQS.Nope", b"{}", "1.0"), 400, "UnknownOperationException", ""),
    (Request("POST", "/", b"{}", signed("dynamodb")), 400, "UnknownOperationException", ""),
    (target("AmazonSQS.ListQueues", b"{}", "1.0", method="PUT"), 404, "UnknownOperationException", ""),
    (target("DynamoDB_20120810.DeleteTable", b'{"TableName": "tab"}', "1.0", method="GET"), 404,
     "UnknownOperationException", ""),
    (form("sns", "Action=DeleteTopic&Version=2010-03-31", method="DELETE"), 404, "UnknownOperationException", ""),
    (form("iam", "Action=Nope&Version=2010-05-08"), 400, "InvalidAction",
     "Could not find operation Nope for version 2010-05-08"),
    (form("sns", "Version=2010-03-31"), 400, "MissingAction", ""),
    (form("cloudformation", ""), 400, "MissingAction", ""),
    (form("sns", "%%%&&=&a.b.c=1"), 400, "MissingAction", ""),
    (form("iam", "Action=%FF%FE&Version=2010-05-08"), 400, "InvalidAction", ""),
    (rest("lambda", "GET /2015-03-31/nope"), 404, "UnknownOperationException", ""),
    (rest("lambda", "PATCH /2015-03-31/functions"), 404, "UnknownOperationException", ""),
    (rest("apigateway", "GET /nope"), 404, "UnknownOperationException", ""),
    (rest("apigateway", "PUT /restapis"), 404, "UnknownOperationException", ""),
    (rest("s3", "PATCH /box/k"), 405, "MethodNotAllowed", "The specified method is not allowed against this resource."),
    # services and APIs nobody knows
    (Request("POST", "/", b"", signed("nosuch")), 501, "NotImplemented", "There is no AWS service 'nosuch'."),
    (Request("POST", "/", b"", signed("..")), 501, "NotImplemented", ""),
    (target("Nope.Nope", b"{}"), 501, "NotImplemented", "There is no AWS service 'Nope'."),
    (form("ec2", "Action=DescribeInstances&Version=2016-11-15"), 501, "NotImplemented", ""),
    (Request("GET", "/_aws/execute-api/nosuch/x"), 404, "NotFoundException", ""),
    (Request("GET", "/restapis/nosuch/prod/_user_request_/x"), 404, "NotFoundException", ""),
    (Request("GET", "/x", b"", {"Host": "nosuch.execute-api.us-east-1.amazonaws.com"}), 404, "NotFoundException", ""),
    (Request("GET", "/x", b"", {"Host": "nosuch.lambda-url.us-east-1.on.aws"}), 404, "NotFoundException", ""),
])  # fmt: skip
def test_what_cannot_be_read(world: Any, request_: Request, status: int, code: str, text: str) -> None:
    check(request_.send(world[0]), status, code, text)


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
@pytest.mark.parametrize(("header", "text"), [
    ("AWS4-HMAC-SHA256", "Authorization header requires 'Credential' parameter. "),
    ("AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request",
     "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. "),
    ("AWS5-FOO Credential=a", "Unsupported AWS 'algorithm': 'AWS5-FOO'."),
    ("AWS4-HMAC-SHA256 Credential=test/us-east-1/sqs, SignedHeaders=host, Signature=0",
     "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'test/us-east-1/sqs'"),
    ("AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/sqs/aws3_request, SignedHeaders=host, Signature=0",
     "Credential must have exactly 5 slash-delimited elements"),
])  # fmt: skip
def test_an_authorization_that_cannot_be_read(world: Any, header: str, text: str) -> None:
    named = {"Authorization": header}
    asked = target("AmazonSQS.ListQueues", b"{}", "1.0")
    check(asked.told(named).send(world[0]), 400, "IncompleteSignatureException", text)
    asked = form("iam", "Action=ListUsers&Version=2010-05-08")
    check(asked.told(named).send(world[0]), 400, "IncompleteSignature", text)
    text = f"The authorization header is malformed; {text}"
    check(Request("GET", "/box", b"", named).send(world[0]), 400, "AuthorizationHeaderMalformed", text)


def md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content).digest()).decode()


MALFORMED = "The XML you provided was not well-formed or did not validate against our published schema"
STREAMED = {
    "x_amz_content_sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x_amz_trailer": "x-amz-checksum-crc32",
    "content_encoding": "aws-chunked", "x_amz_decoded_content_length": "4",
}  # fmt: skip


# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
@pytest.mark.parametrize(("request_", "status", "code", "text"), [
    (rest("s3", "POST /box?delete", b"<Delete><Obj"), 400, "MalformedXML", MALFORMED),
    (rest("s3", "POST /box?delete", b"<Delete></Delete>"), 400, "MalformedXML", MALFORMED),
    (rest("s3", "PUT /box?versioning", b"hello"), 400, "MalformedXML", MALFORMED),
    (rest("s3", "PUT /box?versioning", b"<VersioningConfiguration><Status>Maybe</Status></VersioningConfiguration>"), 400,
     "MalformedXML", MALFORMED),
    (rest("s3", "PUT /box?versioning", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'), 400, "MalformedXML", MALFORMED),
    (rest("s3", "PUT /box?versioning", b"<a>" * 50_000), 400, "MalformedXML", MALFORMED),
    (rest("s3", "PUT /box/k?tagging", b"<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>"), 400,
     "MalformedXML", MALFORMED),
    (rest("s3", "PUT /box3", b"{"), 400, "MalformedXML", MALFORMED),
    (rest("s3", "PUT /box/k", b"x", Content_MD5=md5(b"y")), 400, "BadDigest",
     "The Content-MD5 you specified did not match what we received."),
    (rest("s3", "PUT /box/k", b"", Content_MD5=md5(b"y")), 400, "BadDigest", ""),
    (rest("s3", "PUT /box/k", b"x", Content_MD5="zzz"), 400, "InvalidDigest", "The Content-MD5 you specified was invalid."),
    (rest("s3", "PUT /box/k", b"x", x_amz_checksum_crc32="AAAAAA=="), 400, "BadDigest",
     "The CRC32 you specified did not match the calculated checksum."),
    (rest("s3", "PUT /box/k", b"", x_amz_checksum_crc32="AAAAAQ=="), 400, "BadDigest", ""),
    (rest("s3", "PUT /box/k", b"x", x_amz_checksum_sha256="!!"), 400, "InvalidRequest",
     "Value for x-amz-checksum-sha256 header is invalid."),
    (rest("s3", "PUT /box/k", b"junk", **STREAMED), 400, "IncompleteBody", ""),
    (rest("s3", "PUT /box/%ff", b"x"), 400, "InvalidURI", "Couldn't parse the specified URI."),
    (rest("s3", "GET /box?list-type=2&max-keys=x"), 400, "InvalidArgument", ""),
    (rest("s3", "GET /box?list-type=2&max-keys=-1"), 400, "InvalidArgument",
     "Argument maxKeys must be an integer between 0 and 2147483647"),
    (rest("s3", "GET /box/k", Range="bytes=9-"), 416, "InvalidRange", "The requested range is not satisfiable"),
    (rest("s3", "PUT /B_x!"), 400, "InvalidBucketName", "The specified bucket is not valid."),
    (rest("s3", "PUT /box/k2", b"x", x_amz_storage_class="WARM"), 400, "InvalidStorageClass", ""),
    (rest("s3", "PUT /box/k?partNumber=x&uploadId=x", b"x"), 400, "InvalidArgument", ""),
    (rest("s3", f"PUT /box/{'k' * 1025}", b"x"), 400, "KeyTooLongError", "Your key is too long"),
    (rest("s3", "GET /box/k?X-Amz-Algorithm=a"), 400, "AuthorizationQueryParametersError", ""),
])  # fmt: skip
def test_what_s3_does_not_take(world: Any, request_: Request, status: int, code: str, text: str) -> None:
    if "X-Amz-Algorithm" in request_.path:
        request_ = request_._replace(headers={})
    check(request_.send(world[0]), status, code, text)


def test_the_checksum_of_a_whole_object_is_not_that_of_the_request(world: Any) -> None:
    s3, crc = world[1]("s3"), base64.b64encode(zlib.crc32(b"hello").to_bytes(4, "big")).decode()
    place = {"Bucket": "box", "Key": "parts"}
    upload = s3.create_multipart_upload(**place, ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")
    place |= {"UploadId": upload["UploadId"]}
    part = s3.upload_part(**place, PartNumber=1, Body=b"hello", ChecksumAlgorithm="CRC32")
    listed = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"], "ChecksumCRC32": crc}]}
    s3.complete_multipart_upload(
        **place, ChecksumCRC32=crc, ChecksumType="FULL_OBJECT", MultipartUpload=listed
    )
    s3.delete_object(Bucket="box", Key="parts")


def head(*lines: str) -> bytes:
    return "\r\n".join((*lines, "", "")).encode("latin-1")


# https://www.rfc-editor.org/rfc/rfc9112
@pytest.mark.parametrize(("sent", "status"), [
    (head("GARBAGE"), 400),
    (head("GET  HTTP/1.1"), 400),
    (head("GET / HTTP/9.9"), 400),
    (head("GET /box HTTP/1.1", "Bad Header: x"), 400),
    (head("GET /box HTTP/1.1", "X: a\0b"), 400),
    (head("PUT /box/k HTTP/1.1", "Content-Length: -1"), 400),
    (head("PUT /box/k HTTP/1.1", "Content-Length: 5", "Content-Length: 6") + b"hello!", 400),
    (head("PUT /box/k HTTP/1.1", "Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n", 400),
    (head("PUT /box/k HTTP/1.1", "Transfer-Encoding: chunked") + b"ZZ\r\n", 400),
    (head("PUT /box/k HTTP/1.1", "Content-Length: 99999999999999"), 413),
    (head("GET /box HTTP/1.1", "X-Large: " + "a" * 70_000), 431),
])  # fmt: skip
def test_what_is_no_request_of_http(world: Any, sent: bytes, status: int) -> None:
    host, _, port = world[0].partition("//")[2].partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(sent)
        answer = connection.recv(65_536)
    assert answer.split(b" ")[1] == str(status).encode(), answer


def refusal(client: Any, operation: str, members: dict[str, Any]) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**members)
    response = caught.value.response
    return (
        response["ResponseMetadata"]["HTTPStatusCode"],
        response["Error"]["Code"],
        response["Error"]["Message"],
    )


def code_of(content: bytes, **members: Any) -> dict[str, Any]:
    said = {
        "FunctionName": "f",
        "Runtime": "python3.12",
        "Handler": "a.h",
        "Role": ROLE,
        "Code": {"ZipFile": content},
    }
    return said | members


def zipped() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.py", "def h(event, context): return 1")
    return content.getvalue()


UNZIP = "Could not unzip uploaded file. Please check your file, then try to upload again."
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:t"


def sub_policy(policy: str) -> dict[str, Any]:
    return {
        "TopicArn": TOPIC,
        "Protocol": "sqs",
        "Endpoint": QUEUE_ARN + "2",
        "Attributes": {"FilterPolicy": policy},
    }


def to(**members: Any) -> dict[str, Any]:
    return {"Rule": "ok", "Targets": [{"Id": "1", "Arn": QUEUE_ARN, **members}]}


def transformed(paths: dict[str, str], template: str) -> dict[str, Any]:
    return to(InputTransformer={"InputPathsMap": paths, "InputTemplate": template})


NO_SCHEDULE = "Parameter ScheduleExpression is not valid."
NO_PATTERN = "Event pattern is not valid. Reason: "
NO_FILTER = "Invalid parameter: Attributes Reason: FilterPolicy: "


@pytest.mark.parametrize(("call", "members", "status", "code", "text"), [
    # over the limits
    ("sqs send_message", {"QueueUrl": "q", "MessageBody": "x" * 1_048_577}, 400, "InvalidParameterValue",
     "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes."),
    ("sqs send_message_batch", {"QueueUrl": "q", "Entries": []}, 400, "AWS.SimpleQueueService.EmptyBatchRequest", ""),
    ("sqs send_message_batch", {"QueueUrl": "q", "Entries": [{"Id": str(n), "MessageBody": "x" * 600_000} for n in (1, 2)]},
     400, "AWS.SimpleQueueService.BatchRequestTooLong",
     "Batch requests cannot be longer than 1048576 bytes. You have sent 1200000 bytes."),
    ("sns publish", {"TopicArn": TOPIC, "Message": "x" * 262_145}, 400, "InvalidParameter",
     "Invalid parameter: Message too long"),
    ("events put_events", {"Entries": [{"Source": "a", "DetailType": "b", "Detail": json.dumps("x" * 1_048_576)}]}, 400,
     "ValidationException", "Total size of the entries in the request is over the limit."),
    ("lambda invoke", {"FunctionName": "f", "Payload": b'"' + b"x" * 6_291_456 + b'"'}, 413,
     "RequestEntityTooLargeException", "Request must be smaller than 6291456 bytes for the InvokeFunction operation"),
    ("dynamodb put_item", {"TableName": "tab", "Item": {"a": {"S": "1"}, "b": {"S": "x" * 409_600}}}, 400,
     "ValidationException", "Item size has exceeded the maximum allowed size"),
    ("ssm put_parameter", {"Name": "p", "Value": "x" * 4_097, "Type": "String"}, 400, "ValidationException",
     "Standard tier parameters support a maximum parameter value of 4096 characters."),
    ("secretsmanager create_secret", {"Name": "s", "SecretString": "x" * 65_537}, 400, "ValidationException", ""),
    ("cloudformation create_stack", {"StackName": "s", "TemplateBody": "x" * 51_201}, 400, "ValidationError",
     "1 validation error detected: Value '"),
    # packages of functions
    ("lambda create_function", code_of(b"not a zip"), 400, "InvalidParameterValueException", UNZIP),
    ("lambda create_function", code_of(zipped()[:-30]), 400, "InvalidParameterValueException", UNZIP),
    ("lambda create_function", code_of(zipped(), Runtime="perl5"), 400, "ValidationException",
     "1 validation error detected: Value 'perl5' at 'runtime' failed to satisfy constraint: "),
    ("lambda create_function", code_of(zipped(), MemorySize=1), 400, "ValidationException",
     "1 validation error detected: Value '1' at 'memorySize' failed to satisfy constraint: "
     "Member must have value greater than or equal to 128"),
    # event patterns: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
    ("events put_rule", {"Name": "r", "EventPattern": "{"}, 400, "InvalidEventPatternException", NO_PATTERN),
    ("events put_rule", {"Name": "r", "EventPattern": "[]"}, 400, "InvalidEventPatternException",
     NO_PATTERN + "Filter is not an object"),
    ("events put_rule", {"Name": "r", "EventPattern": "{}"}, 400, "InvalidEventPatternException",
     NO_PATTERN + "Empty objects are not allowed"),
    ("events put_rule", {"Name": "r", "EventPattern": '{"source": "a"}'}, 400, "InvalidEventPatternException",
     NO_PATTERN + '"source" must be an object or an array'),
    ("events put_rule", {"Name": "r", "EventPattern": '{"source": [{"nope": 1}]}'}, 400, "InvalidEventPatternException",
     NO_PATTERN + "Unrecognized match type nope"),
    ("events put_rule", {"Name": "r"}, 400, "ValidationException",
     "Parameter(s) EventPattern or ScheduleExpression must be specified."),
    *[("events put_rule", {"Name": "r", "ScheduleExpression": expression}, 400, "ValidationException", NO_SCHEDULE)
      for expression in ("rate(0 minutes)", "rate(1 minutes)", "rate(5 minute)", "cron(* * * * *)",
                         "cron(0 0 32 * ? *)", "cron(0 12 * * * *)", "every day", "cron()")],
    # targets
    ("events put_targets", transformed({"a": "source"}, '"<a>"'), 400, "ValidationException",
     "Invalid InputPath: source for target 1."),
    ("events put_targets", transformed({"a": "$.x"}, '"<b>"'), 400, "ValidationException",
     "InputTemplate contains invalid placeholder b. for target 1."),
    ("events put_targets", to(Input="{"), 400, "ValidationException", "JSON syntax error in input for target 1."),
    ("events put_targets", to(Input="{}", InputPath="$.x"), 400, "ValidationException",
     "Only one of Input, InputPath, or InputTransformer must be provided for target 1."),
    ("events put_targets", to(Arn="nope"), 400, "ValidationException",
     "Parameter nope is not valid. Reason: Provided Arn is not in correct format."),
    # filter policies: https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
    ("sns subscribe", sub_policy("{"), 400, "InvalidParameter", "Invalid parameter: "),
    ("sns subscribe", sub_policy('{"a": 1}'), 400, "InvalidParameter", "Invalid parameter: "),
    ("sns subscribe", sub_policy('{"a": [{"numeric": ["<"]}]}'), 400, "InvalidParameter", "Invalid parameter: "),
    ("sns subscribe", {"TopicArn": TOPIC, "Protocol": "pigeon", "Endpoint": "x"}, 400, "InvalidParameter",
     "Invalid parameter: Amazon SNS does not support this protocol string: pigeon"),
    # values
    ("sqs send_message", {"QueueUrl": "q", "MessageBody": "\0"}, 400, "InvalidMessageContents", ""),
    ("sqs send_message", {"QueueUrl": "q", "MessageBody": "x", "DelaySeconds": 901}, 400, "InvalidParameterValue",
     "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."),
    ("sqs delete_message", {"QueueUrl": "q", "ReceiptHandle": "junk"}, 400, "ReceiptHandleIsInvalid", ""),
    ("sns publish", {"TopicArn": TOPIC, "Message": "{}", "MessageStructure": "json"}, 400, "InvalidParameter",
     "Invalid parameter: Message Structure - No default entry in JSON message body"),
    ("dynamodb put_item", {"TableName": "tab", "Item": {"a": {"S": "1"}, "n": {"N": "x"}}}, 400, "ValidationException",
     "The parameter cannot be converted to a numeric value: x"),
    ("dynamodb put_item", {"TableName": "tab", "Item": {"b": {"S": "1"}}}, 400, "ValidationException",
     "One or more parameter values were invalid: Missing the key a in the item"),
    ("iam create_role", {"RoleName": "r", "AssumeRolePolicyDocument": "{"}, 400, "MalformedPolicyDocument",
     "This policy contains invalid Json"),
    ("logs create_log_group", {"logGroupName": "a b"}, 400, "InvalidParameterException",
     "1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: "),
    ("apigatewayv2 create_api", {"Name": "a", "ProtocolType": "FTP"}, 400, "BadRequestException",
     "1 validation error detected: Value 'FTP' at 'protocolType' failed to satisfy constraint: "),
], ids=lambda value: value if isinstance(value, str) and len(value) < 60 else "")  # fmt: skip
def test_what_a_service_does_not_take(
    world: Any, call: str, members: dict[str, Any], status: int, code: str, text: str
) -> None:
    service, operation = call.split(" ")
    got_status, got_code, got_text = refusal(world[1](service), operation, members)
    assert (got_status, got_code) == (status, code), got_text[:500]
    assert got_text.startswith(text), got_text[:500]


def template(properties: Any = None, resource: dict[str, Any] | None = None, **sections: Any) -> str:
    made: dict[str, Any] = {"Type": "AWS::SQS::Queue"} | (resource or {})
    if properties is not None:
        made["Properties"] = properties
    return json.dumps({"Resources": {"A": made}} | sections)


DEPENDENCY = (
    "Template format error: Unresolved resource dependencies [Nope] in the Resources block of the template"
)


# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
@pytest.mark.parametrize(("body", "text"), [
    ("{", "Template format error: JSON not well-formed. (line 1, column 2)"),
    ("a: [b", "Template format error: YAML not well-formed. "),
    ("Resources:\n\tA: b", "Template format error: YAML not well-formed. (line 2, column 1)"),
    ("hello", "Template format error: unsupported structure."),
    ("{}", "Template format error: At least one Resources member must be defined."),
    (template(resource={"Type": "AWS::Foo::Bar"}), "Template format error: Unrecognized resource types: [AWS::Foo::Bar]"),
    (json.dumps({"Resources": {"A": {}}}),
     "Template format error: [/Resources/A] Every Resources object must contain a Type member."),
    (template({"QueueName": {"Ref": "A"}}), "Circular dependency between resources: [A]"),
    (template(resource={"DependsOn": "B"}, Resources={
        "A": {"Type": "AWS::SQS::Queue", "DependsOn": "B"}, "B": {"Type": "AWS::SQS::Queue", "DependsOn": "A"},
    }), "Circular dependency between resources: [A, B]"),
    (template({"QueueName": {"Ref": "Nope"}}), DEPENDENCY),
    (template({"QueueName": {"Fn::Sub": "${Nope}"}}), DEPENDENCY),
    (template(resource={"DependsOn": "Nope"}), DEPENDENCY),
    (template({"QueueName": {"Fn::GetAtt": ["Nope", "Arn"]}}),
     "Template error: instance of Fn::GetAtt references undefined resource Nope"),
    (template(Parameters={"P": {"Type": "String"}}), "Parameters: [P] must have values"),
    (template(AWSTemplateFormatVersion="2011"), "Template format error: Template version 2011 is unsupported."),
    (template(Foo={}), "Invalid template property or properties [Foo]"),
    (template(Outputs={"O": {"Value": {"Ref": "Nope"}}}),
     "Template format error: Unresolved resource dependencies [Nope] in the Outputs block of the template"),
    (template(resource={"Condition": "Nope"}), "Template format error: Unresolved condition dependency Nope in the Resources "),
])  # fmt: skip
def test_a_template_that_cannot_be_deployed(world: Any, body: str, text: str) -> None:
    members = {"StackName": "s", "TemplateBody": body}
    assert refusal(world[1]("cloudformation"), "create_stack", members)[:2] == (400, "ValidationError")
    assert refusal(world[1]("cloudformation"), "create_stack", members)[2].startswith(text)
