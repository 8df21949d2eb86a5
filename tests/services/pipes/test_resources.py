"""AWS::Pipes::Pipe, as CloudFormation makes, updates and deletes it."""

import pytest

from cloudchamber.aws import AwsError, Call, Context, Logical, Trace
from cloudchamber.services.pipes import SERVICE

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOGICAL = Logical(
    "shop", "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1", "Pipe", "ABCDEFGHIJKL"
)
PROPERTIES = {
    "Source": "arn:aws:sqs:us-east-1:123456789012:in",
    "Target": "arn:aws:sqs:us-east-1:123456789012:out",
    "RoleArn": "arn:aws:iam::123456789012:role/r",
}
NAME = "shop-Pipe-ABCDEFGHIJKL"


@pytest.fixture
def made(cloud):
    """Runs a function of the resource type as CloudFormation does."""

    async def run(step, *words):
        call = Call(
            "cloudformation", "CreateStack", {}, "arn:aws:iam::123456789012:root", "123456789012", "us-east-1"
        )
        ctx = Context(cloud.cloud, call, Trace("root", "parent"), "request")
        cloud.clock.hold()
        try:
            return await getattr(SERVICE.resources["AWS::Pipes::Pipe"], step)(ctx, *words)
        finally:
            cloud.clock.release()

    return run


async def test_a_pipe_is_made_changed_and_deleted(cloud, made, queue):
    await queue("in")
    old = PROPERTIES | {
        "Description": "d",
        "SourceParameters": {
            "SqsQueueParameters": {"BatchSize": "5"},
            "FilterCriteria": {"Filters": [{"Pattern": '{"body": ["a"]}'}]},
        },
        "Tags": {"a": "1", "b": "2"},
    }
    pipe = await made("create", old, LOGICAL)
    assert (pipe.physical_id, pipe.attributes["Arn"]) == (
        NAME,
        f"arn:aws:pipes:us-east-1:123456789012:pipe/{NAME}",
    )
    assert pipe.attributes["CurrentState"] == "RUNNING"
    found = await cloud("pipes", "DescribePipe", Name=NAME)
    assert found["SourceParameters"]["SqsQueueParameters"] == {"BatchSize": 5}

    new = PROPERTIES | {"DesiredState": "STOPPED", "Tags": {"a": "3"}}
    await made("update", NAME, new, old)
    found = await cloud("pipes", "DescribePipe", Name=NAME)
    assert (found["CurrentState"], found["Tags"], found.get("Description")) == ("STOPPED", {"a": "3"}, None)
    assert found["SourceParameters"].get("FilterCriteria") in (None, {})

    for _ in range(2):
        await made("delete", NAME, new)
    assert (await cloud("pipes", "ListPipes"))["Pipes"] == []


async def test_a_pipe_of_a_stream_keeps_its_position_in_an_update(cloud, made, queue):
    await cloud("kinesis", "CreateStream", StreamName="s", ShardCount=1)
    at = {"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": "2025-12-31T00:00:00Z"}
    source = {"Source": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}
    old = PROPERTIES | source | {"SourceParameters": {"KinesisStreamParameters": at}}
    await made("create", old, LOGICAL)

    new = PROPERTIES | source | {"SourceParameters": {"KinesisStreamParameters": at | {"BatchSize": "3"}}}
    await made("update", NAME, new, old)

    found = (await cloud("pipes", "DescribePipe", Name=NAME))["SourceParameters"]["KinesisStreamParameters"]
    assert (found["BatchSize"], found["StartingPosition"]) == (3, "AT_TIMESTAMP")
    assert found["StartingPositionTimestamp"] == 1_767_139_200


async def test_a_pipe_that_cannot_run_fails_its_resource(made):
    with pytest.raises(AwsError) as raised:
        await made("create", PROPERTIES, LOGICAL)
    assert "did not stabilize. Status Reason is The specified queue does not exist" in raised.value.message
