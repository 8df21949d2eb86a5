"""Buckets: names, places, owners."""

import pytest


@pytest.mark.parametrize(
    "name",
    ["ab", "a" * 64, "Upper", "under_score", "-a-", "a..b", "192.168.5.4", "xn--a", "sthree-a", "amzn-s3-demo-a", "a-s3alias",
     "a--ol-s3", "a.mrap", "a--x-s3", "a--table-s3"],
)  # fmt: skip
async def test_names_that_break_the_rules_are_refused(cloud, error_of, name):
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
    error = await error_of(cloud("s3", "CreateBucket", Bucket=name))
    assert (error.code, error.message) == ("InvalidBucketName", "The specified bucket is not valid.")


@pytest.mark.parametrize("name", ["docexamplebucket", "log-delivery-march-2020", "example.com", "a1b"])
async def test_names_that_keep_the_rules_are_taken(cloud, name):
    made = await cloud("s3", "CreateBucket", Bucket=name)
    assert made == {"Location": f"/{name}", "BucketArn": f"arn:aws:s3:::{name}"}


async def test_names_are_shared_by_all_accounts(cloud, error_of):
    await cloud("s3", "CreateBucket", Bucket="mine")
    error = await error_of(cloud("s3", "CreateBucket", Bucket="mine", account="999999999999"))
    assert (error.code, error.status) == ("BucketAlreadyExists", 409)
    assert [b["Name"] for b in (await cloud("s3", "ListBuckets"))["Buckets"]] == ["mine"]
    assert (await cloud("s3", "ListBuckets", account="999999999999"))["Buckets"] == []


async def test_making_ones_own_bucket_again_succeeds_in_us_east_1_alone(cloud, error_of):
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html"""
    await cloud("s3", "CreateBucket", Bucket="mine")
    await cloud("s3", "CreateBucket", Bucket="mine")
    place = {"LocationConstraint": "eu-west-1"}
    for _ in range(2):
        call = cloud(
            "s3", "CreateBucket", Bucket="other", region="eu-west-1", CreateBucketConfiguration=place
        )
        if _ == 0:
            made = await call
        else:
            error = await error_of(call)
    assert made["Location"] == "http://other.s3.amazonaws.com/"
    assert (error.code, error.status) == ("BucketAlreadyOwnedByYou", 409)


@pytest.mark.parametrize(
    ("endpoint", "constraint", "outcome"),
    [
        ("us-east-1", None, None),
        ("us-east-1", "eu-west-1", "eu-west-1"),
        ("us-east-1", "EU", "eu-west-1"),
        ("us-east-1", "us-east-1", "InvalidLocationConstraint"),
        ("us-east-1", "nowhere", "InvalidLocationConstraint"),
        ("eu-west-1", None, "IllegalLocationConstraintException"),
        ("eu-west-1", "us-west-2", "IllegalLocationConstraintException"),
        ("eu-west-1", "eu-west-1", "eu-west-1"),
    ],
)
async def test_where_a_bucket_may_be_made(cloud, error_of, endpoint, constraint, outcome):
    request = {"Bucket": "bucket", "region": endpoint}
    if constraint:
        request["CreateBucketConfiguration"] = {"LocationConstraint": constraint}
    if outcome and outcome[0] == "I":
        assert (await error_of(cloud("s3", "CreateBucket", **request))).code == outcome
        assert (await cloud("s3", "ListBuckets"))["Buckets"] == []
    else:
        await cloud("s3", "CreateBucket", **request)
        assert (await cloud("s3", "GetBucketLocation", Bucket="bucket"))["LocationConstraint"] == outcome


async def test_only_an_empty_bucket_can_be_deleted(cloud, error_of):
    await cloud("s3", "CreateBucket", Bucket="bucket")
    await cloud("s3", "PutObject", Bucket="bucket", Key="k")
    error = await error_of(cloud("s3", "DeleteBucket", Bucket="bucket"))
    assert (error.code, error.status, error.message) == (
        "BucketNotEmpty",
        409,
        "The bucket you tried to delete is not empty",
    )
    await cloud("s3", "DeleteObject", Bucket="bucket", Key="k")
    await cloud("s3", "DeleteBucket", Bucket="bucket")
    assert (await error_of(cloud("s3", "HeadBucket", Bucket="bucket"))).code == "NoSuchBucket"
    await cloud("s3", "CreateBucket", Bucket="bucket", account="999999999999")


async def test_buckets_are_listed_in_pages(cloud):
    for name in ("b-1", "a-1", "b-2", "b-3"):
        await cloud("s3", "CreateBucket", Bucket=name)
    first = await cloud("s3", "ListBuckets", MaxBuckets=2, Prefix="b")
    assert [b["Name"] for b in first["Buckets"]] == ["b-1", "b-2"]
    assert first["Buckets"][0]["BucketRegion"] == "us-east-1"
    rest = await cloud(
        "s3", "ListBuckets", MaxBuckets=2, Prefix="b", ContinuationToken=first["ContinuationToken"]
    )
    assert [b["Name"] for b in rest["Buckets"]] == ["b-3"]
    assert "ContinuationToken" not in rest


async def test_another_than_the_expected_owner_is_denied(cloud, error_of):
    await cloud("s3", "CreateBucket", Bucket="bucket")
    error = await error_of(cloud("s3", "HeadBucket", Bucket="bucket", ExpectedBucketOwner="999999999999"))
    assert (error.code, error.status, error.message) == ("AccessDenied", 403, "Access Denied")
