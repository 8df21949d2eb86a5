"""Configurations of a bucket that are kept as they come: most are only given back, as `fidelity.py` says."""

from __future__ import annotations

import json
from typing import Any

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.s3 import errors, limits
from cloudchamber.services.s3.model import Configuration
from cloudchamber.services.s3.operations.buckets import changed
from cloudchamber.services.s3.operations.finding import bucket_in
from cloudchamber.services.s3.records import CONFIGURATIONS
from cloudchamber.services.s3.rules.policies import is_public


def _keep(ctx: Context, request: dict[str, Any], kind: str, value: dict[str, Any]) -> dict[str, Any]:
    CONFIGURATIONS.put(ctx, Configuration(value), bucket_in(ctx, request).name, kind)
    return {}


def _kept(
    ctx: Context, request: dict[str, Any], kind: str, missing: type[AwsError] | None = None
) -> dict[str, Any]:
    bucket = bucket_in(ctx, request)
    kept = CONFIGURATIONS.get(ctx, bucket.name, kind)
    if kept is None and missing:
        raise missing(BucketName=bucket.name)
    return kept.value if kept else {}


def _forget(ctx: Context, request: dict[str, Any], kind: str) -> dict[str, Any]:
    CONFIGURATIONS.delete(ctx, bucket_in(ctx, request).name, kind)
    return {}


def put_bucket_versioning(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html"""
    bucket, wanted = bucket_in(ctx, request), request["VersioningConfiguration"]
    status = wanted.get("Status")
    if status is None:
        raise errors.IllegalVersioningConfigurationException()
    if status == "Suspended" and bucket.lock_enabled:
        raise errors.InvalidBucketState(
            "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
        )
    changed(ctx, bucket, versioning=status)
    if wanted.get("MFADelete"):
        _keep(ctx, request, "mfa_delete", {"MFADelete": wanted["MFADelete"]})
    return {}


def get_bucket_versioning(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html"""
    bucket = bucket_in(ctx, request)
    status = {"Status": bucket.versioning} if bucket.versioning else {}
    return status | _kept(ctx, request, "mfa_delete")


def put_bucket_cors(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html"""
    rules = request["CORSConfiguration"]["CORSRules"]
    if not rules or len(rules) > limits.CORS_RULES_MAX:
        raise errors.MalformedXML()
    for rule in rules:
        for method in rule["AllowedMethods"]:
            if method not in ("GET", "PUT", "POST", "DELETE", "HEAD"):
                raise errors.InvalidRequest(
                    f"Found unsupported HTTP method in CORS config. Unsupported method is {method}"
                )
        for origin in rule["AllowedOrigins"]:
            if origin.count("*") > 1:
                raise errors.InvalidRequest(f'AllowedOrigin "{origin}" can not have more than one wildcard.')
    return _keep(ctx, request, "cors", request["CORSConfiguration"])


def get_bucket_cors(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketCors.html"""
    return _kept(ctx, request, "cors", errors.NoSuchCORSConfiguration)


def delete_bucket_cors(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketCors.html"""
    return _forget(ctx, request, "cors")


def put_bucket_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html"""
    bucket, text = bucket_in(ctx, request), request["Policy"]
    if len(text.encode()) > limits.POLICY_BYTES_MAX:
        raise AwsError("PolicyTooLarge", "Policy exceeds the maximum allowed document size.", status=400)
    try:
        document = json.loads(text)
    except ValueError:
        raise errors.MalformedPolicy() from None
    if not isinstance(document, dict) or not document.get("Statement"):
        raise errors.MalformedPolicy("Missing required field Statement")
    block = _kept(ctx, request, "public_access_block")
    if block.get("BlockPublicPolicy") and is_public(document):
        raise errors.AccessDenied(
            f'User: {ctx.principal} is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::{bucket.name}" '
            "because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
        )
    return _keep(ctx, request, "policy", {"Policy": text})


def get_bucket_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html"""
    return _kept(ctx, request, "policy", errors.NoSuchBucketPolicy)


def delete_bucket_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html"""
    return _forget(ctx, request, "policy")


def get_bucket_policy_status(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html"""
    text = _kept(ctx, request, "policy", errors.NoSuchBucketPolicy)["Policy"]
    return {"PolicyStatus": {"IsPublic": is_public(json.loads(text))}}


def put_public_access_block(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html"""
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    wanted = request["PublicAccessBlockConfiguration"]
    return _keep(ctx, request, "public_access_block", {name: bool(wanted.get(name)) for name in names})


def get_public_access_block(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html"""
    missing = errors.NoSuchPublicAccessBlockConfiguration
    return {"PublicAccessBlockConfiguration": _kept(ctx, request, "public_access_block", missing)}


def delete_public_access_block(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeletePublicAccessBlock.html"""
    return _forget(ctx, request, "public_access_block")


def put_bucket_ownership_controls(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html"""
    controls = request["OwnershipControls"]
    if len(controls["Rules"]) != 1:
        raise errors.MalformedXML()
    return _keep(ctx, request, "ownership", controls)


def get_bucket_ownership_controls(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketOwnershipControls.html"""
    missing = errors.OwnershipControlsNotFoundError
    return {"OwnershipControls": _kept(ctx, request, "ownership", missing)}


def delete_bucket_ownership_controls(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketOwnershipControls.html"""
    return _forget(ctx, request, "ownership")


_ENCRYPTED = {
    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
}


def put_bucket_encryption(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html"""
    wanted = request["ServerSideEncryptionConfiguration"]
    if len(wanted["Rules"]) != 1:
        raise errors.MalformedXML()
    rule = wanted["Rules"][0]
    default = rule.get("ApplyServerSideEncryptionByDefault") or {}
    algorithm, key_id = default.get("SSEAlgorithm") or "AES256", default.get("KMSMasterKeyID") or ""
    if key_id and algorithm == "AES256":
        text = (
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
        )
        raise errors.InvalidArgument(text, ArgumentName="ApplyServerSideEncryptionByDefault")
    changed(
        ctx,
        bucket_in(ctx, request),
        encryption=algorithm,
        kms_key_id=key_id,
        bucket_key=bool(rule.get("BucketKeyEnabled")),
    )
    return _keep(ctx, request, "encryption", wanted)


def get_bucket_encryption(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html"""
    return {"ServerSideEncryptionConfiguration": _kept(ctx, request, "encryption") or _ENCRYPTED}


def delete_bucket_encryption(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html"""
    changed(ctx, bucket_in(ctx, request), encryption="AES256", kms_key_id="", bucket_key=False)
    return _forget(ctx, request, "encryption")


def put_bucket_website(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html"""
    wanted = request["WebsiteConfiguration"]
    index = wanted.get("IndexDocument")
    if not index and not wanted.get("RedirectAllRequestsTo"):
        text = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"
        raise errors.InvalidArgument(text, ArgumentName="IndexDocument")
    if index and ("/" in index["Suffix"] or not index["Suffix"]):
        raise errors.InvalidArgument(
            "The IndexDocument Suffix is not well formed", ArgumentName="IndexDocument"
        )
    return _keep(ctx, request, "website", wanted)


def get_bucket_website(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketWebsite.html"""
    return _kept(ctx, request, "website", errors.NoSuchWebsiteConfiguration)


def delete_bucket_website(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketWebsite.html"""
    return _forget(ctx, request, "website")


def put_bucket_logging(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html"""
    return _keep(ctx, request, "logging", request["BucketLoggingStatus"] or {})


def get_bucket_logging(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html"""
    return _kept(ctx, request, "logging")


def put_bucket_accelerate_configuration(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAccelerateConfiguration.html"""
    if "." in request["Bucket"]:
        raise errors.InvalidRequest(
            "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names"
        )
    return _keep(ctx, request, "accelerate", request["AccelerateConfiguration"])


def get_bucket_accelerate_configuration(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAccelerateConfiguration.html"""
    return _kept(ctx, request, "accelerate")


def put_bucket_request_payment(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketRequestPayment.html"""
    return _keep(ctx, request, "request_payment", request["RequestPaymentConfiguration"])


def get_bucket_request_payment(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketRequestPayment.html"""
    return _kept(ctx, request, "request_payment") or {"Payer": "BucketOwner"}


def put_bucket_replication(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html"""
    if bucket_in(ctx, request).versioning != "Enabled":
        text = "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
        raise errors.InvalidRequest(text)
    return _keep(ctx, request, "replication", request["ReplicationConfiguration"])


def get_bucket_replication(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketReplication.html"""
    missing = errors.ReplicationConfigurationNotFoundError
    return {"ReplicationConfiguration": _kept(ctx, request, "replication", missing)}


def delete_bucket_replication(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketReplication.html"""
    return _forget(ctx, request, "replication")
