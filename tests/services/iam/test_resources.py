"""CloudFormation's types of IAM."""

from cloudchamber.aws import Call, Logical, Trace
from cloudchamber.aws.context import Context
from cloudchamber.services.iam.resources import RESOURCES

LOGICAL = Logical("stack", "arn:stack", "Thing", "ABCDEFGHIJKL")
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}],
}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
AWS_POLICY = "arn:aws:iam::aws:policy/AmazonS3FullAccess"


def context(cloud):
    call = Call("iam", "x", {}, "cloudformation.amazonaws.com", "123456789012", "us-east-1")
    return Context(cloud.cloud, call, Trace("1-0-0", "0"), "r")


async def test_a_role_is_made_changed_and_deleted_with_its_policies(cloud):
    ctx, role = context(cloud), RESOURCES["AWS::IAM::Role"]
    first = {
        "AssumeRolePolicyDocument": TRUST,
        "ManagedPolicyArns": [AWS_POLICY],
        "Policies": [{"PolicyName": "one", "PolicyDocument": ALLOW}],
        "Tags": [{"Key": "a", "Value": "1"}],
    }
    made = await role.create(ctx, first, LOGICAL)
    name = made.physical_id
    assert name == "stack-Thing-ABCDEFGHIJKL"
    assert made.attributes["Arn"] == f"arn:aws:iam::123456789012:role/{name}"
    second = {
        "AssumeRolePolicyDocument": TRUST,
        "Policies": [{"PolicyName": "two", "PolicyDocument": ALLOW}],
        "MaxSessionDuration": "7200",
    }
    await role.update(ctx, name, second, first)
    assert (await cloud("iam", "ListRolePolicies", RoleName=name))["PolicyNames"] == ["two"]
    assert (await cloud("iam", "ListAttachedRolePolicies", RoleName=name))["AttachedPolicies"] == []
    got = (await cloud("iam", "GetRole", RoleName=name))["Role"]
    assert got["MaxSessionDuration"] == 7200
    assert "Tags" not in got
    for _ in range(2):
        await role.delete(ctx, name, second)
    assert (await cloud("iam", "ListRoles"))["Roles"] == []


async def test_an_inline_policy_is_put_on_several_identities(cloud):
    ctx, policy = context(cloud), RESOURCES["AWS::IAM::Policy"]
    for user in "ab":
        await cloud("iam", "CreateUser", UserName=user)
    first = {"PolicyName": "p", "PolicyDocument": ALLOW, "Users": ["a"]}
    made = await policy.create(ctx, first, LOGICAL)
    second = {"PolicyName": "q", "PolicyDocument": ALLOW, "Users": ["a", "b"]}
    await policy.update(ctx, made.physical_id, second, first)
    for user in "ab":
        assert (await cloud("iam", "ListUserPolicies", UserName=user))["PolicyNames"] == ["q"]
    await policy.delete(ctx, made.physical_id, second)
    assert (await cloud("iam", "ListUserPolicies", UserName="a"))["PolicyNames"] == []


async def test_a_managed_policy_gets_a_new_version_for_a_new_document(cloud):
    ctx, policy = context(cloud), RESOURCES["AWS::IAM::ManagedPolicy"]
    await cloud("iam", "CreateGroup", GroupName="g")
    first = {"PolicyDocument": ALLOW, "Groups": ["g"]}
    arn = (await policy.create(ctx, first, LOGICAL)).physical_id
    assert arn == "arn:aws:iam::123456789012:policy/stack-Thing-ABCDEFGHIJKL"
    changed, versions = first, []
    for number in range(6):
        new = {"PolicyDocument": ALLOW | {"Id": str(number)}, "Groups": ["g"]}
        versions.append((await policy.update(ctx, arn, new, changed)).attributes["DefaultVersionId"])
        changed = new
    assert versions == ["v2", "v3", "v4", "v5", "v6", "v7"]
    await policy.delete(ctx, arn, changed)
    assert (await cloud("iam", "ListPolicies", Scope="Local"))["Policies"] == []


async def test_users_with_groups_and_keys_come_and_go(cloud):
    ctx = context(cloud)
    await cloud("iam", "CreateGroup", GroupName="g")
    properties = {"UserName": "u", "Groups": ["g"], "LoginProfile": {"Password": "secret123"}}
    made = await RESOURCES["AWS::IAM::User"].create(ctx, properties, LOGICAL)
    assert made.attributes == {"Arn": "arn:aws:iam::123456789012:user/u"}
    key = await RESOURCES["AWS::IAM::AccessKey"].create(ctx, {"UserName": "u"}, LOGICAL)
    assert len(key.attributes["SecretAccessKey"]) == 40
    await RESOURCES["AWS::IAM::AccessKey"].delete(ctx, key.physical_id, {"UserName": "u"})
    await RESOURCES["AWS::IAM::User"].delete(ctx, "u", properties)
    assert (await cloud("iam", "GetGroup", GroupName="g"))["Users"] == []
    assert (await cloud("iam", "ListUsers"))["Users"] == []
