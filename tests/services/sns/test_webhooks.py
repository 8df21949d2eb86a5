"""Subscriptions of HTTP endpoints, over real sockets and on virtual time."""

import asyncio
import base64
import json
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from cloudchamber.app.services import HTTP_SERVICES
from cloudchamber.gateway import Front
from cloudchamber.wire.http import HttpRequest

DAY_MS = 86_400_000
# https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
    "UnsubscribeConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}


@pytest.fixture
def follow(cloud):
    """Follow a link of the chamber as anyone may, with signatures verified: the status and the body."""
    front = Front(cloud.cloud, http_services=HTTP_SERVICES, secret_of=lambda key: "secret")

    async def get(url):
        parts, answer = urlsplit(url), asyncio.get_running_loop().create_future()
        front.handle(HttpRequest("GET", parts.path, parts.query, {"host": parts.netloc}), answer.set_result)
        response = await cloud.clock.run(answer)
        return response.status, response.body

    return get


class Webhook:
    """A subscribed endpoint."""

    def __init__(self, cloud, endpoint, topic, arn):
        self.cloud, self.endpoint, self.topic, self.arn = cloud, endpoint, topic, arn

    async def publish(self, message="hello", **members):
        await self.cloud("sns", "Publish", TopicArn=self.topic, Message=message, **members)
        await self.cloud.settle()

    async def set(self, name, value):
        value = value if isinstance(value, str) else json.dumps(value)
        request = {"SubscriptionArn": self.arn, "AttributeName": name, "AttributeValue": value}
        await self.cloud("sns", "SetSubscriptionAttributes", **request)

    def times_ms(self, since_ms):
        return [each.at_ms - since_ms for each in self.endpoint.received]


@pytest.fixture
async def webhook(cloud, room, endpoint):
    """An endpoint that was subscribed and has confirmed; what it got until then is forgotten."""
    topic = await room.topic()
    asked = {"TopicArn": topic, "Protocol": "http", "Endpoint": f"{endpoint.url}/hook"}
    arn = (await cloud("sns", "Subscribe", **asked, ReturnSubscriptionArn=True))["SubscriptionArn"]
    await cloud.settle()
    token = json.loads(endpoint.received[0].body)["Token"]
    await cloud("sns", "ConfirmSubscription", TopicArn=topic, Token=token)
    endpoint.received.clear()
    return Webhook(cloud, endpoint, topic, arn)


async def verify(follow, message):
    """Raise unless the chamber's certificate confirms the signature of a message."""
    status, pem = await follow(message["SigningCertURL"])
    assert status == 200
    fields = [name for name in SIGNED[message["Type"]] if name in message]
    text = "".join(f"{name}\n{message[name]}\n" for name in fields)
    digest = hashes.SHA1() if message["SignatureVersion"] == "1" else hashes.SHA256()
    key = x509.load_pem_x509_certificate(pem).public_key()
    key.verify(base64.b64decode(message["Signature"]), text.encode(), padding.PKCS1v15(), digest)


async def test_an_endpoint_is_asked_and_confirms_by_following_the_link(cloud, room, endpoint, follow):
    topic = await room.topic()
    asked = {"TopicArn": topic, "Protocol": "http", "Endpoint": f"{endpoint.url}/hook"}
    assert await cloud("sns", "Subscribe", **asked) == {"SubscriptionArn": "pending confirmation"}
    await cloud.settle()
    (got,) = endpoint.received
    message = json.loads(got.body)
    assert (got.method, got.target) == ("POST", "/hook")
    assert got.headers["x-amz-sns-message-type"] == message["Type"] == "SubscriptionConfirmation"
    assert got.headers["x-amz-sns-message-id"] == message["MessageId"]
    assert got.headers["x-amz-sns-topic-arn"] == message["TopicArn"] == topic
    assert "x-amz-sns-subscription-arn" not in got.headers
    assert got.headers["content-type"] == "text/plain; charset=UTF-8"
    assert got.headers["user-agent"] == "Amazon Simple Notification Service Agent"
    await verify(follow, message)
    status, body = await follow(message["SubscribeURL"])
    assert status == 200
    assert f"<SubscriptionArn>{topic}:".encode() in body
    await cloud("sns", "Publish", TopicArn=topic, Message="now")
    await cloud.settle()
    assert json.loads(endpoint.received[1].body)["Message"] == "now"


async def test_a_notification_names_its_subscription_and_can_be_verified(webhook, endpoint, follow):
    await webhook.publish("hello", Subject="greeting")
    (got,) = endpoint.received
    message = json.loads(got.body)
    assert list(message) == [
        *("Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion"),
        *("Signature", "SigningCertURL", "UnsubscribeURL"),
    ]
    assert got.headers["x-amz-sns-message-type"] == "Notification"
    assert got.headers["x-amz-sns-subscription-arn"] == webhook.arn
    assert "x-amz-sns-rawdelivery" not in got.headers
    await verify(follow, message)


@pytest.mark.parametrize("version", ["1", "2"])
async def test_a_topic_that_names_a_signature_version_signs_for_queues_too(cloud, room, follow, version):
    topic = await room.topic(SignatureVersion=version)
    await room.subscribe(topic, "q")
    await cloud("sns", "Publish", TopicArn=topic, Message="x")
    (message,) = await room.received("q")
    envelope = json.loads(message["Body"])
    assert envelope["SignatureVersion"] == version
    await verify(follow, envelope)


async def test_a_raw_delivery_is_the_message_and_nothing_else(webhook, endpoint):
    await webhook.set("RawMessageDelivery", "true")
    await webhook.set("DeliveryPolicy", {"requestPolicy": {"headerContentType": "text/csv"}})
    await webhook.publish("a,b", MessageAttributes={"x": {"DataType": "String", "StringValue": "y"}})
    (got,) = endpoint.received
    assert (got.body, got.headers["content-type"]) == (b"a,b", "text/csv")
    assert got.headers["x-amz-sns-rawdelivery"] == "true"


@pytest.mark.parametrize("protocol", ["email", "email-json"])
async def test_a_person_confirms_by_the_link_in_the_captured_mail(cloud, room, follow, protocol):
    topic = await room.topic()
    await cloud("sns", "Subscribe", TopicArn=topic, Protocol=protocol, Endpoint="ann@example.com")
    (mail,) = (await cloud("sns", "list_captured_messages"))["Messages"]
    assert (mail["Protocol"], mail["Endpoint"]) == (protocol, "ann@example.com")
    text = mail["Message"]
    link = text.splitlines()[-1] if protocol == "email" else json.loads(text)["SubscribeURL"]
    assert (await follow(link))[0] == 200
    await cloud("sns", "Publish", TopicArn=topic, Message="hello", Subject="greeting")
    captured = (await cloud("sns", "list_captured_messages"))["Messages"]
    text = captured[1]["Message"]
    assert captured[1]["Subject"] == "greeting"
    assert (text if protocol == "email" else json.loads(text)["Message"]) == "hello"


async def test_a_token_is_good_for_two_days(cloud, room, endpoint, error_of):
    topic = await room.topic()
    asked = {"TopicArn": topic, "Protocol": "http", "Endpoint": endpoint.url}
    await cloud("sns", "Subscribe", **asked)
    await cloud.clock.advance(2 * DAY_MS)
    token = json.loads(endpoint.received[0].body)["Token"]
    error = await error_of(cloud("sns", "ConfirmSubscription", TopicArn=topic, Token=token))
    assert error.message == "Invalid parameter: Token"
    await cloud("sns", "Subscribe", **asked)
    await cloud.settle()
    token = json.loads(endpoint.received[1].body)["Token"]
    await cloud("sns", "ConfirmSubscription", TopicArn=topic, Token=token)


async def test_failures_of_the_endpoint_are_retried_by_the_default_policy(cloud, webhook, endpoint):
    now_ms = cloud.clock.now_ms()
    endpoint.answers = [500, 429, b""]
    await webhook.publish()
    await cloud.clock.advance(DAY_MS)
    assert webhook.times_ms(now_ms) == [0, 20_000, 40_000, 60_000]
    assert len({each.headers["x-amz-sns-message-id"] for each in endpoint.received}) == 1


async def test_retries_go_through_the_phases_of_the_policy(cloud, webhook, endpoint):
    retry = {
        "minDelayTarget": 2,
        "maxDelayTarget": 8,
        "numRetries": 6,
        "numNoDelayRetries": 1,
        "numMinDelayRetries": 1,
        "numMaxDelayRetries": 1,
        "backoffFunction": "geometric",
    }
    await webhook.set("DeliveryPolicy", {"healthyRetryPolicy": retry})
    now_ms = cloud.clock.now_ms()
    endpoint.answers = [503] * 10
    await webhook.publish()
    await cloud.clock.advance(DAY_MS)
    assert webhook.times_ms(now_ms) == [0, 0, 2_000, 4_000, 8_000, 16_000, 24_000]


@pytest.mark.parametrize(("status", "attempts"), [(404, 1), (302, 1), (500, 4)])
async def test_what_cannot_be_delivered_goes_to_the_dead_letter_queue(
    cloud, room, webhook, endpoint, status, attempts
):
    await webhook.set("RedrivePolicy", {"deadLetterTargetArn": await room.queue("dead")})
    endpoint.answers = [status] * attempts
    await webhook.publish("lost")
    await cloud.clock.advance(DAY_MS)
    assert len(endpoint.received) == attempts
    (dead,) = await room.received("dead")
    assert dead["Body"].encode() == endpoint.received[0].body
    assert dead["MessageAttributes"]["ErrorCode"]["StringValue"] == str(status)


async def test_a_throttled_subscription_gets_so_many_messages_each_second(cloud, webhook):
    await webhook.set("DeliveryPolicy", {"throttlePolicy": {"maxReceivesPerSecond": 2}})
    now_ms = cloud.clock.now_ms()
    for number in range(5):
        await webhook.cloud("sns", "Publish", TopicArn=webhook.topic, Message=str(number))
    await cloud.clock.advance(10_000)
    assert webhook.times_ms(now_ms) == [0, 0, 1_000, 1_000, 2_000]


async def test_an_endpoint_that_asks_for_a_password_gets_the_one_in_its_url(cloud, room, endpoint):
    endpoint.answers = [401]
    url = endpoint.url.replace("//", "//me:s%40fe@")
    await cloud("sns", "Subscribe", TopicArn=await room.topic(), Protocol="http", Endpoint=url)
    await cloud.settle()
    first, second = endpoint.received
    assert "authorization" not in first.headers
    assert second.headers["authorization"] == "Basic " + base64.b64encode(b"me:s@fe").decode()


async def test_the_link_of_a_message_ends_its_subscription_and_another_one_restores_it(
    webhook, endpoint, follow
):
    await webhook.publish()
    status, _ = await follow(json.loads(endpoint.received[0].body)["UnsubscribeURL"])
    assert status == 200
    await webhook.publish("nobody hears it")
    _, got = endpoint.received
    farewell = json.loads(got.body)
    assert got.headers["x-amz-sns-message-type"] == farewell["Type"] == "UnsubscribeConfirmation"
    assert got.headers["x-amz-sns-subscription-arn"] == webhook.arn
    await verify(follow, farewell)
    assert (await follow(farewell["SubscribeURL"]))[0] == 200
    await webhook.publish("again")
    assert json.loads(endpoint.received[2].body)["Message"] == "again"


async def test_a_subscription_may_ask_for_a_signature_to_end_it(cloud, room, endpoint, follow):
    topic = await room.topic()
    await cloud("sns", "Subscribe", TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    await cloud.settle()
    token = json.loads(endpoint.received[0].body)["Token"]
    confirm = {"TopicArn": topic, "Token": token, "AuthenticateOnUnsubscribe": "true"}
    await cloud("sns", "ConfirmSubscription", **confirm)
    await cloud("sns", "Publish", TopicArn=topic, Message="x")
    await cloud.settle()
    status, body = await follow(json.loads(endpoint.received[1].body)["UnsubscribeURL"])
    assert (status, b"AuthorizationError" in body) == (403, True)


@pytest.mark.parametrize(
    "query", ["Action=Publish&TopicArn=arn:x", "Action=Unsubscribe&SubscriptionArn=arn:x&Action=Publish"]
)
async def test_no_other_link_does_without_a_signature(follow, query):
    assert (await follow(f"http://localhost:4566/?{query}&Version=2010-03-31"))[0] == 403


async def test_messages_of_an_ended_subscription_are_not_tried_again(cloud, webhook, endpoint):
    endpoint.answers = [500]
    await webhook.publish()
    await cloud("sns", "Unsubscribe", SubscriptionArn=webhook.arn)
    await cloud.clock.advance(DAY_MS)
    kinds = [each.headers["x-amz-sns-message-type"] for each in endpoint.received]
    assert kinds == ["Notification", "UnsubscribeConfirmation"]


async def test_a_policy_in_force_is_shown(cloud, webhook):
    retry = {"numRetries": 5, "minDelayTarget": 1, "maxDelayTarget": 2}
    await webhook.set("DeliveryPolicy", {"healthyRetryPolicy": retry})
    got = await cloud("sns", "GetSubscriptionAttributes", SubscriptionArn=webhook.arn)
    shown = json.loads(got["Attributes"]["EffectiveDeliveryPolicy"])
    assert shown["healthyRetryPolicy"]["numRetries"] == 5
    assert shown["healthyRetryPolicy"]["backoffFunction"] == "linear"
    assert shown["requestPolicy"] == {"headerContentType": "text/plain; charset=UTF-8"}
