"""Which service a request is for."""

from __future__ import annotations

import botocore.session
import pytest

from cloudchamber.gateway.router import (
    SERVICE_OF_API_VERSION,
    SERVICE_OF_TARGET_PREFIX,
    account_of,
    bucket_in_host,
    http_route,
    service_of,
)
from cloudchamber.wire.http import HttpRequest
from cloudchamber.wire.model import load_model
from cloudchamber.wire.sigv4 import Credential, parse_authorization

SESSION = botocore.session.get_session()


def metadata(service: str) -> dict:
    return SESSION.get_service_model(service).metadata


def signing_name(service: str) -> str:
    found = metadata(service)
    return found.get("signingName", found["endpointPrefix"])


def ask(method="POST", path="/", query="", body=b"", **headers):
    return HttpRequest(method, path, query, {k.replace("_", "-"): v for k, v in headers.items()}, body)


@pytest.mark.parametrize("service", SESSION.get_available_services())
def test_every_signing_name_leads_to_a_service_that_signs_with_it(service):
    name = signing_name(service)
    found = service_of(ask(), Credential("a", "20260101", "us-east-1", name))
    if found in SESSION.get_available_services():
        assert signing_name(found) == name or found == "s3"
    else:
        assert (
            found == name
        )  # several services sign so and none is named so: the target or the path has to tell


@pytest.mark.parametrize("prefix", SERVICE_OF_TARGET_PREFIX)
def test_every_target_leads_to_the_service_whose_prefix_it_is(prefix):
    found = service_of(ask(x_amz_target=f"{prefix}.Anything"), None)
    assert metadata(found).get("targetPrefix", prefix) == prefix


@pytest.mark.parametrize("version", SERVICE_OF_API_VERSION)
def test_every_version_leads_to_the_service_of_that_version(version):
    form = "application/x-www-form-urlencoded"
    request = ask(body=f"Action=X&Version={version}".encode(), content_type=form)
    found = service_of(request, None)
    assert metadata(found)["apiVersion"] == version
    assert service_of(ask("GET", query=f"Version={version}&Action=X"), None) == found
    load_model(found)


@pytest.mark.parametrize(
    ("request_", "service"),
    [
        (ask(path="/123456789012/q"), "sqs"),
        (ask(path="/queue/eu-west-1/123456789012/q.fifo"), "sqs"),
        (ask(path="/2015-03-31/functions"), "lambda"),
        (ask(path="/service/GraniteServiceVersion20100801/operation/PutMetricData"), "cloudwatch"),
        (ask("GET", path="/bucket/key"), "s3"),
        (ask("GET", path="/"), "s3"),
        (ask("GET", path="/bucket/123456789012/q/more"), "s3"),
    ],
)
def test_unsigned_requests_are_told_apart_by_their_shape(request_, service):
    assert service_of(request_, None) == service


def test_a_target_tells_more_than_a_signature():
    scope = Credential("a", "20260101", "us-east-1", "dynamodb")
    assert service_of(ask(x_amz_target="DynamoDBStreams_20120810.ListStreams"), scope) == "dynamodbstreams"


def test_a_presigned_request_is_told_by_its_query():
    query = (
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20260101%2Feu-west-1%2Fsqs%2Faws4_request"
        "&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=" + "0" * 64
    )
    credential = parse_authorization(ask("GET", "/123456789012/q", query))
    assert credential
    assert (service_of(ask("GET", query=query), credential), credential.region) == ("sqs", "eu-west-1")


@pytest.mark.parametrize(
    ("host", "bucket"),
    [
        ("my.bucket.s3.localhost:4566", "my.bucket"),
        ("b.s3.eu-west-1.amazonaws.com", "b"),
        ("b.s3-eu-west-1.amazonaws.com", "b"),
        ("b.s3.localhost.localstack.cloud:4566", "b"),
        ("s3.localhost:4566", None),
        ("localhost:4566", None),
        ("127.0.0.1:4566", None),
    ],
)
def test_a_bucket_may_be_named_by_its_host(host, bucket):
    assert bucket_in_host(ask(host=host)) == bucket


@pytest.mark.parametrize(
    ("request_", "route"),
    [
        (ask(path="/dev/x", host="abc.execute-api.localhost:4566"), ("execute-api", "abc", "/dev/x")),
        (
            ask(path="/dev/x", host="abc.execute-api.us-east-1.amazonaws.com"),
            ("execute-api", "abc", "/dev/x"),
        ),
        (ask(path="/_aws/execute-api/abc/dev/x"), ("execute-api", "abc", "/dev/x")),
        (ask(path="/_aws/execute-api/abc"), ("execute-api", "abc", "/")),
        (ask(path="/restapis/abc/dev/_user_request_/x/y"), ("execute-api", "abc", "/dev/x/y")),
        (ask(path="/x", host="abc.lambda-url.us-east-1.localhost:4566"), ("lambda-url", "abc", "/x")),
        (ask(path="/_aws/lambda-url/abc/x"), ("lambda-url", "abc", "/x")),
        (ask(path="/restapis/abc"), None),
        (ask(path="/x", host="localhost:4566"), None),
    ],
)
def test_what_users_deployed_is_reached_by_host_or_path(request_, route):
    found = http_route(request_)
    assert (found and (found.label, found.id, found.request.path)) == route


@pytest.mark.parametrize(
    ("key", "account"),
    [("123456789012", "123456789012"), ("test", "000000000000"), ("", "000000000000")],
)
def test_an_access_key_tells_its_account(key, account):
    assert account_of(key) == account
