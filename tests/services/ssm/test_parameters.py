"""Parameters: versions, tiers, labels, paths, filters."""

import json

import pytest

from cloudchamber.aws import Call, Logical, Trace
from cloudchamber.aws.context import Context
from cloudchamber.services.ssm.resources import RESOURCES


@pytest.fixture
def ssm(cloud):
    async def call(operation, **request):
        return await cloud("ssm", operation, **request)

    return call


async def put(ssm, name, value="v", **more):
    return await ssm("PutParameter", Name=name, Value=value, **{"Type": "String"} | more)


def names(answer):
    return [parameter["Name"] for parameter in answer["Parameters"]]


async def test_a_parameter_is_put_and_got(cloud, ssm):
    assert await put(ssm, "/app/db", "one") == {"Version": 1, "Tier": "Standard"}
    got = (await ssm("GetParameter", Name="/app/db"))["Parameter"]
    arn = "arn:aws:ssm:us-east-1:123456789012:parameter/app/db"
    assert got == {
        "Name": "/app/db",
        "Type": "String",
        "Value": "one",
        "Version": 1,
        "LastModifiedDate": cloud.clock.now_ms() / 1000,
        "ARN": arn,
        "DataType": "text",
    }
    assert (await ssm("GetParameter", Name=arn))["Parameter"] == got


async def test_an_existing_parameter_is_overwritten_only_when_asked(ssm, error_of):
    await put(ssm, "p", "one", Description="d")
    error = await error_of(put(ssm, "p", "two"))
    assert (error.code, error.message) == (
        "ParameterAlreadyExists",
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
    )
    assert (await ssm("PutParameter", Name="p", Value="two", Overwrite=True))["Version"] == 2
    assert (await ssm("GetParameter", Name="p"))["Parameter"]["Value"] == "two"
    history = (await ssm("GetParameterHistory", Name="p"))["Parameters"]
    assert [(v["Version"], v["Value"], v["Description"]) for v in history] == [
        (1, "one", "d"),
        (2, "two", "d"),
    ]


@pytest.mark.parametrize(
    ("request_", "code", "start"),
    [
        ({"Name": "a/b"}, "ValidationException", "Parameter name must be a fully qualified name."),
        ({"Name": "/ssm/x"}, "ValidationException", 'Parameter name: can\'t be prefixed with "ssm"'),
        ({"Name": "/a b"}, "ValidationException", 'Parameter name: can\'t be prefixed with "ssm"'),
        ({"Name": "/aws/x"}, "AccessDeniedException", "No access to reserved parameter name: /aws/x."),
        ({"Name": "/" + "a/" * 15 + "a"}, "HierarchyLevelLimitExceededException", "A hierarchy"),
        ({"Type": None}, "ValidationException", "A parameter type is required when you create a parameter."),
        ({"Value": ""}, "ValidationException", "1 validation error detected: Value '' at 'value'"),
        (
            {"Value": "x" * 4097},
            "ValidationException",
            "Standard tier parameters support a maximum parameter value of 4096 characters.",
        ),
        (
            {"Value": "x" * 8193, "Tier": "Advanced"},
            "ValidationException",
            "Advanced tier parameters support a maximum parameter value of 8192 characters.",
        ),
        (
            {"AllowedPattern": "^\\d+$"},
            "ParameterPatternMismatchException",
            "Parameter value, cannot be validated against allowedPattern: ^\\d+$",
        ),
        ({"AllowedPattern": "("}, "InvalidAllowedPatternException", "The request does not meet"),
        (
            {"Tags": [{"Key": "a", "Value": "b"}], "Overwrite": True},
            "ValidationException",
            "Invalid request: tags and overwrite can't be used together.",
        ),
        ({"Tier": "Advanced", "Policies": '[{"Type":"X"}]'}, "InvalidPolicyTypeException", "The policy type"),
    ],
)
async def test_a_bad_parameter_is_not_kept(ssm, error_of, request_, code, start):
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html"""
    request = {"Name": "p", "Value": "v", "Type": "String"} | request_
    error = await error_of(ssm("PutParameter", **request))
    assert error.code == code
    assert error.message.startswith(start)
    assert names(await ssm("DescribeParameters")) == []


async def test_tiers_only_go_up(ssm, error_of):
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"""
    assert (await put(ssm, "p", "x", Tier="Intelligent-Tiering"))["Tier"] == "Standard"
    large = await put(ssm, "p", "x" * 5000, Tier="Intelligent-Tiering", Overwrite=True)
    assert large["Tier"] == "Advanced"
    assert (await put(ssm, "p", "x", Overwrite=True))["Tier"] == "Advanced"
    error = await error_of(put(ssm, "p", "x", Tier="Standard", Overwrite=True))
    assert error.message.startswith("This parameter uses the advanced-parameter tier. You can't downgrade")


async def test_a_hundred_versions_are_kept_unless_the_oldest_has_a_label(ssm, error_of):
    for number in range(101):
        await put(ssm, "p", str(number), Overwrite=True)
    first = (await ssm("GetParameterHistory", Name="p"))["Parameters"][0]
    assert first["Version"] == 2
    await ssm("LabelParameterVersion", Name="p", ParameterVersion=2, Labels=["old"])
    error = await error_of(put(ssm, "p", "x", Overwrite=True))
    assert error.code == "ParameterMaxVersionLimitExceeded"
    await ssm("UnlabelParameterVersion", Name="p", ParameterVersion=2, Labels=["old"])
    assert (await put(ssm, "p", "x", Overwrite=True))["Version"] == 102


async def test_selectors_choose_a_version_by_number_or_label(ssm, error_of):
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html"""
    await put(ssm, "/a/p", "one")
    await put(ssm, "/a/p", "two", Overwrite=True)
    made = await ssm("LabelParameterVersion", Name="/a/p", ParameterVersion=1, Labels=["prod", "1st", "aws1"])
    assert made == {"InvalidLabels": ["1st", "aws1"], "ParameterVersion": 1}
    for selector, value in (("", "two"), (":1", "one"), (":prod", "one"), (":2", "two")):
        got = (await ssm("GetParameter", Name=f"/a/p{selector}"))["Parameter"]
        assert (got["Value"], got.get("Selector", "")) == (value, selector)
    error = await error_of(ssm("GetParameter", Name="/a/p:3"))
    assert error.code == "ParameterVersionNotFound"
    await ssm("LabelParameterVersion", Name="/a/p", Labels=["prod"])
    assert (await ssm("GetParameter", Name="/a/p:prod"))["Parameter"]["Value"] == "two"
    eleven = [f"l{number}" for number in range(10)]
    error = await error_of(ssm("LabelParameterVersion", Name="/a/p", Labels=eleven))
    assert error.code == "ParameterVersionLabelLimitExceeded"


async def test_a_secure_string_is_opaque_unless_decrypted(ssm):
    await put(ssm, "s", "secret", Type="SecureString")
    sealed = (await ssm("GetParameter", Name="s"))["Parameter"]
    assert sealed["Type"] == "SecureString"
    assert "secret" not in sealed["Value"]
    assert (await ssm("GetParameter", Name="s", WithDecryption=True))["Parameter"]["Value"] == "secret"
    assert (await ssm("DescribeParameters"))["Parameters"][0]["KeyId"] == "alias/aws/ssm"


async def test_missing_names_are_listed_and_the_error_for_one_has_no_text(ssm, error_of):
    await put(ssm, "a")
    got = await ssm("GetParameters", Names=["b", "a", "a:9"])
    assert names(got) == ["a"]
    assert got["InvalidParameters"] == ["a:9", "b"]
    for operation in ("GetParameter", "DeleteParameter"):
        error = await error_of(ssm(operation, Name="b"))
        assert (error.code, error.message) == ("ParameterNotFound", "")
    gone = await ssm("DeleteParameters", Names=["a", "b"])
    assert gone == {"DeletedParameters": ["a"], "InvalidParameters": ["b"]}


async def test_a_path_holds_one_level_or_all(ssm, error_of):
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html"""
    for name in ("/a/x", "/a/b/y", "/a/b/c/z", "/ab/w", "root"):
        await put(ssm, name)
    assert names(await ssm("GetParametersByPath", Path="/a")) == ["/a/x"]
    assert names(await ssm("GetParametersByPath", Path="/a/b/", Recursive=True)) == ["/a/b/c/z", "/a/b/y"]
    assert len(names(await ssm("GetParametersByPath", Path="/", Recursive=True))) == 5
    assert (await error_of(ssm("GetParametersByPath", Path="a"))).message.startswith(
        "The parameter doesn't meet the parameter name requirements."
    )
    asked = [{"Key": "Name", "Values": ["x"]}]
    error = await error_of(ssm("GetParametersByPath", Path="/a", ParameterFilters=asked))
    assert error.code == "InvalidFilterKey"


async def test_a_path_is_read_ten_at_a_time(ssm):
    for number in range(12):
        await put(ssm, f"/p/{number:02d}")
    first = await ssm("GetParametersByPath", Path="/p")
    rest = await ssm("GetParametersByPath", Path="/p", NextToken=first["NextToken"])
    assert (len(names(first)), names(rest)) == (10, ["/p/10", "/p/11"])
    assert "NextToken" not in rest


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ({"Key": "Name", "Option": "BeginsWith", "Values": ["/a"]}, ["/a/one", "/a/two"]),
        ({"Key": "Name", "Option": "Contains", "Values": ["tw"]}, ["/a/two"]),
        ({"Key": "Type", "Values": ["SecureString"]}, ["/a/two"]),
        ({"Key": "Path", "Option": "OneLevel", "Values": ["/a"]}, ["/a/one", "/a/two"]),
        ({"Key": "tag:team", "Values": ["x"]}, ["three"]),
        ({"Key": "tag:team"}, ["three"]),
        ({"Key": "Tier", "Values": ["Advanced"]}, []),
    ],
)
async def test_parameters_are_described_by_filters(ssm, filter_, expected):
    await put(ssm, "/a/one")
    await put(ssm, "/a/two", Type="SecureString")
    await put(ssm, "three", Tags=[{"Key": "team", "Value": "x"}])
    assert names(await ssm("DescribeParameters", ParameterFilters=[filter_])) == expected


async def test_tags_are_put_and_removed(ssm, error_of):
    await put(ssm, "p", Tags=[{"Key": "a", "Value": "1"}])
    who = {"ResourceType": "Parameter", "ResourceId": "p"}
    await ssm("AddTagsToResource", **who, Tags=[{"Key": "b", "Value": "2"}])
    await ssm("RemoveTagsFromResource", **who, TagKeys=["a"])
    assert await ssm("ListTagsForResource", **who) == {"TagList": [{"Key": "b", "Value": "2"}]}
    error = await error_of(ssm("ListTagsForResource", ResourceType="Parameter", ResourceId="q"))
    assert error.code == "InvalidResourceId"


async def test_public_images_have_the_same_made_up_id_each_time(cloud, ssm):
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    first = (await ssm("GetParameter", Name=name))["Parameter"]
    assert first["Value"].startswith("ami-")
    assert (await ssm("GetParameter", Name=name))["Parameter"] == first
    there = await cloud("ssm", "GetParameter", region="eu-west-1", Name=name)
    assert there["Parameter"]["Value"] != first["Value"]


async def test_cloudformation_makes_changes_and_deletes_a_parameter(cloud, ssm):
    call = Call("ssm", "x", {}, "cloudformation.amazonaws.com", "123456789012", "us-east-1")
    ctx = Context(cloud.cloud, call, Trace("1-0-0", "0"), "r")
    parameter = RESOURCES["AWS::SSM::Parameter"]
    first = {"Type": "String", "Value": "one", "Tags": {"a": "1"}}
    made = await parameter.create(ctx, first, Logical("s", "arn", "P", "ABCDEFGHIJKL"))
    assert (made.physical_id, made.attributes) == ("s-P-ABCDEFGHIJKL", {"Type": "String", "Value": "one"})
    made = await parameter.update(ctx, made.physical_id, {"Type": "String", "Value": "two"}, first)
    assert (await ssm("GetParameter", Name=made.physical_id))["Parameter"]["Value"] == "two"
    for _ in range(2):
        await parameter.delete(ctx, made.physical_id, first)
    assert names(await ssm("DescribeParameters")) == []


async def test_changes_are_told_of_on_the_default_bus(cloud, ssm):
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html"""
    url = (await cloud("sqs", "CreateQueue", QueueName="told"))["QueueUrl"]
    await cloud("events", "PutRule", Name="r", EventPattern='{"source": ["aws.ssm"]}')
    target = {"Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:told"}
    await cloud("events", "PutTargets", Rule="r", Targets=[target])
    await put(ssm, "/app/db", "one", Description="Sample Parameter")
    await put(ssm, "/app/db", "two", Overwrite=True)
    await ssm("LabelParameterVersion", Name="/app/db", Labels=["live"])
    await ssm("DeleteParameter", Name="/app/db")
    await cloud.settle()
    received = await cloud("sqs", "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)
    events = [json.loads(message["Body"]) for message in received["Messages"]]
    assert [event["detail"]["operation"] for event in events] == [
        "Create", "Update", "LabelParameterVersion", "Delete",
    ]  # fmt: skip
    assert events[0]["detail-type"] == "Parameter Store Change"
    assert events[0]["resources"] == ["arn:aws:ssm:us-east-1:123456789012:parameter/app/db"]
    assert events[0]["detail"] == {
        "operation": "Create", "name": "/app/db", "type": "String", "description": "Sample Parameter",
    }  # fmt: skip
