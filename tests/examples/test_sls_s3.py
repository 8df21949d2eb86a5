"""An upload starts the function that its prefix and suffix ask for."""

import hashlib
import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def upload(app, key, body=b"lamp,2\nmug,1\nlamp,3\n"):
    await app("s3", "PutObject", Bucket=app.outputs["Bucket"], Key=key, Body=body)
    await app.settle()


async def keys(app):
    listed = await app("s3", "ListObjectsV2", Bucket=app.outputs["Bucket"])
    return [each["Key"] for each in listed["Contents"]]


async def test_an_upload_is_processed(application):
    app = await application("sls-s3")
    await upload(app, "incoming/may & june 2026.csv")
    assert await keys(app) == ["incoming/may & june 2026.csv", "totals/may & june 2026.json"]
    totals = await app("s3", "HeadObject", Bucket=app.outputs["Bucket"], Key="totals/may & june 2026.json")
    assert totals["ContentType"] == "application/json"
    assert totals["ETag"] == f'"{hashlib.md5(json.dumps({"lamp": 5, "mug": 1}).encode()).hexdigest()}"'


async def test_other_keys_start_nothing(application):
    app = await application("sls-s3")
    for key in ("elsewhere/a.csv", "incoming/a.txt", "incoming/a.csv.bak"):
        await upload(app, key)
    groups = await app("logs", "DescribeLogGroups", logGroupNamePrefix="/aws/lambda/")
    assert groups["logGroups"] == []


async def test_suffixes_and_kinds_of_events_tell_functions_apart(application):
    app = await application("sls-s3")
    await upload(app, "incoming/a b.png")
    await upload(app, "other/c.png")
    await app("s3", "DeleteObject", Bucket=app.outputs["Bucket"], Key="other/c.png")
    await app.settle()
    assert await app.logs("Pictures") == [
        {"event": "ObjectCreated:Put", "key": "incoming/a b.png"},
        {"event": "ObjectRemoved:Delete", "key": "other/c.png"},
    ]


async def test_a_file_that_cannot_be_read_is_kept_with_its_event(application):
    app = await application("sls-s3")
    await upload(app, "incoming/bad.csv", b"lamp,many\n")
    await app.settle(300)
    (letter,) = await app.bodies("Failed")
    assert letter["requestPayload"]["Records"][0]["s3"]["object"]["key"] == "incoming/bad.csv"
    assert letter["responsePayload"]["errorType"] == "ValueError"
    assert letter["requestContext"]["approximateInvokeCount"] == 2
