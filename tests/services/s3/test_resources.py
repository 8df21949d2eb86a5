"""AWS::S3::Bucket and AWS::S3::BucketPolicy."""

import json

import pytest

from cloudchamber.aws import Call, Logical
from cloudchamber.services.s3.resources import RESOURCES

LOGICAL = Logical("Stack", "arn:stack", "MyBucket", "ABCDEF123456")
BUCKET = RESOURCES["AWS::S3::Bucket"]
QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"


@pytest.fixture
def run(cloud):
    """Run a resource's function as CloudFormation does: in an operation, which holds the clock."""

    async def held(work):
        cloud.cloud.clock.hold()
        try:
            return await work
        finally:
            cloud.cloud.clock.release()

    return lambda work: cloud.clock.run(held(work))


@pytest.fixture
def ctx(cloud):
    call = Call(
        "cloudformation", "CreateStack", {}, "arn:aws:iam::123456789012:root", "123456789012", "us-east-1"
    )
    return cloud.cloud.begin(call)[1]


async def test_a_bucket_without_a_name_gets_one_in_lower_case(ctx, run):
    made = await run(BUCKET.create(ctx, {}, LOGICAL))
    assert made.physical_id == "stack-mybucket-abcdef123456"
    assert made.attributes == {
        "Arn": "arn:aws:s3:::stack-mybucket-abcdef123456",
        "DomainName": "stack-mybucket-abcdef123456.s3.amazonaws.com",
        "DualStackDomainName": "stack-mybucket-abcdef123456.s3.dualstack.us-east-1.amazonaws.com",
        "RegionalDomainName": "stack-mybucket-abcdef123456.s3.us-east-1.amazonaws.com",
        "WebsiteURL": "http://stack-mybucket-abcdef123456.s3-website-us-east-1.amazonaws.com",
    }


async def test_properties_become_configurations_and_go_with_them(cloud, ctx, run):
    await cloud("sqs", "CreateQueue", QueueName="q")
    rule = {
        "Id": "r",
        "Status": "Enabled",
        "Prefix": "a/",
        "ExpirationInDays": "3",
        "TagFilters": [{"Key": "k", "Value": "v"}],
    }
    properties = {
        "BucketName": "named",
        "VersioningConfiguration": {"Status": "Enabled"},
        "LifecycleConfiguration": {"Rules": [rule]},
        "CorsConfiguration": {
            "CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAge": "30"}]
        },
        "WebsiteConfiguration": {"IndexDocument": "index.html"},
        "PublicAccessBlockConfiguration": {"BlockPublicPolicy": "false"},
        "Tags": [{"Key": "a", "Value": "b"}],
        "NotificationConfiguration": {
            "QueueConfigurations": [
                {
                    "Queue": QUEUE,
                    "Event": "s3:ObjectCreated:*",
                    "Filter": {"S3Key": {"Rules": [{"Name": "Suffix", "Value": "x"}]}},
                }
            ],
            "EventBridgeConfiguration": {},
        },
    }
    await run(BUCKET.create(ctx, properties, LOGICAL))

    async def get(operation):
        return await cloud("s3", operation, Bucket="named")

    assert await get("GetBucketVersioning") == {"Status": "Enabled"}
    (kept,) = (await get("GetBucketLifecycleConfiguration"))["Rules"]
    assert (kept["Filter"], kept["Expiration"]) == (
        {"And": {"Prefix": "a/", "Tags": [{"Key": "k", "Value": "v"}]}},
        {"Days": 3},
    )
    assert (await get("GetBucketCors"))["CORSRules"][0]["MaxAgeSeconds"] == 30
    assert (await get("GetBucketTagging"))["TagSet"] == [{"Key": "a", "Value": "b"}]
    notification = await get("GetBucketNotificationConfiguration")
    assert notification["QueueConfigurations"][0]["Events"] == ["s3:ObjectCreated:*"]
    assert notification["EventBridgeConfiguration"] == {}
    await run(BUCKET.update(ctx, "named", {"BucketName": "named"}, properties))
    assert await get("GetBucketVersioning") == {"Status": "Suspended"}
    assert await get("GetBucketNotificationConfiguration") == {}


async def test_a_bucket_that_holds_something_stays(cloud, ctx, run, error_of):
    await run(BUCKET.create(ctx, {"BucketName": "named"}, LOGICAL))
    await cloud("s3", "PutObject", Bucket="named", Key="k")
    assert (await error_of(run(BUCKET.delete(ctx, "named", {})))).code == "BucketNotEmpty"
    await cloud("s3", "DeleteObject", Bucket="named", Key="k")
    await run(BUCKET.delete(ctx, "named", {}))
    await run(BUCKET.delete(ctx, "named", {}))


async def test_a_failed_configuration_leaves_no_bucket(cloud, ctx, run, error_of):
    properties = {
        "BucketName": "named",
        "NotificationConfiguration": {
            "QueueConfigurations": [{"Queue": QUEUE, "Event": "s3:ObjectCreated:*"}]
        },
    }
    error = await error_of(run(BUCKET.create(ctx, properties, LOGICAL)))
    assert error.message == "Unable to validate the following destination configurations"
    assert (await cloud("s3", "ListBuckets"))["Buckets"] == []


async def test_a_public_policy_is_refused_until_the_block_is_lifted(cloud, error_of):
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"""
    await cloud("s3", "CreateBucket", Bucket="bucket")
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::bucket/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    error = await error_of(cloud("s3", "PutBucketPolicy", Bucket="bucket", Policy=policy))
    assert (error.code, error.status) == ("AccessDenied", 403)
    await cloud("s3", "DeletePublicAccessBlock", Bucket="bucket")
    await cloud("s3", "PutBucketPolicy", Bucket="bucket", Policy=policy)
    assert (await cloud("s3", "GetBucketPolicyStatus", Bucket="bucket"))["PolicyStatus"] == {"IsPublic": True}
    assert (await cloud("s3", "GetBucketPolicy", Bucket="bucket"))["Policy"] == policy
