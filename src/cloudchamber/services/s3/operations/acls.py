"""Access control lists: canned ones, grants in headers, grants in documents. They are kept, not enforced.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.s3.errors import InvalidArgument, InvalidRequest
from cloudchamber.services.s3.model import Configuration
from cloudchamber.services.s3.operations.events import emit
from cloudchamber.services.s3.operations.finding import (
    bucket_in,
    canonical_id,
    owner_of,
    shown_version_id,
    version_in,
)
from cloudchamber.services.s3.records import CONFIGURATIONS, objects

_ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
_AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
_LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"
_CANNED = {
    "private": (),
    "public-read": ((_ALL_USERS, "READ"),),
    "public-read-write": ((_ALL_USERS, "READ"), (_ALL_USERS, "WRITE")),
    "authenticated-read": ((_AUTHENTICATED, "READ"),),
    "log-delivery-write": ((_LOG_DELIVERY, "WRITE"), (_LOG_DELIVERY, "READ_ACP")),
    "bucket-owner-read": ((None, "READ"),),
    "bucket-owner-full-control": ((None, "FULL_CONTROL"),),
    "aws-exec-read": (),
}
_HEADERS = {
    "GrantFullControl": "FULL_CONTROL",
    "GrantRead": "READ",
    "GrantReadACP": "READ_ACP",
    "GrantWrite": "WRITE",
    "GrantWriteACP": "WRITE_ACP",
}
_GRANTEE = re.compile(r'\s*(id|uri|emailAddress)\s*=\s*"?([^",]+)"?\s*\Z')


def check_acl_allowed(request: dict[str, Any], ownership: str) -> None:
    """Where the bucket owner owns everything, ACLs are off.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
    """
    granted = any(request.get(name) for name in _HEADERS)
    canned = request.get("ACL")
    if ownership != "BucketOwnerEnforced" or not (granted or canned):
        return
    if not granted and canned in ("private", "bucket-owner-full-control"):
        return
    if "Key" in request:
        raise AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs", status=400)
    text = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
    raise AwsError("InvalidBucketAclWithObjectOwnership", text, status=400)


def ownership_of(ctx: Context, bucket_name: str) -> str:
    """The bucket's object ownership."""
    kept = CONFIGURATIONS.get(ctx, bucket_name, "ownership")
    return kept.value["Rules"][0]["ObjectOwnership"] if kept else "ObjectWriter"


def grants_in(request: dict[str, Any], owner: str, bucket_owner: str) -> tuple[dict[str, Any], ...]:
    """The grants that a request asks for; none stand for the owner's full control."""
    canned = request.get("ACL")
    if canned:
        if canned not in _CANNED:
            raise InvalidArgument(ArgumentName="x-amz-acl", ArgumentValue=canned)
        found = _CANNED[canned]
        if not found:
            return ()
        return (_full_control(owner), *[_grant(uri, permission, bucket_owner) for uri, permission in found])
    grants: list[dict[str, Any]] = []
    for name, permission in _HEADERS.items():
        texts = request[name].split(",") if request.get(name) else ()
        grants.extend({"Grantee": _grantee(text), "Permission": permission} for text in texts)
    return tuple(grants)


def _grantee(text: str) -> dict[str, str]:
    match = _GRANTEE.match(text)
    if match is None:
        raise InvalidArgument("Argument format not recognized", ArgumentValue=text)
    kind, value = match[1], match[2]
    if kind == "uri":
        return {"Type": "Group", "URI": value}
    if kind == "emailAddress":
        return {"Type": "AmazonCustomerByEmail", "EmailAddress": value}
    return {"Type": "CanonicalUser", "ID": value}


def _grant(uri: str | None, permission: str, bucket_owner: str) -> dict[str, Any]:
    if uri is None:
        return {"Grantee": {"Type": "CanonicalUser", **owner_of(bucket_owner)}, "Permission": permission}
    return {"Grantee": {"Type": "Group", "URI": uri}, "Permission": permission}


def _full_control(account: str) -> dict[str, Any]:
    return {"Grantee": {"Type": "CanonicalUser", "ID": canonical_id(account)}, "Permission": "FULL_CONTROL"}


def get_bucket_acl(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html"""
    bucket = bucket_in(ctx, request)
    kept = CONFIGURATIONS.get(ctx, bucket.name, "acl")
    grants = kept.value["Grants"] if kept else [_full_control(bucket.owner)]
    return {"Owner": owner_of(bucket.owner), "Grants": grants}


def put_bucket_acl(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html"""
    bucket = bucket_in(ctx, request)
    grants = _new_grants(ctx, request, bucket.name, bucket.owner, bucket.owner)
    CONFIGURATIONS.put(ctx, Configuration({"Grants": list(grants)}), bucket.name, "acl")
    return {}


def _new_grants(
    ctx: Context, request: dict[str, Any], bucket_name: str, owner: str, bucket_owner: str
) -> tuple[dict[str, Any], ...]:
    policy = request.get("AccessControlPolicy")
    if ownership_of(ctx, bucket_name) == "BucketOwnerEnforced" and not _only_owner(request, owner):
        raise AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs", status=400)
    if policy:
        return tuple(policy.get("Grants") or ())
    if not request.get("ACL") and not any(request.get(name) for name in _HEADERS):
        text = "Your request was missing a required header"
        raise AwsError("MissingSecurityHeader", text, status=400, MissingHeaderName="x-amz-acl")
    return grants_in(request, owner, bucket_owner) or (_full_control(owner),)


def _only_owner(request: dict[str, Any], owner: str) -> bool:
    policy = request.get("AccessControlPolicy")
    if policy:
        return list(policy.get("Grants") or ()) == [_full_control(owner)]
    return request.get("ACL") in ("private", "bucket-owner-full-control")


def get_object_acl(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html"""
    bucket = bucket_in(ctx, request)
    version = version_in(ctx, bucket, request["Key"], request.get("VersionId"))
    grants = list(version.grants) or [_full_control(version.owner)]
    return {"Owner": owner_of(version.owner), "Grants": grants}


def put_object_acl(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html"""
    bucket = bucket_in(ctx, request)
    version = version_in(ctx, bucket, request["Key"], request.get("VersionId"))
    if request.get("AccessControlPolicy") and request.get("ACL"):
        raise InvalidRequest("Specifying both Canned ACLs and Header Grants is not allowed")
    grants = _new_grants(ctx, request, bucket.name, version.owner, bucket.owner)
    changed = msgspec.structs.replace(version, grants=grants)
    objects.replace(ctx, bucket, changed)
    emit(ctx, bucket, "ObjectAcl:Put", changed)
    return {"VersionId": shown_version_id(bucket, version)} if bucket.versioning else {}
