"""API destinations as targets and as enrichments, over real sockets:
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html
and https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html."""

import json

import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio(loop_scope="session")

API_KEY = {"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "s3cret"}}
ONE_BY_ONE = {"KinesisStreamParameters": {"StartingPosition": "TRIM_HORIZON", "BatchSize": 1}}
UNKNOWN = "events:api-destination/unknown/11111111-1111-1111-1111-111111111111"


@pytest_asyncio.fixture(loop_scope="session")
async def source(queue):
    return await queue("in", VisibilityTimeout="30")


@pytest.fixture
def destination(cloud, endpoint):
    """Makes an API destination in front of the endpoint; gives its ARN."""

    async def make(path="/hook", method="POST", url="", **members):
        connection = await cloud(
            "events", "CreateConnection", Name="c", AuthorizationType="API_KEY", AuthParameters=API_KEY
        )
        made = await cloud(
            "events", "CreateApiDestination", Name="d", ConnectionArn=connection["ConnectionArn"],
            InvocationEndpoint=f"{url or endpoint.url}{path}", HttpMethod=method, **members,
        )  # fmt: skip
        return made["ApiDestinationArn"]

    return make


def answering(value):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def reason_of(cloud):
    return (await cloud.start("pipes", "DescribePipe", Name="orders")).get("StateReason")


async def test_each_event_is_one_request_with_the_key_of_the_connection(
    cloud, endpoint, destination, source, pipe, send, counts
):
    await send(source, "1", "2")
    await pipe("sqs:in", await destination())
    await cloud.settle()

    assert sorted(json.loads(each.body)["body"] for each in endpoint.received) == ["1", "2"]
    assert {(each.method, each.target, each.headers["x-key"]) for each in endpoint.received} == {
        ("POST", "/hook", "s3cret")
    }
    assert await counts(source) == (0, 0)


async def test_path_headers_and_query_are_found_in_the_event(
    cloud, endpoint, destination, source, pipe, send
):
    """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetHttpParameters.html"""
    http = {
        "PathParameterValues": ["$.body.id", "fixed"],
        "HeaderParameters": {"X-Kind": "$.body.kind", "X-Fixed": "as it is"},
        "QueryStringParameters": {"count": "$.body.count"},
    }
    parameters = {"HttpParameters": http, "InputTemplate": '{"only": <$.body.count>}'}
    await pipe("sqs:in", await destination("/users/*/things/*", "PUT"), TargetParameters=parameters)
    await send(source, '{"id": "a/b", "kind": "paid", "count": 7}')
    await cloud.settle()

    (got,) = endpoint.received
    assert (got.method, got.target) == ("PUT", "/users/a%2Fb/things/fixed?count=7")
    assert (got.headers["x-kind"], got.headers["x-fixed"]) == ("paid", "as it is")
    assert json.loads(got.body) == {"only": 7}


async def test_a_path_that_finds_nothing_sends_nothing(
    cloud, endpoint, destination, source, pipe, send, counts
):
    parameters = {"HttpParameters": {"HeaderParameters": {"X-Kind": "$.body.kind"}}}
    await pipe("sqs:in", await destination(), TargetParameters=parameters)
    await send(source, "{}")
    await cloud.settle()

    assert (endpoint.received, await counts(source)) == ([], (0, 1))
    assert await reason_of(cloud) == "The path $.body.kind finds nothing in the event."


async def test_a_header_that_breaks_the_line_sends_nothing(
    cloud, endpoint, destination, source, pipe, send, counts
):
    parameters = {"HttpParameters": {"HeaderParameters": {"X-Kind": "$.body.kind"}}}
    await pipe("sqs:in", await destination(), TargetParameters=parameters)
    await send(source, '{"kind": "a\\r\\nX-Other: b"}')
    await cloud.clock.advance(10_000)

    assert (endpoint.received, await counts(source)) == ([], (0, 1))
    assert await reason_of(cloud) == "A header found in the event is not on one line."


@pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
async def test_an_answer_that_is_no_success_leaves_the_message_to_its_visibility_timeout(  # noqa: PLR0917
    cloud, endpoint, destination, source, pipe, send, counts, status
):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html"""
    endpoint.answers = [status]
    await pipe("sqs:in", await destination())
    await send(source, "1")
    await cloud.clock.advance(29_000)

    assert (len(endpoint.received), await counts(source)) == (1, (0, 1))
    assert await reason_of(cloud) == (
        f"Unable to invoke ApiDestination endpoint: it answered with status {status}."
    )

    await cloud.clock.run_until_idle()
    first, second = endpoint.received
    assert (second.at_ms - first.at_ms, await counts(source)) == (30_000, (0, 0))
    assert await reason_of(cloud) is None


async def test_answers_that_are_no_success_exhaust_the_attempts_of_a_stream(
    cloud, endpoint, destination, queue, pipe, bodies
):
    await cloud("kinesis", "CreateStream", StreamName="s", ShardCount=1)
    dead = await queue("dead")
    letters = {"Arn": "arn:aws:sqs:us-east-1:123456789012:dead"}
    reading = ONE_BY_ONE["KinesisStreamParameters"] | {"MaximumRetryAttempts": 2, "DeadLetterConfig": letters}
    endpoint.answers = [500, 500, 500]
    await cloud("kinesis", "PutRecord", StreamName="s", Data=b"x", PartitionKey="k")

    await pipe("kinesis:stream/s", await destination(), SourceParameters={"KinesisStreamParameters": reading})
    await cloud.clock.run_until_idle()

    (text,) = await bodies(dead)
    assert json.loads(text)["context"]["condition"] == "RetryAttemptsExhausted"
    assert len(endpoint.received) == 3


async def test_where_nobody_listens_the_pipe_tries_again_without_counting(
    cloud, destination, source, pipe, send
):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html#eb-pipes-error-invoke"""
    await pipe("sqs:in", await destination(url="http://127.0.0.1:9"))
    await send(source, "1")
    await cloud.clock.advance(10_500)
    invocations = [each for each in cloud.cloud.tracks.latest() if each.service == "http"]

    assert len(invocations) == 11


async def test_an_enrichment_gets_one_event_and_the_target_what_it_answers(  # noqa: PLR0917
    cloud, endpoint, destination, source, queue, pipe, send, bodies
):
    target = await queue("out")
    endpoint.answers = [answering([{"n": 1}, {"n": 2}]), answering({"n": 3})]
    http = {"PathParameterValues": ["$.body.id"]}
    parameters = {"HttpParameters": http, "InputTemplate": '{"id": <$.body.id>}'}
    await pipe("sqs:in", "sqs:out", Enrichment=await destination("/at/*"), EnrichmentParameters=parameters)
    await send(source, '{"id": "a"}')
    await cloud.settle()
    await send(source, '{"id": "b"}')
    await cloud.settle()

    assert [(each.target, json.loads(each.body)) for each in endpoint.received] == [
        ("/at/a", {"id": "a"}),
        ("/at/b", {"id": "b"}),
    ]
    assert [json.loads(each) for each in await bodies(target)] == [{"n": 1}, {"n": 2}, {"n": 3}]


@pytest.mark.parametrize("body", [b"", b'""', b"{}", b"[]"])
async def test_an_enrichment_that_answers_with_nothing_keeps_the_event_from_the_target(  # noqa: PLR0917
    cloud, endpoint, destination, source, queue, pipe, send, counts, body
):
    target = await queue("out")
    endpoint.answers = [answering(body)]
    await pipe("sqs:in", "sqs:out", Enrichment=await destination())
    await send(source, "1")
    await cloud.settle()

    assert (await counts(target), await counts(source)) == ((0, 0), (0, 0))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (answering(b"ok"), "The enrichment answered with what is not JSON."),
        (404, "Unable to invoke ApiDestination endpoint: it answered with status 404."),
        (answering(b"1" * (6 * 1024 * 1024 + 1)), "The enrichment answered with more than 6 MB."),
    ],
)
async def test_an_enrichment_that_fails_fails_the_batch(  # noqa: PLR0917
    cloud, endpoint, destination, source, queue, pipe, send, counts, answer, reason
):
    target = await queue("out")
    endpoint.answers = [answer]
    await pipe("sqs:in", "sqs:out", Enrichment=await destination())
    await send(source, "1")
    await cloud.settle()

    assert (await counts(target), await counts(source)) == ((0, 0), (0, 1))
    assert await reason_of(cloud) == reason


async def test_a_destination_that_does_not_exist_fails_the_batch(cloud, source, pipe, send, counts):
    await pipe("sqs:in", UNKNOWN)
    await send(source, "1")
    await cloud.settle()

    assert await counts(source) == (0, 1)
    assert "the API destination unknown does not exist" in await reason_of(cloud)


@pytest.mark.parametrize(("members", "what"), [({}, "target"), ({"Target": "sqs"}, "enrichment")])
async def test_batches_are_not_for_api_destinations(source, pipe, error_of, members, what):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html"""
    arn = f"arn:aws:{UNKNOWN.replace(':', ':us-east-1:123456789012:', 1)}"
    place = {"Enrichment": arn} if members else {}
    error = await error_of(
        pipe("sqs:in", "sqs:out" if members else arn, SourceParameters={"SqsQueueParameters": {"BatchSize": 2}}, **place)
    )  # fmt: skip

    assert error.message == (f"BatchSize 2 is larger than the maximum batch size of the {what}, which is 1.")


async def test_paths_of_an_enrichment_are_checked_when_the_pipe_is_made(source, pipe, error_of):
    arn = f"arn:aws:{UNKNOWN.replace(':', ':us-east-1:123456789012:', 1)}"
    http = {"HeaderParameters": {"X-Kind": "$.a["}}
    error = await error_of(
        pipe("sqs:in", "sqs:out", Enrichment=arn, EnrichmentParameters={"HttpParameters": http})
    )

    assert error.code == "ValidationException"
    assert error.message.startswith("EnrichmentParameters: $.a[ is not valid.")


async def test_http_parameters_are_not_for_functions(source, pipe, error_of):
    arn = "arn:aws:lambda:us-east-1:123456789012:function:fn"
    error = await error_of(
        pipe("sqs:in", "sqs:out", Enrichment=arn, EnrichmentParameters={"HttpParameters": {}})
    )

    assert error.message == (
        "EnrichmentParameters.HttpParameters is not valid for the enrichment of this pipe."
    )


async def test_the_rate_of_the_destination_holds_for_pipes_and_rules_together(
    cloud, endpoint, destination, source, pipe, send, counts
):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html"""
    arn = await destination(InvocationRateLimitPerSecond=2)
    await cloud("events", "PutRule", Name="r", EventPattern='{"source":["shop"]}')
    role = "arn:aws:iam::123456789012:role/r"
    await cloud("events", "PutTargets", Rule="r", Targets=[{"Id": "t", "Arn": arn, "RoleArn": role}])
    began_at_ms = cloud.clock.now_ms()
    entry = {"Source": "shop", "DetailType": "t", "Detail": "{}"}
    await cloud("events", "PutEvents", Entries=[entry])
    await send(source, *"1234")
    await pipe("sqs:in", arn)
    await cloud.clock.advance(10_000)

    assert [(each.at_ms - began_at_ms) // 1000 for each in endpoint.received] == [0, 0, 1, 1, 2]
    assert await counts(source) == (0, 0)
