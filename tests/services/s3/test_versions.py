"""Versioning: against a model of it, and case by case."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudchamber.app.services import SERVICES
from cloudchamber.aws import AwsError, Call, Cloud, Settings
from cloudchamber.clock import VirtualClock
from cloudchamber.kv import SqliteStore


async def test_a_delete_puts_a_marker_in_front_and_its_removal_brings_the_object_back(s3, error_of):
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html"""
    await s3("PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"})
    first = await s3("PutObject", Key="k", Body=b"1")
    marker = await s3("DeleteObject", Key="k")
    assert marker["DeleteMarker"] is True
    error = await error_of(s3("GetObject", Key="k"))
    assert (error.code, error.members["x-amz-delete-marker"]) == ("NoSuchKey", "true")
    error = await error_of(s3("GetObject", Key="k", VersionId=marker["VersionId"]))
    assert (error.code, error.status, error.members["x-amz-delete-marker"]) == (
        "MethodNotAllowed",
        405,
        "true",
    )
    assert (await s3("GetObject", Key="k", VersionId=first["VersionId"]))["Body"] == b"1"
    assert "Contents" not in await s3("ListObjectsV2")
    removed = await s3("DeleteObject", Key="k", VersionId=marker["VersionId"])
    assert removed == {"VersionId": marker["VersionId"], "DeleteMarker": True}
    assert (await s3("GetObject", Key="k"))["VersionId"] == first["VersionId"]


async def test_a_version_that_is_not_there_and_one_that_cannot_be(s3, error_of):
    await s3("PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"})
    put = await s3("PutObject", Key="k")
    await s3("DeleteObject", Key="k", VersionId=put["VersionId"])
    await s3("PutObject", Key="k")
    error = await error_of(s3("GetObject", Key="k", VersionId=put["VersionId"]))
    assert (error.code, error.status, error.message) == (
        "NoSuchVersion",
        404,
        "The specified version does not exist.",
    )
    error = await error_of(s3("GetObject", Key="k", VersionId="nonsense"))
    assert (error.code, error.message) == ("InvalidArgument", "Invalid version id specified")


async def test_versions_are_listed_newest_first_in_pages(s3):
    await s3("PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"})
    for key in ("a", "b", "a", "a"):
        await s3("PutObject", Key=key)
    await s3("DeleteObject", Key="b")
    whole = await s3("ListObjectVersions")
    assert [(v["Key"], v["IsLatest"]) for v in whole["Versions"]] == [
        ("a", True),
        ("a", False),
        ("a", False),
        ("b", False),
    ]
    assert [(v["Key"], v["IsLatest"]) for v in whole["DeleteMarkers"]] == [("b", True)]
    found, markers = [], {}
    while True:
        answer = await s3("ListObjectVersions", MaxKeys=1, **markers)
        found += answer.get("Versions", []) + answer.get("DeleteMarkers", [])
        if not answer["IsTruncated"]:
            break
        markers = {"KeyMarker": answer["NextKeyMarker"], "VersionIdMarker": answer["NextVersionIdMarker"]}
    assert [v["VersionId"] for v in found] == [
        *[v["VersionId"] for v in whole["Versions"][:3]],
        whole["DeleteMarkers"][0]["VersionId"],
        whole["Versions"][3]["VersionId"],
    ]


class Model:
    """One key of a bucket as the user guide describes it: its versions, newest first; None is a delete marker."""

    def __init__(self):
        self.status, self.versions = "", []

    def add(self, version_id, body):
        if self.status != "Enabled":
            self.versions = [entry for entry in self.versions if entry[0] != "null"]
            version_id = "null"
        self.versions.insert(0, (version_id, body))

    def delete(self, version_id):
        if self.status:
            self.add(version_id, None)
        else:
            self.versions = []

    def remove(self, version_id):
        self.versions = [entry for entry in self.versions if entry[0] != version_id]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 99)),
        st.tuples(st.just("delete"), st.just(0)),
        st.tuples(st.just("remove"), st.integers(0, 5)),
        st.tuples(st.just("status"), st.sampled_from(["Enabled", "Suspended"])),
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_a_key_has_the_versions_that_the_model_has(tmp_path_factory, steps):
    async def run():
        clock = VirtualClock(seed=0)
        cloud = Cloud(
            SqliteStore(None), clock, SERVICES, Settings(data_folder=str(tmp_path_factory.getbasetemp()))
        )
        await cloud.start()

        async def call(operation, **request):
            who = ("arn:aws:iam::1:root", "123456789012", "us-east-1")
            return await cloud.call(Call("s3", operation, {"Bucket": "bucket", **request}, *who))

        await call("CreateBucket")
        model = Model()
        for action, value in steps:
            await _step(call, model, action, value)
        await _compare(call, model)
        await cloud.stop()

    asyncio.run(run())


async def _step(call, model, action, value):
    if action == "status":
        model.status = value
        await call("PutBucketVersioning", VersioningConfiguration={"Status": value})
    elif action == "put":
        body = str(value).encode()
        answer = await call("PutObject", Key="k", Body=body)
        model.add(answer.get("VersionId"), body)
    elif action == "delete":
        answer = await call("DeleteObject", Key="k")
        model.delete(answer.get("VersionId"))
    elif value < len(model.versions):
        version_id = model.versions[value][0]
        await call("DeleteObject", Key="k", VersionId=version_id)
        model.remove(version_id)


async def _compare(call, model):
    listed = await call("ListObjectVersions")
    entries = [(v["VersionId"], False) for v in listed.get("Versions", [])]
    entries += [(v["VersionId"], True) for v in listed.get("DeleteMarkers", [])]
    assert sorted(entries) == sorted((version_id, body is None) for version_id, body in model.versions)
    for version_id, body in model.versions:
        if body is not None:
            assert (await call("GetObject", Key="k", VersionId=version_id))["Body"] == body
    latest = model.versions[0][1] if model.versions else None
    try:
        got = (await call("GetObject", Key="k"))["Body"]
    except AwsError as error:
        got = {"NoSuchKey": None}[error.code]
    assert got == latest
    newest = [
        v["VersionId"] for v in listed.get("Versions", []) + listed.get("DeleteMarkers", []) if v["IsLatest"]
    ]
    assert newest == ([model.versions[0][0]] if model.versions else [])


async def test_a_locked_version_cannot_be_removed_before_its_time(cloud, error_of):
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html"""

    async def s3(operation, **request):
        return await cloud("s3", operation, Bucket="locked", **request)

    await s3("CreateBucket", ObjectLockEnabledForBucket=True)
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    await s3(
        "PutObjectLockConfiguration", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )
    put = await s3("PutObject", Key="k")
    version = {"Key": "k", "VersionId": put["VersionId"]}
    error = await error_of(s3("DeleteObject", **version))
    assert (error.code, error.message) == (
        "AccessDenied",
        "Access Denied because object protected by object lock.",
    )
    assert (await s3("DeleteObject", Key="k"))["DeleteMarker"] is True
    await s3("PutObjectLegalHold", **version, LegalHold={"Status": "ON"})
    await cloud.clock.advance(86_400_000)
    assert (await error_of(s3("DeleteObject", **version))).code == "AccessDenied"
    await s3("PutObjectLegalHold", **version, LegalHold={"Status": "OFF"})
    await s3("DeleteObject", **version)
    assert (
        await error_of(s3("PutBucketVersioning", VersioningConfiguration={"Status": "Suspended"}))
    ).code == "InvalidBucketState"
