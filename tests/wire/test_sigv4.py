"""Signatures: botocore signs, we verify; and AWS's documented examples."""

from datetime import UTC, datetime

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.wire.http import HttpRequest
from cloudchamber.wire.sigv4 import SignatureError, parse_authorization, sign, verify

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
PATHS = [
    "/",
    "/bucket/a b/ü+~*'()",
    "/bucket//x/../y/",
    "/2015-03-31/functions/arn%3Aaws%3Alambda/invocations",
]


def as_request(signed) -> HttpRequest:
    prepared = signed.prepare()
    target = prepared.url.split("://", 1)[1]
    path, _, query = target[target.index("/") :].partition("?")
    headers = {
        key.lower(): value.decode() if isinstance(value, bytes) else value
        for key, value in prepared.headers.items()
    }
    headers.setdefault("host", "localhost:4566")
    body = prepared.body or b""
    return HttpRequest(
        prepared.method, path, query, headers, body.encode() if isinstance(body, str) else body
    )


def check(request, secret=SECRET, *, after_s=0):
    credential = parse_authorization(request)
    assert credential is not None
    assert credential.access_key == KEY
    signed_at = datetime.strptime(credential.timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    verify(request, credential, secret, signed_at + after_s)
    return credential


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("signer", "service"),
    [
        (botocore.auth.SigV4Auth, "sqs"),
        (botocore.auth.S3SigV4Auth, "s3"),
        (botocore.auth.S3SigV4QueryAuth, "s3"),
    ],
)
def test_what_botocore_signs_verifies(path, signer, service):
    from urllib.parse import quote

    url = "http://localhost:4566" + quote(path, safe="/%~") + "?b=2&a=x%20y&c&list-type=2"
    body = None if signer is botocore.auth.S3SigV4QueryAuth else b"body"
    request = AWSRequest("POST", url, data=body, headers={"X-Amz-Meta-A": "  two   spaces "})
    signer(Credentials(KEY, SECRET, "token"), service, "eu-west-1").add_auth(request)
    built = as_request(request)
    credential = check(built)
    assert (credential.region, credential.service) == ("eu-west-1", service)
    assert credential.session_token == "token"
    with pytest.raises(SignatureError, match="does not match the signature you provided"):
        check(built, "another secret")
    built.method = "PUT"
    with pytest.raises(SignatureError) as caught:
        check(built)
    assert caught.value.code == "SignatureDoesNotMatch"


def test_an_s3_version_2_presigned_url_verifies():
    request = AWSRequest("GET", "http://localhost:4566/bucket/key?versionId=3")
    botocore.auth.HmacV1QueryAuth(Credentials(KEY, SECRET), expires=60).add_auth(request)
    built = as_request(request)
    credential = parse_authorization(built)
    assert credential is not None
    assert credential.version == 2
    assert credential.expires is not None
    verify(built, credential, SECRET, credential.expires - 1)
    with pytest.raises(SignatureError, match="Request has expired"):
        verify(built, credential, SECRET, credential.expires + 1)
    with pytest.raises(SignatureError, match="does not match"):
        verify(built, credential, "other", credential.expires - 1)


def test_the_documented_iam_example():
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-examples.html
    request = HttpRequest(
        "GET",
        "/",
        "Action=ListUsers&Version=2010-05-08",
        {
            "host": "iam.amazonaws.com",
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            "x-amz-date": "20150830T123600Z",
            "authorization": (
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
                "SignedHeaders=content-type;host;x-amz-date, "
                "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
            ),
        },
    )
    check(request)


def test_the_documented_s3_presigned_example():
    # https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    query = (
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F"
        "aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
        "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )
    request = HttpRequest("GET", "/test.txt", query, {"host": "examplebucket.s3.amazonaws.com"})
    credential = parse_authorization(request)
    assert credential is not None
    now = datetime(2013, 5, 24, tzinfo=UTC).timestamp()
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    verify(request, credential, secret, now + 86400)
    with pytest.raises(SignatureError, match="Request has expired") as caught:
        verify(request, credential, secret, now + 86401)
    assert caught.value.code == "AccessDenied"


@pytest.mark.parametrize(
    ("service", "after_s", "code", "text"),
    [
        ("sqs", 901, "SignatureDoesNotMatch", "Signature expired: 20240101T000000Z is now earlier than"),
        ("sqs", -901, "SignatureDoesNotMatch", "Signature not yet current: 20240101T000000Z"),
        ("s3", 901, "RequestTimeTooSkewed", "The difference between the request time"),
    ],
)
def test_a_request_holds_for_fifteen_minutes(service, after_s, code, text):
    request = HttpRequest("POST", "/", "", {"host": "h"}, b"x")
    sign(request, KEY, SECRET, "us-east-1", service, datetime(2024, 1, 1, tzinfo=UTC).timestamp())
    check(request, after_s=900 if after_s > 0 else -900)
    with pytest.raises(SignatureError, match=text) as caught:
        check(request, after_s=after_s)
    assert caught.value.code == code


def test_a_changed_body_does_not_verify():
    request = HttpRequest("POST", "/", "", {"host": "h"}, b"x")
    sign(request, KEY, SECRET, "us-east-1", "s3", 1_700_000_000)
    request.body = b"y"
    with pytest.raises(SignatureError) as caught:
        check(request)
    assert caught.value.code == "XAmzContentSHA256Mismatch"


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (
            "AWS4-HMAC-SHA256 Credential=a/b/c",
            "requires 'Signature' parameter. Authorization header requires",
        ),
        ("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=1", "exactly 5 slash-delimited"),
        ("AWS5 x", "Unsupported AWS 'algorithm': 'AWS5'"),
    ],
)
def test_a_malformed_header_is_an_incomplete_signature(header, text):
    with pytest.raises(SignatureError, match=text) as caught:
        parse_authorization(HttpRequest("GET", "/", "", {"authorization": header}))
    assert (caught.value.code, caught.value.status) == ("IncompleteSignature", 400)


def test_an_unsigned_request_is_anonymous():
    assert parse_authorization(HttpRequest("GET", "/", "a=b", {"authorization": "Bearer x"})) is None
    assert parse_authorization(HttpRequest("GET", "/", "a=b")) is None


@given(st.text(), st.text())
def test_no_header_and_no_query_escapes_as_another_error(header, query):
    for request in (
        HttpRequest("GET", "/", query, {}),
        HttpRequest("GET", "/", "X-Amz-Credential=" + query, {}),
        HttpRequest("GET", "/", "AWSAccessKeyId=" + query, {}),
        HttpRequest("GET", "/", "", {"authorization": "AWS4-HMAC-SHA256 " + header}),
        HttpRequest(
            "GET",
            "/",
            "",
            {
                "authorization": "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request,Signature=1,"
                "SignedHeaders=host;" + header,
                "x-amz-date": query,
            },
        ),
    ):
        try:
            credential = parse_authorization(request)
            if credential is not None:
                verify(request, credential, "secret", 0)
        except SignatureError:
            continue
