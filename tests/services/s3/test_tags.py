"""Tags of objects and of buckets. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html"""

import pytest


def tag_set(*pairs):
    return {"TagSet": [{"Key": key, "Value": value} for key, value in pairs]}


async def test_tags_are_put_as_a_whole_and_deleted_as_a_whole(s3):
    await s3("PutObject", Key="k", Tagging="a=1&b=x%20y")
    assert (await s3("GetObjectTagging", Key="k")) == tag_set(("a", "1"), ("b", "x y"))
    await s3("PutObjectTagging", Key="k", Tagging=tag_set(("c", "")))
    assert (await s3("GetObjectTagging", Key="k")) == tag_set(("c", ""))
    await s3("DeleteObjectTagging", Key="k")
    assert "TagCount" not in await s3("HeadObject", Key="k")


@pytest.mark.parametrize(
    ("pairs", "code", "message"),
    [
        ([(str(number), "") for number in range(11)], "BadRequest", "Object tags cannot be greater than 10"),
        ([("a", "1"), ("a", "2")], "InvalidTag", "Cannot provide multiple Tags with the same key"),
        ([("aws:a", "1")], "InvalidTag", "System tags cannot be added/updated by requester"),
        ([("k" * 129, "1")], "InvalidTag", "The TagKey you have provided is invalid"),
        ([("k", "v" * 257)], "InvalidTag", "The TagValue you have provided is invalid"),
        ([("k", "<>")], "InvalidTag", "The TagValue you have provided is invalid"),
    ],
)
async def test_tags_that_are_refused(s3, error_of, pairs, code, message):
    await s3("PutObject", Key="k", Tagging="a=1")
    error = await error_of(s3("PutObjectTagging", Key="k", Tagging=tag_set(*pairs)))
    assert (error.code, error.message, error.default_status) == (code, message, 400)
    assert (await s3("GetObjectTagging", Key="k")) == tag_set(("a", "1"))


async def test_a_bucket_without_tags_has_no_tag_set(s3, error_of):
    error = await error_of(s3("GetBucketTagging"))
    assert (error.code, error.message) == ("NoSuchTagSet", "The TagSet does not exist")
    await s3("PutBucketTagging", Tagging=tag_set(("a", "b")))
    assert await s3("GetBucketTagging") == tag_set(("a", "b"))
    await s3("DeleteBucketTagging")
    assert (await error_of(s3("GetBucketTagging"))).code == "NoSuchTagSet"
