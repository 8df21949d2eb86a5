"""Pipes as boto3 sees them, over a socket, in a chamber that is killed while they run."""

from __future__ import annotations

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
