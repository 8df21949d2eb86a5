"""The values of secrets: versions, and the staging labels on them."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.secretsmanager import limits, rules
from cloudchamber.services.secretsmanager.errors import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceExistsException,
    ResourceNotFoundException,
)
from cloudchamber.services.secretsmanager.model import Secret, Version
from cloudchamber.services.secretsmanager.operations.finding import (
    arn_of,
    paged,
    secret_identified,
    secret_in,
)
from cloudchamber.services.secretsmanager.records import SECRETS, VERSIONS, drop_deprecated, keep

DAY_MS = 86_400_000


def same_value(version: Version, request: dict[str, Any]) -> bool:
    """Whether a version holds just what a request carries."""
    carried = request.get("SecretString"), request.get("SecretBinary")
    return (version.text, version.binary) == carried


def put_version(
    ctx: Context, secret: Secret, request: dict[str, Any], token: str, labels: list[str]
) -> Version:
    """Add a version and move `labels` to it; the same token with the same value changes nothing.

    Raises ResourceExistsException for a token that stands for another value.
    """
    known = VERSIONS.get(ctx, secret.name, token)
    if known:
        if not same_value(known, request):
            raise ResourceExistsException(
                f"You can't use ClientRequestToken {token} because that value is already in use for a version of secret "
                f"{arn_of(ctx, secret)}."
            )
        return known
    version = Version(
        token,
        ctx.now_ms,
        request.get("SecretString"),
        request.get("SecretBinary"),
        secret.kms_key_id,
    )
    VERSIONS.put(ctx, version, secret.name, token)
    first = labels if secret.stages else [*labels, *([] if rules.CURRENT in labels else [rules.CURRENT])]
    stages = rules.staged(secret.stages, token, first)
    drop_deprecated(ctx, keep(ctx, secret, stages=stages, changed_at_ms=ctx.now_ms))
    return version


def put_secret_value(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html"""
    where, secret = secret_in(ctx, request)
    if not rules.has_value(request):
        raise InvalidRequestException("You must provide either SecretString or SecretBinary.")
    token = request.get("ClientRequestToken") or ctx.ids.uuid()
    labels = request.get("VersionStages") or [rules.CURRENT]
    version = put_version(where, secret, request, token, labels)
    now = SECRETS.get(where, secret.name) or secret
    return {
        "ARN": arn_of(where, secret),
        "Name": secret.name,
        "VersionId": version.id,
        "VersionStages": rules.stages_of(now, version.id),
    }


def get_secret_value(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html"""
    where, secret = secret_in(ctx, request)
    return _value(where, secret, request.get("VersionId"), request.get("VersionStage"))


def _value(ctx: Context, secret: Secret, version_id: str | None, stage: str | None) -> dict[str, Any]:
    staged_id = secret.stages.get(stage or rules.CURRENT)
    if version_id and stage and staged_id != version_id:
        raise InvalidRequestException(
            "You provided a VersionStage that is not associated to the provided VersionId."
        )
    wanted = version_id or staged_id
    version = VERSIONS.get(ctx, secret.name, wanted) if wanted else None
    if version is None:
        what = f"VersionId: {version_id}" if version_id else f"staging label: {stage or rules.CURRENT}"
        raise ResourceNotFoundException(f"Secrets Manager can't find the specified secret value for {what}")
    today = ctx.now_ms // DAY_MS
    if secret.accessed_day != today:
        keep(ctx, secret, accessed_day=today)
    answer: dict[str, Any] = {
        "ARN": arn_of(ctx, secret),
        "Name": secret.name,
        "VersionId": version.id,
        "VersionStages": rules.stages_of(secret, version.id),
        "CreatedDate": version.created_at_ms / 1000,
    }
    if version.text is not None:
        return answer | {"SecretString": version.text}
    return answer | {"SecretBinary": version.binary}


def batch_get_secret_value(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html"""
    identifiers, filters = request.get("SecretIdList"), request.get("Filters")
    if bool(identifiers) == bool(filters):
        raise InvalidParameterException("You must include either Filters or SecretIdList, but not both.")
    more: dict[str, Any] = {}
    if filters:
        found = [
            secret.name
            for secret in SECRETS.values(ctx)
            if not secret.deletes_at_ms and rules.passes(secret, filters, ctx.region)
        ]
        identifiers, more = paged(request, found, str, limits.BATCH_DEFAULT)
    values: list[dict[str, Any]] = []
    errors: list[dict[str, str]] = []
    for identifier in identifiers or ():
        try:
            where, secret = secret_in(ctx, {"SecretId": identifier})
            values.append(_value(where, secret, None, None))
        except AwsError as error:
            errors.append({"SecretId": identifier, "ErrorCode": error.code, "Message": error.message})
    return {"SecretValues": values, "Errors": errors} | more


def list_secret_version_ids(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html"""
    where, secret = secret_identified(ctx, request["SecretId"])
    deprecated, staged = bool(request.get("IncludeDeprecated")), set(secret.stages.values())
    found = [v for v in VERSIONS.values(where, secret.name) if deprecated or v.id in staged]
    chosen, more = paged(request, found, lambda version: version.id, limits.LISTED_DEFAULT)
    versions = [_listed(secret, version) for version in chosen]
    return {"Versions": versions, "ARN": arn_of(where, secret), "Name": secret.name} | more


def _listed(secret: Secret, version: Version) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "VersionId": version.id,
        "CreatedDate": version.created_at_ms / 1000,
        "KmsKeyIds": [version.kms_key_id or "DefaultEncryptionKey"],
    }
    labels = rules.stages_of(secret, version.id)
    return answer | ({"VersionStages": labels} if labels else {})


def update_secret_version_stage(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html"""
    where, secret = secret_in(ctx, request)
    label, to_id = request["VersionStage"], request.get("MoveToVersionId")
    from_id, holder = request.get("RemoveFromVersionId"), secret.stages.get(request["VersionStage"])
    for version_id in filter(None, (to_id, from_id)):
        if not VERSIONS.has(where, secret.name, version_id):
            raise ResourceNotFoundException(
                f"Secrets Manager can't find the specified secret value for VersionId: {version_id}"
            )
    if from_id and holder != from_id:
        raise InvalidParameterException(
            f"The version {from_id} doesn't have the staging label {label} attached."
        )
    if to_id and holder and holder != to_id and not from_id:
        raise InvalidParameterException(
            f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to version "
            f"{holder}, so you must explicitly reference that version in RemoveFromVersionId."
        )
    if not to_id and label == rules.CURRENT:
        raise InvalidParameterException(
            "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed."
        )
    if to_id:
        stages = rules.staged(secret.stages, to_id, [label])
    else:
        stages = {each: at for each, at in secret.stages.items() if each != label}
    keep(where, secret, stages=stages, changed_at_ms=ctx.now_ms)
    return {"ARN": arn_of(where, secret), "Name": secret.name}


def get_random_password(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html"""
    return {"RandomPassword": rules.password(request, ctx.ids.below)}
