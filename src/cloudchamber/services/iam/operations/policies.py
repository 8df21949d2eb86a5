"""Managed policies and their versions: the account's own, and those AWS manages."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context
from cloudchamber.services.iam import limits, rules
from cloudchamber.services.iam.errors import (
    DeleteConflictException,
    EntityAlreadyExistsException,
    LimitExceededException,
    NoSuchEntityException,
)
from cloudchamber.services.iam.model import Identity, Policy, PolicyVersion
from cloudchamber.services.iam.operations.common import arn_of, encoded, new_id, paged, tag_list
from cloudchamber.services.iam.records import POLICIES, identities

# When AWS-managed policies are said to have been made.
_MANAGED_SINCE_S = 1_423_000_000


def create_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html"""
    name, document, now_ms = request["PolicyName"], request["PolicyDocument"], ctx.now_ms
    _check_document(document)
    if POLICIES.has(ctx, name.lower()):
        raise EntityAlreadyExistsException(
            f"A policy called {name} already exists. Duplicate names are not allowed."
        )
    policy = Policy(
        name,
        request.get("Path") or "/",
        new_id(ctx, "ANPA"),
        now_ms,
        now_ms,
        (PolicyVersion("v1", document, now_ms),),
        "v1",
        2,
        request.get("Description") or "",
        rules.tags_of(request.get("Tags")),
    )
    POLICIES.put(ctx, policy, name.lower())
    return {"Policy": _described(ctx, policy)}


def _check_document(document: str) -> None:
    rules.check_identity_policy(document)
    if rules.characters(document) > limits.MANAGED_CHARACTERS_MAX:
        raise LimitExceededException(f"Cannot exceed quota for PolicySize: {limits.MANAGED_CHARACTERS_MAX}")


def policy_of(ctx: Context, arn: str) -> Policy | None:
    """The account's policy with that ARN, or None."""
    policy = POLICIES.get(ctx, arn.rpartition("/")[2].lower())
    return policy if policy and arn_of(ctx, "policy", policy.path, policy.name) == arn else None


def own_policy(ctx: Context, arn: str) -> Policy:
    """The account's policy with that ARN. Raises NoSuchEntity; AccessDenied for one that AWS manages."""
    if rules.is_managed_by_aws(arn):
        raise AwsError("AccessDenied", f"Policy {arn} is managed by AWS and cannot be changed.", status=403)
    policy = policy_of(ctx, arn)
    if policy is None:
        raise NoSuchEntityException(f"Policy {arn} was not found.")
    return policy


def check_exists(ctx: Context, arn: str) -> None:
    """Raise NoSuchEntity for a policy that is neither the account's nor one of AWS's."""
    if not rules.is_managed_by_aws(arn) and policy_of(ctx, arn) is None:
        raise NoSuchEntityException(f"Policy {arn} was not found.")


def check_attachable(ctx: Context, arn: str) -> None:
    """Raise NoSuchEntity for a policy that cannot be attached."""
    if not rules.is_managed_by_aws(arn) and policy_of(ctx, arn) is None:
        raise NoSuchEntityException(f"Policy {arn} does not exist or is not attachable.")


def users_of(ctx: Context, arn: str, *, boundary: bool = False) -> list[Identity]:
    """The groups, roles and users a policy is attached to, or is the boundary of."""
    return [
        identity
        for kind in ("group", "role", "user")
        for identity in identities(ctx, kind)
        if (arn == identity.boundary if boundary else arn in identity.attached)
    ]


def _described(ctx: Context, policy: Policy, *, whole: bool = True) -> dict[str, Any]:
    arn = arn_of(ctx, "policy", policy.path, policy.name)
    answer: dict[str, Any] = {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": len(users_of(ctx, arn)),
        "PermissionsBoundaryUsageCount": len(users_of(ctx, arn, boundary=True)),
        "IsAttachable": True,
        "CreateDate": policy.created_at_ms // 1000,
        "UpdateDate": policy.updated_at_ms // 1000,
    }
    if whole and policy.description:
        answer["Description"] = policy.description
    if whole and policy.tags:
        answer["Tags"] = tag_list(policy.tags)
    return answer


def _described_managed(ctx: Context, arn: str) -> dict[str, Any]:
    path = "/" + arn.partition(":policy/")[2].rpartition("/")[0]
    return {
        "PolicyName": arn.rpartition("/")[2],
        "PolicyId": rules.managed_id(arn),
        "Arn": arn,
        "Path": path if path == "/" else f"{path}/",
        "DefaultVersionId": "v1",
        "AttachmentCount": len(users_of(ctx, arn)),
        "PermissionsBoundaryUsageCount": len(users_of(ctx, arn, boundary=True)),
        "IsAttachable": True,
        "CreateDate": _MANAGED_SINCE_S,
        "UpdateDate": _MANAGED_SINCE_S,
    }


def get_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html"""
    arn = request["PolicyArn"]
    if rules.is_managed_by_aws(arn):
        return {"Policy": _described_managed(ctx, arn)}
    return {"Policy": _described(ctx, own_policy(ctx, arn))}


def list_policies(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Of the policies that AWS manages: those that are known here, and those that are attached.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html
    """
    scope, prefix = request.get("Scope") or "All", request.get("PathPrefix") or "/"
    found: list[dict[str, Any]] = []
    if scope != "AWS":
        found += [_described(ctx, policy, whole=False) for policy in POLICIES.values(ctx)]
    if scope != "Local":
        arns = {f"arn:aws:iam::aws:policy/{name}" for name in rules.MANAGED_ACTIONS}
        for kind in ("group", "role", "user"):
            for identity in identities(ctx, kind):
                arns.update(filter(rules.is_managed_by_aws, identity.attached))
        found += [_described_managed(ctx, arn) for arn in arns]
    count = {
        "PermissionsBoundary": "PermissionsBoundaryUsageCount",
        "PermissionsPolicy": "AttachmentCount",
    }.get(request.get("PolicyUsageFilter") or "")
    if request.get("OnlyAttached"):
        count = count or "AttachmentCount"
    found = [p for p in found if p["Path"].startswith(prefix) and (not count or p[count])]
    found.sort(key=lambda policy: policy["Arn"])
    chosen, answer = paged(request, "Policies", found, lambda policy: policy["Arn"])
    return answer | {"Policies": chosen}


def delete_policy(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html"""
    arn = request["PolicyArn"]
    policy = own_policy(ctx, arn)
    if users_of(ctx, arn) or users_of(ctx, arn, boundary=True):
        raise DeleteConflictException("Cannot delete a policy attached to entities.")
    if len(policy.versions) > 1:
        raise DeleteConflictException(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's "
            "versions. The default version is deleted with the policy."
        )
    POLICIES.delete(ctx, policy.name.lower())
    return {}


# -- versions


def create_policy_version(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html"""
    policy, document = own_policy(ctx, request["PolicyArn"]), request["PolicyDocument"]
    _check_document(document)
    if len(policy.versions) >= limits.VERSIONS_MAX:
        raise LimitExceededException(
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an "
            "existing version."
        )
    version = PolicyVersion(f"v{policy.next_version}", document, ctx.now_ms)
    default = version.id if request.get("SetAsDefault") else policy.default_version_id
    changed = msgspec.structs.replace(
        policy,
        versions=(version, *policy.versions),
        default_version_id=default,
        next_version=policy.next_version + 1,
        updated_at_ms=ctx.now_ms,
    )
    POLICIES.put(ctx, changed, policy.name.lower())
    return {"PolicyVersion": _version(changed, version, whole=False)}


def _version(policy: Policy, version: PolicyVersion, *, whole: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "VersionId": version.id,
        "IsDefaultVersion": version.id == policy.default_version_id,
        "CreateDate": version.created_at_ms // 1000,
    }
    return answer | ({"Document": encoded(version.document)} if whole else {})


def _version_of(policy: Policy, arn: str, version_id: str) -> PolicyVersion:
    for version in policy.versions:
        if version.id == version_id:
            return version
    raise NoSuchEntityException(f"Policy {arn} version {version_id} does not exist or is not attachable.")


def get_policy_version(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html"""
    arn, version_id = request["PolicyArn"], request["VersionId"]
    if rules.is_managed_by_aws(arn):
        document = rules.managed_document(arn)
        if document is None:
            message = f"The document of {arn} is not available in Cloud Chamber yet."
            raise AwsError("NotImplemented", message, status=501)
        made = {"VersionId": "v1", "IsDefaultVersion": True, "CreateDate": _MANAGED_SINCE_S}
        return {"PolicyVersion": made | {"Document": encoded(document)}}
    policy = own_policy(ctx, arn)
    return {"PolicyVersion": _version(policy, _version_of(policy, arn, version_id), whole=True)}


def list_policy_versions(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html"""
    arn = request["PolicyArn"]
    if rules.is_managed_by_aws(arn):
        only = {"VersionId": "v1", "IsDefaultVersion": True, "CreateDate": _MANAGED_SINCE_S}
        return {"Versions": [only], "IsTruncated": False}
    policy = own_policy(ctx, arn)
    newest_first = {version.id: f"{place:03d}" for place, version in enumerate(policy.versions)}
    chosen, answer = paged(request, "Versions", policy.versions, lambda version: newest_first[version.id])
    answer["Versions"] = [_version(policy, version, whole=False) for version in chosen]
    return answer


def set_default_policy_version(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetDefaultPolicyVersion.html"""
    policy = own_policy(ctx, request["PolicyArn"])
    version = _version_of(policy, request["PolicyArn"], request["VersionId"])
    changed = msgspec.structs.replace(policy, default_version_id=version.id, updated_at_ms=ctx.now_ms)
    POLICIES.put(ctx, changed, policy.name.lower())
    return {}


def delete_policy_version(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicyVersion.html"""
    policy = own_policy(ctx, request["PolicyArn"])
    gone = _version_of(policy, request["PolicyArn"], request["VersionId"])
    if gone.id == policy.default_version_id:
        raise DeleteConflictException("Cannot delete the default version of a policy.")
    versions = tuple(version for version in policy.versions if version.id != gone.id)
    POLICIES.put(ctx, msgspec.structs.replace(policy, versions=versions), policy.name.lower())
    return {}
