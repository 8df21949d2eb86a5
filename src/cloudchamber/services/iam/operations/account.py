"""The account: its alias, and how much it has of everything."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.services.iam import limits
from cloudchamber.services.iam.errors import NoSuchEntityException
from cloudchamber.services.iam.records import ALIASES, IDENTITIES, INSTANCE_PROFILES, POLICIES


def create_account_alias(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """An account has one alias; a new one takes the place of the old.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html
    """
    ALIASES.put(ctx, request["AccountAlias"], "alias")
    return {}


def list_account_aliases(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccountAliases.html"""
    return {"AccountAliases": ALIASES.values(ctx), "IsTruncated": False}


def delete_account_alias(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccountAlias.html"""
    alias = request["AccountAlias"]
    if ALIASES.get(ctx, "alias") != alias:
        raise NoSuchEntityException(f"The account alias {alias} cannot be found.")
    ALIASES.delete(ctx, "alias")
    return {}


def get_account_summary(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html"""
    counted = {
        "Users": IDENTITIES.count(ctx, "user"),
        "Groups": IDENTITIES.count(ctx, "group"),
        "Roles": IDENTITIES.count(ctx, "role"),
        "Policies": POLICIES.count(ctx),
        "InstanceProfiles": INSTANCE_PROFILES.count(ctx),
        "PolicyVersionsInUse": sum(len(policy.versions) for policy in POLICIES.values(ctx)),
        "AccountMFAEnabled": 0,
        "AccountAccessKeysPresent": 0,
        "AccountSigningCertificatesPresent": 0,
        "MFADevices": 0,
        "MFADevicesInUse": 0,
        "Providers": 0,
        "ServerCertificates": 0,
    }
    return {"SummaryMap": counted | limits.QUOTAS}
