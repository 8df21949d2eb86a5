"""boto3 and plain HTTP against a chamber that listens."""

import asyncio
import http.client
import io
import json
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from cloudchamber.app.chamber import Chamber, Options

pytestmark = pytest.mark.sdk
KEYS = ["plain", "a b+c/ü?&#%.txt", "//double", "tilde~'()*!", "\U0001f600", "trailing/", "a\tb"]


class Site:
    """A listening chamber: clients, and raw requests."""

    def __init__(self, port):
        self.port = port

    def client(self, name="s3", **config):
        settings = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, **config)
        who = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
        return boto3.client(name, endpoint_url=f"http://127.0.0.1:{self.port}", config=settings, **who)

    def http(self, method, target, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request(method, target, body=body, headers=headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response, content


@pytest.fixture
async def site():
    chamber = Chamber(Options(port=0))
    await chamber.start()
    yield Site(chamber.server.port)
    await chamber.stop()


def refused(call, **request):
    with pytest.raises(ClientError) as raised:
        call(**request)
    answer = raised.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer


async def test_keys_of_all_kinds_pass_both_ways(site):
    def work():
        s3 = site.client()
        s3.create_bucket(Bucket="bucket")
        for key in KEYS:
            s3.put_object(Bucket="bucket", Key=key, Body=key.encode(), Metadata={"k": "v"})
            got = s3.get_object(Bucket="bucket", Key=key)
            assert (got["Body"].read(), got["Metadata"]) == (key.encode(), {"k": "v"})
        listed = [entry["Key"] for entry in s3.list_objects_v2(Bucket="bucket")["Contents"]]
        assert listed == sorted(KEYS, key=str.encode)
        s3.copy_object(Bucket="bucket", Key="copy", CopySource={"Bucket": "bucket", "Key": KEYS[1]})
        assert s3.get_object(Bucket="bucket", Key="copy")["Body"].read() == KEYS[1].encode()
        answer = s3.delete_objects(
            Bucket="bucket", Delete={"Objects": [{"Key": key} for key in [*KEYS, "copy"]]}
        )
        assert {entry["Key"] for entry in answer["Deleted"]} == {*KEYS, "copy"}
        s3.delete_bucket(Bucket="bucket")

    await asyncio.to_thread(work)


async def test_a_large_file_goes_up_and_comes_down_in_parts(site):
    def work():
        s3 = site.client()
        s3.create_bucket(Bucket="bucket")
        body = bytes(range(256)) * (17 * 4096)
        s3.upload_fileobj(io.BytesIO(body), "bucket", "big")
        head = s3.head_object(Bucket="bucket", Key="big")
        assert (head["ContentLength"], head["ETag"][-3:]) == (len(body), '-3"')
        down = io.BytesIO()
        s3.download_fileobj("bucket", "big", down)
        assert down.getvalue() == body
        assert s3.get_object(Bucket="bucket", Key="big")["Body"].read() == body
        part = s3.get_object(Bucket="bucket", Key="big", Range="bytes=8388600-8388615")
        assert part["ResponseMetadata"]["HTTPStatusCode"] == 206
        assert part["Body"].read() == body[8388600:8388616]

    await asyncio.to_thread(work)


async def test_errors_have_the_codes_statuses_and_headers_that_clients_look_for(site):
    def work():
        s3 = site.client()
        assert refused(s3.list_objects_v2, Bucket="bucket")[:2] == ("NoSuchBucket", 404)
        s3.create_bucket(Bucket="bucket")
        etag = s3.put_object(Bucket="bucket", Key="k", Body=b"hello")["ETag"]
        named = {"Bucket": "bucket", "Key": "k"}
        assert refused(s3.head_object, Bucket="bucket", Key="none")[:2] == ("404", 404)
        code, status, answer = refused(s3.get_object, **named, Range="bytes=9-")
        assert (code, status, answer["Error"]["ActualObjectSize"]) == ("InvalidRange", 416, "5")
        assert answer["ResponseMetadata"]["HTTPHeaders"]["content-range"] == "bytes */5"
        code, status, answer = refused(s3.get_object, **named, IfNoneMatch=etag)
        assert (code, status) == ("304", 304)
        assert answer["ResponseMetadata"]["HTTPHeaders"]["etag"] == etag
        assert refused(s3.get_object, **named, IfMatch='"x"')[:2] == ("PreconditionFailed", 412)
        assert refused(s3.put_object, **named, IfNoneMatch="*")[:2] == ("PreconditionFailed", 412)
        wrong = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        assert refused(s3.put_object, **named, Body=b"x", ChecksumSHA256=wrong)[:2] == ("BadDigest", 400)
        assert s3.get_object(**named)["Body"].read() == b"hello"
        s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
        marker = s3.delete_object(**named)["VersionId"]
        code, status, answer = refused(s3.get_object, **named, VersionId=marker)
        headers = answer["ResponseMetadata"]["HTTPHeaders"]
        assert (code, status, headers["x-amz-delete-marker"], headers["allow"]) == (
            "MethodNotAllowed",
            405,
            "true",
            "DELETE",
        )

    await asyncio.to_thread(work)


async def test_presigned_urls_need_no_sdk(site):
    def work():
        s3 = site.client()
        s3.create_bucket(Bucket="bucket")

        def target(operation, **params):
            url = s3.generate_presigned_url(operation, Params={"Bucket": "bucket", "Key": KEYS[1], **params})
            return f"{urlsplit(url).path}?{urlsplit(url).query}"

        response, _ = site.http("PUT", target("put_object"), b"by hand")
        assert response.status == 200
        response, body = site.http("GET", target("get_object", ResponseContentType="text/html"))
        assert (response.status, body, response.getheader("content-type")) == (200, b"by hand", "text/html")

    await asyncio.to_thread(work)


async def test_a_bucket_may_stand_in_the_host(site):
    def work():
        site.client().create_bucket(Bucket="my.bucket")
        host = {"Host": "my.bucket.s3.us-east-1.amazonaws.com"}
        assert site.http("PUT", "/a%20b", b"x", **host)[0].status == 200
        assert site.http("GET", "/my.bucket/a%20b")[1] == b"x"
        assert b"<Key>a b</Key>" in site.http("GET", "/?list-type=2", **host)[1]
        response, body = site.http("HEAD", "/none", **host)
        assert (response.status, body) == (404, b"")

    await asyncio.to_thread(work)


async def test_a_queue_is_told_of_new_objects(site):
    def work():
        s3, sqs = site.client(), site.client("sqs")
        s3.create_bucket(Bucket="bucket")
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        configuration = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
        s3.put_bucket_notification_configuration(Bucket="bucket", NotificationConfiguration=configuration)
        kept = s3.get_bucket_notification_configuration(Bucket="bucket")["QueueConfigurations"]
        assert [(entry["QueueArn"], entry["Events"]) for entry in kept] == [(arn, ["s3:ObjectCreated:*"])]
        s3.put_object(Bucket="bucket", Key="k", Body=b"x")
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)["Messages"]
        assert [json.loads(m["Body"]).get("Event", "record") for m in got] == ["s3:TestEvent", "record"]

    await asyncio.to_thread(work)


CONFIGURATIONS = [
    ("bucket_cors", "CORSConfiguration", {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}, None),
    ("bucket_tagging", "Tagging", {"TagSet": [{"Key": "a", "Value": "b"}]}, None),
    ("bucket_website", "WebsiteConfiguration", {"IndexDocument": {"Suffix": "index.html"}}, None),
    ("bucket_versioning", "VersioningConfiguration", {"Status": "Enabled"}, None),
    ("public_access_block", "PublicAccessBlockConfiguration",
     dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), False),
     "PublicAccessBlockConfiguration"),
    ("bucket_ownership_controls", "OwnershipControls", {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}, "OwnershipControls"),
    ("bucket_encryption", "ServerSideEncryptionConfiguration",
     {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}]},
     "ServerSideEncryptionConfiguration"),
    ("bucket_lifecycle_configuration", "LifecycleConfiguration",
     {"Rules": [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "a/"}, "Expiration": {"Days": 1}}]}, None),
    ("bucket_request_payment", "RequestPaymentConfiguration", {"Payer": "Requester"}, None),
    ("bucket_accelerate_configuration", "AccelerateConfiguration", {"Status": "Enabled"}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("noun", "member", "value", "payload"), CONFIGURATIONS, ids=[row[0] for row in CONFIGURATIONS]
)
async def test_a_configuration_comes_back_as_it_was_put(site, noun, member, value, payload):
    def work():
        s3 = site.client()
        s3.create_bucket(Bucket="bucket")
        getattr(s3, "put_" + noun)(Bucket="bucket", **{member: value})
        answer = getattr(s3, "get_" + noun)(Bucket="bucket")
        got = answer[payload] if payload else {name: answer[name] for name in value}
        assert got == value

    await asyncio.to_thread(work)
