"""AWS::EventSchemas::*, as CloudFormation makes, updates and deletes them."""

from __future__ import annotations

import json

import pytest
from tests.services.schemas.conftest import OPEN_API

REGISTRY = {"Type": "AWS::EventSchemas::Registry", "Properties": {"RegistryName": "shop"}}
SCHEMA = {
    "Type": "AWS::EventSchemas::Schema",
    "DependsOn": "Registry",
    "Properties": {
        "RegistryName": "shop",
        "SchemaName": "Order",
        "Type": "OpenApi3",
        "Content": OPEN_API,
        "Tags": [{"Key": "a", "Value": "1"}],
    },
}
DISCOVERER = {
    "Type": "AWS::EventSchemas::Discoverer",
    "Properties": {"SourceArn": "arn:aws:events:us-east-1:123456789012:event-bus/default"},
}
POLICY = {
    "Type": "AWS::EventSchemas::RegistryPolicy",
    "DependsOn": "Registry",
    "Properties": {"RegistryName": "shop", "Policy": {"Statement": []}},
}


@pytest.fixture
def deploy(cloud):
    """Creates or updates a stack, and gives its status and outputs."""

    async def made(operation, **resources):
        outputs = {
            "Version": {"Value": {"Fn::GetAtt": ["Schema", "SchemaVersion"]}},
            "State": {"Value": {"Fn::GetAtt": ["Discoverer", "State"]}},
            "Registry": {"Value": {"Ref": "Registry"}},
        }
        body = json.dumps({"Resources": resources, "Outputs": outputs})
        await cloud("cloudformation", operation, StackName="s", TemplateBody=body)
        await cloud.clock.advance(60_000)
        stack = (await cloud("cloudformation", "DescribeStacks", StackName="s"))["Stacks"][0]
        return stack["StackStatus"], {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}

    return made


async def test_a_stack_makes_changes_and_deletes_them(cloud, call, deploy):
    made = {"Registry": REGISTRY, "Schema": SCHEMA, "Discoverer": DISCOVERER, "Policy": POLICY}
    arn = "arn:aws:schemas:us-east-1:123456789012:registry/shop"
    assert await deploy("CreateStack", **made) == (
        "CREATE_COMPLETE",
        {"Version": "1", "State": "STARTED", "Registry": arn},
    )
    properties = SCHEMA["Properties"] | {"Content": OPEN_API.replace("Order", "Parcel"), "Tags": []}
    policy = POLICY["Properties"] | {"Policy": {"Statement": [{}]}}
    changed = made | {
        "Registry": REGISTRY | {"Properties": {"RegistryName": "shop", "Description": "d"}},
        "Schema": SCHEMA | {"Properties": properties},
        "Discoverer": DISCOVERER | {"Properties": DISCOVERER["Properties"] | {"CrossAccount": "false"}},
        "Policy": POLICY | {"Properties": policy},
    }
    assert (await deploy("UpdateStack", **changed)) == (
        "UPDATE_COMPLETE",
        {"Version": "2", "State": "STARTED", "Registry": arn},
    )
    assert (await call("DescribeSchema", RegistryName="shop", SchemaName="Order"))["Tags"] == {}
    assert (await call("DescribeRegistry", RegistryName="shop"))["Description"] == "d"
    assert not (await call("ListDiscoverers"))["Discoverers"][0]["CrossAccount"]
    assert (await call("GetResourcePolicy", RegistryName="shop"))["Policy"] == {"Statement": [{}]}

    await cloud("cloudformation", "DeleteStack", StackName="s")
    await cloud.clock.advance(60_000)
    assert (await call("ListRegistries", RegistryNamePrefix="shop"))["Registries"] == []
    assert (await call("ListDiscoverers"))["Discoverers"] == []
