"""Where code comes from: the request itself, or S3."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Any

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.errors import (
    InvalidParameterValueException,
    RequestEntityTooLargeException,
)
from cloudchamber.services.lambda_.live import Environments
from cloudchamber.services.lambda_.model import Code


async def code_in(ctx: Context, source: dict[str, Any], operation: str) -> Code:
    """Keep the archive that `ZipFile` or `S3Bucket` and `S3Key` name. Raises AWS's error when there is none."""
    if source.get("ImageUri"):
        raise AwsError(
            "NotImplemented",
            "Functions of container images are not available in Cloud Chamber: deploy a .zip archive.",
            status=501,
        )
    data = source.get("ZipFile")
    if data is None:
        data = await _from_s3(ctx, source)
    elif len(data) > limits.ZIPPED_BYTES_MAX:
        raise RequestEntityTooLargeException(
            f"Request must be smaller than 70167211 bytes for the {operation} operation", Type="User"
        )
    live: Environments = ctx.live
    return live.packages.keep(data)


async def _from_s3(ctx: Context, source: dict[str, Any]) -> bytes:
    bucket, key, version = source.get("S3Bucket"), source.get("S3Key"), source.get("S3ObjectVersion")
    if not bucket or not key:
        raise InvalidParameterValueException("Please provide a source for function code.", Type="User")
    request = {"Bucket": bucket, "Key": key} | ({"VersionId": version} if version else {})
    try:
        answer = await ctx.call("s3", "GetObject", request)
    except AwsError as error:
        raise InvalidParameterValueException(
            f"Error occurred while GetObject. S3 Error Code: {error.code}. S3 Error Message: {error.message}",
            Type="User",
        ) from error
    body = answer.get("Body") or b""
    return await _whole(body) if isinstance(body, AsyncIterable) else bytes(body)


async def _whole(chunks: AsyncIterable[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])
