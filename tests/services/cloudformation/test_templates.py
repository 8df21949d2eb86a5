"""Templates: transformed, validated, summarized; the capabilities they need; references that are looked up."""

import json

import pytest

from cloudchamber.services.cloudformation.rules.properties import failures
from cloudchamber.services.cloudformation.rules.tags import with_stack_tags

SAM = "AWS::Serverless-2016-10-31"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}


def queue(**properties):
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def serverless(**resources):
    return {"Transform": SAM, "Resources": resources}


async def validate(cloud, body):
    return await cloud("cloudformation", "ValidateTemplate", TemplateBody=json.dumps(body))


@pytest.mark.parametrize(
    ("resource", "given", "message"),
    [
        (ROLE, [], "Requires capabilities : [CAPABILITY_IAM]"),
        (
            ROLE | {"Properties": {"RoleName": "r"} | ROLE["Properties"]},
            ["CAPABILITY_IAM"],
            "Requires capabilities : [CAPABILITY_NAMED_IAM]",
        ),
    ],
)
async def test_iam_must_be_acknowledged(stacks, error_of, resource, given, message):
    error = await error_of(stacks.create("app", {"Resources": {"R": resource}}, Capabilities=given))
    assert (error.code, error.message) == ("InsufficientCapabilitiesException", message)


async def test_named_iam_acknowledges_unnamed_iam(stacks):
    stack = await stacks.create("app", {"Resources": {"R": ROLE}}, Capabilities=["CAPABILITY_NAMED_IAM"])
    assert stack["Capabilities"] == ["CAPABILITY_NAMED_IAM"]


async def test_creating_with_a_transform_needs_auto_expand_but_a_change_set_does_not(stacks, cloud, error_of):
    body = serverless(T={"Type": "AWS::Serverless::SimpleTable"})
    error = await error_of(stacks.create("app", body))
    assert error.message == "Requires capabilities : [CAPABILITY_AUTO_EXPAND]"
    made = await cloud(
        "cloudformation", "CreateChangeSet", StackName="app", ChangeSetName="c", ChangeSetType="CREATE",
        TemplateBody=json.dumps(body),
    )  # fmt: skip
    seen = await cloud("cloudformation", "DescribeChangeSet", ChangeSetName=made["Id"])
    assert [c["ResourceChange"]["ResourceType"] for c in seen["Changes"]] == ["AWS::DynamoDB::Table"]


async def test_serverless_resources_become_what_they_stand_for(stacks, cloud):
    body = serverless(
        T={"Type": "AWS::Serverless::SimpleTable", "Properties": {"TableName": {"Ref": "Name"}}}
    )
    body["Parameters"] = {"Name": {"Type": "String"}}
    given = [{"ParameterKey": "Name", "ParameterValue": "things"}]
    await stacks.create("app", body, Parameters=given, Capabilities=["CAPABILITY_AUTO_EXPAND"])
    assert (await stacks.resources("app"))["T"]["ResourceType"] == "AWS::DynamoDB::Table"
    assert (await cloud("dynamodb", "ListTables"))["TableNames"] == ["things"]
    original = (await cloud("cloudformation", "GetTemplate", StackName="app"))["TemplateBody"]
    assert json.loads(original)["Transform"] == SAM
    processed = await cloud("cloudformation", "GetTemplate", StackName="app", TemplateStage="Processed")
    assert "Transform" not in json.loads(processed["TemplateBody"])


async def test_an_invalid_serverless_template_is_refused_in_its_translator_s_words(stacks, error_of):
    body = serverless(
        F={"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "s3://b/k", "InlineCode": "x"}}
    )
    error = await error_of(stacks.create("app", body, Capabilities=["CAPABILITY_AUTO_EXPAND"]))
    assert error.code == "ValidationError"
    assert error.message.startswith(
        "Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification document. "
        "Number of errors found: 1. Resource with id [F] is invalid. "
    )


async def test_loops_are_unrolled(stacks):
    body = {
        "Transform": "AWS::LanguageExtensions",
        "Resources": {
            "Fn::ForEach::Queues": ["Name", ["One", "Two"], {"Q${Name}": queue(QueueName={"Ref": "Name"})}]
        },
    }
    await stacks.create("app", body, Capabilities=["CAPABILITY_AUTO_EXPAND"])
    assert await stacks.queues() == ["One", "Two"]


async def test_validating_shows_parameters_and_capabilities(cloud):
    body = {
        "Description": "An application",
        "Parameters": {"P": {"Type": "Number", "Default": 3, "Description": "How many", "NoEcho": True}},
        "Resources": {"R": ROLE},
    }
    assert await validate(cloud, body) == {
        "Description": "An application",
        "Parameters": [{"ParameterKey": "P", "NoEcho": True, "DefaultValue": "3", "Description": "How many"}],
        "Capabilities": ["CAPABILITY_IAM"],
        "CapabilitiesReason": "The following resource(s) require capabilities: [AWS::IAM::Role]",
    }


async def test_a_summary_names_types_parameters_and_transforms(cloud):
    body = serverless(F={"Type": "AWS::Serverless::Function"}, Q=queue()) | {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {"P": {"Type": "String", "AllowedValues": ["a", "b"]}},
        "Metadata": {"k": "v"},
    }
    found = await cloud("cloudformation", "GetTemplateSummary", TemplateBody=json.dumps(body))
    assert found["ResourceTypes"] == ["AWS::Serverless::Function", "AWS::SQS::Queue"]
    assert found["DeclaredTransforms"] == [SAM]
    assert found["Parameters"] == [
        {
            "ParameterKey": "P",
            "ParameterType": "String",
            "NoEcho": False,
            "ParameterConstraints": {"AllowedValues": ["a", "b"]},
        }
    ]
    assert (found["Version"], json.loads(found["Metadata"])) == ("2010-09-09", {"k": "v"})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"Fn::FindInMap": ["M", "a", "b"]}, "Template error: Mapping named 'M' is not present"),
        (
            {"Fn::Nope": "a"},
            "Template Error: Encountered unsupported function: Fn::Nope Supported functions are:",
        ),
    ],
)
@pytest.mark.parametrize("operation", ["CreateStack", "CreateChangeSet", "ValidateTemplate"])
async def test_what_no_template_can_name_is_told_at_once(cloud, error_of, operation, value, message):
    named = {
        "CreateStack": {"StackName": "app"},
        "CreateChangeSet": {"StackName": "app", "ChangeSetName": "first", "ChangeSetType": "CREATE"},
    }.get(operation, {})
    body = json.dumps({"Resources": {"Q": queue(QueueName=value)}})
    error = await error_of(cloud("cloudformation", operation, TemplateBody=body, **named))
    assert error.code == "ValidationError"
    assert error.message.startswith(message)
    assert (await cloud("cloudformation", "ListStacks"))["StackSummaries"] == []


async def test_a_template_comes_from_exactly_one_place(cloud, error_of):
    call = cloud("cloudformation", "ValidateTemplate")
    assert (await error_of(call)).message == "Either Template URL or Template Body must be specified."
    call = cloud(
        "cloudformation", "ValidateTemplate", TemplateBody="{}", TemplateURL="https://s3.amazonaws.com/b/k"
    )
    assert (await error_of(call)).message == "You cannot specify both Template URL and Template Body"


@pytest.mark.parametrize(
    ("type_name", "properties", "expected"),
    [
        ("AWS::SQS::Queue", {"DelaySeconds": "5", "FifoQueue": "true"}, []),
        ("AWS::SQS::Queue", {"FifoQueue": "yes"}, ["#/FifoQueue: expected type: Boolean, found: String"]),
        ("AWS::EC2::Subnet", {}, ["#: required key [VpcId] not found"]),
        (
            "AWS::Lambda::Function",
            {"Code": {}, "Role": "arn:aws:iam::123456789012:role/r", "PackageType": "Jar"},
            ["#/PackageType: Jar is not a valid enum value"],
        ),
        ("Custom::Anything", {"a": {"b": [1]}}, []),
    ],
)
def test_schemas_are_read_as_cloudformation_reads_them(type_name, properties, expected):
    assert failures(type_name, properties) == expected


def test_a_tag_of_the_resource_goes_before_one_of_the_stack():
    tagged = with_stack_tags(
        "AWS::SQS::Queue", {"Tags": [{"Key": "a", "Value": "own"}]}, {"a": "stack", "b": "stack"}
    )
    assert tagged["Tags"] == [{"Key": "a", "Value": "own"}, {"Key": "b", "Value": "stack"}]
    assert with_stack_tags("AWS::SQS::QueuePolicy", {"Queues": []}, {"a": "stack"}) == {"Queues": []}
    assert with_stack_tags("AWS::SSM::Parameter", {}, {"a": "b"}) == {"Tags": {"a": "b"}}


async def test_parts_of_a_template_are_included_from_s3(stacks, cloud):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html"""
    await cloud("s3", "CreateBucket", Bucket="parts")
    await cloud(
        "s3",
        "PutObject",
        Bucket="parts",
        Key="q.yaml",
        Body=b"Q2: {Type: 'AWS::SQS::Queue', Properties: {QueueName: two}}",
    )
    include = {"Name": "AWS::Include", "Parameters": {"Location": "s3://parts/q.yaml"}}
    await stacks.create("app", {"Resources": {"Q1": queue(QueueName="one"), "Fn::Transform": include}})
    assert await stacks.queues() == ["one", "two"]


async def test_a_parameter_may_come_from_parameter_store(stacks, cloud, error_of):
    await cloud("ssm", "PutParameter", Name="/app/name", Type="String", Value="from-ssm")
    body = {
        "Parameters": {"Name": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/app/name"}},
        "Resources": {"Q": queue(QueueName={"Ref": "Name"})},
    }
    stack = await stacks.create("app", body)
    assert await stacks.queues() == ["from-ssm"]
    assert stack["Parameters"] == [
        {"ParameterKey": "Name", "ParameterValue": "/app/name", "ResolvedValue": "from-ssm"}
    ]
    given = [{"ParameterKey": "Name", "ParameterValue": "/none"}]
    error = await error_of(stacks.create("other", body, Parameters=given))
    assert error.message == "Unable to fetch parameters [/none] from parameter store for this account."


async def test_dynamic_references_are_resolved_when_a_resource_is_made(stacks, cloud):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html"""
    await cloud("ssm", "PutParameter", Name="name", Type="String", Value="one")
    await cloud("secretsmanager", "CreateSecret", Name="db", SecretString=json.dumps({"user": "admin"}))
    name = "{{resolve:ssm:name:1}}-{{resolve:secretsmanager:db:SecretString:user}}"
    await stacks.create("app", {"Resources": {"Q": queue(QueueName=name)}})
    assert await stacks.queues() == ["one-admin"]
    shown = [e["ResourceProperties"] for e in await stacks.full_events("app") if "ResourceProperties" in e]
    assert not any("admin" in text for text in shown)


async def test_a_reference_to_nothing_fails_its_resource(stacks):
    stack = await stacks.create("app", {"Resources": {"Q": queue(QueueName="{{resolve:ssm:nobody}}")}})
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    reasons = [e.get("ResourceStatusReason") for e in await stacks.full_events("app")]
    assert "Parameters: [ssm:nobody] cannot be found." in reasons


async def test_a_condition_that_cannot_be_decided_is_refused(stacks, cloud, error_of):
    body = {
        "Mappings": {"ByRegion": {"eu-west-1": {"Size": "big"}}},
        "Conditions": {
            "Big": {"Fn::Equals": [{"Fn::FindInMap": ["ByRegion", {"Ref": "AWS::Region"}, "Size"]}, "big"]}
        },
        "Resources": {"Q": queue() | {"Condition": "Big"}},
    }
    error = await error_of(stacks.create("app", body))
    assert error.message == "Template error: Unable to get mapping for ByRegion::us-east-1::Size"
    assert (await cloud("cloudformation", "ListStacks"))["StackSummaries"] == []


async def test_a_change_set_shows_functions_of_what_is_not_known_yet(stacks, cloud):
    part = {"Fn::Select": [5, {"Fn::Split": [":", {"Fn::GetAtt": "New.Arn"}]}]}
    await stacks.create("app", {"Resources": {"Q": queue(QueueName="q")}})
    body = {"Resources": {"Q": queue(QueueName=part), "New": queue(QueueName="new")}}
    made = await cloud(
        "cloudformation", "CreateChangeSet", StackName="app", ChangeSetName="c", TemplateBody=json.dumps(body)
    )
    seen = await cloud("cloudformation", "DescribeChangeSet", ChangeSetName=made["Id"])
    changes = {
        c["ResourceChange"]["LogicalResourceId"]: c["ResourceChange"]["Action"] for c in seen["Changes"]
    }
    assert changes == {"New": "Add", "Q": "Modify"}


async def test_a_reference_to_a_resource_left_out_fails_who_refers(stacks):
    body = {
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": {
            "A": queue() | {"Condition": "Never"},
            "B": queue(QueueName={"Fn::GetAtt": "A.QueueName"}),
        },
    }
    assert (await stacks.create("app", body))["StackStatus"] == "ROLLBACK_COMPLETE"
