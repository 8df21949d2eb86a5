"""The resource types of Lambda: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Lambda.html."""

import json

import pytest

from cloudchamber.aws import Call, Logical
from cloudchamber.services.lambda_ import SERVICE

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROLE = "arn:aws:iam::123456789012:role/lambda"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:"
INLINE = {"Code": {"ZipFile": "def handler(event, context): return 'inline'"}, "Handler": "index.handler"}
FUNCTION = {"FunctionName": "fn", "Role": ROLE, "Runtime": "python3.12", **INLINE}


@pytest.fixture
def stack(cloud, functions):
    """Calls the functions of resource types as CloudFormation does."""
    _, ctx = cloud.cloud.begin(
        Call("cloudformation", "x", {}, "arn:aws:iam::123456789012:root", "123456789012", "us-east-1")
    )

    async def held(work):
        cloud.cloud.clock.hold()  # as the flight does in which CloudFormation runs
        try:
            return await work
        finally:
            cloud.cloud.clock.release()

    class Stack:
        async def create(self, kind, properties, logical_id="Thing"):
            logical = Logical("stack", "id", logical_id, "ABCDEFGHIJKL")
            return await self._run(SERVICE.resources[f"AWS::Lambda::{kind}"].create(ctx, properties, logical))

        async def update(self, kind, physical_id, properties, old):
            work = SERVICE.resources[f"AWS::Lambda::{kind}"].update(ctx, physical_id, properties, old)
            return await self._run(work)

        async def delete(self, kind, physical_id, properties):
            await self._run(SERVICE.resources[f"AWS::Lambda::{kind}"].delete(ctx, physical_id, properties))

        async def _run(self, work):
            return await cloud.clock.run(held(work))

    return Stack()


async def test_a_function_of_inline_code(cloud, functions, stack):
    properties = FUNCTION | {
        "Timeout": "9",
        "ReservedConcurrentExecutions": "5",
        "Environment": {"Variables": {"NUMBER": 1, "FLAG": True}},
    }
    made = await stack.create("Function", properties)

    assert (made.physical_id, made.attributes) == ("fn", {"Arn": ARN + "fn"})
    assert (await functions.invoke(event={}))["Payload"] == b'"inline"'
    found = await cloud("lambda", "GetFunction", FunctionName="fn")
    assert found["Concurrency"] == {"ReservedConcurrentExecutions": 5}
    assert (found["Configuration"]["Timeout"], found["Configuration"]["Environment"]) == (
        9, {"Variables": {"NUMBER": "1", "FLAG": "true"}},
    )  # fmt: skip


async def test_a_function_is_updated_in_place(cloud, functions, stack):
    old = FUNCTION | {
        "Timeout": 9,
        "Description": "d",
        "ReservedConcurrentExecutions": 5,
        "Tags": [{"Key": "a", "Value": "1"}],
    }
    await stack.create("Function", old)
    new = FUNCTION | {
        "Code": {"ZipFile": "def handler(event, context): return 'new'"},
        "Tags": [{"Key": "b", "Value": "2"}],
    }

    await stack.update("Function", "fn", new, old)

    assert (await functions.invoke(event={}))["Payload"] == b'"new"'
    found = await cloud("lambda", "GetFunction", FunctionName="fn")
    assert (found["Configuration"]["Timeout"], found["Configuration"]["Description"]) == (3, "")
    assert found["Tags"] == {"b": "2"}
    assert "Concurrency" not in found


async def test_a_function_without_a_name_gets_one(stack):
    properties = {key: value for key, value in FUNCTION.items() if key != "FunctionName"}

    made = await stack.create("Function", properties, "Handler")

    assert made.physical_id == "stack-Handler-ABCDEFGHIJKL"


async def test_what_belongs_to_a_function(cloud, functions, stack):
    await cloud("sqs", "CreateQueue", QueueName="orders")
    await stack.create("Function", FUNCTION)
    version = await stack.create("Version", {"FunctionName": "fn"})
    alias_properties = {
        "FunctionName": "fn",
        "FunctionVersion": version.attributes["Version"],
        "Name": "live",
    }
    alias = await stack.create("Alias", alias_properties)
    url_properties = {"TargetFunctionArn": ARN + "fn", "AuthType": "NONE"}
    url = await stack.create("Url", url_properties)
    permission_properties = {
        "FunctionName": "fn",
        "Action": "lambda:InvokeFunction",
        "Principal": "s3.amazonaws.com",
    }
    permission = await stack.create("Permission", permission_properties)
    mapping_properties = {
        "FunctionName": alias.physical_id,
        "EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:orders",
        "BatchSize": "5",
    }
    mapping = await stack.create("EventSourceMapping", mapping_properties)
    changed = await stack.update(
        "EventSourceMapping", mapping.physical_id, mapping_properties | {"BatchSize": 7}, mapping_properties
    )
    config_properties = {"FunctionName": "fn", "Qualifier": "$LATEST", "MaximumRetryAttempts": "1"}
    config = await stack.create("EventInvokeConfig", config_properties)

    assert (version.physical_id, alias.physical_id) == (ARN + "fn:1", ARN + "fn:live")
    assert url.attributes["FunctionUrl"].startswith("http://")
    policy = json.loads((await cloud("lambda", "GetPolicy", FunctionName="fn"))["Policy"])
    assert policy["Statement"][0]["Sid"] == permission.attributes["Id"]
    assert changed.physical_id == mapping.attributes["Id"]
    found = await cloud("lambda", "GetEventSourceMapping", UUID=mapping.physical_id)
    assert (found["BatchSize"], found["FunctionArn"]) == (7, ARN + "fn:live")
    for kind, made, properties in (
        ("EventInvokeConfig", config, config_properties), ("EventSourceMapping", mapping, mapping_properties),
        ("Permission", permission, permission_properties), ("Url", url, url_properties), ("Alias", alias, alias_properties),
        ("Version", version, {"FunctionName": "fn"}),
    ):  # fmt: skip
        await stack.delete(kind, made.physical_id, properties)
        await stack.delete(kind, made.physical_id, properties)
    assert len((await cloud("lambda", "ListVersionsByFunction", FunctionName="fn"))["Versions"]) == 1


async def test_a_layer_and_its_permission(cloud, functions, stack, zipped):
    await cloud("s3", "CreateBucket", Bucket="code")
    await cloud("s3", "PutObject", Bucket="code", Key="l.zip", Body=zipped({"python/x.py": ""}))
    properties = {"LayerName": "l", "Content": {"S3Bucket": "code", "S3Key": "l.zip"}}

    layer = await stack.create("LayerVersion", properties)
    grant = {"LayerVersionArn": layer.physical_id, "Action": "lambda:GetLayerVersion", "Principal": "*"}
    permission = await stack.create("LayerVersionPermission", grant)

    assert layer.physical_id == "arn:aws:lambda:us-east-1:123456789012:layer:l:1"
    await stack.delete("LayerVersionPermission", permission.physical_id, grant)
    await stack.delete("LayerVersion", layer.physical_id, properties)
    assert (await cloud("lambda", "ListLayers"))["Layers"] == []
