"""AWS::S3::Bucket and AWS::S3::BucketPolicy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_S3.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType
from cloudchamber.services.s3.rules import properties as shapes

Properties = dict[str, Any]


async def _create_bucket(ctx: Context, properties: Properties, logical: Logical) -> Made:
    name = properties.get("BucketName") or logical.name(63, lower=True)
    request: Properties = {"Bucket": name}
    if ctx.region != "us-east-1":
        request["CreateBucketConfiguration"] = {"LocationConstraint": ctx.region}
    if properties.get("ObjectLockEnabled") in (True, "true"):
        request["ObjectLockEnabledForBucket"] = True
    ownership = shapes.ownership(properties)
    if ownership:
        request["ObjectOwnership"] = ownership
    await _check_free(ctx, name)
    await ctx.call("s3", "CreateBucket", request)
    try:
        await _configure(ctx, name, properties, {})
    except AwsError:
        await ctx.call("s3", "DeleteBucket", {"Bucket": name})
        raise
    return _made(ctx, name)


async def _check_free(ctx: Context, name: str) -> None:
    """Making one's bucket again succeeds in us-east-1, but a stack may not take over what it did not make."""
    try:
        await ctx.call("s3", "HeadBucket", {"Bucket": name})
    except AwsError:
        return
    raise AwsError("AlreadyExists", f"{name} already exists", status=400)


async def _configure(ctx: Context, name: str, properties: Properties, old: Properties) -> None:
    """Put each configuration that is new or changed, and take away what is no longer there."""
    for setting in shapes.SETTINGS:
        wanted, before = properties.get(setting.name), old.get(setting.name)
        if wanted == before:
            continue
        if wanted is not None:
            request = {"Bucket": name, **setting.request(wanted)}
            await ctx.call("s3", setting.put, request)
        elif setting.delete:
            await ctx.call("s3", setting.delete, {"Bucket": name})
        elif setting.default is not None:
            await ctx.call("s3", setting.put, {"Bucket": name, **setting.default})


def _made(ctx: Context, name: str) -> Made:
    region = ctx.region
    dash = "-" if region in shapes.DASHED_WEBSITE_REGIONS else "."
    return Made(
        name,
        {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "DualStackDomainName": f"{name}.s3.dualstack.{region}.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
            "WebsiteURL": f"http://{name}.s3-website{dash}{region}.amazonaws.com",
        },
    )


async def _update_bucket(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    await _configure(ctx, name, properties, old)
    return _made(ctx, name)


async def _delete_bucket(ctx: Context, name: str, properties: Properties) -> None:
    try:
        await ctx.call("s3", "DeleteBucket", {"Bucket": name})
    except AwsError as error:
        if error.code != "NoSuchBucket":
            raise


async def _put_policy(ctx: Context, properties: Properties) -> None:
    document = properties["PolicyDocument"]
    text = document if isinstance(document, str) else msgspec.json.encode(document).decode()
    await ctx.call("s3", "PutBucketPolicy", {"Bucket": properties["Bucket"], "Policy": text})


async def _create_policy(ctx: Context, properties: Properties, logical: Logical) -> Made:
    await _put_policy(ctx, properties)
    return Made(properties["Bucket"])


async def _update_policy(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    await _put_policy(ctx, properties)
    return Made(name)


async def _delete_policy(ctx: Context, name: str, properties: Properties) -> None:
    try:
        await ctx.call("s3", "DeleteBucketPolicy", {"Bucket": properties["Bucket"]})
    except AwsError as error:
        if error.code != "NoSuchBucket":
            raise


RESOURCES = {
    "AWS::S3::Bucket": ResourceType(
        create=_create_bucket,
        update=_update_bucket,
        delete=_delete_bucket,
        replaced_by=frozenset({"BucketName"}),
    ),
    "AWS::S3::BucketPolicy": ResourceType(
        create=_create_policy,
        update=_update_policy,
        delete=_delete_policy,
        replaced_by=frozenset({"Bucket"}),
    ),
}
