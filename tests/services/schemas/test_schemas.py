"""Schemas: contents, versions, searching, exporting, inferring."""

from __future__ import annotations

import json

import pytest
from tests.services.schemas.conftest import OPEN_API

OTHER = OPEN_API.replace("Order", "Parcel")
JSON_SCHEMA = '{"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"}'


async def versions(call, place):
    return [each["SchemaVersion"] for each in (await call("ListSchemaVersions", **place))["SchemaVersions"]]


async def test_a_schema_is_described_with_its_newest_version(cloud, call, order):
    made = await call("DescribeSchema", **order)
    now_s = cloud.clock.now_ms() / 1000
    assert made == {
        "SchemaArn": "arn:aws:schemas:us-east-1:123456789012:schema/shop/Order",
        "SchemaName": "Order",
        "SchemaVersion": "1",
        "Type": "OpenApi3",
        "Content": OPEN_API,
        "LastModified": now_s,
        "VersionCreatedDate": now_s,
        "Tags": {},
    }


async def test_another_content_makes_a_version_and_the_same_content_or_token_none(call, order):
    again = await call("UpdateSchema", Content=OPEN_API, Description="d", **order)
    assert (again["SchemaVersion"], again["Description"]) == ("1", "d")
    second = await call("UpdateSchema", Content=OTHER, ClientTokenId="t", **order)
    assert (second["SchemaVersion"], second["Description"]) == ("2", "d")
    repeated = await call("UpdateSchema", Content=OPEN_API, ClientTokenId="t", **order)
    assert repeated["SchemaVersion"] == "2"
    third = await call("UpdateSchema", Content=JSON_SCHEMA, Type="JSONSchemaDraft4", **order)
    assert (third["SchemaVersion"], third["Type"]) == ("3", "JSONSchemaDraft4")
    assert (await call("DescribeSchema", SchemaVersion="1", **order))["Content"] == OPEN_API
    assert (await call("ListSchemas", RegistryName="shop"))["Schemas"][0]["VersionCount"] == 3


async def test_a_version_number_is_never_given_out_twice_and_a_schema_goes_with_its_last(
    call, order, refused
):
    await call("UpdateSchema", Content=OTHER, **order)
    await call("DeleteSchemaVersion", SchemaVersion="2", **order)
    assert (await call("DescribeSchema", **order))["SchemaVersion"] == "1"
    await call("UpdateSchema", Content=OTHER, **order)
    assert await versions(call, order) == ["1", "3"]
    for number in ("1", "3"):
        await call("DeleteSchemaVersion", SchemaVersion=number, **order)
    assert (await refused("DescribeSchema", **order))[0] == "NotFoundException"


@pytest.mark.parametrize("number", ["0", "2", "x", "-1"])
async def test_a_version_that_is_not_there_is_not_found(call, order, refused, number):
    assert (await refused("DescribeSchema", SchemaVersion=number, **order))[0] == "NotFoundException"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"SchemaName": "Order"}, "ConflictException"),
        ({"RegistryName": "none"}, "NotFoundException"),
        ({"RegistryName": "aws.events"}, "ForbiddenException"),
        ({"SchemaName": "a b"}, "BadRequestException"),
        ({"SchemaName": "a" * 386}, "BadRequestException"),
        ({"Content": "{"}, "BadRequestException"),
        ({"Content": JSON_SCHEMA}, "BadRequestException"),
        ({"Content": ""}, "BadRequestException"),
        ({"Content": "x" * 100_001}, "BadRequestException"),
        ({"Type": "Avro"}, "BadRequestException"),
    ],
)
async def test_a_schema_that_cannot_be_is_refused(call, order, refused, members, code):
    given = {"RegistryName": "shop", "SchemaName": "New", "Type": "OpenApi3", "Content": OPEN_API} | members
    assert (await refused("CreateSchema", **given))[0] == code
    assert len((await call("ListSchemas", RegistryName="shop"))["Schemas"]) == 1


async def test_an_update_that_does_not_fit_its_type_changes_nothing(call, order, refused):
    before = await call("DescribeSchema", **order)
    code, _ = await refused("UpdateSchema", Type="OpenApi3", Content=JSON_SCHEMA, Description="new", **order)
    assert code == "BadRequestException"
    assert await call("DescribeSchema", **order) == before


async def test_lists_come_in_pages(call, order, refused):
    for name in ("A", "B", "Z"):
        await call("CreateSchema", RegistryName="shop", SchemaName=name, Type="OpenApi3", Content=OPEN_API)
    first = await call("ListSchemas", RegistryName="shop", Limit=3)
    assert [each["SchemaName"] for each in first["Schemas"]] == ["A", "B", "Order"]
    rest = await call("ListSchemas", RegistryName="shop", Limit=3, NextToken=first["NextToken"])
    assert [each["SchemaName"] for each in rest["Schemas"]] == ["Z"]
    assert "NextToken" not in rest
    named = await call("ListSchemas", RegistryName="shop", SchemaNamePrefix="O")
    assert [each["SchemaName"] for each in named["Schemas"]] == ["Order"]
    for wrong in ({"Limit": 0}, {"Limit": 101}, {"NextToken": "?"}):
        assert (await refused("ListSchemas", RegistryName="shop", **wrong))[0] == "BadRequestException"


async def test_versions_are_listed_in_the_order_of_their_numbers(call, order):
    for number in range(10):
        await call("UpdateSchema", Content=OPEN_API.replace("Order", f"Order{number}"), **order)
    assert await versions(call, order) == [str(number) for number in range(1, 12)]
    first = await call("ListSchemaVersions", Limit=9, **order)
    rest = await call("ListSchemaVersions", NextToken=first["NextToken"], **order)
    assert [each["SchemaVersion"] for each in rest["SchemaVersions"]] == ["10", "11"]


@pytest.mark.parametrize(
    ("keywords", "found"),
    [("order", ["2", "1"]), ("PARCEL", ["2"]), ("order parcel", ["2"]), ("nothing", None)],
)
async def test_keywords_are_looked_for_in_names_and_contents(call, order, keywords, found):
    await call("UpdateSchema", Content=OTHER, **order)
    schemas = (await call("SearchSchemas", RegistryName="shop", Keywords=keywords))["Schemas"]
    assert [[each["SchemaVersion"] for each in schema["SchemaVersions"]] for schema in schemas] == (
        [] if found is None else [found]
    )


async def test_an_open_api_schema_is_exported_as_json_schema_but_not_the_other_way(call, order, refused):
    made = await call("ExportSchema", Type="JSONSchemaDraft4", **order)
    assert made["Type"] == "JSONSchemaDraft4"
    assert json.loads(made["Content"]) == {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "title": "Order",
    }
    assert (await call("ExportSchema", Type="OpenApi3", **order))["Content"] == OPEN_API
    await call("UpdateSchema", Content=JSON_SCHEMA, Type="JSONSchemaDraft4", **order)
    assert (await call("ExportSchema", Type="JSONSchemaDraft4", **order))["Content"] == JSON_SCHEMA
    assert (await refused("ExportSchema", Type="OpenApi3", **order))[0] == "BadRequestException"
    assert (await refused("ExportSchema", Type="Avro", **order))[0] == "BadRequestException"


async def test_a_discovered_schema_is_given_in_both_notations(call):
    events = ['{"a": 1, "b": "x"}', '{"a": 1.5}']
    content = json.loads((await call("GetDiscoveredSchema", Type="OpenApi3", Events=events))["Content"])
    event = {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "number"}, "b": {"type": "string"}},
    }
    assert content["components"]["schemas"] == {"Event": event}
    answer = await call("GetDiscoveredSchema", Type="JSONSchemaDraft4", Events=events)
    written = {"$schema": "http://json-schema.org/draft-04/schema#", "title": "Event"} | event
    assert json.loads(answer["Content"]) == written


@pytest.mark.parametrize(
    "events",
    [
        ["{"],
        ["[]"],
        ["{}", "1"],
        [],
        ["{}"] * 11,
        ['{"a":' * 256 + "1" + "}" * 256],
        ['{"a":' * 5000 + "1" + "}" * 5000],
    ],
    ids=["broken", "list", "number", "none", "eleven", "deep", "very deep"],
)
async def test_events_that_are_none_have_no_schema(refused, events):
    assert (await refused("GetDiscoveredSchema", Type="OpenApi3", Events=events))[0] == "BadRequestException"


async def test_code_bindings_are_not_available(cloud, order, error_of):
    error = await error_of(cloud("schemas", "PutCodeBinding", Language="Python36", **order))
    assert error.code == "NotImplemented"
