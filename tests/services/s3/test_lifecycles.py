"""Lifecycle rules: at midnight of UTC, rounded up.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

import pytest

DAY_MS = 86_400_000


async def keys(s3):
    answer = await s3("ListObjectVersions")
    return sorted(v["Key"] for v in answer.get("Versions", [])), [
        v["Key"] for v in answer.get("DeleteMarkers", [])
    ]


def rules(**rule):
    return {"Rules": [{"Status": "Enabled", "Filter": {"Prefix": ""}, **rule}]}


async def to_midnight(cloud, days=1):
    now_ms = cloud.clock.now_ms()
    await cloud.clock.advance((now_ms // DAY_MS + days) * DAY_MS - now_ms)


async def test_objects_expire_at_the_midnight_after_their_days(s3, cloud):
    configuration = rules(
        Filter={"And": {"Prefix": "logs/", "Tags": [{"Key": "a", "Value": "b"}]}}, Expiration={"Days": 1}
    )
    await s3("PutBucketLifecycleConfiguration", LifecycleConfiguration=configuration)
    await to_midnight(cloud)
    await cloud.clock.advance(1)
    await s3("PutObject", Key="logs/1", Tagging="a=b")
    await s3("PutObject", Key="logs/2")
    await s3("PutObject", Key="other", Tagging="a=b")
    await to_midnight(cloud)
    assert await keys(s3) == (["logs/1", "logs/2", "other"], [])
    await to_midnight(cloud)
    assert await keys(s3) == (["logs/2", "other"], [])


async def test_where_versions_are_kept_a_marker_comes_first_and_goes_last(s3, cloud):
    await s3("PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"})
    await s3(
        "PutBucketLifecycleConfiguration",
        LifecycleConfiguration=rules(
            Expiration={"Days": 2}, NoncurrentVersionExpiration={"NoncurrentDays": 1}
        ),
    )
    await cloud.clock.advance(1)
    await s3("PutObject", Key="k")
    await to_midnight(cloud, 3)
    assert await keys(s3) == (["k"], ["k"])
    await to_midnight(cloud)
    assert await keys(s3) == ([], ["k"])
    await to_midnight(cloud, 2)
    assert await keys(s3) == ([], [])


async def test_incomplete_uploads_are_aborted(s3, cloud):
    await s3(
        "PutBucketLifecycleConfiguration",
        LifecycleConfiguration=rules(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 1}),
    )
    await s3("CreateMultipartUpload", Key="k")
    await to_midnight(cloud, 2)
    assert "Uploads" not in await s3("ListMultipartUploads")


async def test_rules_that_were_taken_away_expire_nothing(s3, cloud):
    await s3("PutBucketLifecycleConfiguration", LifecycleConfiguration=rules(Expiration={"Days": 1}))
    await s3("PutObject", Key="k")
    await s3("DeleteBucketLifecycle")
    await to_midnight(cloud, 5)
    assert await keys(s3) == (["k"], [])


@pytest.mark.parametrize(
    ("configuration", "code"),
    [
        ({"Rules": []}, "MalformedXML"),
        (rules(), "InvalidRequest"),
        (rules(Filter=None, Expiration={"Days": 1}), "MalformedXML"),
        (rules(Expiration={"Days": 0}), "InvalidArgument"),
        (rules(Expiration={"Days": 1, "ExpiredObjectDeleteMarker": True}), "MalformedXML"),
        (rules(Expiration={"Date": 5}), "InvalidArgument"),
        ({"Rules": rules(ID="a", Expiration={"Days": 1})["Rules"] * 2}, "InvalidArgument"),
    ],
)
async def test_rules_that_are_refused(s3, error_of, configuration, code):
    call = s3("PutBucketLifecycleConfiguration", LifecycleConfiguration=configuration)
    assert (await error_of(call)).code == code
    assert (await error_of(s3("GetBucketLifecycleConfiguration"))).code == "NoSuchLifecycleConfiguration"
