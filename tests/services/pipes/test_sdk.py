"""Pipes as boto3 sees them, over a socket, in a chamber that is killed while they run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from tests.sdk.conftest import Running, start, stop

pytestmark = pytest.mark.sdk
PLACE = "us-east-1:000000000000"


def client_of(running: Running, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=running.endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_a_pipe_survives_the_death_of_its_chamber(tmp_path):
    running = start("--data", str(tmp_path))
    sqs, pipes = client_of(running, "sqs"), client_of(running, "pipes")
    for name in ("in", "out"):
        sqs.create_queue(QueueName=name)
    made = pipes.create_pipe(
        Name="p",
        Source=f"arn:aws:sqs:{PLACE}:in",
        Target=f"arn:aws:sqs:{PLACE}:out",
        RoleArn="arn:aws:iam::000000000000:role/r",
        TargetParameters={"InputTemplate": "<$.body>"},
        Tags={"a": "1"},
    )
    pipes.tag_resource(resourceArn=made["Arn"], tags={"b": "2"})
    pipes.untag_resource(resourceArn=made["Arn"], tagKeys=["a"])
    assert pipes.list_tags_for_resource(resourceArn=made["Arn"])["tags"] == {"b": "2"}
    with pytest.raises(pipes.exceptions.NotFoundException):
        pipes.describe_pipe(Name="nope")
    with pytest.raises(pipes.exceptions.ConflictException) as raised:
        pipes.create_pipe(
            Name="p", Source=made["Arn"], Target=made["Arn"], RoleArn="arn:aws:iam::000000000000:role/r"
        )
    assert raised.value.response["resourceId"] == "p"
    running.process.kill()
    running.process.communicate(timeout=30)

    running = start("--data", str(tmp_path))
    sqs, pipes = client_of(running, "sqs"), client_of(running, "pipes")
    try:
        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="in")["QueueUrl"], MessageBody="hello")
        out = sqs.get_queue_url(QueueName="out")["QueueUrl"]
        answer = sqs.receive_message(QueueUrl=out, WaitTimeSeconds=10)
        assert [message["Body"] for message in answer["Messages"]] == ["hello"]
        assert pipes.list_pipes(CurrentState="RUNNING")["Pipes"][0]["Name"] == "p"
    finally:
        stop(running)


@pytest.fixture(scope="module")
def chamber() -> Iterator[Running]:
    running = start()
    yield running
    stop(running)


def mock_api(gateway: Any, path: str, status: int, body: str) -> str:
    """A REST API with a method that answers alike to all; gives its identifier."""
    api = gateway.create_rest_api(name="a")["id"]
    (root,) = gateway.get_resources(restApiId=api)["items"]
    parent = gateway.create_resource(restApiId=api, parentId=root["id"], pathPart=path)["id"]
    made = gateway.create_resource(restApiId=api, parentId=parent, pathPart="{id}")["id"]
    at: dict[str, Any] = {"restApiId": api, "resourceId": made, "httpMethod": "POST"}
    gateway.put_method(
        **at, authorizationType="AWS_IAM", requestParameters={"method.request.querystring.q": True}
    )
    template = {"application/json": f'{{"statusCode": {status}}}'}
    gateway.put_integration(**at, type="MOCK", requestTemplates=template)
    gateway.put_method_response(**at, statusCode=str(status))
    gateway.put_integration_response(
        **at, statusCode=str(status), responseTemplates={"application/json": body}
    )
    gateway.create_deployment(restApiId=api, stageName="prod")
    return api


@pytest.mark.parametrize(
    ("status", "bodies", "reason"),
    [(200, ['{"n":1}'], None), (409, [], "API Gateway answered with status 409.")],
)
def test_a_method_of_an_api_enriches(chamber, status, bodies, reason):
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html"""
    sqs, pipes = client_of(chamber, "sqs"), client_of(chamber, "pipes")
    place, name = PLACE, f"p{status}"
    api = mock_api(client_of(chamber, "apigateway"), "orders", status, '[{"n":1}]')
    source, target = (sqs.create_queue(QueueName=f"{end}{status}")["QueueUrl"] for end in ("in", "out"))
    pipes.create_pipe(
        Name=name,
        Source=f"arn:aws:sqs:{place}:in{status}",
        Target=f"arn:aws:sqs:{place}:out{status}",
        RoleArn="arn:aws:iam::000000000000:role/r",
        Enrichment=f"arn:aws:execute-api:{place}:{api}/prod/POST/orders/*",
        EnrichmentParameters={
            "HttpParameters": {
                "PathParameterValues": ["$.body"],
                "QueryStringParameters": {"q": "$.messageId"},
            }
        },
    )
    sqs.send_message(QueueUrl=source, MessageBody="a/b")
    answer = sqs.receive_message(QueueUrl=target, WaitTimeSeconds=1)

    assert [message["Body"] for message in answer.get("Messages") or ()] == bodies
    assert pipes.describe_pipe(Name=name).get("StateReason") == reason
