"""Topics: create, describe, change, list, tag, delete."""

import json

import pytest

ARN = "arn:aws:sns:us-east-1:123456789012:orders"


async def test_creating_a_topic_twice_gives_the_same_topic_unless_its_attributes_differ(cloud, error_of):
    made = await cloud("sns", "CreateTopic", Name="orders", Attributes={"DisplayName": "Orders"})
    assert made == {"TopicArn": ARN}
    assert await cloud("sns", "CreateTopic", Name="orders") == made
    assert await cloud("sns", "CreateTopic", Name="orders", Attributes={"DisplayName": "Orders"}) == made
    error = await error_of(cloud("sns", "CreateTopic", Name="orders", Attributes={"DisplayName": "x"}))
    assert (
        error.message
        == "Invalid parameter: Attributes Reason: Topic already exists with different attributes"
    )
    error = await error_of(cloud("sns", "CreateTopic", Name="orders", Tags=[{"Key": "a", "Value": "b"}]))
    assert error.message == "Invalid parameter: Tags Reason: Topic already exists with different tags"


@pytest.mark.parametrize(
    ("name", "attributes", "text"),
    [
        ("a b", {}, "Invalid parameter: Topic Name"),
        ("x" * 257, {}, "Invalid parameter: Topic Name"),
        ("x.fifo", {}, "Invalid parameter: Topic Name"),
        (
            "x",
            {"FifoTopic": "true"},
            "Invalid parameter: Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII "
            "letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.",
        ),
        ("x", {"Colour": "red"}, "Invalid parameter: AttributeName"),
        ("x", {"Policy": "{"}, "Invalid parameter: Policy Error: null"),
    ],
)
async def test_a_topic_that_cannot_be_is_refused(cloud, error_of, name, attributes, text):
    error = await error_of(cloud("sns", "CreateTopic", Name=name, Attributes=attributes))
    assert (error.code, error.message) == ("InvalidParameterException", text)
    assert (await cloud("sns", "ListTopics"))["Topics"] == []


async def test_a_topic_tells_its_attributes_and_counts_its_subscriptions(cloud, room):
    topic = await room.topic("orders", DisplayName="Orders")
    await room.subscribe(topic, "a")
    gone = await room.subscribe(topic, "b")
    await cloud("sns", "Unsubscribe", SubscriptionArn=gone)
    await cloud("sns", "Subscribe", TopicArn=topic, Protocol="https", Endpoint="https://example.com")
    got = (await cloud("sns", "GetTopicAttributes", TopicArn=topic))["Attributes"]
    policy = json.loads(got.pop("Policy"))
    assert policy["Statement"][0]["Condition"] == {"StringEquals": {"AWS:SourceOwner": "123456789012"}}
    assert (
        json.loads(got.pop("EffectiveDeliveryPolicy"))["http"]["defaultHealthyRetryPolicy"]["numRetries"] == 3
    )
    assert got == {
        "TopicArn": ARN, "Owner": "123456789012", "DisplayName": "Orders", "SubscriptionsConfirmed": "1",
        "SubscriptionsPending": "1", "SubscriptionsDeleted": "1",
    }  # fmt: skip


async def test_topics_are_listed_in_pages_of_a_hundred(cloud):
    for number in range(101):
        await cloud("sns", "CreateTopic", Name=f"t{number:03}")
    first = await cloud("sns", "ListTopics")
    rest = await cloud("sns", "ListTopics", NextToken=first["NextToken"])
    assert len(first["Topics"]) == 100
    assert rest == {"Topics": [{"TopicArn": "arn:aws:sns:us-east-1:123456789012:t100"}]}


async def test_a_deleted_topic_is_gone_with_its_subscriptions(cloud, room, error_of):
    topic = await room.topic()
    await room.subscribe(topic, "q")
    await cloud("sns", "DeleteTopic", TopicArn=topic)
    await cloud("sns", "DeleteTopic", TopicArn=topic)
    assert (await cloud("sns", "ListSubscriptions"))["Subscriptions"] == []
    error = await error_of(cloud("sns", "Publish", TopicArn=topic, Message="x"))
    assert error.code == "NotFoundException"


async def test_topics_have_tags(cloud, error_of):
    await cloud("sns", "CreateTopic", Name="orders", Tags=[{"Key": "a", "Value": "1"}])
    await cloud("sns", "TagResource", ResourceArn=ARN, Tags=[{"Key": "b", "Value": "2"}])
    await cloud("sns", "UntagResource", ResourceArn=ARN, TagKeys=["a"])
    assert await cloud("sns", "ListTagsForResource", ResourceArn=ARN) == {
        "Tags": [{"Key": "b", "Value": "2"}]
    }
    error = await error_of(cloud("sns", "ListTagsForResource", ResourceArn=ARN + "x"))
    assert error.code == "ResourceNotFoundException"


async def test_permissions_become_statements_of_the_policy(cloud, room, error_of):
    topic = await room.topic()
    grant = {"Label": "l", "AWSAccountId": ["210987654321"], "ActionName": ["Publish"]}
    await cloud("sns", "AddPermission", TopicArn=topic, **grant)
    assert (await error_of(cloud("sns", "AddPermission", TopicArn=topic, **grant))).message == (
        "Invalid parameter: Statement already exists"
    )
    got = (await cloud("sns", "GetTopicAttributes", TopicArn=topic))["Attributes"]
    assert json.loads(got["Policy"])["Statement"][1] == {
        "Sid": "l", "Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::210987654321:root"]}, "Action": ["SNS:Publish"],
        "Resource": ARN,
    }  # fmt: skip
    await cloud("sns", "RemovePermission", TopicArn=topic, Label="l")
    got = (await cloud("sns", "GetTopicAttributes", TopicArn=topic))["Attributes"]
    assert len(json.loads(got["Policy"])["Statement"]) == 1
