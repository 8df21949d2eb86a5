"""Requests that are wrong, over the wire: each is refused with S3's code, and changes nothing."""

import hashlib
import re

import pytest

from cloudchamber.app.services import HTTP_SERVICES
from cloudchamber.gateway import Front
from cloudchamber.wire.http import HttpRequest


@pytest.fixture
async def send(cloud):
    """Sends a request, as `send("PUT", "/bucket/k", body, headers)`, to a front that holds `bucket` with the object `k`."""
    front = Front(cloud.cloud, http_services=HTTP_SERVICES)

    async def request(method, target, body=b"", headers=None, region="us-east-1"):
        scope = f"123456789012/20260101/{region}/s3/aws4_request"
        signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        path, _, query = target.partition("?")
        answers = []
        front.handle(
            HttpRequest(method, path, query, {"authorization": signed} | (headers or {}), body),
            answers.append,
        )
        await cloud.settle()
        (answer,) = answers
        return answer.status, answer.body.decode()

    assert (await request("PUT", "/bucket"))[0] == 200
    assert (await request("PUT", "/bucket/k", b"hello"))[0] == 200
    return request


async def is_unchanged(send):
    _, buckets = await send("GET", "/")
    _, listed = await send("GET", "/bucket?list-type=2")
    return (
        re.findall("<Name>(.*?)</Name>", buckets) == ["bucket"]
        and re.findall("<Key>(.*?)</Key>", listed) == ["k"]
        and await send("GET", "/bucket/k") == (200, "hello")
    )


def refusal(text):
    return re.findall("<Code>(.*?)</Code>", text)


CHUNKED = {
    "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "content-encoding": "aws-chunked",
    "x-amz-decoded-content-length": "2",
}


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({"content-md5": "AAAAAAAAAAAAAAAAAAAAAA=="}, b"hi", "BadDigest"),
        ({"content-md5": "zz"}, b"hi", "InvalidDigest"),
        ({"x-amz-checksum-crc32": "AAAAAA=="}, b"hi", "BadDigest"),
        ({"x-amz-checksum-sha256": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}, b"hi", "BadDigest"),
        ({"x-amz-checksum-crc32": "!"}, b"hi", "InvalidRequest"),
        ({"x-amz-content-sha256": hashlib.sha256(b"ho").hexdigest()}, b"hi", "XAmzContentSHA256Mismatch"),
        ({"x-amz-meta-a": "x" * 2048}, b"hi", "MetadataTooLarge"),
        ({"x-amz-storage-class": "NOPE"}, b"hi", "InvalidStorageClass"),
        ({"x-amz-acl": "nope"}, b"hi", "InvalidArgument"),
        ({"x-amz-server-side-encryption": "nope"}, b"hi", "InvalidEncryptionAlgorithmError"),
        ({"x-amz-tagging": "a=1&a=2"}, b"hi", "InvalidArgument"),
        ({"x-amz-object-lock-mode": "GOVERNANCE"}, b"hi", "InvalidRequest"),
        ({"if-match": '"00"'}, b"hi", "PreconditionFailed"),
        ({"if-none-match": "*"}, b"hi", "PreconditionFailed"),
        ({"x-amz-write-offset-bytes": "3"}, b"hi", "NotImplemented"),
        ({"x-amz-copy-source": "bucket"}, b"", "InvalidArgument"),
        ({"x-amz-copy-source": "/bucket/none"}, b"", "NoSuchKey"),
        ({"x-amz-copy-source": "/none/k"}, b"", "NoSuchBucket"),
        ({"x-amz-copy-source": "/bucket/k"}, b"", "InvalidRequest"),
        (CHUNKED, b"zz\r\n", "IncompleteBody"),
        (CHUNKED, b"3\r\nabc\r\n0\r\n\r\n", "IncompleteBody"),
        (CHUNKED, b"2\r\nhi\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", "BadDigest"),
    ],
)
async def test_a_body_or_header_that_does_not_hold_writes_no_object(send, headers, body, code):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""
    status, text = await send("PUT", "/bucket/k", body, headers)
    assert refusal(text) == [code]
    assert 400 <= status <= 501
    assert await is_unchanged(send)


async def test_keys_and_names_have_limits(send):
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"""
    status, text = await send("PUT", "/bucket/" + "%C3%BC" * 513, b"x")
    assert (status, refusal(text)) == (400, ["KeyTooLongError"])
    assert "<Size>1026</Size><MaxSizeAllowed>1024</MaxSizeAllowed>" in text
    for name in ("Bad_Bucket", "ab", "a" * 64, "192.168.5.4", "xn--bucket", "bucket-s3alias"):
        status, text = await send("PUT", f"/{name}")
        assert (status, refusal(text)) == (400, ["InvalidBucketName"])
    assert await is_unchanged(send)


MALFORMED = "MalformedXML"
DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "b">]><Tagging><TagSet><Tag><Key>&a;</Key><Value>1</Value></Tag></TagSet></Tagging>'
HELD_BY_SIZE = b"<Delete><Object><Key>k</Key><Size>9</Size></Object></Delete>"


@pytest.mark.parametrize(
    ("method", "target", "body", "code"),
    [
        ("PUT", "/bucket?versioning", b"<Versioning", MALFORMED),
        (
            "PUT",
            "/bucket?versioning",
            b"<VersioningConfiguration/>",
            "IllegalVersioningConfigurationException",
        ),
        (
            "PUT",
            "/bucket?versioning",
            b"<VersioningConfiguration><Status>On</Status></VersioningConfiguration>",
            MALFORMED,
        ),
        ("PUT", "/bucket?tagging", b"", MALFORMED),
        ("PUT", "/bucket?tagging", DOCTYPE, MALFORMED),
        ("PUT", "/bucket?cors", b"<CORSConfiguration></CORSConfiguration>", MALFORMED),
        (
            "PUT",
            "/bucket?lifecycle",
            b"<LifecycleConfiguration><Rule><Status>Enabled</Status><Expiration><Days>x</Days></Expiration></Rule>"
            b"</LifecycleConfiguration>",
            MALFORMED,
        ),
        ("PUT", "/bucket?policy", b"nope", "MalformedPolicy"),
        ("PUT", "/bucket?analytics&id=1", b"<AnalyticsConfiguration/>", "NotImplemented"),
        ("POST", "/bucket?delete", b"<Delete></Delete>", MALFORMED),
        ("POST", "/bucket?delete", b"<Delete><Object></Object></Delete>", MALFORMED),
        ("POST", "/bucket?delete", HELD_BY_SIZE, "NotImplemented"),
        ("POST", "/bucket/k?uploadId=zz", b"<CompleteMultipartUpload/>", "NoSuchUpload"),
        ("PUT", "/bucket/k?partNumber=1&uploadId=zz", b"x", "NoSuchUpload"),
        ("PUT", "/bucket/k?partNumber=x&uploadId=zz", b"x", "InvalidArgument"),
        ("PUT", "/bucket/k?partNumber=10001&uploadId=zz", b"x", "InvalidArgument"),
        ("PATCH", "/bucket", b"", "MethodNotAllowed"),
        ("POST", "/bucket", b"", "MethodNotAllowed"),
        ("DELETE", "/bucket", b"", "BucketNotEmpty"),
        ("DELETE", "/bucket/k?versionId=zz", b"", "InvalidArgument"),
        (
            "PUT",
            "/second",
            b"<CreateBucketConfiguration><LocationConstraint>mars</LocationConstraint></CreateBucketConfiguration>",
            "InvalidLocationConstraint",
        ),
    ],
)
async def test_a_configuration_or_command_that_cannot_be_meant_changes_nothing(
    send, method, target, body, code
):
    status, text = await send(method, target, body)
    assert refusal(text) == [code]
    assert 400 <= status <= 501
    assert await is_unchanged(send)
    assert "<Status>" not in (await send("GET", "/bucket?versioning"))[1]


@pytest.mark.parametrize(
    ("target", "headers", "status", "code"),
    [
        ("/bucket?list-type=2&max-keys=x", {}, 400, "InvalidArgument"),
        ("/bucket?list-type=2&max-keys=-1", {}, 400, "InvalidArgument"),
        ("/bucket?list-type=2&continuation-token=zz", {}, 400, "InvalidArgument"),
        ("/bucket?list-type=2&encoding-type=base64", {}, 400, "InvalidArgument"),
        ("/bucket/k?versionId=zz", {}, 400, "InvalidArgument"),
        ("/bucket/k?partNumber=0", {}, 400, "InvalidArgument"),
        ("/bucket/k?partNumber=2", {}, 416, "InvalidPartNumber"),
        ("/bucket/k", {"range": "bytes=9-"}, 416, "InvalidRange"),
        ("/bucket/k?partNumber=1", {"range": "bytes=0-1"}, 400, "InvalidRequest"),
        ("/bucket/k", {"x-amz-expected-bucket-owner": "999999999999"}, 403, "AccessDenied"),
        ("/bucket/none", {}, 404, "NoSuchKey"),
        ("/none", {}, 404, "NoSuchBucket"),
        ("/bucket?cors", {}, 404, "NoSuchCORSConfiguration"),
    ],
)
async def test_a_read_that_cannot_be_meant_is_refused(send, target, headers, status, code):
    found, text = await send("GET", target, b"", headers)
    assert (found, refusal(text)) == (status, [code])


@pytest.mark.parametrize("header", ["junk", "bytes=", "bytes=x-1", "bytes=3-1", "bytes=0-1,2-3", "items=0-1"])
async def test_a_range_that_is_none_is_ignored(send, header):
    """https://www.rfc-editor.org/rfc/rfc9110#section-14.2"""
    assert await send("GET", "/bucket/k", b"", {"range": header}) == (200, "hello")


async def test_a_bucket_is_made_in_another_region_only_by_naming_it(send):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html"""
    status, text = await send("PUT", "/second", region="eu-west-1")
    assert (status, refusal(text)) == (400, ["IllegalLocationConstraintException"])
    assert await is_unchanged(send)
