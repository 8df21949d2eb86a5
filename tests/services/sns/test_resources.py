"""AWS::SNS::Topic, Subscription and policies, as CloudFormation makes, updates and deletes them."""

import json

import pytest

from cloudchamber.aws import Call, Context, Logical, Trace
from cloudchamber.services.sns import SERVICE

LOGICAL = Logical(
    "shop", "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1", "News", "ABCDEFGHIJKL"
)


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


async def test_a_topic_comes_with_its_subscriptions_and_goes(cloud, room, made):
    queues = [await room.queue(name) for name in ("a", "b")]
    inline = [{"Protocol": "sqs", "Endpoint": queue} for queue in queues]
    properties = {"DisplayName": "News", "Subscription": inline, "Tags": [{"Key": "t", "Value": "1"}]}
    topic = await made("AWS::SNS::Topic", "create", properties, LOGICAL)
    assert topic.physical_id == "arn:aws:sns:us-east-1:123456789012:shop-News-ABCDEFGHIJKL"
    assert topic.attributes["TopicName"] == "shop-News-ABCDEFGHIJKL"
    new = {"TracingConfig": "Active", "Subscription": inline[1:]}
    await made("AWS::SNS::Topic", "update", topic.physical_id, new, properties)
    got = (await cloud("sns", "GetTopicAttributes", TopicArn=topic.physical_id))["Attributes"]
    assert (got["DisplayName"], got["TracingConfig"], got["SubscriptionsConfirmed"]) == ("", "Active", "1")
    await cloud("sns", "Publish", TopicArn=topic.physical_id, Message="x")
    assert [await room.bodies(name) for name in ("a", "b")] == [[], ["x"]]
    assert (await cloud("sns", "ListTagsForResource", ResourceArn=topic.physical_id))["Tags"] == []
    for _ in range(2):
        await made("AWS::SNS::Topic", "delete", topic.physical_id, new)
    assert (await cloud("sns", "ListTopics"))["Topics"] == []


async def test_a_fifo_topic_gets_a_fifo_name(made):
    properties = {"FifoTopic": True, "ContentBasedDeduplication": True}
    topic = await made("AWS::SNS::Topic", "create", properties, LOGICAL)
    assert topic.attributes["TopicName"] == "shop-News-ABCDEFGHIJKL.fifo"


async def test_a_topic_that_archives_is_deleted_once_its_template_archives_no_more(cloud, made, error_of):
    """https://github.com/aws/aws-cdk/pull/37113"""
    properties = {"FifoTopic": True, "ArchivePolicy": {"MessageRetentionPeriod": "7"}}
    topic = await made("AWS::SNS::Topic", "create", properties, LOGICAL)
    error = await error_of(made("AWS::SNS::Topic", "delete", topic.physical_id, properties))
    assert error.code == "InvalidStateException"
    await made("AWS::SNS::Topic", "update", topic.physical_id, {"FifoTopic": True}, properties)
    await made("AWS::SNS::Topic", "delete", topic.physical_id, {"FifoTopic": True})
    assert (await cloud("sns", "ListTopics"))["Topics"] == []


async def test_a_subscription_takes_objects_as_policies_and_may_change_their_scope(cloud, room, made):
    topic = await room.topic()
    properties = {
        "TopicArn": topic, "Protocol": "sqs", "Endpoint": await room.queue("q"), "RawMessageDelivery": True,
        "FilterPolicy": {"kind": ["a"]},
    }  # fmt: skip
    subscription = await made("AWS::SNS::Subscription", "create", properties, LOGICAL)
    new = properties | {"FilterPolicyScope": "MessageBody", "FilterPolicy": {"order": {"kind": ["a"]}}}
    del new["RawMessageDelivery"]
    for before, after in ((properties, new), (new, properties), (properties, new)):
        await made("AWS::SNS::Subscription", "update", subscription.physical_id, after, before)
    message = json.dumps({"order": {"kind": "a"}})
    await cloud("sns", "Publish", TopicArn=topic, Message=message)
    assert await room.bodies("q") == [message]
    await made("AWS::SNS::Subscription", "delete", subscription.physical_id, new)
    assert (await cloud("sns", "ListSubscriptions"))["Subscriptions"] == []


async def test_a_topic_policy_is_set_and_taken_back(cloud, room, made):
    topic = await room.topic()
    default = (await cloud("sns", "GetTopicAttributes", TopicArn=topic))["Attributes"]["Policy"]
    properties = {"PolicyDocument": {"Statement": []}, "Topics": [topic]}
    policy = await made("AWS::SNS::TopicPolicy", "create", properties, LOGICAL)
    got = (await cloud("sns", "GetTopicAttributes", TopicArn=topic))["Attributes"]
    assert json.loads(got["Policy"]) == {"Statement": []}
    await made("AWS::SNS::TopicPolicy", "delete", policy.physical_id, properties)
    got = (await cloud("sns", "GetTopicAttributes", TopicArn=topic))["Attributes"]
    assert got["Policy"] == default


async def test_a_topics_data_protection_policy_is_made_changed_and_removed(cloud, made):
    policies = [{"Name": name, "Version": "2021-06-01", "Statement": []} for name in ("p", "q")]
    first, second = ({"DataProtectionPolicy": policy} for policy in policies)
    topic = (await made("AWS::SNS::Topic", "create", first, LOGICAL)).physical_id
    for properties, old, policy in ((second, first, policies[1]), ({}, second, None)):
        await made("AWS::SNS::Topic", "update", topic, properties, old)
        got = (await cloud("sns", "GetDataProtectionPolicy", ResourceArn=topic)).get("DataProtectionPolicy")
        assert (json.loads(got) if got else None) == policy
