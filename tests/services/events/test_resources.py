"""The types of AWS::Events, as CloudFormation makes, updates and deletes them."""

import json

import pytest

from cloudchamber.aws import AwsError, Call, Context, Logical, Trace
from cloudchamber.services.events import SERVICE

LOGICAL = Logical(
    "shop", "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1", "Rule", "ABCDEFGHIJKL"
)
PATTERN = {"source": ["shop"]}


@pytest.fixture
def made(cloud):
    """Runs a function of a resource type as CloudFormation does: `await made("AWS::...", "create", ...)`."""

    async def run(type_name, step, *words):
        call = Call(
            "cloudformation", "CreateStack", {}, "arn:aws:iam::123456789012:root", "123456789012", "us-east-1"
        )
        ctx = Context(cloud.cloud, call, Trace("root", "parent"), "request")
        cloud.clock.hold()
        try:
            return await getattr(SERVICE.resources[type_name], step)(ctx, *words)
        finally:
            cloud.clock.release()

    return run


async def test_a_rule_comes_with_its_targets_changes_them_and_goes(cloud, room, made):
    a, b = await room.queue("a"), await room.queue("b")
    retry = {"MaximumRetryAttempts": "3"}
    old = {"EventPattern": PATTERN, "Targets": [{"Id": "a", "Arn": a, "RetryPolicy": retry}]}
    rule = await made("AWS::Events::Rule", "create", old, LOGICAL)
    assert rule.physical_id == "shop-Rule-ABCDEFGHIJKL"
    assert rule.attributes["Arn"] == f"arn:aws:events:us-east-1:123456789012:rule/{rule.physical_id}"
    await room.put({"n": 1})
    new = {"EventPattern": PATTERN, "Targets": [{"Id": "b", "Arn": b}]}
    await made("AWS::Events::Rule", "update", rule.physical_id, new, old)
    await room.put({"n": 2})
    assert [[event["detail"]["n"] for event in await room.received(name)] for name in ("a", "b")] == [
        [1],
        [2],
    ]
    for _ in range(2):
        await made("AWS::Events::Rule", "delete", rule.physical_id, new)
    assert (await cloud("events", "ListRules"))["Rules"] == []


async def test_a_rule_of_another_bus_is_known_by_both_names(cloud, made):
    bus = await made("AWS::Events::EventBus", "create", {"Name": "orders"}, LOGICAL)
    assert (bus.physical_id, bus.attributes["Name"]) == ("orders", "orders")
    properties = {"Name": "r", "EventBusName": bus.attributes["Arn"], "EventPattern": PATTERN}
    rule = await made("AWS::Events::Rule", "create", properties, LOGICAL)
    assert rule.physical_id == "orders|r"
    assert rule.attributes["Arn"] == "arn:aws:events:us-east-1:123456789012:rule/orders/r"
    await made("AWS::Events::Rule", "delete", "orders|r", properties)
    await made("AWS::Events::EventBus", "delete", "orders", {"Name": "orders"})
    assert [each["Name"] for each in (await cloud("events", "ListEventBuses"))["EventBuses"]] == ["default"]


async def test_statements_of_a_bus_policy_are_added_and_taken_back(cloud, made):
    statement = {
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::210987654321:root"}, "Action": "events:PutEvents",
        "Resource": "arn:aws:events:us-east-1:123456789012:event-bus/default",
    }  # fmt: skip
    whole = {"StatementId": "whole", "Statement": statement}
    parts = {"StatementId": "parts", "Action": "events:PutEvents", "Principal": "*"}
    for properties in (whole, parts):
        await made("AWS::Events::EventBusPolicy", "create", properties, LOGICAL)
    policy = json.loads((await cloud("events", "DescribeEventBus"))["Policy"])
    assert [each["Sid"] for each in policy["Statement"]] == ["whole", "parts"]
    for properties in (whole, parts, parts):
        await made("AWS::Events::EventBusPolicy", "delete", "x", properties)
    assert "Policy" not in await cloud("events", "DescribeEventBus")


async def test_an_archive_is_made_changed_and_deleted(cloud, made):
    source = "arn:aws:events:us-east-1:123456789012:event-bus/default"
    old = {"SourceArn": source, "EventPattern": PATTERN, "RetentionDays": "3", "Description": "d"}
    archive = await made("AWS::Events::Archive", "create", old, LOGICAL)
    assert archive.attributes["Arn"].endswith(f":archive/{archive.physical_id}")
    await made("AWS::Events::Archive", "update", archive.physical_id, {"SourceArn": source}, old)
    got = await cloud("events", "DescribeArchive", ArchiveName=archive.physical_id)
    assert (got["RetentionDays"], got.get("EventPattern"), got.get("Description")) == (0, None, None)
    for _ in range(2):
        await made("AWS::Events::Archive", "delete", archive.physical_id, {"SourceArn": source})
    assert (await cloud("events", "ListArchives"))["Archives"] == []


async def test_a_connection_and_its_api_destination_are_made_changed_and_deleted(cloud, made):
    flag = {"Key": "X-Tenant", "Value": "t", "IsValueSecret": "true"}
    key = {"ApiKeyName": "x-key", "ApiKeyValue": "1"}
    extra = {"InvocationHttpParameters": {"HeaderParameters": [flag]}}
    old = {
        "AuthorizationType": "API_KEY",
        "AuthParameters": {"ApiKeyAuthParameters": key} | extra,
        "Description": "d",
    }
    connection = await made("AWS::Events::Connection", "create", old, LOGICAL)
    known = await cloud("events", "DescribeConnection", Name=connection.physical_id)
    assert connection.attributes == {
        "Arn": known["ConnectionArn"],
        "ArnForPolicy": known["ConnectionArn"].rpartition("/")[0],
        "SecretArn": known["SecretArn"],
    }
    assert "Value" not in known["AuthParameters"]["InvocationHttpParameters"]["HeaderParameters"][0]
    new = {name: value for name, value in old.items() if name != "Description"}
    await made("AWS::Events::Connection", "update", connection.physical_id, new, old)
    assert "Description" not in await cloud("events", "DescribeConnection", Name=connection.physical_id)
    properties = {
        "ConnectionArn": connection.attributes["Arn"],
        "HttpMethod": "POST",
        "InvocationEndpoint": "https://api.example.com/*",
        "InvocationRateLimitPerSecond": "10",
    }
    destination = await made("AWS::Events::ApiDestination", "create", properties, LOGICAL)
    await made(
        "AWS::Events::ApiDestination",
        "update",
        destination.physical_id,
        properties | {"HttpMethod": "PUT"},
        properties,
    )
    (listed,) = (await cloud("events", "ListApiDestinations"))["ApiDestinations"]
    assert (listed["ApiDestinationArn"], listed["HttpMethod"]) == (destination.attributes["Arn"], "PUT")
    assert listed["InvocationRateLimitPerSecond"] == 10
    for _ in range(2):
        await made("AWS::Events::ApiDestination", "delete", destination.physical_id, properties)
        await made("AWS::Events::Connection", "delete", connection.physical_id, new)
    assert (await cloud("events", "ListConnections"))["Connections"] == []


async def test_the_bus_of_a_partner_event_source_is_made_and_goes(cloud, made):
    source = "aws.partner/example.com/shop/orders"
    offer = {"Name": source, "Account": "123456789012"}
    await cloud("events", "CreatePartnerEventSource", account="111122223333", **offer)
    properties = {"Name": source, "EventSourceName": source}
    bus = await made("AWS::Events::EventBus", "create", properties, LOGICAL)
    assert (bus.physical_id, bus.attributes["Name"]) == (source, source)
    assert (await cloud("events", "DescribeEventSource", Name=source))["State"] == "ACTIVE"
    await made("AWS::Events::EventBus", "delete", source, properties)
    assert (await cloud("events", "DescribeEventSource", Name=source))["State"] == "PENDING"


async def test_a_global_endpoint_is_made_changed_and_deleted(cloud, made):
    properties = {
        "RoutingConfig": {
            "FailoverConfig": {
                "Primary": {"HealthCheck": "arn:aws:route53:::healthcheck/1-2"},
                "Secondary": {"Route": "us-west-2"},
            }
        },
        "EventBuses": [
            {"EventBusArn": f"arn:aws:events:{region}:123456789012:event-bus/default"}
            for region in ("us-east-1", "us-west-2")
        ],
        "RoleArn": "arn:aws:iam::123456789012:role/replication",
    }
    endpoint = await made("AWS::Events::Endpoint", "create", properties, LOGICAL)
    name = endpoint.physical_id
    known = await cloud("events", "DescribeEndpoint", Name=name)
    attributes = ("Arn", "EndpointId", "EndpointUrl", "State")
    assert endpoint.attributes == {each: known[each] for each in attributes}
    changed = properties | {"ReplicationConfig": {"State": "DISABLED"}, "Description": "d"}
    for new, old, state, text in (
        (changed, properties, "DISABLED", "d"),
        (properties, changed, "ENABLED", None),
    ):
        await made("AWS::Events::Endpoint", "update", name, new, old)
        known = await cloud("events", "DescribeEndpoint", Name=name)
        assert (known["ReplicationConfig"]["State"], known.get("Description")) == (state, text)
    for _ in range(2):
        await made("AWS::Events::Endpoint", "delete", name, properties)
    assert (await cloud("events", "ListEndpoints"))["Endpoints"] == []


def oauth(endpoint, secret="s3cret"):
    client = {"ClientID": "me", "ClientSecret": secret}
    parameters = {"ClientParameters": client, "AuthorizationEndpoint": endpoint.url, "HttpMethod": "POST"}
    return {
        "Name": "c",
        "AuthorizationType": "OAUTH_CLIENT_CREDENTIALS",
        "AuthParameters": {"OAuthParameters": parameters},
    }


TOKEN = b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"access_token":"t"}'
REFUSED = (
    "Resource of type 'AWS::Events::Connection' with identifier 'c' did not stabilize. Status Reason is "
    "The authorization endpoint answered with status 401 and no access token."
)


async def test_a_connection_of_oauth_is_made_once_it_is_authorized(cloud, endpoint, made):
    endpoint.answers = [TOKEN]
    await made("AWS::Events::Connection", "create", oauth(endpoint), LOGICAL)
    assert (await cloud("events", "DescribeConnection", Name="c"))["ConnectionState"] == "AUTHORIZED"
    endpoint.answers = [401, TOKEN]
    for secret, fails in (("wrong", True), ("right", False)):
        step = made("AWS::Events::Connection", "update", "c", oauth(endpoint, secret), oauth(endpoint))
        if fails:
            with pytest.raises(AwsError, match="did not stabilize") as raised:
                await step
            assert str(raised.value) == REFUSED
        else:
            await step
    assert (await cloud("events", "DescribeConnection", Name="c"))["ConnectionState"] == "AUTHORIZED"


async def test_a_connection_of_oauth_that_is_refused_fails_and_is_not_left_behind(cloud, endpoint, made):
    endpoint.answers = [401]
    with pytest.raises(AwsError) as raised:
        await made("AWS::Events::Connection", "create", oauth(endpoint), LOGICAL)
    assert (raised.value.code, str(raised.value)) == ("NotStabilized", REFUSED)
    assert (await cloud("events", "ListConnections"))["Connections"] == []
