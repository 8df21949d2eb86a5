"""CloudFormation's types of IAM.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.aws import AwsError, Context, Logical, Made, ResourceType

Properties = dict[str, Any]
_KINDS = {"Role": "Roles", "User": "Users", "Group": "Groups"}


def _text(document: Any) -> str:
    return document if isinstance(document, str) else msgspec.json.encode(document).decode()


def _given(properties: Properties, *names: str) -> dict[str, Any]:
    return {name: properties[name] for name in names if properties.get(name) not in (None, "", [])}


async def _call(ctx: Context, operation: str, **request: Any) -> dict[str, Any]:
    return await ctx.call("iam", operation, request)


async def _gone_is_fine(ctx: Context, operation: str, **request: Any) -> dict[str, Any]:
    try:
        return await ctx.call("iam", operation, request)
    except AwsError as error:
        if error.code != "NoSuchEntityException":
            raise
        return {}


# -- roles, users, groups: what they have in common


async def _set_policies(ctx: Context, kind: str, name: str, properties: Properties, old: Properties) -> None:
    """Bring attached and inline policies from what `old` says to what `properties` say."""
    who = {f"{kind}Name": name}
    before, after = old.get("ManagedPolicyArns") or [], properties.get("ManagedPolicyArns") or []
    for arn in before:
        if arn not in after:
            await _gone_is_fine(ctx, f"Detach{kind}Policy", **who, PolicyArn=arn)
    for arn in after:
        await _call(ctx, f"Attach{kind}Policy", **who, PolicyArn=arn)
    inline = {policy["PolicyName"]: policy for policy in properties.get("Policies") or []}
    for policy in old.get("Policies") or []:
        if policy["PolicyName"] not in inline:
            await _gone_is_fine(ctx, f"Delete{kind}Policy", **who, PolicyName=policy["PolicyName"])
    for policy_name, policy in inline.items():
        document = _text(policy["PolicyDocument"])
        await _call(ctx, f"Put{kind}Policy", **who, PolicyName=policy_name, PolicyDocument=document)


async def _set_tags(ctx: Context, kind: str, name: str, properties: Properties, old: Properties) -> None:
    who, tags = {f"{kind}Name": name}, properties.get("Tags") or []
    kept = {tag["Key"] for tag in tags}
    gone = [tag["Key"] for tag in old.get("Tags") or [] if tag["Key"] not in kept]
    if gone:
        await _call(ctx, f"Untag{kind}", **who, TagKeys=gone)
    if tags:
        await _call(ctx, f"Tag{kind}", **who, Tags=tags)


async def _set_boundary(ctx: Context, kind: str, name: str, properties: Properties, old: Properties) -> None:
    who, boundary = {f"{kind}Name": name}, properties.get("PermissionsBoundary")
    if boundary == old.get("PermissionsBoundary"):
        return
    if boundary:
        await _call(ctx, f"Put{kind}PermissionsBoundary", **who, PermissionsBoundary=boundary)
    else:
        await _gone_is_fine(ctx, f"Delete{kind}PermissionsBoundary", **who)


async def _strip(ctx: Context, kind: str, name: str) -> None:
    """Take all policies off an identity that is about to be deleted."""
    who = {f"{kind}Name": name}
    attached = await _gone_is_fine(ctx, f"ListAttached{kind}Policies", **who)
    for policy in attached.get("AttachedPolicies", []):
        await _gone_is_fine(ctx, f"Detach{kind}Policy", **who, PolicyArn=policy["PolicyArn"])
    inline = await _gone_is_fine(ctx, f"List{kind}Policies", **who)
    for policy_name in inline.get("PolicyNames", []):
        await _gone_is_fine(ctx, f"Delete{kind}Policy", **who, PolicyName=policy_name)


# -- roles


async def _create_role(ctx: Context, properties: Properties, logical: Logical) -> Made:
    name = properties.get("RoleName") or logical.name(64)
    request = _given(properties, "Path", "Description", "PermissionsBoundary", "Tags")
    if properties.get("MaxSessionDuration"):
        request["MaxSessionDuration"] = int(properties["MaxSessionDuration"])
    trust = _text(properties["AssumeRolePolicyDocument"])
    await _call(ctx, "CreateRole", RoleName=name, AssumeRolePolicyDocument=trust, **request)
    await _set_policies(ctx, "Role", name, properties, {})
    return await _made_role(ctx, name)


async def _made_role(ctx: Context, name: str) -> Made:
    role = (await _call(ctx, "GetRole", RoleName=name))["Role"]
    return Made(name, {"Arn": role["Arn"], "RoleId": role["RoleId"]})


async def _update_role(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    trust = _text(properties["AssumeRolePolicyDocument"])
    await _call(ctx, "UpdateAssumeRolePolicy", RoleName=name, PolicyDocument=trust)
    session_s = int(properties.get("MaxSessionDuration") or 3600)
    description = properties.get("Description") or ""
    await _call(ctx, "UpdateRole", RoleName=name, Description=description, MaxSessionDuration=session_s)
    await _set_policies(ctx, "Role", name, properties, old)
    await _set_boundary(ctx, "Role", name, properties, old)
    await _set_tags(ctx, "Role", name, properties, old)
    return await _made_role(ctx, name)


async def _delete_role(ctx: Context, name: str, properties: Properties) -> None:
    await _strip(ctx, "Role", name)
    await _gone_is_fine(ctx, "DeleteRole", RoleName=name)


async def _create_linked_role(ctx: Context, properties: Properties, logical: Logical) -> Made:
    request = _given(properties, "AWSServiceName", "CustomSuffix", "Description")
    made = await _call(ctx, "CreateServiceLinkedRole", **request)
    return Made(made["Role"]["RoleName"], {"RoleName": made["Role"]["RoleName"]})


async def _delete_linked_role(ctx: Context, name: str, properties: Properties) -> None:
    await _gone_is_fine(ctx, "DeleteServiceLinkedRole", RoleName=name)


# -- users and groups


async def _create_user(ctx: Context, properties: Properties, logical: Logical) -> Made:
    name = properties.get("UserName") or logical.name(64)
    request = _given(properties, "Path", "PermissionsBoundary", "Tags")
    made = await _call(ctx, "CreateUser", UserName=name, **request)
    await _set_policies(ctx, "User", name, properties, {})
    await _set_user_parts(ctx, name, properties, {})
    return Made(name, {"Arn": made["User"]["Arn"]})


async def _set_user_parts(ctx: Context, name: str, properties: Properties, old: Properties) -> None:
    """Groups and the login profile of a user."""
    before, after = old.get("Groups") or [], properties.get("Groups") or []
    for group in before:
        if group not in after:
            await _gone_is_fine(ctx, "RemoveUserFromGroup", UserName=name, GroupName=group)
    for group in after:
        await _call(ctx, "AddUserToGroup", UserName=name, GroupName=group)
    login, known = properties.get("LoginProfile"), old.get("LoginProfile")
    if login:
        reset = str(login.get("PasswordResetRequired", "")).lower() == "true"
        operation = "UpdateLoginProfile" if known else "CreateLoginProfile"
        request = {"Password": login["Password"], "PasswordResetRequired": reset}
        await _call(ctx, operation, UserName=name, **request)
    elif known:
        await _gone_is_fine(ctx, "DeleteLoginProfile", UserName=name)


async def _update_user(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    await _call(ctx, "UpdateUser", UserName=name, NewPath=properties.get("Path") or "/")
    await _set_policies(ctx, "User", name, properties, old)
    await _set_boundary(ctx, "User", name, properties, old)
    await _set_tags(ctx, "User", name, properties, old)
    await _set_user_parts(ctx, name, properties, old)
    user = (await _call(ctx, "GetUser", UserName=name))["User"]
    return Made(name, {"Arn": user["Arn"]})


async def _delete_user(ctx: Context, name: str, properties: Properties) -> None:
    await _strip(ctx, "User", name)
    await _gone_is_fine(ctx, "DeleteLoginProfile", UserName=name)
    joined = await _gone_is_fine(ctx, "ListGroupsForUser", UserName=name)
    for group in joined.get("Groups", []):
        await _gone_is_fine(ctx, "RemoveUserFromGroup", UserName=name, GroupName=group["GroupName"])
    await _gone_is_fine(ctx, "DeleteUser", UserName=name)


async def _create_group(ctx: Context, properties: Properties, logical: Logical) -> Made:
    name = properties.get("GroupName") or logical.name(128)
    made = await _call(ctx, "CreateGroup", GroupName=name, **_given(properties, "Path"))
    await _set_policies(ctx, "Group", name, properties, {})
    return Made(name, {"Arn": made["Group"]["Arn"]})


async def _update_group(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    await _call(ctx, "UpdateGroup", GroupName=name, NewPath=properties.get("Path") or "/")
    await _set_policies(ctx, "Group", name, properties, old)
    group = (await _call(ctx, "GetGroup", GroupName=name))["Group"]
    return Made(name, {"Arn": group["Arn"]})


async def _delete_group(ctx: Context, name: str, properties: Properties) -> None:
    await _strip(ctx, "Group", name)
    await _gone_is_fine(ctx, "DeleteGroup", GroupName=name)


async def _create_membership(ctx: Context, properties: Properties, logical: Logical) -> Made:
    return await _update_membership(ctx, logical.name(), properties, {"Users": []})


async def _update_membership(ctx: Context, physical_id: str, properties: Properties, old: Properties) -> Made:
    group = properties["GroupName"]
    for user in old["Users"]:
        if user not in properties["Users"]:
            await _gone_is_fine(ctx, "RemoveUserFromGroup", UserName=user, GroupName=group)
    for user in properties["Users"]:
        await _call(ctx, "AddUserToGroup", UserName=user, GroupName=group)
    return Made(physical_id, {"Id": physical_id})


async def _delete_membership(ctx: Context, physical_id: str, properties: Properties) -> None:
    for user in properties["Users"]:
        request = {"UserName": user, "GroupName": properties["GroupName"]}
        await _gone_is_fine(ctx, "RemoveUserFromGroup", **request)


async def _create_key(ctx: Context, properties: Properties, logical: Logical) -> Made:
    key = (await _call(ctx, "CreateAccessKey", UserName=properties["UserName"]))["AccessKey"]
    made = Made(key["AccessKeyId"], {"SecretAccessKey": key["SecretAccessKey"]})
    if properties.get("Status") == "Inactive":
        await _update_key(ctx, made.physical_id, properties, {})
    return made


async def _update_key(ctx: Context, key_id: str, properties: Properties, old: Properties) -> Made:
    status = properties.get("Status") or "Active"
    request = {"UserName": properties["UserName"], "AccessKeyId": key_id, "Status": status}
    await _call(ctx, "UpdateAccessKey", **request)
    return Made(key_id)


async def _delete_key(ctx: Context, key_id: str, properties: Properties) -> None:
    await _gone_is_fine(ctx, "DeleteAccessKey", UserName=properties["UserName"], AccessKeyId=key_id)


# -- policies


async def _create_policy(ctx: Context, properties: Properties, logical: Logical) -> Made:
    physical_id = logical.name()
    return await _update_policy(ctx, physical_id, properties, properties)


async def _update_policy(ctx: Context, physical_id: str, properties: Properties, old: Properties) -> Made:
    """AWS::IAM::Policy: one inline policy on several identities."""
    document = _text(properties["PolicyDocument"])
    moved = properties["PolicyName"] != old["PolicyName"]
    for kind, member in _KINDS.items():
        names = properties.get(member) or []
        for name in old.get(member) or []:
            if moved or name not in names:
                who = {f"{kind}Name": name}
                await _gone_is_fine(ctx, f"Delete{kind}Policy", **who, PolicyName=old["PolicyName"])
        for name in names:
            put = {f"{kind}Name": name, "PolicyName": properties["PolicyName"]}
            await _call(ctx, f"Put{kind}Policy", **put, PolicyDocument=document)
    return Made(physical_id, {"Id": physical_id})


async def _delete_policy(ctx: Context, physical_id: str, properties: Properties) -> None:
    for kind, member in _KINDS.items():
        for name in properties.get(member) or []:
            who = {f"{kind}Name": name, "PolicyName": properties["PolicyName"]}
            await _gone_is_fine(ctx, f"Delete{kind}Policy", **who)


async def _create_role_policy(ctx: Context, properties: Properties, logical: Logical) -> Made:
    return await _update_role_policy(ctx, logical.name(), properties, {})


async def _update_role_policy(
    ctx: Context, physical_id: str, properties: Properties, old: Properties
) -> Made:
    request = _given(properties, "RoleName", "PolicyName")
    await _call(ctx, "PutRolePolicy", **request, PolicyDocument=_text(properties["PolicyDocument"]))
    return Made(physical_id)


async def _delete_role_policy(ctx: Context, physical_id: str, properties: Properties) -> None:
    await _gone_is_fine(ctx, "DeleteRolePolicy", **_given(properties, "RoleName", "PolicyName"))


async def _create_managed(ctx: Context, properties: Properties, logical: Logical) -> Made:
    name = properties.get("ManagedPolicyName") or logical.name(128)
    request = _given(properties, "Path", "Description", "Tags")
    document = _text(properties["PolicyDocument"])
    made = await _call(ctx, "CreatePolicy", PolicyName=name, PolicyDocument=document, **request)
    arn = made["Policy"]["Arn"]
    await _attach_managed(ctx, arn, properties, {})
    return await _made_managed(ctx, arn)


async def _attach_managed(ctx: Context, arn: str, properties: Properties, old: Properties) -> None:
    for kind, member in _KINDS.items():
        names = properties.get(member) or []
        for name in old.get(member) or []:
            if name not in names:
                await _gone_is_fine(ctx, f"Detach{kind}Policy", **{f"{kind}Name": name}, PolicyArn=arn)
        for name in names:
            await _call(ctx, f"Attach{kind}Policy", **{f"{kind}Name": name}, PolicyArn=arn)


async def _made_managed(ctx: Context, arn: str) -> Made:
    policy = (await _call(ctx, "GetPolicy", PolicyArn=arn))["Policy"]
    names = ("PolicyId", "DefaultVersionId", "AttachmentCount", "IsAttachable")
    return Made(arn, {"PolicyArn": arn} | {name: policy[name] for name in names})


async def _update_managed(ctx: Context, arn: str, properties: Properties, old: Properties) -> Made:
    document = _text(properties["PolicyDocument"])
    if document != _text(old["PolicyDocument"]):
        versions = (await _call(ctx, "ListPolicyVersions", PolicyArn=arn))["Versions"]
        spare = [version["VersionId"] for version in versions if not version["IsDefaultVersion"]]
        if len(versions) >= 5:
            await _call(ctx, "DeletePolicyVersion", PolicyArn=arn, VersionId=spare[-1])
        await _call(ctx, "CreatePolicyVersion", PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
    await _attach_managed(ctx, arn, properties, old)
    return await _made_managed(ctx, arn)


async def _delete_managed(ctx: Context, arn: str, properties: Properties) -> None:
    await _attach_managed(ctx, arn, {}, properties)
    found = await _gone_is_fine(ctx, "ListPolicyVersions", PolicyArn=arn)
    for version in found.get("Versions", []):
        if not version["IsDefaultVersion"]:
            await _call(ctx, "DeletePolicyVersion", PolicyArn=arn, VersionId=version["VersionId"])
    await _gone_is_fine(ctx, "DeletePolicy", PolicyArn=arn)


# -- instance profiles


async def _create_profile(ctx: Context, properties: Properties, logical: Logical) -> Made:
    name = properties.get("InstanceProfileName") or logical.name(128)
    request = _given(properties, "Path")
    made = await _call(ctx, "CreateInstanceProfile", InstanceProfileName=name, **request)
    await _update_profile(ctx, name, properties, {"Roles": []})
    return Made(name, {"Arn": made["InstanceProfile"]["Arn"]})


async def _update_profile(ctx: Context, name: str, properties: Properties, old: Properties) -> Made:
    who = {"InstanceProfileName": name}
    if properties["Roles"] != old["Roles"]:
        for role in old["Roles"]:
            await _gone_is_fine(ctx, "RemoveRoleFromInstanceProfile", **who, RoleName=role)
        for role in properties["Roles"]:
            await _call(ctx, "AddRoleToInstanceProfile", **who, RoleName=role)
    profile = (await _call(ctx, "GetInstanceProfile", **who))["InstanceProfile"]
    return Made(name, {"Arn": profile["Arn"]})


async def _delete_profile(ctx: Context, name: str, properties: Properties) -> None:
    who = {"InstanceProfileName": name}
    for role in properties["Roles"]:
        await _gone_is_fine(ctx, "RemoveRoleFromInstanceProfile", **who, RoleName=role)
    await _gone_is_fine(ctx, "DeleteInstanceProfile", **who)


RESOURCES = {
    "AWS::IAM::AccessKey": ResourceType(
        _create_key, _delete_key, _update_key, frozenset({"Serial", "UserName"})
    ),
    "AWS::IAM::Group": ResourceType(_create_group, _delete_group, _update_group, frozenset({"GroupName"})),
    "AWS::IAM::InstanceProfile": ResourceType(
        _create_profile, _delete_profile, _update_profile, frozenset({"InstanceProfileName", "Path"})
    ),
    "AWS::IAM::ManagedPolicy": ResourceType(
        _create_managed,
        _delete_managed,
        _update_managed,
        frozenset({"Description", "ManagedPolicyName", "Path"}),
    ),
    "AWS::IAM::Policy": ResourceType(_create_policy, _delete_policy, _update_policy),
    "AWS::IAM::Role": ResourceType(_create_role, _delete_role, _update_role, frozenset({"Path", "RoleName"})),
    "AWS::IAM::RolePolicy": ResourceType(
        _create_role_policy,
        _delete_role_policy,
        _update_role_policy,
        frozenset({"PolicyName", "RoleName"}),
    ),
    "AWS::IAM::ServiceLinkedRole": ResourceType(
        _create_linked_role,
        _delete_linked_role,
        replaced_by=frozenset({"AWSServiceName", "CustomSuffix", "Description"}),
    ),
    "AWS::IAM::User": ResourceType(_create_user, _delete_user, _update_user, frozenset({"UserName"})),
    "AWS::IAM::UserToGroupAddition": ResourceType(
        _create_membership, _delete_membership, _update_membership, frozenset({"GroupName"})
    ),
}
