"""Which service a request is for, and in whose name: from its signature, target, host and path.

The names below are the few where a signature's service is not botocore's name, or several services share it;
`tests/gateway/test_router.py` holds them against botocore's models.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cloudchamber.aws.credentials import account_of_key
from cloudchamber.wire.http import HttpRequest
from cloudchamber.wire.sigv4 import Credential

DEFAULT_ACCOUNT = "000000000000"
DEFAULT_REGION = "us-east-1"

SERVICE_OF_SIGNING_NAME = {
    "aoss": "opensearchserverless",
    "elasticfilesystem": "efs",
    "elasticloadbalancing": "elbv2",
    "elasticmapreduce": "emr",
    "email": "ses",
    "execute-api": "apigatewaymanagementapi",
    "aws-marketplace": "meteringmarketplace",
    "monitoring": "cloudwatch",
    "s3express": "s3",
    "cloudwatch": "cloudwatchomni",
    "awsssoportal": "sso",
    "sso": "sso-admin",
    "sso-oauth": "sso-oidc",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}
SERVICE_OF_TARGET_PREFIX = {
    "AWSEvents": "events",
    "AmazonSQS": "sqs",
    "AmazonSSM": "ssm",
    "AWSStepFunctions": "stepfunctions",
    "DynamoDBStreams_20120810": "dynamodbstreams",
    "DynamoDB_20120810": "dynamodb",
    "GraniteServiceVersion20100801": "cloudwatch",
    "Kinesis_20131202": "kinesis",
    "Logs_20140328": "logs",
    "TrentService": "kms",
    "secretsmanager": "secretsmanager",
}
SERVICE_OF_API_VERSION = {
    "2010-03-31": "sns",
    "2010-05-08": "iam",
    "2010-05-15": "cloudformation",
    "2010-08-01": "cloudwatch",
    "2011-06-15": "sts",
    "2012-11-05": "sqs",
    "2016-11-15": "ec2",
}

_QUEUE_PATH = re.compile(r"/(?:queue/[a-z0-9-]+/)?\d{12}/[^/]+/?$")
_HOST_LABELS = re.compile(r"^(?P<id>[^.:]+)\.(?P<label>execute-api|lambda-url|appsync-api|cloudfront)\.")
_BUCKET_HOST = re.compile(r"^(?P<bucket>.+?)\.(?:s3|s3-website)[.-](?:[^:]+)(?::\d+)?$")
_SNS_LINK = re.compile(r"Action=(?:ConfirmSubscription&TopicArn=|Unsubscribe&SubscriptionArn=)arn(?::|%3A)")
_API_PATHS = (
    (re.compile(r"^/_aws/execute-api/(?P<id>[^/]+)(?P<rest>/.*)?$"), "execute-api"),
    (re.compile(r"^/restapis/(?P<id>[^/]+)/(?P<stage>[^/]+)/_user_request_(?P<rest>/.*)?$"), "execute-api"),
    (re.compile(r"^/_aws/lambda-url/(?P<id>[^/]+)(?P<rest>/.*)?$"), "lambda-url"),
    (re.compile(r"^/_aws/cloudformation-response/(?P<id>[^/]+)(?P<rest>/.*)?$"), "cloudformation-response"),
    (re.compile(r"^/_aws/sns/SimpleNotificationService-(?P<id>\w+)\.pem(?P<rest>)$"), "sns-certificate"),
)


class HttpRoute(NamedTuple):
    """A request to something a user deployed: an API, a function URL. `id` names it; the request's path begins behind it."""

    label: str
    id: str
    request: HttpRequest


def http_route(request: HttpRequest) -> HttpRoute | None:
    """The API or function URL a request is for, by host or by path; None when it is a call of an AWS service.

    A path form names its stage first (`/_aws/execute-api/ID/STAGE/...`), as a host form does where the stage is not `$default`.
    """
    host = request.headers.get("host", "")
    match = None if host.startswith(("localhost", "127.0.0.1")) else _HOST_LABELS.match(host)
    if match:
        return HttpRoute(match["label"], match["id"], request)
    if not request.path.startswith(("/_aws/", "/restapis/")):
        return None
    for pattern, label in _API_PATHS:
        match = pattern.match(request.path)
        if match:
            stage = match.groupdict().get("stage")
            rest = (f"/{stage}" if stage else "") + (match["rest"] or "/")
            return HttpRoute(
                label,
                match["id"],
                HttpRequest(
                    request.method, rest, request.query, request.headers, request.body, request.raw_headers
                ),
            )
    return None


def service_of(request: HttpRequest, credential: Credential | None) -> str:
    """botocore's name of the service a request calls. S3 is what remains: its buckets may have any path."""
    target = request.headers.get("x-amz-target")
    if target:
        by_target = SERVICE_OF_TARGET_PREFIX.get(target.partition(".")[0])
        if by_target or credential is None:
            return by_target or target.partition(".")[0]
    if credential and credential.service:
        return _by_signature(credential.service, request)
    if request.path.startswith("/service/"):
        return _by_cbor_path(request.path)
    return _by_shape(request)


def _by_signature(name: str, request: HttpRequest) -> str:
    if name == "apigateway" and request.path.startswith("/v2/"):
        return "apigatewayv2"
    if name == "s3" and request.path.startswith("/v20180820/"):
        return "s3control"
    if name == "elasticloadbalancing" and b"Version=2012-06-01" in request.body:
        return "elb"
    return SERVICE_OF_SIGNING_NAME.get(name, name)


def _by_cbor_path(path: str) -> str:
    named = path.split("/")[2]
    return SERVICE_OF_TARGET_PREFIX.get(named, named.lower())


def _by_shape(request: HttpRequest) -> str:
    text = request.query
    if request.method == "POST" and request.headers.get("content-type", "").startswith(
        "application/x-www-form-urlencoded"
    ):
        text += "&" + request.body[:65536].decode("latin-1")
    if "Action=" in text:
        version = re.search(r"(?:^|&)Version=([0-9-]+)", text)
        if version and version[1] in SERVICE_OF_API_VERSION:
            return SERVICE_OF_API_VERSION[version[1]]
        if is_link_of_sns(request):
            return "sns"
    if _QUEUE_PATH.match(request.path):
        return "sqs"
    if request.path.startswith("/2015-03-31/"):
        return "lambda"
    return "s3"


def is_link_of_sns(request: HttpRequest) -> bool:
    """Whether this follows a link of a message of SNS, which confirms or ends a subscription and is not signed."""
    is_plain = request.method == "GET" and request.path == "/" and not request.body
    return is_plain and _SNS_LINK.match(request.query) is not None and request.query.count("Action=") == 1


def is_from_a_page(request: HttpRequest) -> bool:
    """Whether this is what only browsers send to S3: a preflight request, or a form that uploads an object."""
    content_type = request.headers.get("content-type", "")
    return request.method == "OPTIONS" or (
        request.method == "POST" and content_type.startswith("multipart/form-data")
    )


def bucket_in_host(request: HttpRequest) -> str | None:
    """The bucket of a virtual-hosted S3 request, or None for a path-style one."""
    match = _BUCKET_HOST.match(request.host)
    return match["bucket"] if match else None


def account_of(access_key: str) -> str:
    """The account an access key acts in: the key itself when it is 12 digits, what a key of ours carries, else the default."""
    if len(access_key) == 12 and access_key.isdigit():
        return access_key
    return account_of_key(access_key) or DEFAULT_ACCOUNT
