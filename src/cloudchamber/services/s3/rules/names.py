"""What a bucket and a key may be called, and where a bucket may be made."""

from __future__ import annotations

import re

from cloudchamber.services.s3 import limits
from cloudchamber.services.s3.errors import (
    IllegalLocationConstraintException,
    InvalidBucketName,
    InvalidLocationConstraint,
    KeyTooLongError,
)

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*[a-z0-9]\Z")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}\Z")
_RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d\Z")


def check_bucket_name(name: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html. Raises InvalidBucketName."""
    fits = limits.BUCKET_NAME_LENGTH_MIN <= len(name) <= limits.BUCKET_NAME_LENGTH_MAX and _NAME.match(name)
    if (
        not fits
        or ".." in name
        or _ADDRESS.match(name)
        or name.startswith(_RESERVED_PREFIXES)
        or name.endswith(_RESERVED_SUFFIXES)
    ):
        raise InvalidBucketName(BucketName=name)


def region_of(constraint: str | None, endpoint_region: str) -> str:
    """Where a bucket is made: the endpoint of us-east-1 makes it anywhere, any other only at home.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
    Raises InvalidLocationConstraint or IllegalLocationConstraintException.
    """
    region = "eu-west-1" if constraint == "EU" else constraint
    if not region:
        if endpoint_region != "us-east-1":
            raise IllegalLocationConstraintException()
        return endpoint_region
    if region == "us-east-1" or not _REGION.match(region):
        raise InvalidLocationConstraint(LocationConstraint=constraint)
    if endpoint_region not in ("us-east-1", region):
        raise IllegalLocationConstraintException(
            f"The {constraint} location constraint is incompatible for the region specific endpoint this request was sent to."
        )
    return region


def check_key(key: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html. Raises KeyTooLongError."""
    if len(key) * 4 > limits.KEY_BYTES_MAX:
        size = len(key.encode("utf-8", "surrogatepass"))
        if size > limits.KEY_BYTES_MAX:
            raise KeyTooLongError(Size=size, MaxSizeAllowed=limits.KEY_BYTES_MAX)
