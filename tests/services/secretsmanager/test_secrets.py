"""Secrets: names and ARNs, versions and stages, deletion, passwords."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.aws import Call, Logical, Trace
from cloudchamber.aws.context import Context
from cloudchamber.services.secretsmanager import rules
from cloudchamber.services.secretsmanager.resources import RESOURCES

DAY_MS = 86_400_000
TOKEN = "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE"
OTHER = "EXAMPLE2-90ab-cdef-fedc-ba987EXAMPLE"


@pytest.fixture
def sm(cloud):
    async def call(operation, **request):
        return await cloud("secretsmanager", operation, **request)

    return call


async def value(sm, **request):
    return (await sm("GetSecretValue", **{"SecretId": "s"} | request))["SecretString"]


async def test_a_secret_is_found_by_name_arn_and_partial_arn(sm, error_of):
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html"""
    made = await sm("CreateSecret", Name="app/db", SecretString="x")
    stem = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db"
    assert made["ARN"].startswith(stem + "-")
    assert len(made["ARN"]) == len(stem) + 7
    for identifier in ("app/db", made["ARN"], stem):
        assert await value(sm, SecretId=identifier) == "x"
    error = await error_of(sm("GetSecretValue", SecretId=stem + "-AAAAAA"))
    assert (error.code, error.message) == (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret.",
    )


async def test_a_new_value_makes_the_old_one_previous(sm):
    first = await sm("CreateSecret", Name="s", SecretString="one")
    second = await sm("PutSecretValue", SecretId="s", SecretString="two")
    assert second["VersionStages"] == ["AWSCURRENT"]
    third = await sm("UpdateSecret", SecretId="s", SecretString="three")
    assert await value(sm) == "three"
    assert await value(sm, VersionStage="AWSPREVIOUS") == "two"
    assert await value(sm, VersionId=first["VersionId"]) == "one"
    stages = (await sm("DescribeSecret", SecretId="s"))["VersionIdsToStages"]
    assert stages == {second["VersionId"]: ["AWSPREVIOUS"], third["VersionId"]: ["AWSCURRENT"]}
    assert len((await sm("ListSecretVersionIds", SecretId="s"))["Versions"]) == 2
    every = await sm("ListSecretVersionIds", SecretId="s", IncludeDeprecated=True)
    assert len(every["Versions"]) == 3


async def test_a_request_token_makes_puts_idempotent(sm, error_of):
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html"""
    made = await sm("CreateSecret", Name="s", SecretString="one", ClientRequestToken=TOKEN)
    assert made["VersionId"] == TOKEN
    again = await sm("CreateSecret", Name="s", SecretString="one", ClientRequestToken=TOKEN)
    assert again == made
    put = {"SecretId": "s", "ClientRequestToken": OTHER}
    first = await sm("PutSecretValue", SecretString="two", **put)
    assert await sm("PutSecretValue", SecretString="two", **put) == first
    error = await error_of(sm("PutSecretValue", SecretString="three", **put))
    assert error.code == "ResourceExistsException"
    assert error.message.startswith(
        f"You can't use ClientRequestToken {OTHER} because that value is already in use"
    )
    assert await value(sm) == "two"
    error = await error_of(sm("CreateSecret", Name="s", SecretString="x"))
    assert error.message == "The operation failed because the secret s already exists."


async def test_a_pending_version_becomes_current_by_moving_its_stage(sm, error_of):
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html"""
    await sm("CreateSecret", Name="s", SecretString="one", ClientRequestToken=TOKEN)
    await sm(
        "PutSecretValue",
        SecretId="s",
        SecretString="two",
        ClientRequestToken=OTHER,
        VersionStages=["AWSPENDING"],
    )
    assert (await value(sm), await value(sm, VersionStage="AWSPENDING")) == ("one", "two")
    move = {"SecretId": "s", "VersionStage": "AWSCURRENT", "MoveToVersionId": OTHER}
    error = await error_of(sm("UpdateSecretVersionStage", **move))
    assert error.message == (
        "The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version "
        f"{TOKEN}, so you must explicitly reference that version in RemoveFromVersionId."
    )
    await sm("UpdateSecretVersionStage", RemoveFromVersionId=TOKEN, **move)
    await sm("UpdateSecretVersionStage", SecretId="s", VersionStage="AWSPENDING", RemoveFromVersionId=OTHER)
    stages = (await sm("DescribeSecret", SecretId="s"))["VersionIdsToStages"]
    assert stages == {OTHER: ["AWSCURRENT"], TOKEN: ["AWSPREVIOUS"]}
    remove = {"SecretId": "s", "VersionStage": "AWSCURRENT", "RemoveFromVersionId": OTHER}
    assert (await error_of(sm("UpdateSecretVersionStage", **remove))).code == "InvalidParameterException"


async def test_a_deleted_secret_can_be_restored_until_its_day_and_then_is_gone(cloud, sm, error_of):
    """F079. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html"""
    await sm("CreateSecret", Name="s", SecretString="x")
    gone = await sm("DeleteSecret", SecretId="s")
    assert gone["DeletionDate"] == (cloud.clock.now_ms() + 30 * DAY_MS) / 1000
    error = await error_of(value(sm))
    assert (error.code, error.message) == (
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.",
    )
    error = await error_of(sm("CreateSecret", Name="s"))
    assert error.message == (
        "You can't create this secret because a secret with this name is already scheduled for deletion."
    )
    await sm("RestoreSecret", SecretId="s")
    await cloud.clock.advance(31 * DAY_MS)
    assert await value(sm) == "x"
    await sm("DeleteSecret", SecretId="s", RecoveryWindowInDays=7)
    assert (await sm("ListSecrets"))["SecretList"] == []
    assert len((await sm("ListSecrets", IncludePlannedDeletion=True))["SecretList"]) == 1
    await cloud.clock.advance(7 * DAY_MS - 1)
    assert (await sm("DescribeSecret", SecretId="s"))["DeletedDate"]
    await cloud.clock.advance(1)
    assert (await error_of(sm("DescribeSecret", SecretId="s"))).code == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (
            {"RecoveryWindowInDays": 6},
            "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
        ),
        (
            {"RecoveryWindowInDays": 31},
            "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
        ),
        (
            {"RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": True},
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        ),
    ],
)
async def test_the_recovery_window_is_7_to_30_days(sm, error_of, request_, text):
    """F079."""
    await sm("CreateSecret", Name="s", SecretString="x")
    error = await error_of(sm("DeleteSecret", SecretId="s", **request_))
    assert (error.code, error.message) == ("InvalidParameterException", text)
    assert await value(sm) == "x"


async def test_a_forced_deletion_frees_the_name_at_once_and_needs_no_secret(sm):
    made = await sm("CreateSecret", Name="s", SecretString="x")
    await sm("DeleteSecret", SecretId="s", ForceDeleteWithoutRecovery=True)
    await sm("DeleteSecret", SecretId="s", ForceDeleteWithoutRecovery=True)
    again = await sm("CreateSecret", Name="s", SecretString="y")
    assert again["ARN"] != made["ARN"]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"Name": "a b"}, "ValidationException"),
        ({"SecretString": "x", "SecretBinary": b"x"}, "InvalidParameterException"),
        ({"Tags": [{"Key": "aws:x", "Value": ""}]}, "InvalidParameterException"),
        ({"AddReplicaRegions": [{"Region": "eu-west-1"}]}, "NotImplemented"),
    ],
)
async def test_a_bad_secret_is_not_kept(sm, error_of, request_, code):
    assert (await error_of(sm("CreateSecret", **{"Name": "s"} | request_))).code == code
    assert (await sm("ListSecrets"))["SecretList"] == []


async def test_a_secret_without_a_value_says_which_stage_is_missing(sm, error_of):
    await sm("CreateSecret", Name="s")
    error = await error_of(value(sm))
    assert error.message == (
        "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"
    )
    made = await sm("PutSecretValue", SecretId="s", SecretBinary=b"\x00", VersionStages=["mine"])
    assert sorted(made["VersionStages"]) == ["AWSCURRENT", "mine"]
    assert (await sm("GetSecretValue", SecretId="s"))["SecretBinary"] == b"\x00"


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ({"Key": "name", "Values": ["app/"]}, ["app/a", "app/b"]),
        ({"Key": "name", "Values": ["!app/"]}, ["other"]),
        ({"Key": "description", "Values": ["DATA"]}, ["app/a"]),
        ({"Key": "tag-key", "Values": ["team"]}, ["other"]),
        ({"Key": "all", "Values": ["blue"]}, ["other"]),
    ],
)
async def test_secrets_are_listed_by_filters(sm, filter_, expected):
    await sm("CreateSecret", Name="app/a", Description="the database", SecretString="1")
    await sm("CreateSecret", Name="app/b", SecretString="2")
    await sm("CreateSecret", Name="other", SecretString="3", Tags=[{"Key": "team", "Value": "blue"}])
    listed = await sm("ListSecrets", Filters=[filter_], SortBy="name", SortOrder="asc")
    assert [secret["Name"] for secret in listed["SecretList"]] == expected
    batch = await sm("BatchGetSecretValue", Filters=[filter_])
    assert [secret["Name"] for secret in batch["SecretValues"]] == expected


async def test_a_batch_tells_the_errors_of_each_secret(sm):
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html"""
    await sm("CreateSecret", Name="s", SecretString="x")
    got = await sm("BatchGetSecretValue", SecretIdList=["s", "t"])
    assert [v["SecretString"] for v in got["SecretValues"]] == ["x"]
    assert got["Errors"] == [
        {
            "SecretId": "t",
            "ErrorCode": "ResourceNotFoundException",
            "Message": "Secrets Manager can't find the specified secret.",
        }
    ]


async def test_lists_are_cut_into_pages(sm):
    for name in ("c", "a", "b"):
        await sm("CreateSecret", Name=name)
    first = await sm("ListSecrets", SortBy="name", SortOrder="desc", MaxResults=2)
    rest = await sm("ListSecrets", SortBy="name", SortOrder="desc", NextToken=first["NextToken"])
    assert [s["Name"] for s in first["SecretList"] + rest["SecretList"]] == ["c", "b", "a"]


async def test_resource_policies_must_be_json(sm, error_of):
    await sm("CreateSecret", Name="s")
    error = await error_of(sm("PutResourcePolicy", SecretId="s", ResourcePolicy="{"))
    assert error.code == "MalformedPolicyDocumentException"
    policy = '{"Statement":[{"Effect":"Allow"}]}'
    await sm("PutResourcePolicy", SecretId="s", ResourcePolicy=policy)
    assert (await sm("GetResourcePolicy", SecretId="s"))["ResourcePolicy"] == policy
    await sm("DeleteResourcePolicy", SecretId="s")
    assert "ResourcePolicy" not in await sm("GetResourcePolicy", SecretId="s")


@given(
    st.fixed_dictionaries(
        {"PasswordLength": st.integers(5, 40)},
        optional={
            "ExcludeLowercase": st.booleans(),
            "ExcludeUppercase": st.booleans(),
            "ExcludePunctuation": st.booleans(),
            "IncludeSpace": st.booleans(),
            "ExcludeCharacters": st.text(string.ascii_letters + string.punctuation, max_size=30),
        },
    ),
    st.randoms(use_true_random=False),
)
def test_a_password_has_each_kind_that_is_asked_for_and_no_other(request_, chance):
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html"""
    made = rules.password(request_, chance.randrange)
    excluded = set(request_.get("ExcludeCharacters", ""))
    assert len(made) == request_["PasswordLength"]
    assert not set(made) & excluded
    for member, letters in (
        ("ExcludeLowercase", string.ascii_lowercase),
        ("ExcludeUppercase", string.ascii_uppercase),
        ("ExcludePunctuation", string.punctuation),
    ):
        expected = bool(set(letters) - excluded) and not request_.get(member)
        assert bool(set(made) & set(letters)) == expected
    assert (" " in made) <= bool(request_.get("IncludeSpace"))


async def test_a_password_too_short_for_its_kinds_is_refused(sm, error_of):
    error = await error_of(sm("GetRandomPassword", PasswordLength=3))
    assert error.message == "Password length is too short based on the required types."
    made = await sm("GetRandomPassword", PasswordLength=3, RequireEachIncludedType=False)
    assert len(made["RandomPassword"]) == 3


async def test_cloudformation_generates_a_secret_and_deletes_it(cloud, sm):
    call = Call("secretsmanager", "x", {}, "cloudformation.amazonaws.com", "123456789012", "us-east-1")
    ctx = Context(cloud.cloud, call, Trace("1-0-0", "0"), "r")
    secret = RESOURCES["AWS::SecretsManager::Secret"]
    generate = {
        "SecretStringTemplate": '{"username":"admin"}',
        "GenerateStringKey": "password",
        "PasswordLength": "12",
        "ExcludePunctuation": "true",
    }
    properties = {"GenerateSecretString": generate}
    made = await secret.create(ctx, properties, Logical("s", "arn", "Db", "ABCDEFGHIJKL"))
    first = await value(sm, SecretId=made.physical_id)
    fields = json.loads(first)
    assert fields["username"] == "admin"
    assert len(fields["password"]) == 12
    assert fields["password"].isalnum()
    await secret.update(ctx, made.physical_id, properties | {"Description": "d"}, properties)
    assert await value(sm, SecretId=made.physical_id) == first
    await secret.delete(ctx, made.physical_id, properties)
    await secret.delete(ctx, made.physical_id, properties)
    assert (await sm("ListSecrets", IncludePlannedDeletion=True))["SecretList"] == []
