"""Subscriptions: endpoints, attributes, confirmation, filters, dead letters."""

import json

import pytest

from cloudchamber.aws.faults import Fault, Faults
from cloudchamber.outbox.retry import next_attempt_at_ms
from cloudchamber.services.sns.limits import AWS_MANAGED_RETRY

DAY_MS = 86_400_000
QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"


@pytest.mark.parametrize(
    ("protocol", "endpoint", "text"),
    [
        (
            "carrier-pigeon",
            "x",
            "Invalid parameter: Amazon SNS does not support this protocol string: carrier-pigeon",
        ),
        ("sqs", "https://queue", "Invalid parameter: SQS endpoint ARN"),
        ("lambda", QUEUE, "Invalid parameter: Lambda endpoint ARN"),
        ("https", "http://example.com", "Invalid parameter: Endpoint must match the specified protocol"),
        ("sms", "none", "Invalid parameter: Invalid SMS endpoint: none"),
        (
            "sqs",
            f"{QUEUE}.fifo",
            "Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics",
        ),
    ],
)
async def test_an_endpoint_that_does_not_fit_is_refused(cloud, room, error_of, protocol, endpoint, text):
    topic = await room.topic()
    error = await error_of(cloud("sns", "Subscribe", TopicArn=topic, Protocol=protocol, Endpoint=endpoint))
    assert (error.code, error.message) == ("InvalidParameterException", text)


async def test_subscribing_twice_gives_the_same_subscription_unless_its_attributes_differ(
    cloud, room, error_of
):
    topic = await room.topic()
    subscription = await room.subscribe(topic, "q", RawMessageDelivery="true")
    again = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": QUEUE}
    assert (await cloud("sns", "Subscribe", **again))["SubscriptionArn"] == subscription
    error = await error_of(cloud("sns", "Subscribe", **again, Attributes={"RawMessageDelivery": "false"}))
    assert error.message == (
        "Invalid parameter: Attributes Reason: Subscription already exists with different attributes"
    )


async def test_a_subscription_over_http_waits_for_its_confirmation(cloud, room):
    topic = await room.topic()
    http = {"TopicArn": topic, "Protocol": "http", "Endpoint": "http://127.0.0.1:9/nobody"}
    assert await cloud("sns", "Subscribe", **http) == {"SubscriptionArn": "pending confirmation"}
    arn = (await cloud("sns", "Subscribe", **http, ReturnSubscriptionArn=True))["SubscriptionArn"]
    got = (await cloud("sns", "GetSubscriptionAttributes", SubscriptionArn=arn))["Attributes"]
    assert got["PendingConfirmation"] == "true"
    (listed,) = (await cloud("sns", "ListSubscriptionsByTopic", TopicArn=topic))["Subscriptions"]
    assert listed["SubscriptionArn"] == "PendingConfirmation"


async def test_another_accounts_queue_confirms_with_the_token_it_gets(cloud, room, error_of):
    topic, other = await room.topic(), {"account": "210987654321"}
    await cloud("sqs", "CreateQueue", QueueName="q", **other)
    endpoint = "arn:aws:sqs:us-east-1:210987654321:q"
    await cloud("sns", "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=endpoint)
    await cloud("sns", "Publish", TopicArn=topic, Message="too early")
    (message,) = (await cloud("sqs", "ReceiveMessage", QueueUrl="q", MaxNumberOfMessages=10, **other))[
        "Messages"
    ]
    body = json.loads(message["Body"])
    assert (body["Type"], body["TopicArn"]) == ("SubscriptionConfirmation", topic)
    error = await error_of(cloud("sns", "ConfirmSubscription", TopicArn=topic, Token="no"))
    assert error.message == "Invalid parameter: Token"
    await cloud("sns", "ConfirmSubscription", TopicArn=topic, Token=body["Token"])
    await cloud("sns", "Publish", TopicArn=topic, Message="now")
    (message,) = (await cloud("sqs", "ReceiveMessage", QueueUrl="q", **other))["Messages"]
    assert json.loads(message["Body"])["Message"] == "now"


async def test_a_queues_owner_subscribes_it_to_another_accounts_topic(cloud, room):
    topic, other = await room.topic(), {"account": "210987654321"}
    await cloud("sqs", "CreateQueue", QueueName="q", **other)
    endpoint = "arn:aws:sqs:us-east-1:210987654321:q"
    await cloud("sns", "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=endpoint, **other)
    (theirs,) = (await cloud("sns", "ListSubscriptions", **other))["Subscriptions"]
    assert theirs["Owner"] == "210987654321"
    assert (await cloud("sns", "ListSubscriptions"))["Subscriptions"] == []
    await cloud("sns", "Publish", TopicArn=topic, Message="x")
    assert (await cloud("sqs", "ReceiveMessage", QueueUrl="q", **other))["Messages"]


async def test_an_ended_subscription_gets_nothing_and_ends_again_without_error(cloud, room, error_of):
    topic = await room.topic()
    subscription = await room.subscribe(topic, "q")
    for _ in range(2):
        await cloud("sns", "Unsubscribe", SubscriptionArn=subscription)
    await cloud("sns", "Publish", TopicArn=topic, Message="x")
    assert await room.received("q") == []
    error = await error_of(cloud("sns", "GetSubscriptionAttributes", SubscriptionArn=subscription))
    assert (error.code, error.message) == ("NotFoundException", "Subscription does not exist")


def text(value):
    return {"DataType": "String", "StringValue": value}


async def test_a_filter_policy_on_attributes_lets_through_what_matches(cloud, room):
    """https://docs.aws.amazon.com/sns/latest/dg/example-filter-policies.html"""
    topic = await room.topic()
    policy = {"store": ["example_corp"], "price": [{"numeric": [">=", 100]}]}
    await room.subscribe(topic, "q", FilterPolicy=json.dumps(policy))
    price = {"DataType": "Number", "StringValue": "210.75"}
    low = {"DataType": "Number", "StringValue": "99"}
    for name, attributes in (
        ("match", {"store": text("example_corp"), "price": price}),
        ("low", {"store": text("example_corp"), "price": low}),
        ("other", {"store": text("other"), "price": price}),
        ("none", {}),
    ):
        await cloud("sns", "Publish", TopicArn=topic, Message=name, MessageAttributes=attributes)
    assert await room.bodies("q") == ["match"]


async def test_f041_a_filter_policy_may_look_into_the_body_and_may_be_changed(cloud, room):
    topic = await room.topic()
    policy = json.dumps({"order": {"kind": ["gift"]}})
    subscription = await room.subscribe(topic, "q", FilterPolicyScope="MessageBody", FilterPolicy=policy)
    gift, plain = json.dumps({"order": {"kind": "gift"}}), json.dumps({"order": {"kind": "plain"}})
    for message in (gift, plain, "no JSON"):
        await cloud("sns", "Publish", TopicArn=topic, Message=message)
    assert await room.bodies("q") == [gift]
    new = {"AttributeName": "FilterPolicy", "AttributeValue": "{}"}
    await cloud("sns", "SetSubscriptionAttributes", SubscriptionArn=subscription, **new)
    await cloud("sns", "Publish", TopicArn=topic, Message="no JSON")
    assert await room.bodies("q") == ["no JSON"]


@pytest.mark.parametrize(
    ("attributes", "begins"),
    [
        ({"FilterPolicy": "{"}, "Invalid parameter: FilterPolicy: "),
        (
            {"FilterPolicy": '{"a": {"b": ["c"]}}'},
            "Invalid parameter: Filter policy scope MessageAttributes does not",
        ),
        ({"FilterPolicyScope": "x"}, "Invalid parameter: FilterPolicyScope: Invalid value [x]."),
        (
            {"RawMessageDelivery": "x"},
            "Invalid parameter: Attributes Reason: RawMessageDelivery: Invalid value [x].",
        ),
        ({"RedrivePolicy": "{}"}, "Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid arn"),
        ({"Colour": "red"}, "Invalid parameter: AttributeName"),
    ],
)
async def test_an_attribute_that_is_not_valid_is_refused(cloud, room, error_of, attributes, begins):
    topic = await room.topic()
    error = await error_of(room.subscribe(topic, "q", **attributes))
    assert error.message.startswith(begins)
    assert (await cloud("sns", "ListSubscriptions"))["Subscriptions"] == []


async def test_f040_the_dead_letter_queue_belongs_to_the_subscription(cloud, room):
    topic = await room.topic()
    dead = await room.queue("dead")
    redrive = json.dumps({"deadLetterTargetArn": dead})
    subscription = await room.subscribe(topic, "q", RedrivePolicy=redrive)
    await room.subscribe(topic, "without")
    for name in ("q", "without"):
        await cloud("sqs", "DeleteQueue", QueueUrl=name)
    sent = await cloud("sns", "Publish", TopicArn=topic, Message="x")
    await cloud.settle()
    (message,) = await room.received("dead")
    envelope = json.loads(message["Body"])
    assert (envelope["MessageId"], envelope["Message"]) == (sent["MessageId"], "x")
    assert envelope["UnsubscribeURL"].endswith(subscription)
    assert (
        message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "The specified queue does not exist."
    )


def test_f039_a_queue_is_tried_100_015_times_over_23_days():
    now_ms, attempts = 0, 1
    delays: list[int] = []
    while True:
        at_ms = next_attempt_at_ms(
            AWS_MANAGED_RETRY, attempts=attempts, created_at_ms=0, now_ms=now_ms, fraction=0.5
        )
        if at_ms is None:
            break
        delays.append(at_ms - now_ms)
        now_ms, attempts = at_ms, attempts + 1
    assert attempts == 100_015
    assert delays[:5] == [0, 0, 0, 1_000, 1_000]
    assert (delays[5], delays[14], delays[15], delays[-1]) == (1_000, 20_000, 20_000, 20_000)
    assert delays[5:15] == sorted(delays[5:15])
    assert now_ms // DAY_MS == 23


async def test_f039_a_queue_that_fails_for_hours_gets_the_message_in_the_end(cloud, room):
    topic = await room.topic()
    await room.subscribe(topic, "q")
    cloud.cloud.faults = Faults([Fault("error", "sqs", "SendMessage", status=503, times=200)], seed=1)
    await cloud("sns", "Publish", TopicArn=topic, Message="x")
    await cloud.clock.advance(3_600_000)
    assert await room.bodies("q") == []
    await cloud.clock.advance(3_600_000)
    assert await room.bodies("q") == ["x"]
