"""Registries, their policies, and tags."""

from __future__ import annotations

import pytest

ARN = "arn:aws:schemas:us-east-1:123456789012:registry/shop"
POLICY = {"Version": "2012-10-17", "Statement": [{"Sid": "s"}]}


async def names(call, **request):
    return [each["RegistryName"] for each in (await call("ListRegistries", **request))["Registries"]]


async def test_a_registry_is_made_described_changed_and_deleted(call, refused):
    made = await call("CreateRegistry", RegistryName="shop", Description="d", Tags={"a": "1"})
    assert made == {"RegistryName": "shop", "RegistryArn": ARN, "Description": "d", "Tags": {"a": "1"}}
    assert await call("DescribeRegistry", RegistryName="shop") == made
    assert await call("UpdateRegistry", RegistryName="shop", Description="e") == made | {"Description": "e"}
    await call("DeleteRegistry", RegistryName="shop")
    assert (await refused("DescribeRegistry", RegistryName="shop"))[0] == "NotFoundException"


async def test_registries_are_listed_by_whose_they_are(call, refused):
    await call("CreateRegistry", RegistryName="shop")
    assert await names(call) == ["aws.events", "shop"]
    assert await names(call, Scope="LOCAL") == ["shop"]
    assert await names(call, Scope="AWS") == ["aws.events"]
    assert await names(call, RegistryNamePrefix="s") == ["shop"]
    assert (await refused("ListRegistries", Scope="ALL"))[0] == "BadRequestException"


@pytest.mark.parametrize(
    ("operation", "name", "code"),
    [
        ("CreateRegistry", "aws.events", "BadRequestException"),
        ("CreateRegistry", "aws.mine", "BadRequestException"),
        ("CreateRegistry", "discovered-schemas", "BadRequestException"),
        ("CreateRegistry", "a b", "BadRequestException"),
        ("CreateRegistry", "a" * 65, "BadRequestException"),
        ("CreateRegistry", "shop", "ConflictException"),
        ("UpdateRegistry", "aws.events", "ForbiddenException"),
        ("UpdateRegistry", "none", "NotFoundException"),
        ("DeleteRegistry", "aws.events", "ForbiddenException"),
        ("DeleteRegistry", "discovered-schemas", "ForbiddenException"),
        ("DeleteRegistry", "none", "NotFoundException"),
        ("DeleteRegistry", "shop", "BadRequestException"),
    ],
)
async def test_what_cannot_be_done_to_a_registry_is_refused(call, order, refused, operation, name, code):
    assert (await refused(operation, RegistryName=name))[0] == code
    assert await names(call, Scope="LOCAL") == ["shop"]


async def test_there_are_ten_registries_besides_the_discovered_one(call, refused):
    bus = "arn:aws:events:us-east-1:123456789012:event-bus/default"
    await call("CreateDiscoverer", SourceArn=bus)
    for number in range(10):
        await call("CreateRegistry", RegistryName=f"r{number}")
    assert (await refused("CreateRegistry", RegistryName="more"))[0] == "ForbiddenException"


async def test_a_policy_is_changed_only_while_it_is_the_one_that_was_read(call, order, refused):
    assert (await refused("GetResourcePolicy", RegistryName="shop"))[0] == "NotFoundException"
    first = await call("PutResourcePolicy", RegistryName="shop", Policy=POLICY)
    assert first["Policy"] == POLICY
    assert await call("GetResourcePolicy", RegistryName="shop") == first
    second = await call(
        "PutResourcePolicy", RegistryName="shop", Policy=POLICY, RevisionId=first["RevisionId"]
    )
    stale = {"RegistryName": "shop", "Policy": {}, "RevisionId": first["RevisionId"]}
    assert (await refused("PutResourcePolicy", **stale))[0] == "PreconditionFailedException"
    assert await call("GetResourcePolicy", RegistryName="shop") == second
    await call("DeleteResourcePolicy", RegistryName="shop")
    assert (await refused("DeleteResourcePolicy", RegistryName="shop"))[0] == "NotFoundException"


@pytest.mark.parametrize(
    "resource", ["registry/shop", "schema/shop/Order", "discoverer/events-event-bus-default"]
)
async def test_registries_schemas_and_discoverers_have_tags(call, order, refused, resource):
    await call("CreateDiscoverer", SourceArn="arn:aws:events:us-east-1:123456789012:event-bus/default")
    arn = f"arn:aws:schemas:us-east-1:123456789012:{resource}"
    await call("TagResource", ResourceArn=arn, Tags={"a": "1", "b": "2"})
    await call("UntagResource", ResourceArn=arn, TagKeys=["a", "x"])
    assert await call("ListTagsForResource", ResourceArn=arn) == {"Tags": {"b": "2"}}
    many = {str(number): "" for number in range(50)}
    assert (await refused("TagResource", ResourceArn=arn, Tags=many))[0] == "BadRequestException"
    assert (await refused("ListTagsForResource", ResourceArn=f"{arn}-"))[0] == "NotFoundException"
