"""Connections and API destinations, over real sockets and on virtual time."""

import base64
import json

import pytest

ROLE = "arn:aws:iam::123456789012:role/r"
API_KEY = {"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "s3cret"}}
BASIC = {"BasicAuthParameters": {"Username": "me", "Password": "s3cret"}}


def oauth(endpoint, **more):
    client = {"ClientID": "me", "ClientSecret": "s3cret"}
    url = f"{endpoint.url}/token"
    return {
        "OAuthParameters": {"ClientParameters": client, "AuthorizationEndpoint": url, "HttpMethod": "POST"}
        | more
    }


def token(value, expires_in=3_600):
    body = json.dumps({"access_token": value, "token_type": "bearer", "expires_in": expires_in}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


class Api:
    """An API destination that is the target of all events, and the endpoint behind it."""

    def __init__(self, cloud, room, endpoint):
        self.cloud, self.room, self.endpoint = cloud, room, endpoint

    async def connect(self, kind="API_KEY", parameters=API_KEY):
        request = {"Name": "c", "AuthorizationType": kind, "AuthParameters": parameters}
        return (await self.cloud("events", "CreateConnection", **request))["ConnectionArn"]

    async def destination(self, connection, path="/hook", method="POST", **members):
        request = {"Name": "d", "ConnectionArn": connection, "HttpMethod": method}
        made = await self.cloud(
            "events",
            "CreateApiDestination",
            **request,
            InvocationEndpoint=f"{self.endpoint.url}{path}",
            **members,
        )
        return made["ApiDestinationArn"]

    async def target(self, arn, **members):
        await self.room.rule("r", {"source": ["shop"]})
        target = {"Id": "t", "Arn": arn, "RoleArn": ROLE} | members
        await self.cloud("events", "PutTargets", Rule="r", Targets=[target])

    async def put(self, detail=None):
        await self.room.put(detail)
        await self.cloud.settle()

    @property
    def invocations(self):
        return [each for each in self.endpoint.received if each.target != "/token"]

    async def state(self):
        return (await self.cloud("events", "DescribeConnection", Name="c"))["ConnectionState"]


@pytest.fixture
def api(cloud, room, endpoint):
    return Api(cloud, room, endpoint)


async def test_an_event_is_posted_with_the_key_of_the_connection(api):
    await api.target(await api.destination(await api.connect()))
    await api.put({"n": 1})
    (got,) = api.invocations
    assert (got.method, got.target) == ("POST", "/hook")
    assert json.loads(got.body)["detail"] == {"n": 1}
    assert got.headers["x-key"] == "s3cret"
    assert got.headers["content-type"] == "application/json; charset=utf-8"
    assert got.headers["user-agent"] == "Amazon/EventBridge/ApiDestinations"
    assert got.headers["range"] == "bytes=0-1048575"


async def test_basic_authorization_is_the_user_and_password(api):
    await api.target(await api.destination(await api.connect("BASIC", BASIC)))
    await api.put()
    expected = "Basic " + base64.b64encode(b"me:s3cret").decode()
    assert api.invocations[0].headers["authorization"] == expected


async def test_a_connections_parameters_are_added_and_win_over_those_of_the_target(api):
    def each(key, value):
        return {"Key": key, "Value": value, "IsValueSecret": False}

    extra = {
        "HeaderParameters": [each("X-Who", "connection")],
        "QueryStringParameters": [each("a b", "1&2")],
        "BodyParameters": [each("tenant", "t1")],
    }
    connection = await api.connect(parameters=API_KEY | {"InvocationHttpParameters": extra})
    http = {
        "HeaderParameters": {"x-who": "target", "X-Too": "yes"},
        "QueryStringParameters": {"q": "$.detail.n"},
    }
    await api.target(await api.destination(connection), HttpParameters=http, InputPath="$.detail")
    await api.put({"n": 7})
    (got,) = api.invocations
    assert got.target == "/hook?q=7&a%20b=1%262"
    assert (got.headers["x-who"], got.headers["x-too"]) == ("connection", "yes")
    assert json.loads(got.body) == {"n": 7, "tenant": "t1"}


async def test_wildcards_of_the_endpoint_are_filled_from_the_event(api):
    http = {"PathParameterValues": ["$.detail.id", "fixed"]}
    arn = await api.destination(await api.connect(), "/users/*/things/*", "PUT")
    await api.target(arn, HttpParameters=http, InputTransformer={"InputTemplate": '{"fixed": 1}'})
    await api.put({"id": "a/b"})
    (got,) = api.invocations
    assert (got.method, got.target, got.body) == ("PUT", "/users/a%2Fb/things/fixed", b'{"fixed": 1}')


async def test_secrets_lie_in_secrets_manager_and_are_not_shown(cloud, api):
    arn = await api.connect()
    known = await cloud("events", "DescribeConnection", Name="c")
    assert known["ConnectionArn"] == arn
    assert known["AuthParameters"] == {"ApiKeyAuthParameters": {"ApiKeyName": "x-key"}}
    secret = await cloud("secretsmanager", "GetSecretValue", SecretId=known["SecretArn"])
    assert secret["Name"].startswith("events!connection/c/")
    assert json.loads(secret["SecretString"]) == API_KEY
    await cloud("events", "DeleteConnection", Name="c")
    assert (await cloud("secretsmanager", "ListSecrets"))["SecretList"] == []


async def test_an_oauth_connection_gets_a_token_and_uses_it_until_it_is_about_to_expire(cloud, api, endpoint):
    endpoint.answers = [token("t1"), 200, 200, token("t2")]
    await api.target(await api.destination(await api.connect("OAUTH_CLIENT_CREDENTIALS", oauth(endpoint))))
    await cloud.settle()
    assert await api.state() == "AUTHORIZED"
    asked = endpoint.received[0]
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.body == b"grant_type=client_credentials&client_id=me&client_secret=s3cret"
    await api.put()
    await api.put()
    await cloud.clock.advance(3_540_000)
    await api.put()
    used = [each.headers["authorization"] for each in api.invocations]
    assert used == ["Bearer t1", "Bearer t1", "Bearer t2"]


async def test_a_refused_token_is_replaced_when_the_event_is_tried_again(cloud, api, endpoint):
    endpoint.answers = [token("t1"), 401, token("t2")]
    await api.target(await api.destination(await api.connect("OAUTH_CLIENT_CREDENTIALS", oauth(endpoint))))
    await api.put()
    await cloud.clock.advance(60_000)
    assert [each.headers["authorization"] for each in api.invocations] == ["Bearer t1", "Bearer t2"]


async def test_credentials_that_are_refused_leave_a_connection_deauthorized(cloud, api, endpoint):
    endpoint.answers = [400]
    await api.destination(await api.connect("OAUTH_CLIENT_CREDENTIALS", oauth(endpoint)))
    await cloud.settle()
    known = await cloud("events", "DescribeConnection", Name="c")
    assert known["ConnectionState"] == "DEAUTHORIZED"
    assert known["StateReason"] == "The authorization endpoint answered with status 400 and no access token."
    assert (await cloud("events", "DescribeApiDestination", Name="d"))["ApiDestinationState"] == "INACTIVE"


async def test_a_deauthorized_connection_holds_events_up_until_it_has_credentials_again(cloud, api):
    await api.target(await api.destination(await api.connect()))
    await cloud("events", "DeauthorizeConnection", Name="c")
    await api.put()
    assert api.invocations == []
    renewed = {"ApiKeyAuthParameters": {"ApiKeyValue": "new"}}
    await cloud("events", "UpdateConnection", Name="c", AuthParameters=renewed)
    await cloud.clock.advance(60_000)
    (got,) = api.invocations
    assert got.headers["x-key"] == "new"


@pytest.mark.parametrize("status", [401, 407, 409, 429, 500, 503])
async def test_these_answers_are_tried_again(cloud, api, endpoint, status):
    endpoint.answers = [status]
    await api.target(await api.destination(await api.connect()))
    await api.put()
    await cloud.clock.advance(60_000)
    assert len(api.invocations) == 2


@pytest.mark.parametrize("status", [302, 400, 404])
async def test_other_answers_are_not_tried_again_and_go_to_the_dead_letter_queue(
    cloud, room, api, endpoint, status
):
    endpoint.answers = [status]
    arn = await api.destination(await api.connect())
    await api.target(arn, DeadLetterConfig={"Arn": await room.queue("dead")})
    await api.put({"n": 1})
    await cloud.clock.advance(86_400_000)
    assert len(api.invocations) == 1
    (dead,) = await room.messages("dead")
    told = {name: each["StringValue"] for name, each in dead["MessageAttributes"].items()}
    assert json.loads(dead["Body"])["detail"] == {"n": 1}
    assert (told["ERROR_CODE"], told["TARGET_ARN"]) == ("ERROR_FROM_TARGET", arn)
    assert f"status {status}" in told["ERROR_MESSAGE"]


async def test_an_endpoint_that_never_recovers_ends_in_the_dead_letter_queue_when_retries_are_exhausted(
    cloud, room, api, endpoint
):
    endpoint.answers = [429] * 9
    members = {
        "DeadLetterConfig": {"Arn": await room.queue("dead")},
        "RetryPolicy": {"MaximumRetryAttempts": 2},
    }
    await api.target(await api.destination(await api.connect()), **members)
    await api.put()
    await cloud.clock.advance(86_400_000)
    assert len(api.invocations) == 3
    (dead,) = await room.messages("dead")
    told = {name: each["StringValue"] for name, each in dead["MessageAttributes"].items()}
    assert (told["ERROR_CODE"], told["RETRY_ATTEMPTS"]) == ("THROTTLING", "2")
    assert told["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"


async def test_retry_after_lengthens_the_wait_and_a_negative_one_ends_it(cloud, room, api, endpoint):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html"""
    answer = b"HTTP/1.1 503 X\r\nRetry-After: %d\r\nContent-Length: 0\r\n\r\n"
    endpoint.answers = [answer % 300, answer % -1]
    await api.target(await api.destination(await api.connect()))
    now_ms = cloud.clock.now_ms()
    await api.put()
    await cloud.clock.advance(86_400_000)
    assert [each.at_ms - now_ms for each in api.invocations] == [0, 300_000]


async def test_no_more_than_the_rate_is_sent_each_second(cloud, room, api):
    await api.target(await api.destination(await api.connect(), InvocationRateLimitPerSecond=2))
    now_ms = cloud.clock.now_ms()
    for _ in range(5):
        await room.put()
    await cloud.clock.advance(10_000)
    assert [each.at_ms - now_ms for each in api.invocations] == [0, 0, 1_000, 1_000, 2_000]


@pytest.mark.parametrize(
    ("kind", "parameters", "reason"),
    [
        ("BASIC", API_KEY, "AuthorizationType BASIC takes BasicAuthParameters."),
        ("API_KEY", API_KEY | BASIC, "AuthorizationType API_KEY takes ApiKeyAuthParameters."),
    ],
)
async def test_parameters_that_do_not_fit_the_type_are_refused(
    cloud, api, error_of, kind, parameters, reason
):
    error = await error_of(api.connect(kind, parameters))
    assert error.message == f"Parameter AuthParameters is not valid. Reason: {reason}"
    assert (await cloud("events", "ListConnections"))["Connections"] == []


async def test_another_type_needs_parameters_of_its_own(cloud, api, error_of):
    await api.connect()
    error = await error_of(cloud("events", "UpdateConnection", Name="c", AuthorizationType="BASIC"))
    assert error.code == "ValidationException"
    await cloud("events", "UpdateConnection", Name="c", AuthorizationType="BASIC", AuthParameters=BASIC)
    known = await cloud("events", "DescribeConnection", Name="c")
    assert known["AuthParameters"] == {"BasicAuthParameters": {"Username": "me"}}


async def test_an_api_destination_needs_a_connection_that_exists(cloud, api, error_of):
    arn = "arn:aws:events:us-east-1:123456789012:connection/c/00000000-0000-0000-0000-000000000000"
    error = await error_of(api.destination(arn))
    assert (error.code, error.message) == ("ResourceNotFoundException", "Connection 'c' does not exist.")


async def test_api_destinations_are_described_listed_changed_and_deleted(cloud, api, endpoint, error_of):
    connection = await api.connect()
    arn = await api.destination(connection)
    known = await cloud("events", "DescribeApiDestination", Name="d")
    assert (known["ApiDestinationArn"], known["ApiDestinationState"]) == (arn, "ACTIVE")
    assert (known["InvocationRateLimitPerSecond"], known["HttpMethod"]) == (300, "POST")
    await cloud("events", "UpdateApiDestination", Name="d", HttpMethod="PATCH", Description="x")
    (listed,) = (await cloud("events", "ListApiDestinations", ConnectionArn=connection))["ApiDestinations"]
    assert (listed["HttpMethod"], listed["InvocationEndpoint"]) == ("PATCH", f"{endpoint.url}/hook")
    await cloud("events", "DeleteApiDestination", Name="d")
    error = await error_of(cloud("events", "DescribeApiDestination", Name="d"))
    assert error.code == "ResourceNotFoundException"


async def test_a_target_of_an_api_destination_needs_a_role(cloud, room, api, error_of):
    arn = await api.destination(await api.connect())
    await room.rule("r", {"source": ["shop"]})
    error = await error_of(cloud("events", "PutTargets", Rule="r", Targets=[{"Id": "t", "Arn": arn}]))
    assert error.message == f"RoleArn is required for target {arn}."
