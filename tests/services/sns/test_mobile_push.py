"""Mobile push: applications, endpoints, and what they get.

https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-application-as-subscriber.html
"""

import json

import pytest

APP = "arn:aws:sns:us-east-1:123456789012:app/GCM/shop"
CREDENTIAL = {"PlatformCredential": "key"}


@pytest.fixture
def push(cloud):
    """Makes applications and endpoints, and reads what was captured."""
    return Push(cloud)


class Push:
    def __init__(self, cloud):
        self.cloud = cloud

    async def app(self, platform="GCM", **attributes):
        principal = {} if platform == "GCM" else {"PlatformPrincipal": "p"}
        request = {"Name": "shop", "Platform": platform, "Attributes": CREDENTIAL | principal | attributes}
        return (await self.cloud("sns", "CreatePlatformApplication", **request))["PlatformApplicationArn"]

    async def endpoint(self, app=APP, token="t1", **members):
        request = {"PlatformApplicationArn": app, "Token": token} | members
        return (await self.cloud("sns", "CreatePlatformEndpoint", **request))["EndpointArn"]

    async def attributes(self, endpoint):
        return (await self.cloud("sns", "GetEndpointAttributes", EndpointArn=endpoint))["Attributes"]

    async def set(self, endpoint, **attributes):
        await self.cloud("sns", "SetEndpointAttributes", EndpointArn=endpoint, Attributes=attributes)

    async def captured(self):
        found = (await self.cloud("sns", "list_captured_messages"))["Messages"]
        return [(each["Endpoint"], each["Message"]) for each in found if each["Protocol"] == "application"]


async def test_an_application_is_made_described_and_changed_without_its_secrets(cloud, push, error_of):
    app = await push.app(EventEndpointCreated="arn:aws:sns:us-east-1:123456789012:t")
    assert app == APP
    shown = {
        "Enabled": "true",
        "EventEndpointCreated": "arn:aws:sns:us-east-1:123456789012:t",
        "AuthenticationMethod": "key",
    }
    got = await cloud("sns", "GetPlatformApplicationAttributes", PlatformApplicationArn=app)
    assert got["Attributes"] == shown
    listed = (await cloud("sns", "ListPlatformApplications"))["PlatformApplications"]
    assert listed == [{"PlatformApplicationArn": app, "Attributes": shown}]
    changes = {"EventEndpointCreated": "", "PlatformCredential": '{"type": "service_account"}'}
    await cloud("sns", "SetPlatformApplicationAttributes", PlatformApplicationArn=app, Attributes=changes)
    got = await cloud("sns", "GetPlatformApplicationAttributes", PlatformApplicationArn=app)
    assert got["Attributes"] == {"Enabled": "true", "AuthenticationMethod": "token"}
    for _ in range(2):
        await cloud("sns", "DeletePlatformApplication", PlatformApplicationArn=app)
    error = await error_of(cloud("sns", "GetPlatformApplicationAttributes", PlatformApplicationArn=app))
    assert (error.code, error.message) == ("NotFoundException", "PlatformApplication does not exist")


@pytest.mark.parametrize(
    ("platform", "more", "method"),
    [
        ("APNS", {}, "certificate"),
        ("APNS_SANDBOX", {"ApplePlatformTeamID": "x", "ApplePlatformBundleID": "y"}, "token"),
        ("ADM", {}, None),
    ],
)
async def test_an_application_says_how_it_authenticates(cloud, push, platform, more, method):
    app = await push.app(platform, **more)
    got = await cloud("sns", "GetPlatformApplicationAttributes", PlatformApplicationArn=app)
    assert got["Attributes"].get("AuthenticationMethod") == method


NAMES = (
    "Invalid parameter: Name Reason: Application names must be made up of only uppercase and lowercase ASCII letters, "
    "numbers, underscores, hyphens, and periods, and must be between 1 and 256 characters long."
)
BAD_APPS = [
    ({"Name": "a b"}, NAMES),
    ({"Name": "a" * 257}, NAMES),
    ({"Platform": "PIGEON"}, "Invalid parameter: Platform Reason: PIGEON is not supported"),
    ({"Attributes": {}}, "Invalid parameter: PlatformCredential Reason: cannot be empty"),
    ({"Platform": "APNS"}, "Invalid parameter: PlatformPrincipal Reason: cannot be empty"),
    ({"Attributes": CREDENTIAL | {"Wings": "2"}}, "Invalid parameter: Attributes Reason: Invalid attribute name: Wings"),
    ({"Attributes": CREDENTIAL | {"EventDeliveryFailure": "x"}}, "Invalid parameter: EventDeliveryFailure"),
    ({"Attributes": CREDENTIAL | {"Enabled": "x"}},
     "Invalid parameter: Enabled Reason: Invalid value [x]. Must be true or false."),
]  # fmt: skip


@pytest.mark.parametrize(("members", "text"), BAD_APPS)
async def test_an_application_that_cannot_be_is_refused(cloud, error_of, members, text):
    request = {"Name": "shop", "Platform": "GCM", "Attributes": CREDENTIAL} | members
    error = await error_of(cloud("sns", "CreatePlatformApplication", **request))
    assert (error.code, error.message) == ("InvalidParameterException", text)
    assert (await cloud("sns", "ListPlatformApplications"))["PlatformApplications"] == []


async def test_an_application_is_made_again_only_with_the_same_attributes(push, error_of):
    assert await push.app() == await push.app()
    error = await error_of(push.app(Enabled="false"))
    assert error.code == "InvalidParameterException"


async def test_an_endpoint_is_known_by_its_token(cloud, push, error_of):
    await push.app()
    endpoint = await push.endpoint(CustomUserData="u")
    assert endpoint.startswith("arn:aws:sns:us-east-1:123456789012:endpoint/GCM/shop/")
    assert await push.attributes(endpoint) == {"Enabled": "true", "Token": "t1", "CustomUserData": "u"}
    assert await push.endpoint(CustomUserData="u") == endpoint
    await push.set(endpoint, Enabled="false")
    assert await push.endpoint(CustomUserData="u") == endpoint
    for other in ({}, {"CustomUserData": "v"}, {"CustomUserData": "u", "Attributes": {"Enabled": "true"}}):
        error = await error_of(push.endpoint(**other))
        # https://github.com/evanshortiss/sns-mobile/issues/33
        assert error.message == (
            f"Invalid parameter: Token Reason: Endpoint {endpoint} already exists with the same Token, "
            "but different attributes."
        )
    second = await push.endpoint(token="t2")
    assert (await error_of(push.set(second, Token="t1"))).code == "InvalidParameterException"
    await push.set(second, Token="t3")
    assert (await push.attributes(second))["Token"] == "t3"
    assert await push.endpoint(token="t3") == second
    assert await push.endpoint(token="t2") not in (endpoint, second)


async def test_tokens_of_apple_are_kept_in_lower_case(push):
    app = await push.app("APNS")
    endpoint = await push.endpoint(app, token="ABCD")
    assert (await push.attributes(endpoint))["Token"] == "abcd"
    assert await push.endpoint(app, token="abCD") == endpoint


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({"CustomUserData": "ä" * 1_025},
         "Invalid parameter: CustomUserData Reason: must be at most 2048 bytes long in UTF-8 encoding"),
        ({"Enabled": "maybe"}, "Invalid parameter: Enabled Reason: Invalid value [maybe]. Must be true or false."),
        ({"Token": ""}, "Invalid parameter: Token Reason: cannot be empty"),
        ({"Wings": "2"}, "Invalid parameter: Attributes Reason: Invalid attribute name: Wings"),
    ],
)  # fmt: skip
async def test_an_attribute_that_cannot_be_changes_nothing(push, error_of, attributes, text):
    await push.app()
    endpoint = await push.endpoint()
    error = await error_of(push.set(endpoint, **attributes))
    assert (error.code, error.message) == ("InvalidParameterException", text)
    assert await push.attributes(endpoint) == {"Enabled": "true", "Token": "t1"}


async def test_endpoints_are_listed_in_pages_and_go_with_their_application(cloud, push, error_of):
    await push.app()
    made = {await push.endpoint(token=f"t{index}") for index in range(101)}
    request = {"PlatformApplicationArn": APP}
    first = await cloud("sns", "ListEndpointsByPlatformApplication", **request)
    second = await cloud("sns", "ListEndpointsByPlatformApplication", NextToken=first["NextToken"], **request)
    assert [len(page["Endpoints"]) for page in (first, second)] == [100, 1]
    assert {each["EndpointArn"] for each in first["Endpoints"] + second["Endpoints"]} == made
    assert "NextToken" not in second
    await cloud("sns", "DeletePlatformApplication", **request)
    error = await error_of(push.attributes(made.pop()))
    assert (error.code, error.message) == ("NotFoundException", "Endpoint does not exist")


async def test_a_message_to_an_endpoint_is_captured(cloud, push):
    await push.app()
    endpoint = await push.endpoint()
    payload = {"default": "d", "GCM": '{"notification":{"body":"g"}}', "APNS": "a"}
    attributes = {"AWS.SNS.MOBILE.GCM.TTL": {"DataType": "String", "StringValue": "60"}}
    await cloud("sns", "Publish", TargetArn=endpoint, Message="plain", MessageAttributes=attributes)
    for message in (payload, {"GCM": "only"}, {"default": "d", "APNS": "a"}):
        await cloud(
            "sns", "Publish", TargetArn=endpoint, MessageStructure="json", Message=json.dumps(message)
        )
    assert await push.captured() == [(endpoint, text) for text in ("plain", payload["GCM"], "only", "d")]


async def test_what_an_endpoint_does_not_take_is_refused(cloud, push, error_of):
    await push.app()
    endpoint = await push.endpoint()

    async def refusal(**members):
        error = await error_of(cloud("sns", "Publish", **{"TargetArn": endpoint, "Message": "m"} | members))
        return error.code, error.message

    assert await refusal(MessageStructure="json", Message='{"APNS":"x"}') == (
        "InvalidParameterException",
        "Invalid parameter: JSON must contain an entry for 'default' or 'GCM'.",
    )
    assert await refusal(TargetArn=f"{endpoint}x") == (
        "InvalidParameterException",
        "Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified",
    )
    assert await refusal(TargetArn=f"{endpoint}/x") == (
        "InvalidParameterException",
        "Invalid parameter: TargetArn Reason: Wrong number of slashes in relative portion of the ARN.",
    )
    await push.set(endpoint, Enabled="false")
    assert await refusal() == ("EndpointDisabledException", "Endpoint is disabled")
    request = {"PlatformApplicationArn": APP, "Attributes": {"Enabled": "false"}}
    await cloud("sns", "SetPlatformApplicationAttributes", **request)
    # https://github.com/aws/aws-sdk-java/issues/1813
    assert await refusal() == ("PlatformApplicationDisabledException", "Platform application is disabled")
    assert await push.captured() == []


async def test_an_endpoint_that_is_subscribed_gets_the_entry_of_its_platform(cloud, room, push):
    topic = await room.topic()
    google, apple = await push.endpoint(await push.app()), await push.endpoint(await push.app("APNS"))
    for endpoint in (google, apple):
        answer = await cloud(
            "sns", "Subscribe", TopicArn=topic, Protocol="application", Endpoint=endpoint,
            Attributes={"FilterPolicy": '{"kind":["a"]}'},
        )  # fmt: skip
        assert answer["SubscriptionArn"].startswith(topic), "there is nothing to confirm"
    message = json.dumps({"default": "d", "APNS": "a"})
    for kind in ("a", "b"):
        attributes = {"kind": {"DataType": "String", "StringValue": kind}}
        await cloud(
            "sns", "Publish", TopicArn=topic, MessageStructure="json", Message=message,
            MessageAttributes=attributes,
        )  # fmt: skip
    assert sorted(await push.captured()) == sorted([(google, "d"), (apple, "a")])


async def test_a_subscribed_endpoint_that_fails_is_told_of_and_its_message_kept(cloud, room, push):
    failures, topic = await room.topic("failures"), await room.topic()
    await room.subscribe(failures, "told")
    dead_letters = await room.queue("dead")
    app = await push.app(EventDeliveryFailure=failures)
    endpoint = await push.endpoint(app)
    redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_letters})}
    await cloud(
        "sns", "Subscribe", TopicArn=topic, Protocol="application", Endpoint=endpoint, Attributes=redrive
    )
    await push.set(endpoint, Enabled="false")
    message_id = (await cloud("sns", "Publish", TopicArn=topic, Message="m"))["MessageId"]
    (dead,) = await room.received("dead")
    assert dead["MessageAttributes"]["ErrorMessage"]["StringValue"] == "Endpoint is disabled"
    (told,) = await room.received("told")
    envelope = json.loads(told["Body"])
    assert envelope["Subject"] == "DeliveryFailure event for app shop (GCM)"
    event = json.loads(envelope["Message"])
    assert event == {
        "DeliveryAttempts": 1,
        "EndpointArn": endpoint,
        "EventType": "DeliveryFailure",
        "FailureMessage": "Endpoint is disabled",
        "FailureType": "EndpointDisabled",
        "MessageId": message_id,
        "Resource": APP,
        "Service": "SNS",
        "Time": event["Time"],
    }
    assert await push.captured() == []


async def test_an_application_tells_of_its_endpoints(cloud, room, push):
    """https://docs.aws.amazon.com/sns/latest/dg/application-event-notifications.html"""
    topic = await room.topic()
    await room.subscribe(topic, "q")
    names = ("EventEndpointCreated", "EventEndpointUpdated", "EventEndpointDeleted")
    await push.app(**dict.fromkeys(names, topic))
    endpoint = await push.endpoint()
    assert await push.endpoint() == endpoint
    await push.set(endpoint, CustomUserData="u")
    for _ in range(2):
        await cloud("sns", "DeleteEndpoint", EndpointArn=endpoint)
    events = [json.loads(body) for body in await room.bodies("q")]
    assert sorted(each["EventType"] for each in events) == [
        "EndpointCreated",
        "EndpointDeleted",
        "EndpointUpdated",
    ]
    assert {(each["EndpointArn"], each["Resource"], each["Service"]) for each in events} == {
        (endpoint, APP, "SNS")
    }


@pytest.mark.parametrize(
    ("endpoint", "text"),
    [
        ("arn:aws:sns:us-east-1:123456789012:app/GCM/shop",
         "Invalid parameter: Application endpoint arn invalid:arn:aws:sns:us-east-1:123456789012:app/GCM/shop"),
        ("arn:aws:sns:us-east-1:123456789012:endpoint/GCM/shop/x",
         "Invalid parameter: Endpoint Reason: Endpoint does not exist for endpoint "
         "arn:aws:sns:us-east-1:123456789012:endpoint/GCM/shop/x"),
    ],
)  # fmt: skip
async def test_only_an_endpoint_that_exists_may_be_subscribed(cloud, room, push, error_of, endpoint, text):
    topic = await room.topic()
    error = await error_of(
        cloud("sns", "Subscribe", TopicArn=topic, Protocol="application", Endpoint=endpoint)
    )
    assert (error.code, error.message) == ("InvalidParameterException", text)
