"""Discoverers: what comes over a bus is found in `discovered-schemas`."""

from __future__ import annotations

import json

import pytest

BUS = "arn:aws:events:us-east-1:123456789012:event-bus/default"
PLACE = {"RegistryName": "discovered-schemas", "SchemaName": "shop@OrderPlaced"}


@pytest.fixture
async def discoverer(call):
    return await call("CreateDiscoverer", SourceArn=BUS)


@pytest.fixture
def put(cloud):
    async def made(detail, **members):
        entry = {"Source": "shop", "DetailType": "Order Placed", "Detail": json.dumps(detail)} | members
        assert (await cloud("events", "PutEvents", Entries=[entry]))["FailedEntryCount"] == 0
        await cloud.settle()

    return made


async def names(call):
    return [
        each["SchemaName"]
        for each in (await call("ListSchemas", RegistryName="discovered-schemas"))["Schemas"]
    ]


async def test_a_discoverer_is_described_and_gives_the_registry_of_what_it_finds(call, discoverer):
    assert discoverer == {
        "DiscovererArn": "arn:aws:schemas:us-east-1:123456789012:discoverer/events-event-bus-default",
        "DiscovererId": "events-event-bus-default",
        "SourceArn": BUS,
        "State": "STARTED",
        "CrossAccount": True,
        "Tags": {},
    }
    assert await call("DescribeDiscoverer", DiscovererId="events-event-bus-default") == discoverer
    assert (await call("ListDiscoverers", SourceArnPrefix=BUS))["Discoverers"] == [discoverer]
    assert (await call("ListDiscoverers", DiscovererIdPrefix="x"))["Discoverers"] == []
    listed = (await call("ListRegistries", Scope="LOCAL"))["Registries"]
    assert [each["RegistryName"] for each in listed] == ["discovered-schemas"]


async def test_another_shape_makes_another_version_and_the_same_shape_none(call, discoverer, put):
    await put({"id": 1, "note": "a"})
    first = await call("DescribeSchema", **PLACE)
    assert (first["SchemaVersion"], first["Type"]) == ("1", "OpenApi3")
    detail = json.loads(first["Content"])["components"]["schemas"]["OrderPlaced"]
    assert detail["required"] == ["id", "note"]

    await put({"id": 2, "note": "b"})
    assert (await call("DescribeSchema", **PLACE))["SchemaVersion"] == "1"

    await put({"id": 3, "lines": [{"sku": "x"}]})
    second = await call("DescribeSchema", **PLACE)
    schemas = json.loads(second["Content"])["components"]["schemas"]
    assert second["SchemaVersion"] == "2"
    assert schemas["OrderPlaced"]["required"] == ["id"]
    assert schemas["LinesItem"]["properties"] == {"sku": {"type": "string"}}

    await put({"id": 4, "note": "c"})
    await put({"id": 5, "lines": []})
    listed = (await call("ListSchemaVersions", **PLACE))["SchemaVersions"]
    assert [each["SchemaVersion"] for each in listed] == ["1", "2"]
    assert (await call("DescribeSchema", **PLACE, SchemaVersion="1"))["Content"] == first["Content"]


async def test_new_schemas_and_versions_are_announced_but_not_discovered(cloud, call, discoverer, put):
    queue = (await cloud("sqs", "CreateQueue", QueueName="q"))["QueueUrl"]
    await cloud("events", "PutRule", Name="r", EventPattern='{"source": ["aws.schemas"]}')
    target = {"Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:q"}
    await cloud("events", "PutTargets", Rule="r", Targets=[target])
    await put({"id": 1})
    await put({"id": "1"})
    answer = await cloud("sqs", "ReceiveMessage", QueueUrl=queue, MaxNumberOfMessages=10)
    events = [json.loads(each["Body"]) for each in answer["Messages"]]
    assert sorted((each["detail-type"], each["detail"]["Version"]) for each in events) == [
        ("Schema Created", "1"),
        ("Schema Version Created", "1"),
        ("Schema Version Created", "2"),
    ]
    assert {each["detail"]["SchemaName"] for each in events} == {"shop@OrderPlaced"}
    assert await names(call) == ["shop@OrderPlaced"]


async def test_a_stopped_discoverer_finds_nothing_until_it_is_started(cloud, call, discoverer, put):
    place = {"DiscovererId": "events-event-bus-default"}
    assert await call("StopDiscoverer", **place) == place | {"State": "STOPPED"}
    await put({"id": 1})
    assert await names(call) == []
    rule = await cloud("events", "DescribeRule", Name="Schemas-events-event-bus-default")
    assert rule["State"] == "DISABLED"
    assert await call("StartDiscoverer", **place) == place | {"State": "STARTED"}
    await put({"id": 1})
    assert await names(call) == ["shop@OrderPlaced"]


async def test_a_deleted_discoverer_leaves_its_schemas_and_no_rule(cloud, call, discoverer, put, refused):
    await put({"id": 1})
    await call("DeleteDiscoverer", DiscovererId="events-event-bus-default")
    assert (await cloud("events", "ListRules"))["Rules"] == []
    await put({"id": "x"})
    assert (await call("DescribeSchema", **PLACE))["SchemaVersion"] == "1"
    code, _ = await refused("DescribeDiscoverer", DiscovererId="events-event-bus-default")
    assert code == "NotFoundException"


async def test_a_discovered_schema_that_is_deleted_is_found_again(call, discoverer, put):
    await put({"id": 1})
    await call("DeleteSchema", **PLACE)
    await put({"id": 1})
    assert (await call("DescribeSchema", **PLACE))["SchemaVersion"] == "1"


@pytest.mark.parametrize(("crossing", "found"), [(True, ["shop@OrderPlaced"]), (False, [])])
async def test_events_of_another_account_are_looked_at_only_across_accounts(cloud, call, crossing, found):
    await call("CreateDiscoverer", SourceArn=BUS)
    await call("UpdateDiscoverer", DiscovererId="events-event-bus-default", CrossAccount=crossing)
    permission = {"Action": "events:PutEvents", "Principal": "210987654321", "StatementId": "s"}
    await cloud("events", "PutPermission", **permission)
    entry = {"Source": "shop", "DetailType": "OrderPlaced", "Detail": "{}", "EventBusName": BUS}
    await cloud("events", "PutEvents", account="210987654321", Entries=[entry])
    await cloud.settle()
    assert await names(call) == found


async def test_an_event_of_255_levels_is_looked_at_and_a_deeper_one_ignored(call, discoverer, put):
    detail: dict = {}
    for _ in range(253):
        detail = {"a": detail}
    await put(detail)
    assert await names(call) == ["shop@OrderPlaced"]
    await put({"a": {"a": detail}}, DetailType="Deep")
    assert await names(call) == ["shop@OrderPlaced"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (BUS, "ConflictException"),
        ("arn:aws:sqs:us-east-1:123456789012:q", "BadRequestException"),
        ("arn:aws:events:us-east-1:123456789012:event-bus/none", "BadRequestException"),
        ("arn:aws:events:us-east-1:210987654321:event-bus/default", "BadRequestException"),
        ("default", "BadRequestException"),
    ],
)
async def test_a_bus_that_cannot_be_looked_at_is_refused(call, discoverer, refused, source, code):
    assert (await refused("CreateDiscoverer", SourceArn=source))[0] == code
    assert len((await call("ListDiscoverers"))["Discoverers"]) == 1
