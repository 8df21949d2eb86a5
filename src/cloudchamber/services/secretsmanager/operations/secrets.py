"""Secrets: create, describe, list, update, delete, restore, tags, policies."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.secretsmanager import limits, rules
from cloudchamber.services.secretsmanager.errors import (
    InvalidRequestException,
    MalformedPolicyDocumentException,
    ResourceExistsException,
    ResourceNotFoundException,
)
from cloudchamber.services.secretsmanager.model import Secret
from cloudchamber.services.secretsmanager.operations.finding import (
    arn_of,
    paged,
    secret_identified,
    secret_in,
)
from cloudchamber.services.secretsmanager.operations.values import put_version, same_value
from cloudchamber.services.secretsmanager.records import SECRETS, VERSIONS, forget, keep

DAY_MS = 86_400_000
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def create_secret(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html"""
    name, token = request["Name"], request.get("ClientRequestToken")
    rules.check_name(name)
    with_value = rules.has_value(request)
    known = SECRETS.get(ctx, name)
    if known:
        return _created_already(ctx, known, request)
    secret = Secret(
        name,
        ctx.ids.text(6, _SUFFIX),
        ctx.now_ms,
        ctx.now_ms,
        request.get("Description") or "",
        request.get("KmsKeyId") or "",
        rules.tags_of(request.get("Tags")),
    )
    SECRETS.put(ctx, secret, name)
    answer = {"ARN": arn_of(ctx, secret), "Name": name}
    if with_value:
        version = put_version(ctx, secret, request, token or ctx.ids.uuid(), [rules.CURRENT])
        answer["VersionId"] = version.id
    return answer


def _created_already(ctx: Context, known: Secret, request: dict[str, Any]) -> dict[str, Any]:
    """The answer to a call made again with its token; an error for any other."""
    if known.deletes_at_ms:
        raise InvalidRequestException(
            "You can't create this secret because a secret with this name is already scheduled for deletion."
        )
    token = request.get("ClientRequestToken")
    version = VERSIONS.get(ctx, known.name, token) if token else None
    if version is None or not same_value(version, request):
        raise ResourceExistsException(f"The operation failed because the secret {known.name} already exists.")
    return {"ARN": arn_of(ctx, known), "Name": known.name, "VersionId": version.id}


def update_secret(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html"""
    where, secret = secret_in(ctx, request)
    with_value = rules.has_value(request)
    changes: dict[str, Any] = {"changed_at_ms": ctx.now_ms}
    if request.get("Description") is not None:
        changes["description"] = request["Description"]
    if request.get("KmsKeyId") is not None:
        changes["kms_key_id"] = request["KmsKeyId"]
    secret = keep(where, secret, **changes)
    answer = {"ARN": arn_of(where, secret), "Name": secret.name}
    if with_value:
        token = request.get("ClientRequestToken") or ctx.ids.uuid()
        answer["VersionId"] = put_version(where, secret, request, token, [rules.CURRENT]).id
    return answer


def describe_secret(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html"""
    where, secret = secret_identified(ctx, request["SecretId"])
    return _described(where, secret, "VersionIdsToStages")


def _described(ctx: Context, secret: Secret, stages_member: str) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "ARN": arn_of(ctx, secret),
        "Name": secret.name,
        "LastChangedDate": secret.changed_at_ms / 1000,
        "CreatedDate": secret.created_at_ms / 1000,
        "Tags": [{"Key": key, "Value": value} for key, value in secret.tags.items()],
    }
    by_version: dict[str, list[str]] = {}
    for label, version_id in secret.stages.items():
        by_version.setdefault(version_id, []).append(label)
    optional = {
        "Description": secret.description,
        "KmsKeyId": secret.kms_key_id,
        stages_member: by_version,
        "LastAccessedDate": secret.accessed_day * DAY_MS // 1000,
        "DeletedDate": secret.deletes_at_ms / 1000,
    }
    return answer | {member: value for member, value in optional.items() if value}


def list_secrets(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html"""
    planned, filters = bool(request.get("IncludePlannedDeletion")), request.get("Filters") or []
    found = [
        secret
        for secret in SECRETS.values(ctx)
        if (planned or not secret.deletes_at_ms) and rules.passes(secret, filters, ctx.region)
    ]
    by = request.get("SortBy") or "created-date"
    found.sort(key=lambda secret: _order(secret, by), reverse=request.get("SortOrder") == "desc")
    placed = [(f"{place:09d}", secret) for place, secret in enumerate(found)]
    chosen, more = paged(request, placed, lambda pair: pair[0], limits.LISTED_DEFAULT)
    return {"SecretList": [_described(ctx, s, "SecretVersionsToStages") for _, s in chosen]} | more


def _order(secret: Secret, by: str) -> tuple[int, str]:
    instants = {
        "created-date": secret.created_at_ms,
        "last-changed-date": secret.changed_at_ms,
        "last-accessed-date": secret.accessed_day,
    }
    return instants.get(by, 0), secret.name


def delete_secret(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Mark a secret for deletion in 7 to 30 days (F079), or delete it at once.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
    """
    days, now_ms = rules.recovery_days(request), ctx.now_ms
    try:
        where, secret = secret_identified(ctx, request["SecretId"])
    except ResourceNotFoundException:
        if days:
            raise
        return {"Name": request["SecretId"], "DeletionDate": now_ms / 1000}
    answer = {"ARN": arn_of(where, secret), "Name": secret.name}
    if not days:
        forget(where, secret.name)
        return answer | {"DeletionDate": now_ms / 1000}
    if secret.deletes_at_ms:
        raise InvalidRequestException(
            "You can't perform this operation on the secret because it was already scheduled for deletion."
        )
    deletes_at_ms = now_ms + days * DAY_MS
    keep(where, secret, deleted_at_ms=now_ms, deletes_at_ms=deletes_at_ms)
    task = {"Name": secret.name, "Suffix": secret.suffix, "DeletesAtMs": deletes_at_ms}
    # Marked as recurring, so that an idle chamber does not jump to the end of the window.
    where.later("secretsmanager", "remove_secret", task, due_at_ms=deletes_at_ms, recurring=True)
    return answer | {"DeletionDate": deletes_at_ms / 1000}


def restore_secret(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RestoreSecret.html"""
    where, secret = secret_identified(ctx, request["SecretId"])
    keep(where, secret, deleted_at_ms=0, deletes_at_ms=0)
    return {"ARN": arn_of(where, secret), "Name": secret.name}


# -- tags and policies


def tag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_TagResource.html"""
    where, secret = secret_in(ctx, request)
    keep(where, secret, tags=rules.tags_of(request["Tags"], secret.tags))
    return {}


def untag_resource(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UntagResource.html"""
    where, secret = secret_in(ctx, request)
    gone = request["TagKeys"]
    keep(where, secret, tags={k: v for k, v in secret.tags.items() if k not in gone})
    return {}


def put_resource_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html"""
    where, secret = secret_in(ctx, request)
    rules.check_policy(request["ResourcePolicy"])
    keep(where, secret, policy=request["ResourcePolicy"])
    return {"ARN": arn_of(where, secret), "Name": secret.name}


def get_resource_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetResourcePolicy.html"""
    where, secret = secret_in(ctx, request)
    answer = {"ARN": arn_of(where, secret), "Name": secret.name}
    return answer | ({"ResourcePolicy": secret.policy} if secret.policy else {})


def delete_resource_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteResourcePolicy.html"""
    where, secret = secret_in(ctx, request)
    keep(where, secret, policy="")
    return {"ARN": arn_of(where, secret), "Name": secret.name}


def validate_resource_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ValidateResourcePolicy.html"""
    if request.get("SecretId"):
        secret_in(ctx, request)
    try:
        rules.check_policy(request["ResourcePolicy"])
    except MalformedPolicyDocumentException as error:
        failure = {"CheckName": "Policy syntax", "ErrorMessage": error.message}
        return {"PolicyValidationPassed": False, "ValidationErrors": [failure]}
    return {"PolicyValidationPassed": True, "ValidationErrors": []}
