"""Global endpoints: one address for a bus in two Regions.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-global-endpoints.html
"""

import json

import pytest

ACCOUNT, HOME, OTHER = "123456789012", "us-east-1", "us-west-2"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/replication"


def bus_arn(region, name="orders", account=ACCOUNT):
    return f"arn:aws:events:{region}:{account}:event-bus/{name}"


def wanted(**members):
    return {
        "Name": "shop",
        "RoutingConfig": {
            "FailoverConfig": {
                "Primary": {"HealthCheck": "arn:aws:route53:::healthcheck/1-2"},
                "Secondary": {"Route": OTHER},
            }
        },
        "EventBuses": [{"EventBusArn": bus_arn(OTHER)}, {"EventBusArn": bus_arn(HOME)}],
        "RoleArn": ROLE,
    } | members


@pytest.fixture
async def buses(cloud):
    """The bus `orders` in two Regions, each with a rule for the shop's events and a queue of its own."""
    for region in (HOME, OTHER):
        await cloud("events", "CreateEventBus", region=region, Name="orders")
        await cloud("sqs", "CreateQueue", region=region, QueueName="q")
        rule = {"Name": "r", "EventBusName": "orders", "EventPattern": '{"source":["shop"]}'}
        await cloud("events", "PutRule", region=region, **rule)
        target = {"Id": "q", "Arn": f"arn:aws:sqs:{region}:{ACCOUNT}:q"}
        await cloud("events", "PutTargets", region=region, Rule="r", EventBusName="orders", Targets=[target])


@pytest.fixture
def received(cloud):
    async def read(region):
        got = await cloud("sqs", "ReceiveMessage", region=region, QueueUrl="q", MaxNumberOfMessages=10)
        return [json.loads(each["Body"]) for each in got.get("Messages", [])]

    return read


async def put(cloud, endpoint_id, region=HOME, **members):
    entry = {"Source": "shop", "DetailType": "t", "Detail": "{}", "EventBusName": "orders"} | members
    answer = await cloud("events", "PutEvents", region=region, EndpointId=endpoint_id, Entries=[entry])
    return answer["Entries"][0]


async def made(cloud, **members):
    await cloud("events", "CreateEndpoint", **wanted(**members))
    return (await cloud("events", "DescribeEndpoint", Name="shop"))["EndpointId"]


async def test_an_event_reaches_the_primary_region_and_is_replicated_to_the_secondary(cloud, buses, received):
    endpoint_id = await made(cloud)
    put_one = await put(cloud, endpoint_id, Resources=["arn:x"])
    (primary,), (replica,) = await received(HOME), await received(OTHER)
    assert primary == replica
    assert (primary["id"], primary["region"]) == (put_one["EventId"], HOME)
    assert primary["resources"] == ["arn:x", f"arn:aws:events:{HOME}:{ACCOUNT}:endpoint/shop"]


@pytest.mark.parametrize("bus", ["orders", bus_arn(HOME), bus_arn(OTHER)])
@pytest.mark.parametrize("caller_region", [HOME, OTHER])
async def test_a_bus_may_be_named_in_either_region_from_anywhere(cloud, buses, received, bus, caller_region):
    endpoint_id = await made(cloud, ReplicationConfig={"State": "DISABLED"})
    assert "EventId" in await put(cloud, endpoint_id, caller_region, EventBusName=bus)
    assert [len(await received(region)) for region in (HOME, OTHER)] == [1, 0]


async def test_only_what_came_to_the_endpoint_is_replicated(cloud, buses, received):
    await made(cloud)
    entry = {"Source": "shop", "DetailType": "t", "Detail": "{}", "EventBusName": "orders"}
    for region in (HOME, OTHER):
        await cloud("events", "PutEvents", region=region, Entries=[entry])
    assert [len(await received(region)) for region in (HOME, OTHER)] == [1, 1]


async def test_another_bus_is_refused_for_its_entry_alone(cloud, buses, received):
    endpoint_id = await made(cloud)
    assert await put(cloud, endpoint_id, EventBusName="default") == {
        "ErrorCode": "InvalidArgument",
        "ErrorMessage": "Parameter EventBusName is not valid. Reason: The event bus does not belong to the endpoint.",
    }
    assert await received(HOME) == []


async def test_an_endpoint_that_does_not_exist_takes_nothing(cloud, buses, error_of):
    error = await error_of(put(cloud, "abcde.veo"))
    assert (error.code, error.message) == (
        "ResourceNotFoundException",
        "Endpoint abcde.veo does not exist.",
    )


async def test_replication_is_done_by_managed_rules_that_go_with_it(cloud, buses, received, error_of):
    endpoint_id = await made(cloud)
    name = f"GlobalEndpointManagedRule-{endpoint_id}"
    for region in (HOME, OTHER):
        rule = await cloud("events", "DescribeRule", region=region, Name=name, EventBusName="orders")
        assert rule["ManagedBy"] == "events.amazonaws.com"
        removal = {"Rule": name, "EventBusName": "orders", "Ids": ["replica"]}
        error = await error_of(cloud("events", "RemoveTargets", region=region, **removal))
        assert error.code == "ManagedRuleException"
    answer = await cloud(
        "events", "UpdateEndpoint", Name="shop", ReplicationConfig={"State": "DISABLED"}, Description="d"
    )
    assert (answer["State"], answer["EndpointId"]) == ("UPDATING", endpoint_id)
    await put(cloud, endpoint_id)
    assert [len(await received(region)) for region in (HOME, OTHER)] == [1, 0]
    await cloud("events", "UpdateEndpoint", Name="shop", ReplicationConfig={"State": "ENABLED"})
    await cloud("events", "DeleteEndpoint", Name="shop")
    for region in (HOME, OTHER):
        rules = (await cloud("events", "ListRules", region=region, EventBusName="orders"))["Rules"]
        assert [rule["Name"] for rule in rules] == ["r"]
    assert (await error_of(put(cloud, endpoint_id))).code == "ResourceNotFoundException"


async def test_an_endpoint_is_described_and_listed(cloud, buses, error_of):
    created = await cloud("events", "CreateEndpoint", **wanted(Description="d"))
    assert created["State"] == "CREATING"
    known = await cloud("events", "DescribeEndpoint", region=OTHER, Name="shop", HomeRegion=HOME)
    assert known["EndpointUrl"] == f"https://{known['EndpointId']}.endpoint.events.amazonaws.com"
    assert known | {"State": "CREATING"} == known | created
    assert [each["EventBusArn"] for each in known["EventBuses"]] == [bus_arn(HOME), bus_arn(OTHER)]
    assert (known["State"], known["Description"]) == ("ACTIVE", "d")
    assert known["ReplicationConfig"] == {"State": "ENABLED"}
    await cloud("events", "CreateEndpoint", **wanted(Name="shop2"))
    first = await cloud("events", "ListEndpoints", NamePrefix="shop", MaxResults=1)
    second = await cloud("events", "ListEndpoints", NextToken=first["NextToken"])
    assert first["Endpoints"] == [known]
    assert [each["Name"] for each in second["Endpoints"]] == ["shop2"]
    assert (await cloud("events", "ListEndpoints", region=OTHER))["Endpoints"] == []
    error = await error_of(cloud("events", "DescribeEndpoint", region=OTHER, Name="shop"))
    assert (error.code, error.message) == ("ResourceNotFoundException", "Endpoint shop does not exist.")


def two(first, second):
    return {"EventBuses": [{"EventBusArn": first}, {"EventBusArn": second}]}


BAD = [
    (two(bus_arn(HOME), bus_arn(OTHER, "default")), "ValidationException", "must be identical in each Region"),
    (two(bus_arn(HOME), bus_arn(HOME, "default")), "ValidationException", "one in its secondary Region"),
    (two(bus_arn(OTHER), bus_arn("eu-west-1", "default")), "ValidationException", "one in its primary"),
    (two(bus_arn(HOME), bus_arn(OTHER, "x")), "ResourceNotFoundException", "Event bus x does not exist."),
    (two(bus_arn(HOME, "default"), bus_arn(OTHER, "default", "111122223333")), "ValidationException",
     "in the account of the endpoint"),
    ({"RoleArn": None}, "ValidationException", "RoleArn is required when event replication is enabled."),
]  # fmt: skip


@pytest.mark.parametrize(("members", "code", "text"), BAD)
async def test_buses_have_one_name_in_two_regions_of_one_account(cloud, buses, error_of, members, code, text):
    error = await error_of(cloud("events", "CreateEndpoint", **wanted(**members)))
    assert error.code == code
    assert text in error.message
    assert (await cloud("events", "ListEndpoints"))["Endpoints"] == []
    await made(cloud)
    before = await cloud("events", "DescribeEndpoint", Name="shop")
    if "EventBuses" in members:
        error = await error_of(cloud("events", "UpdateEndpoint", Name="shop", **members))
        assert error.code == code
    assert await cloud("events", "DescribeEndpoint", Name="shop") == before


async def test_there_is_one_endpoint_of_a_name(cloud, buses, error_of):
    await made(cloud)
    error = await error_of(cloud("events", "CreateEndpoint", **wanted()))
    assert (error.code, error.message) == (
        "ResourceAlreadyExistsException",
        "Endpoint shop already exists.",
    )
