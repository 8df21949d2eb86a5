"""A bucket to work in."""

import pytest


@pytest.fixture
async def s3(cloud):
    """`await s3("PutObject", Key=...)` on a bucket named `bucket`."""
    await cloud("s3", "CreateBucket", Bucket="bucket")

    async def call(operation, **request):
        return await cloud("s3", operation, **{"Bucket": "bucket", **request})

    return call
