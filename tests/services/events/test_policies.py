"""Who may put which events onto a bus."""

import json

import pytest

from cloudchamber.services.events.rules.policies import allows

BUS = "arn:aws:events:us-east-1:123456789012:event-bus/default"
EVENT = {"source": "shop.orders", "detail-type": "OrderPlaced"}


def policy(*statements):
    base = {"Effect": "Allow", "Principal": "*", "Action": "events:PutEvents", "Resource": BUS}
    return json.dumps({"Version": "2012-10-17", "Statement": [base | each for each in statements]})


# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"StringEquals": {"events:source": "shop.orders"}}, True),
        ({"StringEquals": {"events:source": ["a", "b"]}}, False),
        ({"ForAnyValue:StringLike": {"events:source": "shop.*"}}, True),
        ({"StringNotLike": {"events:source": "shop.*"}}, False),
        ({"StringEquals": {"events:source": "shop.orders", "events:detail-type": "Other"}}, False),
        ({"StringEqualsIgnoreCase": {"events:detail-type": "orderplaced"}}, True),
        ({"StringEquals": {"aws:SourceAccount": "210987654321"}}, True),
        ({"StringNotEqualsIfExists": {"aws:SourceAccount": "210987654321"}}, False),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, True),
    ],
)
def test_a_condition_is_held_against_the_event(condition, allowed):
    assert allows(policy({"Condition": condition}), "210987654321", BUS, EVENT) is allowed


def test_a_denial_wins_where_its_condition_holds():
    denial = {"Effect": "Deny", "Condition": {"StringEquals": {"events:source": "shop.orders"}}}
    assert not allows(policy({}, denial), "210987654321", BUS, EVENT)
    assert allows(policy({}, denial), "210987654321", BUS, EVENT | {"source": "other"})


async def test_a_bus_takes_from_another_account_only_what_its_condition_lets_through(cloud):
    text = policy({"Condition": {"StringEquals": {"events:source": "shop"}}})
    await cloud("events", "PutPermission", Policy=text)
    entries = [
        {"Source": each, "DetailType": "t", "Detail": "{}", "EventBusName": BUS} for each in ("shop", "spam")
    ]
    answer = await cloud("events", "PutEvents", account="210987654321", Entries=entries)
    assert [each.get("ErrorCode") for each in answer["Entries"]] == [None, "AccessDeniedException"]
