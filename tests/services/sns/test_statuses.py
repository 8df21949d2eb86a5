"""Delivery status, as topics have it written to CloudWatch Logs."""

import json

import pytest

ROLE = "arn:aws:iam::123456789012:role/logs"
GROUP = "sns/us-east-1/123456789012/orders"


@pytest.fixture
def lines(cloud):
    """The lines of a log group; none when it does not exist."""

    async def read(group):
        await cloud.settle()
        groups = (await cloud("logs", "DescribeLogGroups", logGroupNamePrefix=group))["logGroups"]
        if group not in [each["logGroupName"] for each in groups]:
            return []
        events = (await cloud("logs", "FilterLogEvents", logGroupName=group))["events"]
        return [json.loads(each["message"]) for each in events]

    return read


@pytest.mark.parametrize(("rate", "count"), [("100", 3), ("0", 0)])
async def test_successes_are_written_as_often_as_they_are_sampled(cloud, room, lines, rate, count):
    """https://docs.aws.amazon.com/sns/latest/dg/sns-topic-attributes.html"""
    topic = await room.topic(SQSSuccessFeedbackRoleArn=ROLE, SQSSuccessFeedbackSampleRate=rate)
    await room.subscribe(topic, "q")
    for _ in range(3):
        await cloud("sns", "Publish", TopicArn=topic, Message="hello")
    written = await lines(GROUP)
    assert len(written) == count
    assert await room.bodies("q") == ["hello"] * 3
    for line in written:
        assert (line["status"], line["delivery"]["statusCode"]) == ("SUCCESS", 200)
        assert line["delivery"]["destination"] == "arn:aws:sqs:us-east-1:123456789012:q"
        assert line["notification"]["messageMD5Sum"] == "5d41402abc4b2a76b9719d911017c592"


async def test_a_delivery_that_is_given_up_is_written_and_kept_in_the_dead_letter_queue(
    cloud, room, endpoint, lines
):
    topic = await room.topic(HTTPFailureFeedbackRoleArn=ROLE)
    asked = {"TopicArn": topic, "Protocol": "http", "Endpoint": endpoint.url}
    policy = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": await room.queue("dead")})}
    await cloud("sns", "Subscribe", **asked, Attributes=policy)
    await cloud.settle()
    token = json.loads(endpoint.received[0].body)["Token"]
    await cloud("sns", "ConfirmSubscription", TopicArn=topic, Token=token)
    endpoint.answers = [503] * 4
    await cloud("sns", "Publish", TopicArn=topic, Message="lost")
    await cloud.clock.advance(3_600_000)
    (line,) = await lines(f"{GROUP}/Failure")
    delivery = line["delivery"]
    assert (line["status"], delivery["statusCode"], delivery["attempts"]) == ("FAILURE", 503, 4)
    assert delivery["dwellTimeMs"] == 60_000
    assert await lines(GROUP) == []
    (dead,) = await room.received("dead")
    assert json.loads(dead["Body"])["Message"] == "lost"


async def test_a_sample_rate_is_a_percentage(room, error_of):
    error = await error_of(room.topic(SQSSuccessFeedbackSampleRate="101"))
    assert error.message.endswith("101 is not a whole number from 0 to 100")


async def test_deliveries_to_mobile_endpoints_are_written_too(cloud, room, lines):
    topic = await room.topic(ApplicationSuccessFeedbackRoleArn=ROLE, ApplicationFailureFeedbackRoleArn=ROLE)
    app = {"Name": "shop", "Platform": "GCM", "Attributes": {"PlatformCredential": "key"}}
    arn = (await cloud("sns", "CreatePlatformApplication", **app))["PlatformApplicationArn"]
    made = await cloud("sns", "CreatePlatformEndpoint", PlatformApplicationArn=arn, Token="t")
    target = made["EndpointArn"]
    await cloud("sns", "Subscribe", TopicArn=topic, Protocol="application", Endpoint=target)
    for enabled in ("true", "false"):
        await cloud("sns", "SetEndpointAttributes", EndpointArn=target, Attributes={"Enabled": enabled})
        await cloud("sns", "Publish", TopicArn=topic, Message="hello")
    (done,), (failed,) = await lines(GROUP), await lines(f"{GROUP}/Failure")
    assert (done["status"], done["delivery"]["destination"]) == ("SUCCESS", target)
    assert (failed["status"], failed["delivery"]["providerResponse"]) == ("FAILURE", "Endpoint is disabled")
