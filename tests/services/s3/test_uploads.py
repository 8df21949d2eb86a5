"""Multipart uploads, and copies."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.services.s3.model import Part
from cloudchamber.services.s3.rules import checksums

FIVE_MB = 5 * 1024**2


@given(
    st.lists(st.binary(max_size=50), min_size=1, max_size=4),
    st.sampled_from(["CRC32", "CRC32C", "CRC64NVME"]),
)
def test_the_checksum_of_a_whole_follows_from_those_of_its_parts(bodies, algorithm):
    parts = [
        Part(number, len(body), "", 0, {algorithm: checksums.checksum(algorithm, body)})
        for number, body in enumerate(bodies, 1)
    ]
    assert checksums.of_parts(algorithm, "FULL_OBJECT", parts) == checksums.checksum(
        algorithm, b"".join(bodies)
    )


async def upload(s3, bodies, **request):
    created = await s3("CreateMultipartUpload", Key="k", **request)
    identifier = created["UploadId"]
    parts = []
    for number, body in enumerate(bodies, 1):
        part = await s3("UploadPart", Key="k", UploadId=identifier, PartNumber=number, Body=body)
        sums = {name: value for name, value in part.items() if name.startswith("Checksum")}
        parts.append({"PartNumber": number, "ETag": part["ETag"], **sums})
    return identifier, parts


async def test_parts_become_one_object(s3):
    bodies = [b"a" * FIVE_MB, b"b" * 70_000, b"c" * 10][:2]
    identifier, parts = await upload(
        s3, bodies, ContentType="text/x", Metadata={"m": "1"}, Tagging="t=1", ChecksumAlgorithm="SHA256"
    )
    done = await s3("CompleteMultipartUpload", Key="k", UploadId=identifier, MultipartUpload={"Parts": parts})
    digests = b"".join(hashlib.md5(body).digest() for body in bodies)
    assert done["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-2"'
    sums = b"".join(hashlib.sha256(body).digest() for body in bodies)
    composite = base64.b64encode(hashlib.sha256(sums).digest()).decode() + "-2"
    assert (done["ChecksumSHA256"], done["ChecksumType"]) == (composite, "COMPOSITE")
    got = await s3("GetObject", Key="k")
    assert got["Body"] == b"".join(bodies)
    assert (got["ContentType"], got["Metadata"], got["TagCount"]) == ("text/x", {"m": "1"}, 1)
    across = await s3("GetObject", Key="k", Range=f"bytes={FIVE_MB - 2}-{FIVE_MB + 1}")
    assert across["Body"] == b"aabb"
    second = await s3("GetObject", Key="k", PartNumber=2)
    assert (second["Body"], second["PartsCount"]) == (bodies[1], 2)
    assert second["ContentRange"] == f"bytes {FIVE_MB}-{FIVE_MB + 69_999}/{FIVE_MB + 70_000}"
    attributes = await s3("GetObjectAttributes", Key="k", ObjectAttributes=["ObjectParts"])
    assert [part["Size"] for part in attributes["ObjectParts"]["Parts"]] == [FIVE_MB, 70_000]
    assert "Uploads" not in await s3("ListMultipartUploads")


async def complete(s3, identifier, parts):
    return await s3("CompleteMultipartUpload", Key="k", UploadId=identifier, MultipartUpload={"Parts": parts})


async def test_a_completion_that_is_repeated_is_answered_as_before(s3, cloud, error_of):
    await s3("PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"})
    identifier, parts = await upload(s3, [b"a" * 10])
    request = {"Key": "k", "UploadId": identifier, "MultipartUpload": {"Parts": parts}}
    done = await s3("CompleteMultipartUpload", **request)
    await s3("PutObject", Key="k", Body=b"newer")
    assert await s3("CompleteMultipartUpload", **request) == done
    assert (await s3("GetObject", Key="k"))["Body"] == b"newer"
    assert len((await s3("ListObjectVersions"))["Versions"]) == 2
    other = {"Parts": [parts[0] | {"ETag": "0" * 32}]}
    error = await error_of(s3("CompleteMultipartUpload", **request | {"MultipartUpload": other}))
    assert error.code == "NoSuchUpload"
    assert (await error_of(s3("AbortMultipartUpload", Key="k", UploadId=identifier))).code == "NoSuchUpload"
    await cloud.clock.advance(3_600_001)
    assert (await error_of(s3("CompleteMultipartUpload", **request))).code == "NoSuchUpload"


async def test_what_a_completion_may_not_say(s3, error_of):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html"""
    identifier, parts = await upload(s3, [b"small", b"last"])
    error = await error_of(complete(s3, identifier, parts))
    assert (error.code, error.message) == (
        "EntityTooSmall",
        "Your proposed upload is smaller than the minimum allowed size",
    )
    assert error.members["ProposedSize"] == 5
    assert (await error_of(complete(s3, identifier, parts[::-1]))).code == "InvalidPartOrder"
    assert (await error_of(complete(s3, identifier, [{**parts[0], "ETag": "x"}]))).code == "InvalidPart"
    assert (await error_of(complete(s3, identifier, [{**parts[0], "PartNumber": 9}]))).code == "InvalidPart"
    assert (await error_of(complete(s3, identifier, []))).code == "MalformedXML"
    listed = await s3("ListParts", Key="k", UploadId=identifier)
    assert [part["Size"] for part in listed["Parts"]] == [5, 4]
    assert (await error_of(s3("GetObject", Key="k"))).code == "NoSuchKey"
    await complete(s3, identifier, parts[1:])
    assert (await s3("GetObject", Key="k"))["Body"] == b"last"
    error = await error_of(complete(s3, identifier, parts))
    assert (error.code, error.status) == ("NoSuchUpload", 404)


async def test_an_aborted_upload_is_gone(s3, error_of, cloud):
    import os

    identifier, _ = await upload(s3, [b"x" * 100_000])
    await s3("AbortMultipartUpload", Key="k", UploadId=identifier)
    assert not os.listdir(cloud.cloud.settings.data_folder + "/s3")
    for operation in ("AbortMultipartUpload", "ListParts"):
        assert (await error_of(s3(operation, Key="k", UploadId=identifier))).code == "NoSuchUpload"


@pytest.mark.parametrize("number", [0, 10_001])
async def test_part_numbers_have_bounds(s3, error_of, number):
    identifier, _ = await upload(s3, [])
    error = await error_of(s3("UploadPart", Key="k", UploadId=identifier, PartNumber=number, Body=b""))
    assert error.message == "Part number must be an integer between 1 and 10000, inclusive"


async def test_a_part_may_be_a_piece_of_an_object(s3, error_of):
    await s3("PutObject", Key="source", Body=b"0123456789")
    identifier, _ = await upload(s3, [])
    request = {"Key": "k", "UploadId": identifier, "PartNumber": 1, "CopySource": "bucket/source"}
    part = await s3("UploadPartCopy", **request, CopySourceRange="bytes=2-4")
    await complete(s3, identifier, [{"PartNumber": 1, "ETag": part["CopyPartResult"]["ETag"]}])
    assert (await s3("GetObject", Key="k"))["Body"] == b"234"
    identifier, _ = await upload(s3, [])
    error = await error_of(
        s3("UploadPartCopy", **{**request, "UploadId": identifier}, CopySourceRange="bytes=5-10")
    )
    assert (error.code, error.message) == (
        "InvalidArgument",
        "Range specified is not valid for source object of size: 10",
    )


async def test_uploads_are_listed_by_key_and_then_by_age(s3):
    made = [(key, (await s3("CreateMultipartUpload", Key=key))["UploadId"]) for key in ("b", "a", "b", "c/1")]
    first = await s3("ListMultipartUploads", MaxUploads=2, Delimiter="/")
    assert [(u["Key"], u["UploadId"]) for u in first["Uploads"]] == [made[1], made[0]]
    rest = await s3(
        "ListMultipartUploads",
        Delimiter="/",
        KeyMarker=first["NextKeyMarker"],
        UploadIdMarker=first["NextUploadIdMarker"],
    )
    assert [(u["Key"], u["UploadId"]) for u in rest["Uploads"]] == [made[2]]
    assert rest["CommonPrefixes"] == [{"Prefix": "c/"}]


@pytest.mark.parametrize("size", [5, 100_000])
async def test_a_copy_keeps_or_replaces_what_belongs_to_the_body(s3, size):
    await s3(
        "PutObject", Key="a b+c", Body=b"x" * size, ContentType="text/x", Metadata={"m": "1"}, Tagging="t=1"
    )
    copied = await s3("CopyObject", Key="kept", CopySource="bucket/a%20b%2Bc")
    await s3("DeleteObject", Key="a b+c")
    kept = await s3("GetObject", Key="kept")
    assert kept["Body"] == b"x" * size
    assert (kept["ETag"], kept["ContentType"], kept["Metadata"], kept["TagCount"]) == (
        copied["CopyObjectResult"]["ETag"], "text/x", {"m": "1"}, 1,
    )  # fmt: skip
    await s3(
        "CopyObject", Key="new", CopySource="/bucket/kept", MetadataDirective="REPLACE", Metadata={"n": "2"},
        TaggingDirective="REPLACE", Tagging="a=b",
    )  # fmt: skip
    new = await s3("GetObject", Key="new")
    assert (new["ContentType"], new["Metadata"]) == ("binary/octet-stream", {"n": "2"})
    assert (await s3("GetObjectTagging", Key="new"))["TagSet"] == [{"Key": "a", "Value": "b"}]


async def test_an_object_is_copied_to_itself_only_to_change_it(s3, error_of):
    await s3("PutObject", Key="k", Body=b"x")
    error = await error_of(s3("CopyObject", Key="k", CopySource="bucket/k"))
    assert (error.code, error.message) == (
        "InvalidRequest",
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's "
        "metadata, storage class, website redirect location or encryption attributes.",
    )
    await s3("CopyObject", Key="k", CopySource="bucket/k", StorageClass="STANDARD_IA")
    head = await s3("GetObject", Key="k")
    assert (head["StorageClass"], head["Body"]) == ("STANDARD_IA", b"x")


async def test_conditions_on_the_source_of_a_copy(s3, error_of):
    etag = (await s3("PutObject", Key="k", Body=b"x"))["ETag"]
    copy = {"Key": "to", "CopySource": "bucket/k"}
    for condition in (
        {"CopySourceIfNoneMatch": etag},
        {"CopySourceIfMatch": "y"},
        {"CopySourceIfModifiedSince": 2**40},
    ):
        assert (await error_of(s3("CopyObject", **copy, **condition))).status == 412
    await s3("CopyObject", **copy, CopySourceIfMatch=etag)
    assert (await error_of(s3("CopyObject", Key="to", CopySource="bucket/none"))).code == "NoSuchKey"
    assert (await error_of(s3("CopyObject", Key="to", CopySource="bucket"))).code == "InvalidArgument"
