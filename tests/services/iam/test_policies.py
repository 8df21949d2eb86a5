"""Roles, users and groups with their policies, in IAM's words."""

import json
from urllib.parse import unquote

import pytest

ROOT = "arn:aws:iam::123456789012"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
ALLOW = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'


@pytest.fixture
def iam(cloud):
    async def call(operation, **request):
        return await cloud("iam", operation, **request)

    return call


@pytest.fixture
async def role(iam):
    return (await iam("CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST, Path="/app/"))["Role"]


async def test_a_role_is_found_with_its_document_url_encoded(iam, role):
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html"""
    got = (await iam("GetRole", RoleName="r"))["Role"]
    assert got["Arn"] == f"{ROOT}:role/app/r"
    assert got["RoleId"].startswith("AROA")
    assert len(got["RoleId"]) == 21
    assert got["MaxSessionDuration"] == 3600
    assert got["AssumeRolePolicyDocument"].startswith("%7B%22Version%22%3A")
    assert unquote(got["AssumeRolePolicyDocument"]) == TRUST


@pytest.mark.parametrize(
    ("operation", "request_", "code", "text"),
    [
        ("GetRole", {"RoleName": "x"}, "NoSuchEntityException", "The role with name x cannot be found."),
        ("GetUser", {"UserName": "x"}, "NoSuchEntityException", "The user with name x cannot be found."),
        ("GetGroup", {"GroupName": "x"}, "NoSuchEntityException", "The group with name x cannot be found."),
        (
            "GetRolePolicy",
            {"RoleName": "r", "PolicyName": "p"},
            "NoSuchEntityException",
            "The role policy with name p cannot be found.",
        ),
        (
            "GetPolicy",
            {"PolicyArn": f"{ROOT}:policy/x"},
            "NoSuchEntityException",
            f"Policy {ROOT}:policy/x was not found.",
        ),
        (
            "AttachRolePolicy",
            {"RoleName": "r", "PolicyArn": f"{ROOT}:policy/x"},
            "NoSuchEntityException",
            f"Policy {ROOT}:policy/x does not exist or is not attachable.",
        ),
        (
            "CreateRole",
            {"RoleName": "R", "AssumeRolePolicyDocument": TRUST},
            "EntityAlreadyExistsException",
            "Role with name R already exists.",
        ),
        (
            "CreateRole",
            {"RoleName": "a b", "AssumeRolePolicyDocument": TRUST},
            "ValidationError",
            "1 validation error detected: Value 'a b' at 'roleName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [\\w+=,.@-]+",
        ),
    ],
)
async def test_what_cannot_be_is_told_in_the_words_of_aws(
    iam, role, error_of, operation, request_, code, text
):
    error = await error_of(iam(operation, **request_))
    assert (error.code, error.message) == (code, text)


def statement(**parts):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | parts]})


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("{", "This policy contains invalid Json"),
        ('{"Statement":[]}', "Syntax errors in policy."),
        (statement(Effect="Maybe", Action="s3:*", Resource="*"), "Syntax errors in policy."),
        (statement(Resource="*"), "Policy statement must contain actions."),
        (statement(Action="s3:*"), "Policy statement must contain resources."),
        (
            statement(Action="everything", Resource="*"),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        (statement(Action="s3:*", Resource="x"), 'Resource x must be in ARN format or "*".'),
        (
            statement(Action="s3:*", Resource="*", Principal="*"),
            "Policy document should not specify a principal.",
        ),
    ],
)
async def test_a_malformed_policy_changes_nothing(iam, role, error_of, document, text):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"""
    error = await error_of(iam("PutRolePolicy", RoleName="r", PolicyName="p", PolicyDocument=document))
    assert (error.code, error.message) == ("MalformedPolicyDocumentException", text)
    assert (await iam("ListRolePolicies", RoleName="r"))["PolicyNames"] == []


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (statement(Action="sts:AssumeRole"), "Missing required field Principal"),
        (statement(Action="sts:AssumeRole", Principal="*", Resource="*"), "Has prohibited field Resource"),
        (
            statement(Action="s3:*", Principal="*"),
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
    ],
)
async def test_a_trust_policy_has_its_own_grammar(iam, error_of, document, text):
    error = await error_of(iam("CreateRole", RoleName="t", AssumeRolePolicyDocument=document))
    assert (error.code, error.message) == ("MalformedPolicyDocumentException", text)


async def test_a_role_is_deleted_only_when_it_is_bare(iam, role, error_of):
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html"""
    basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    await iam("AttachRolePolicy", RoleName="r", PolicyArn=basic)
    await iam("PutRolePolicy", RoleName="r", PolicyName="p", PolicyDocument=ALLOW)
    await iam("CreateInstanceProfile", InstanceProfileName="i")
    await iam("AddRoleToInstanceProfile", InstanceProfileName="i", RoleName="r")

    async def refusal():
        error = await error_of(iam("DeleteRole", RoleName="r"))
        assert error.code == "DeleteConflictException"
        return error.message

    assert await refusal() == "Cannot delete entity, must remove roles from instance profile first."
    await iam("RemoveRoleFromInstanceProfile", InstanceProfileName="i", RoleName="r")
    assert await refusal() == "Cannot delete entity, must detach all policies first."
    await iam("DetachRolePolicy", RoleName="r", PolicyArn=basic)
    assert await refusal() == "Cannot delete entity, must delete policies first."
    await iam("DeleteRolePolicy", RoleName="r", PolicyName="p")
    await iam("DeleteRole", RoleName="r")
    assert (await iam("ListRoles"))["Roles"] == []


async def test_lists_are_cut_with_markers(iam):
    for name in "cab":
        await iam("CreateUser", UserName=name)
    first = await iam("ListUsers", MaxItems=2)
    rest = await iam("ListUsers", MaxItems=2, Marker=first["Marker"])
    assert (first["IsTruncated"], rest["IsTruncated"]) == (True, False)
    assert [user["UserName"] for user in first["Users"] + rest["Users"]] == ["a", "b", "c"]


async def test_a_managed_policy_has_five_versions_at_most(iam, error_of):
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html"""
    made = (await iam("CreatePolicy", PolicyName="p", PolicyDocument=ALLOW))["Policy"]
    arn = made["Arn"]
    assert (arn, made["DefaultVersionId"], made["AttachmentCount"]) == (f"{ROOT}:policy/p", "v1", 0)
    for _ in range(4):
        await iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=ALLOW, SetAsDefault=True)
    error = await error_of(iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=ALLOW))
    assert error.code == "LimitExceededException"
    versions = (await iam("ListPolicyVersions", PolicyArn=arn))["Versions"]
    assert [v["VersionId"] for v in versions] == ["v5", "v4", "v3", "v2", "v1"]
    assert [v["VersionId"] for v in versions if v["IsDefaultVersion"]] == ["v5"]
    error = await error_of(iam("DeletePolicyVersion", PolicyArn=arn, VersionId="v5"))
    assert error.message == "Cannot delete the default version of a policy."
    error = await error_of(iam("DeletePolicy", PolicyArn=arn))
    assert error.message.startswith("This policy has more than one version.")
    await iam("DeletePolicyVersion", PolicyArn=arn, VersionId="v1")
    made = await iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=ALLOW)
    assert made["PolicyVersion"]["VersionId"] == "v6"


async def test_an_attached_policy_is_counted_and_not_deleted(iam, role, error_of):
    arn = (await iam("CreatePolicy", PolicyName="p", PolicyDocument=ALLOW))["Policy"]["Arn"]
    for _ in range(2):
        await iam("AttachRolePolicy", RoleName="r", PolicyArn=arn)
    assert (await iam("GetPolicy", PolicyArn=arn))["Policy"]["AttachmentCount"] == 1
    entities = await iam("ListEntitiesForPolicy", PolicyArn=arn)
    assert [r["RoleName"] for r in entities["PolicyRoles"]] == ["r"]
    assert entities["PolicyUsers"] == entities["PolicyGroups"] == []
    error = await error_of(iam("DeletePolicy", PolicyArn=arn))
    assert (error.code, error.message) == (
        "DeleteConflictException",
        "Cannot delete a policy attached to entities.",
    )


async def test_ten_managed_policies_fit_on_a_role(iam, role, error_of):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    for number in range(10):
        await iam("AttachRolePolicy", RoleName="r", PolicyArn=f"arn:aws:iam::aws:policy/P{number}")
    error = await error_of(iam("AttachRolePolicy", RoleName="r", PolicyArn="arn:aws:iam::aws:policy/P10"))
    assert (error.code, error.message) == (
        "LimitExceededException",
        "Cannot exceed quota for PoliciesPerRole: 10",
    )


async def test_white_space_does_not_count_in_a_policy(iam, error_of):
    await iam("CreateUser", UserName="u")
    long = json.dumps(json.loads(ALLOW), indent=900)
    await iam("PutUserPolicy", UserName="u", PolicyName="p", PolicyDocument=long)
    wide = statement(Action="s3:*", Resource=["arn:" + "x" * 2000])
    error = await error_of(iam("PutUserPolicy", UserName="u", PolicyName="q", PolicyDocument=wide))
    assert error.message == "Maximum policy size of 2048 bytes exceeded for user u"


async def test_aws_managed_policies_can_be_looked_at(iam):
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    policy = (await iam("GetPolicy", PolicyArn=arn))["Policy"]
    assert (policy["PolicyName"], policy["Path"]) == ("AWSLambdaBasicExecutionRole", "/service-role/")
    version = (await iam("GetPolicyVersion", PolicyArn=arn, VersionId="v1"))["PolicyVersion"]
    assert "logs:PutLogEvents" in unquote(version["Document"])


async def test_a_user_has_two_keys_and_sts_knows_them(cloud, iam, error_of):
    user = (await iam("CreateUser", UserName="ann", Path="/team/"))["User"]
    key = (await iam("CreateAccessKey", UserName="ann"))["AccessKey"]
    await iam("CreateAccessKey", UserName="ann")
    error = await error_of(iam("CreateAccessKey", UserName="ann"))
    assert error.message == "Cannot exceed quota for AccessKeysPerUser: 2"
    assert len((await iam("ListAccessKeys", UserName="ann"))["AccessKeyMetadata"]) == 2
    from cloudchamber.aws import Call

    call = Call("sts", "GetCallerIdentity", {}, "", "123456789012", "us-east-1", None, key["AccessKeyId"])
    who = await cloud.cloud.call(call)
    assert who == {"UserId": user["UserId"], "Account": "123456789012", "Arn": f"{ROOT}:user/team/ann"}
    error = await error_of(iam("DeleteUser", UserName="ann"))
    assert error.message == "Cannot delete entity, must delete access keys first."


async def test_groups_keep_their_users_when_renamed(iam, error_of):
    await iam("CreateUser", UserName="u")
    await iam("CreateGroup", GroupName="g")
    await iam("AddUserToGroup", UserName="u", GroupName="g")
    await iam("UpdateGroup", GroupName="g", NewGroupName="h")
    assert [u["UserName"] for u in (await iam("GetGroup", GroupName="h"))["Users"]] == ["u"]
    assert [g["GroupName"] for g in (await iam("ListGroupsForUser", UserName="u"))["Groups"]] == ["h"]
    for operation, request in (("DeleteUser", {"UserName": "u"}), ("DeleteGroup", {"GroupName": "h"})):
        error = await error_of(iam(operation, **request))
        assert error.message == "Cannot delete entity, must remove users from group first."


async def test_tag_keys_are_the_same_whatever_their_case(iam, role, error_of):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html"""
    await iam("TagRole", RoleName="r", Tags=[{"Key": "Team", "Value": "a"}])
    await iam("TagRole", RoleName="r", Tags=[{"Key": "team", "Value": "b"}])
    assert (await iam("ListRoleTags", RoleName="r"))["Tags"] == [{"Key": "team", "Value": "b"}]
    twice = [{"Key": "x", "Value": ""}, {"Key": "X", "Value": ""}]
    error = await error_of(iam("TagRole", RoleName="r", Tags=twice))
    assert error.code == "InvalidInputException"
    await iam("UntagRole", RoleName="r", TagKeys=["TEAM"])
    assert (await iam("ListRoleTags", RoleName="r"))["Tags"] == []


async def test_a_service_linked_role_is_only_modifiable_by_aws(iam, error_of):
    made = await iam("CreateServiceLinkedRole", AWSServiceName="autoscaling.amazonaws.com")
    role = made["Role"]
    assert role["Arn"] == (
        f"{ROOT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    )
    error = await error_of(iam("DeleteRole", RoleName=role["RoleName"]))
    assert error.code == "UnmodifiableEntityException"
    task = await iam("DeleteServiceLinkedRole", RoleName=role["RoleName"])
    status = await iam("GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task["DeletionTaskId"])
    assert status == {"Status": "SUCCEEDED"}
    assert (await iam("ListRoles"))["Roles"] == []


async def test_a_role_of_this_chamber_limits_its_sessions(cloud, role, error_of):
    ask = {"RoleArn": role["Arn"], "RoleSessionName": "me"}
    made = await cloud("sts", "AssumeRole", **ask)
    assert made["AssumedRoleUser"]["AssumedRoleId"] == f"{role['RoleId']}:me"
    error = await error_of(cloud("sts", "AssumeRole", DurationSeconds=3601, **ask))
    assert error.message == (
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    )


async def test_names_reach_over_regions_and_not_over_accounts(cloud, role, error_of):
    assert (await cloud("iam", "GetRole", region="eu-west-1", RoleName="r"))["Role"]["Arn"] == role["Arn"]
    error = await error_of(cloud("iam", "GetRole", account="999988887777", RoleName="r"))
    assert error.code == "NoSuchEntityException"
