"""Users, their access keys and login profiles."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import Context
from cloudchamber.aws.credentials import ALPHABET, CHANCE_LENGTH, access_key_id
from cloudchamber.services.iam import limits, rules
from cloudchamber.services.iam.errors import (
    DeleteConflictException,
    EntityAlreadyExistsException,
    LimitExceededException,
    NoSuchEntityException,
    ValidationError,
)
from cloudchamber.services.iam.model import AccessKey, Identity, LoginProfile
from cloudchamber.services.iam.operations.common import arn_of, described, new_id, paged
from cloudchamber.services.iam.operations.policies import check_attachable
from cloudchamber.services.iam.operations.roles import check_bare
from cloudchamber.services.iam.records import (
    ACCESS_KEYS,
    IDENTITIES,
    LOGIN_PROFILES,
    forget,
    identities,
    identity_named,
    keep,
    keys_of,
)

_SECRET_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def create_user(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html"""
    name, boundary = request["UserName"], request.get("PermissionsBoundary") or ""
    if boundary:
        check_attachable(ctx, boundary)
    _check_free(ctx, name)
    user = Identity(
        "user",
        name,
        request.get("Path") or "/",
        new_id(ctx, "AIDA"),
        ctx.now_ms,
        tags=rules.tags_of(request.get("Tags")),
        boundary=boundary,
    )
    keep(ctx, user)
    return {"User": described(ctx, user)}


def _check_free(ctx: Context, name: str) -> None:
    if IDENTITIES.has(ctx, "user", name.lower()):
        raise EntityAlreadyExistsException(f"User with name {name} already exists.")


def get_user(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The named user, or the caller.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html
    """
    name = request.get("UserName") or _caller_name(ctx)
    if name:
        return {"User": described(ctx, identity_named(ctx, "user", name))}
    root = ctx.arn("root", service="iam", region="")
    return {"User": {"Path": "/", "UserName": "root", "UserId": ctx.account, "Arn": root, "CreateDate": 0}}


def _caller_name(ctx: Context) -> str:
    key = ACCESS_KEYS.get(ctx, ctx.access_key) if ctx.access_key else None
    return key.user_name if key else ""


def user_in(ctx: Context, request: dict[str, Any]) -> Identity:
    """The user a request names, or the caller when it names none."""
    name = request.get("UserName") or _caller_name(ctx)
    if not name:
        raise ValidationError("Must specify userName when calling with non-User credentials")
    return identity_named(ctx, "user", name)


def list_users(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html"""
    prefix = request.get("PathPrefix") or "/"
    found = [user for user in identities(ctx, "user") if user.path.startswith(prefix)]
    users, answer = paged(request, "Users", found, lambda user: user.name.lower())
    answer["Users"] = [described(ctx, user, whole=False) for user in users]
    return answer


def update_user(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html"""
    user = identity_named(ctx, "user", request["UserName"])
    name = request.get("NewUserName") or user.name
    if name.lower() != user.name.lower():
        _check_free(ctx, name)
    forget(ctx, user)
    keep(ctx, msgspec.structs.replace(user, name=name, path=request.get("NewPath") or user.path))
    for key in keys_of(ctx, user.name):
        ACCESS_KEYS.put(ctx, msgspec.structs.replace(key, user_name=name), key.id)
    login = LOGIN_PROFILES.get(ctx, user.name)
    if login:
        LOGIN_PROFILES.delete(ctx, user.name)
        LOGIN_PROFILES.put(ctx, msgspec.structs.replace(login, user_name=name), name)
    return {}


def delete_user(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html"""
    user = identity_named(ctx, "user", request["UserName"])
    if user.groups:
        raise DeleteConflictException("Cannot delete entity, must remove users from group first.")
    if keys_of(ctx, user.name):
        raise DeleteConflictException("Cannot delete entity, must delete access keys first.")
    if LOGIN_PROFILES.has(ctx, user.name):
        raise DeleteConflictException("Cannot delete entity, must delete login profile first.")
    check_bare(user)
    forget(ctx, user)
    return {}


# -- access keys


def create_access_key(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html"""
    user = user_in(ctx, request)
    if len(keys_of(ctx, user.name)) >= limits.ACCESS_KEYS_MAX:
        raise LimitExceededException(f"Cannot exceed quota for AccessKeysPerUser: {limits.ACCESS_KEYS_MAX}")
    key_id = access_key_id("AKIA", ctx.account, ctx.ids.text(CHANCE_LENGTH, ALPHABET))
    while ACCESS_KEYS.has(ctx, key_id):
        key_id = access_key_id("AKIA", ctx.account, ctx.ids.text(CHANCE_LENGTH, ALPHABET))
    key = AccessKey(key_id, ctx.ids.text(40, _SECRET_ALPHABET), user.name, ctx.now_ms)
    ACCESS_KEYS.put(ctx, key, key_id)
    return {"AccessKey": _described_key(key) | {"SecretAccessKey": key.secret}}


def _described_key(key: AccessKey) -> dict[str, Any]:
    return {
        "UserName": key.user_name,
        "AccessKeyId": key.id,
        "Status": key.status,
        "CreateDate": key.created_at_ms // 1000,
    }


def list_access_keys(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html"""
    found = keys_of(ctx, user_in(ctx, request).name)
    keys, answer = paged(request, "AccessKeyMetadata", found, lambda key: key.id)
    return answer | {"AccessKeyMetadata": [_described_key(key) for key in keys]}


def _key_in(ctx: Context, request: dict[str, Any]) -> AccessKey:
    key_id = request["AccessKeyId"]
    key = ACCESS_KEYS.get(ctx, key_id)
    if key is None or (request.get("UserName") or key.user_name) != key.user_name:
        raise NoSuchEntityException(f"The Access Key with id {key_id} cannot be found.")
    return key


def update_access_key(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html"""
    key = _key_in(ctx, request)
    ACCESS_KEYS.put(ctx, msgspec.structs.replace(key, status=request["Status"]), key.id)
    return {}


def delete_access_key(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html"""
    ACCESS_KEYS.delete(ctx, _key_in(ctx, request).id)
    return {}


def get_access_key_last_used(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Uses of keys are not counted: every key answers as one never used.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
    """
    key = _key_in(ctx, {"AccessKeyId": request["AccessKeyId"]})
    return {"UserName": key.user_name, "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}


def find_key_owner(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The user of an active access key, for other services. Raises NoSuchEntity."""
    key = _key_in(ctx, {"AccessKeyId": request["AccessKeyId"]})
    user = identity_named(ctx, "user", key.user_name)
    return {
        "UserName": user.name,
        "UserId": user.id,
        "Arn": arn_of(ctx, "user", user.path, user.name),
        "SecretAccessKey": key.secret,
        "Status": key.status,
    }


# -- login profiles


def create_login_profile(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html"""
    user = user_in(ctx, request)
    if LOGIN_PROFILES.has(ctx, user.name):
        raise EntityAlreadyExistsException(f"Login Profile for User {user.name} already exists.")
    login = LoginProfile(user.name, ctx.now_ms, bool(request.get("PasswordResetRequired")))
    LOGIN_PROFILES.put(ctx, login, user.name)
    return {"LoginProfile": _described_login(login)}


def _described_login(login: LoginProfile) -> dict[str, Any]:
    return {
        "UserName": login.user_name,
        "CreateDate": login.created_at_ms // 1000,
        "PasswordResetRequired": login.reset_required,
    }


def _login_in(ctx: Context, request: dict[str, Any]) -> LoginProfile:
    user = user_in(ctx, request)
    login = LOGIN_PROFILES.get(ctx, user.name)
    if login is None:
        raise NoSuchEntityException(f"Login Profile for User {user.name} cannot be found.")
    return login


def get_login_profile(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetLoginProfile.html"""
    return {"LoginProfile": _described_login(_login_in(ctx, request))}


def update_login_profile(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateLoginProfile.html"""
    login = _login_in(ctx, request)
    if request.get("PasswordResetRequired") is not None:
        changed = msgspec.structs.replace(login, reset_required=request["PasswordResetRequired"])
        LOGIN_PROFILES.put(ctx, changed, login.user_name)
    return {}


def delete_login_profile(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html"""
    LOGIN_PROFILES.delete(ctx, _login_in(ctx, request).user_name)
    return {}
