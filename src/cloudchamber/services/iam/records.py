"""Where IAM's records lie, all under one account and no region. Names are unique whatever their case.

identities        (kind, name in lower case) -> Identity
policies          (name in lower case)       -> Policy
access_keys       (key id)                   -> AccessKey
login_profiles    (user)                     -> LoginProfile
instance_profiles (name in lower case)       -> InstanceProfile
aliases           ("alias")                  -> the account's alias
"""

from __future__ import annotations

from cloudchamber.aws import Collection, Context, Scope
from cloudchamber.services.iam.errors import NoSuchEntityException
from cloudchamber.services.iam.model import AccessKey, Identity, InstanceProfile, LoginProfile, Policy

IDENTITIES = Collection("iam", "identities", Identity, Scope.ACCOUNT)
POLICIES = Collection("iam", "policies", Policy, Scope.ACCOUNT)
ACCESS_KEYS = Collection("iam", "access_keys", AccessKey, Scope.ACCOUNT)
LOGIN_PROFILES = Collection("iam", "login_profiles", LoginProfile, Scope.ACCOUNT)
INSTANCE_PROFILES = Collection("iam", "instance_profiles", InstanceProfile, Scope.ACCOUNT)
ALIASES = Collection("iam", "aliases", str, Scope.ACCOUNT)


def identity_named(ctx: Context, kind: str, name: str) -> Identity:
    """The role, user or group of that name. Raises NoSuchEntity."""
    found = IDENTITIES.get(ctx, kind, name.lower())
    if found is None or found.name != name:
        raise NoSuchEntityException(f"The {kind} with name {name} cannot be found.")
    return found


def identities(ctx: Context, kind: str) -> list[Identity]:
    """All roles, users or groups, by name."""
    return IDENTITIES.values(ctx, kind)


def keep(ctx: Context, identity: Identity) -> None:
    """Write a role, user or group."""
    IDENTITIES.put(ctx, identity, identity.kind, identity.name.lower())


def forget(ctx: Context, identity: Identity) -> None:
    """Remove a role, user or group."""
    IDENTITIES.delete(ctx, identity.kind, identity.name.lower())


def members_of(ctx: Context, group_name: str) -> list[Identity]:
    """The users in a group."""
    return [user for user in identities(ctx, "user") if group_name in user.groups]


def keys_of(ctx: Context, user_name: str) -> list[AccessKey]:
    """The access keys of a user."""
    return [key for key in ACCESS_KEYS.values(ctx) if key.user_name == user_name]


def profile_named(ctx: Context, name: str) -> InstanceProfile:
    """The instance profile of that name. Raises NoSuchEntity."""
    found = INSTANCE_PROFILES.get(ctx, name.lower())
    if found is None or found.name != name:
        raise NoSuchEntityException(f"Instance Profile {name} cannot be found.")
    return found


def keep_profile(ctx: Context, profile: InstanceProfile) -> None:
    """Write an instance profile."""
    INSTANCE_PROFILES.put(ctx, profile, profile.name.lower())
