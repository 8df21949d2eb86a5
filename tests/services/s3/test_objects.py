"""Objects: put, get, head, delete; conditions and ranges."""

import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.services.s3.errors import InvalidRange
from cloudchamber.services.s3.rules import ranges


async def body_of(answer):
    body = answer["Body"]
    return body if isinstance(body, bytes) else b"".join([chunk async for chunk in body])


async def test_what_is_put_is_got_back_with_its_etag_and_metadata(s3):
    put = await s3(
        "PutObject", Key="a/b c+ü", Body=b"hello", Metadata={"Color": "red"}, CacheControl="no-cache"
    )
    got = await s3("GetObject", Key="a/b c+ü")
    assert got["Body"] == b"hello"
    assert got["ETag"] == put["ETag"] == '"5d41402abc4b2a76b9719d911017c592"'
    assert (got["ContentLength"], got["ContentType"], got["CacheControl"]) == (
        5,
        "binary/octet-stream",
        "no-cache",
    )
    assert got["Metadata"] == {"color": "red"}
    assert got["ServerSideEncryption"] == put["ServerSideEncryption"] == "AES256"
    head = await s3("HeadObject", Key="a/b c+ü")
    assert head == {name: value for name, value in got.items() if name != "Body"}


async def test_a_missing_key_and_a_missing_bucket_are_named(s3, cloud, error_of):
    missing = await error_of(s3("GetObject", Key="nothing"))
    assert (missing.code, missing.status, missing.members["Key"]) == ("NoSuchKey", 404, "nothing")
    missing = await error_of(cloud("s3", "GetObject", Bucket="no-bucket", Key="k"))
    assert (missing.code, missing.status, missing.members) == (
        "NoSuchBucket",
        404,
        {"BucketName": "no-bucket"},
    )


@pytest.mark.parametrize("size", [0, 1, 64 * 1024, 64 * 1024 + 1, 9 * 1024**2])
async def test_bodies_of_every_kind_of_storage_come_back_whole_and_in_part(s3, size):
    body = hashlib.sha256(b"seed").digest() * (size // 32 + 1)
    body = body[:size]
    await s3("PutObject", Key="k", Body=body)
    assert await body_of(await s3("GetObject", Key="k")) == body
    if size > 10:
        answer = await s3("GetObject", Key="k", Range="bytes=3-9")
        assert (await body_of(answer), answer["ContentRange"]) == (body[3:10], f"bytes 3-9/{size}")


async def test_the_file_of_a_large_body_goes_with_its_object(s3, cloud):
    folder = cloud.cloud.settings.data_folder + "/s3"
    await s3("PutObject", Key="k", Body=b"x" * 100_000)
    assert len(os.listdir(folder)) == 1
    await s3("PutObject", Key="k", Body=b"y" * 100_000)
    assert len(os.listdir(folder)) == 1
    await s3("DeleteObject", Key="k")
    assert not os.listdir(folder)


async def test_an_unsatisfiable_range_says_the_actual_size(s3, error_of):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""
    await s3("PutObject", Key="k", Body=b"0123456789")
    error = await error_of(s3("GetObject", Key="k", Range="bytes=10-"))
    assert (error.code, error.status) == ("InvalidRange", 416)
    assert error.message == "The requested range is not satisfiable"
    assert (error.members["RangeRequested"], error.members["ActualObjectSize"]) == ("bytes=10-", 10)


@given(st.binary(max_size=40), st.integers(0, 50), st.one_of(st.none(), st.integers(0, 60)))
def test_a_range_is_a_slice(body, start, end):
    header = f"bytes={start}-{'' if end is None else end}"
    try:
        span = ranges.wanted(header, len(body))
    except InvalidRange:
        assert start >= len(body)
        return
    if end is not None and end < start:
        assert span is None
        return
    assert span is not None
    assert body[span[0] : span[0] + span[1]] == body[start : None if end is None else end + 1] != b""


@given(st.binary(min_size=1, max_size=40), st.integers(1, 60))
def test_a_suffix_range_is_the_end(body, count):
    start, size = ranges.wanted(f"bytes=-{count}", len(body)) or (0, 0)
    assert body[start : start + size] == body[-count:]


@pytest.mark.parametrize("header", ["bytes=0-1,3-4", "lines=0-1", "bytes=-", "bytes=5-2", "0-1"])
def test_what_is_no_single_range_is_ignored(header):
    assert ranges.wanted(header, 10) is None


ETAG = '"5d41402abc4b2a76b9719d911017c592"'


@pytest.mark.parametrize(
    ("conditions", "outcome"),
    [
        ({"IfMatch": ETAG}, None),
        ({"IfMatch": '"other"'}, ("PreconditionFailed", 412, "If-Match")),
        ({"IfNoneMatch": ETAG}, ("NotModified", 304, None)),
        ({"IfNoneMatch": '"other"'}, None),
        ({"IfModifiedSince": 0}, None),
        ({"IfModifiedSince": 2**40}, ("NotModified", 304, None)),
        ({"IfUnmodifiedSince": 0}, ("PreconditionFailed", 412, "If-Unmodified-Since")),
        ({"IfUnmodifiedSince": 2**40}, None),
        ({"IfMatch": ETAG, "IfUnmodifiedSince": 0}, None),
        ({"IfNoneMatch": ETAG, "IfModifiedSince": 0}, ("NotModified", 304, None)),
    ],
)
async def test_conditional_reads(s3, error_of, conditions, outcome):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"""
    await s3("PutObject", Key="k", Body=b"hello")
    for operation in ("GetObject", "HeadObject"):
        if outcome is None:
            assert (await s3(operation, Key="k", **conditions))["ETag"] == ETAG
        else:
            error = await error_of(s3(operation, Key="k", **conditions))
            assert (error.code, error.status, error.members.get("Condition")) == outcome


async def test_conditional_writes(s3, error_of):
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html"""
    await s3("PutObject", Key="k", Body=b"hello", IfNoneMatch="*")
    error = await error_of(s3("PutObject", Key="k", Body=b"again", IfNoneMatch="*"))
    assert (error.code, error.status) == ("PreconditionFailed", 412)
    assert error.message == "At least one of the pre-conditions you specified did not hold"
    assert (await s3("GetObject", Key="k"))["Body"] == b"hello"
    await s3("PutObject", Key="k", Body=b"third", IfMatch=ETAG)
    assert (await error_of(s3("PutObject", Key="k", Body=b"x", IfMatch=ETAG))).code == "PreconditionFailed"
    assert (await error_of(s3("PutObject", Key="none", Body=b"x", IfMatch=ETAG))).code == "NoSuchKey"
    assert (await error_of(s3("DeleteObject", Key="k", IfMatch=ETAG))).code == "PreconditionFailed"
    assert (await error_of(s3("PutObject", Key="k", IfNoneMatch=ETAG))).status == 501


async def test_a_response_header_may_be_asked_for(s3):
    await s3("PutObject", Key="k", Body=b"x", ContentType="text/plain")
    got = await s3("GetObject", Key="k", ResponseContentType="text/html", ResponseContentDisposition="inline")
    assert (got["ContentType"], got["ContentDisposition"]) == ("text/html", "inline")


async def test_limits_of_keys_and_metadata(s3, error_of):
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"""
    await s3("PutObject", Key="ü" * 512)
    assert (await error_of(s3("PutObject", Key="ü" * 512 + "x"))).code == "KeyTooLongError"
    await s3("PutObject", Key="k", Metadata={"a": "x" * 2047})
    error = await error_of(s3("PutObject", Key="k", Metadata={"a": "x" * 2048}))
    assert (error.code, error.members) == ("MetadataTooLarge", {"Size": 2049, "MaxSizeAllowed": 2048})


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256", "SHA512", "MD5"])
async def test_a_checksum_is_kept_and_shown_when_asked_for(s3, algorithm):
    put = await s3("PutObject", Key="k", Body=b"hello", ChecksumAlgorithm=algorithm)
    name = "Checksum" + algorithm
    assert put["ChecksumType"] == "FULL_OBJECT"
    assert name not in await s3("GetObject", Key="k")
    assert (await s3("GetObject", Key="k", ChecksumMode="ENABLED"))[name] == put[name]
    attributes = await s3("GetObjectAttributes", Key="k", ObjectAttributes=["Checksum", "ObjectSize", "ETag"])
    assert (attributes["Checksum"][name], attributes["ObjectSize"]) == (put[name], 5)
    assert attributes["ETag"] == ETAG.strip('"')


async def test_an_object_without_a_checksum_has_s3s_own(s3):
    await s3("PutObject", Key="k", Body=b"123456789")
    got = await s3("HeadObject", Key="k", ChecksumMode="ENABLED")
    assert got["ChecksumCRC64NVME"] == "rosUhgp5mIg="  # the check value AE8B14860A799888


async def test_a_customers_key_is_needed_again_to_read(s3, error_of):
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html"""
    key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "0" * 32}
    await s3("PutObject", Key="k", Body=b"x", **key)
    assert (await error_of(s3("GetObject", Key="k"))).code == "InvalidRequest"
    assert (await s3("GetObject", Key="k", **key))["Body"] == b"x"
    assert (await error_of(s3("GetObject", Key="k", **{**key, "SSECustomerKey": "1" * 32}))).status == 403


async def test_many_deletes_answer_one_by_one(s3, error_of):
    for key in ("a", "b"):
        await s3("PutObject", Key=key)
    answer = await s3(
        "DeleteObjects", Delete={"Objects": [{"Key": "a"}, {"Key": "none"}, {"Key": "b", "ETag": "x"}]}
    )
    assert [entry["Key"] for entry in answer["Deleted"]] == ["a", "none"]
    assert [(entry["Key"], entry["Code"]) for entry in answer["Errors"]] == [("b", "PreconditionFailed")]
    assert await s3("DeleteObjects", Delete={"Quiet": True, "Objects": [{"Key": "b"}]}) == {}
    too_many = {"Objects": [{"Key": str(number)} for number in range(1001)]}
    assert (await error_of(s3("DeleteObjects", Delete=too_many))).code == "MalformedXML"
