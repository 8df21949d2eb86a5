"""Pipes as resources: https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_Operations.html."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

QUEUE = "arn:aws:sqs:us-east-1:123456789012:in"


async def test_a_created_pipe_is_described_with_the_defaults_of_its_source(cloud, queue, pipe):
    await queue("in")
    await queue("out")

    made = await pipe("sqs:in", "sqs:out", Description="d", Tags={"a": "b"})
    found = await cloud("pipes", "DescribePipe", Name="orders")

    assert made["Arn"] == "arn:aws:pipes:us-east-1:123456789012:pipe/orders"
    assert (made["DesiredState"], made["CurrentState"]) == ("RUNNING", "CREATING")
    assert (found["DesiredState"], found["CurrentState"]) == ("RUNNING", "RUNNING")
    assert found["SourceParameters"] == {"SqsQueueParameters": {"BatchSize": 10}}
    assert (found["Description"], found["Tags"], found["Source"]) == ("d", {"a": "b"}, QUEUE)
    assert "StateReason" not in found


REFUSED = [
    ({"Source": "arn:aws:s3:::bucket"}, "ValidationException", "The source arn:aws:s3:::bucket is not supported"),
    ({"Source": "smk://host:9092"}, "NotImplemented", "self managed Apache Kafka"),
    ({"Source": "arn:aws:kafka:us-east-1:123456789012:cluster/c"}, "NotImplemented", "Amazon MSK"),
    ({"Target": "arn:aws:ecs:us-east-1:123456789012:cluster/c"}, "NotImplemented", "Pipes to Amazon ECS are not"),
    ({"Target": "arn:aws:execute-api:us-east-1:123456789012:a/prod"}, "ValidationException", "a/prod is not supported"),
    ({"Target": "arn:aws:events:us-east-1:123456789012:rule/r"}, "ValidationException", "rule/r is not supported"),
    ({"Target": "arn:aws:s3:::bucket"}, "ValidationException", "The target arn:aws:s3:::bucket is not supported"),
    ({"Target": "arn:aws:sns:us-east-1:123456789012:t.fifo"}, "ValidationException", "SNS FIFO topics are not supported"),
    ({"Target": "arn:aws:sqs:us-east-1:123456789012:out.fifo"}, "ValidationException", "MessageGroupId is required"),
    ({"Target": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}, "ValidationException", "PartitionKey is required"),
    ({"Enrichment": "arn:aws:sqs:us-east-1:123456789012:q"}, "ValidationException", "The enrichment"),
    ({"Name": "a b"}, "ValidationException", "'name'"),
    ({"RoleArn": "arn:aws:iam::1:user/u"}, "ValidationException", "'roleArn'"),
    ({"SourceParameters": {"SqsQueueParameters": {"BatchSize": 11}}}, "ValidationException",
     "maximum batch size of the target, which is 10"),
    ({"SourceParameters": {"KinesisStreamParameters": {"StartingPosition": "LATEST"}}}, "ValidationException",
     "SourceParameters.KinesisStreamParameters is not valid for the source of this pipe."),
    ({"TargetParameters": {"LambdaFunctionParameters": {}}}, "ValidationException",
     "LambdaFunctionParameters is not valid for the target"),
    ({"TargetParameters": {"InputTemplate": '{"a": '}}, "ValidationException", "TargetParameters.InputTemplate is not valid"),
    ({"TargetParameters": {"EcsTaskParameters": {"TaskDefinitionArn": "$.a"}}}, "NotImplemented",
     "TargetParameters.EcsTaskParameters"),
    ({"SourceParameters": {"FilterCriteria": {"Filters": [{"Pattern": "{"}]}}}, "ValidationException",
     "Event pattern is not valid"),
    ({"SourceParameters": {"FilterCriteria": {"Filters": [{"Pattern": "{}"}] * 6}}}, "ValidationException",
     "less than or equal to 5"),
    ({"LogConfiguration": {"Level": "INFO"}}, "ValidationException", "at least one destination"),
]  # fmt: skip


@pytest.mark.parametrize(("members", "code", "text"), REFUSED)
async def test_a_pipe_that_cannot_be_is_refused_and_nothing_is_kept(
    cloud, queue, pipe, error_of, members, code, text
):
    await queue("in")
    await queue("out")

    error = await error_of(pipe("sqs:in", "sqs:out", **members))

    assert (error.code, text in error.message) == (code, True), error.message
    assert (await cloud("pipes", "ListPipes"))["Pipes"] == []


PATTERNS = ['{"body": [{"wildcard": "a*"}]}', '{"body": [{"anything-but": {"prefix": "a"}}]}']


@pytest.mark.parametrize("pattern", PATTERNS)
async def test_f047_operators_that_only_buses_have_are_refused(queue, pipe, error_of, pattern):
    await queue("in")
    error = await error_of(
        pipe("sqs:in", "sqs:out", SourceParameters={"FilterCriteria": {"Filters": [{"Pattern": pattern}]}})
    )
    assert error.code == "ValidationException"


BATCHES = [
    ("sqs:in", {"BatchSize": 11}, "Maximum batch window in seconds must be greater than 0"),
    ("sqs:in.fifo", {"BatchSize": 11, "MaximumBatchingWindowInSeconds": 1}, "FIFO"),
    ("sqs:in.fifo", {"BatchSize": 5, "MaximumBatchingWindowInSeconds": 1}, "FIFO"),
]


@pytest.mark.parametrize(("source", "parameters", "text"), BATCHES)
async def test_batches_of_a_queue_are_as_large_as_its_kind_allows(pipe, error_of, source, parameters, text):
    error = await error_of(
        pipe(source, "lambda:function:fn", SourceParameters={"SqsQueueParameters": parameters})
    )
    assert text in error.message


async def test_a_stream_needs_a_starting_position(pipe, error_of):
    error = await error_of(pipe("kinesis:stream/s", "lambda:function:fn"))
    assert error.message == "SourceParameters.KinesisStreamParameters.StartingPosition is required."


async def test_a_default_batch_is_never_larger_than_the_target_takes(cloud, queue, pipe):
    await cloud("kinesis", "CreateStream", StreamName="s", ShardCount=1)
    position = {"KinesisStreamParameters": {"StartingPosition": "LATEST"}}

    await pipe("kinesis:stream/s", "sqs:out", SourceParameters=position)
    found = await cloud("pipes", "DescribePipe", Name="orders")

    assert found["SourceParameters"]["KinesisStreamParameters"] == {
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        "MaximumRecordAgeInSeconds": -1,
        "MaximumRetryAttempts": -1,
        "ParallelizationFactor": 1,
        "StartingPosition": "LATEST",
    }


async def test_a_pipe_from_a_source_that_does_not_exist_fails_to_be_created_until_it_is_started(
    cloud, queue, pipe
):
    await pipe("sqs:in", "sqs:out")
    failed = await cloud("pipes", "DescribePipe", Name="orders")
    await queue("in")
    started = await cloud("pipes", "StartPipe", Name="orders")
    running = await cloud("pipes", "DescribePipe", Name="orders")

    assert failed["CurrentState"] == "CREATE_FAILED"
    assert "does not exist" in failed["StateReason"]
    assert started["CurrentState"] == "STARTING"
    assert (running["CurrentState"], "StateReason" in running) == ("RUNNING", False)


async def test_a_name_is_taken_once(queue, pipe, error_of):
    await queue("in")
    await pipe("sqs:in", "sqs:out")

    error = await error_of(pipe("sqs:in", "sqs:out"))

    assert (error.code, error.message) == ("ConflictException", "Pipe orders already exists.")
    assert error.members == {"resourceId": "orders", "resourceType": "PIPE"}


@pytest.mark.parametrize("operation", ["DescribePipe", "UpdatePipe", "StartPipe", "StopPipe", "DeletePipe"])
async def test_what_does_not_exist_is_not_found(cloud, error_of, operation):
    role = {"RoleArn": "arn:aws:iam::123456789012:role/r"} if operation == "UpdatePipe" else {}
    error = await error_of(cloud("pipes", operation, Name="nope", **role))
    assert (error.code, error.message) == ("NotFoundException", "Pipe nope does not exist.")


async def test_an_update_keeps_what_it_leaves_out_and_replaces_each_parameter_object_as_a_whole(
    cloud, queue, pipe
):
    """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_UpdatePipe.html"""
    await queue("in")
    filters = {"Filters": [{"Pattern": '{"body": ["a"]}'}]}
    await pipe(
        "sqs:in", "sqs:out", Description="d", TargetParameters={"InputTemplate": "<$.body>"},
        SourceParameters={"FilterCriteria": filters, "SqsQueueParameters": {"BatchSize": 5, "MaximumBatchingWindowInSeconds": 7}},
    )  # fmt: skip

    role = "arn:aws:iam::123456789012:role/other"
    answer = await cloud(
        "pipes",
        "UpdatePipe",
        Name="orders",
        RoleArn=role,
        SourceParameters={"SqsQueueParameters": {"BatchSize": 3}},
    )
    found = await cloud("pipes", "DescribePipe", Name="orders")

    assert answer["CurrentState"] == "UPDATING"
    assert found["SourceParameters"] == {"FilterCriteria": filters, "SqsQueueParameters": {"BatchSize": 3}}
    assert (found["RoleArn"], found["Description"]) == (role, "d")
    assert found["TargetParameters"] == {"InputTemplate": "<$.body>"}


async def test_an_update_that_cannot_be_changes_nothing(cloud, queue, pipe, error_of):
    await queue("in")
    await pipe("sqs:in", "sqs:out")
    before = await cloud("pipes", "DescribePipe", Name="orders")

    error = await error_of(
        cloud("pipes", "UpdatePipe", Name="orders", RoleArn="arn:aws:iam::123456789012:role/r",
              SourceParameters={"SqsQueueParameters": {"BatchSize": 11}})
    )  # fmt: skip

    assert error.code == "ValidationException"
    assert await cloud("pipes", "DescribePipe", Name="orders") == before


async def test_pipes_are_listed_by_name_prefix_state_and_page(cloud, queue, pipe):
    await queue("in")
    for name in ("b", "a1", "a2"):
        await pipe("sqs:in", "sqs:out", Name=name, DesiredState="STOPPED" if name == "a2" else "RUNNING")

    first = await cloud("pipes", "ListPipes", Limit=2)
    rest = await cloud("pipes", "ListPipes", Limit=2, NextToken=first["NextToken"])

    assert [each["Name"] for each in first["Pipes"] + rest["Pipes"]] == ["a1", "a2", "b"]
    assert "NextToken" not in rest
    for members, names in (
        ({"NamePrefix": "a"}, ["a1", "a2"]),
        ({"CurrentState": "STOPPED"}, ["a2"]),
        ({"DesiredState": "RUNNING"}, ["a1", "b"]),
        ({"SourcePrefix": QUEUE}, ["a1", "a2", "b"]),
        ({"TargetPrefix": "arn:aws:sns"}, []),
    ):
        assert [each["Name"] for each in (await cloud("pipes", "ListPipes", **members))["Pipes"]] == names


async def test_tags_of_a_pipe(cloud, queue, pipe, error_of):
    await queue("in")
    arn = (await pipe("sqs:in", "sqs:out", Tags={"a": "1"}))["Arn"]

    await cloud("pipes", "TagResource", resourceArn=arn, tags={"b": "2"})
    await cloud("pipes", "UntagResource", resourceArn=arn, tagKeys=["a"])
    error = await error_of(cloud("pipes", "ListTagsForResource", resourceArn=arn + "x"))
    too_many = {f"k{number}": "" for number in range(50)}
    full = await error_of(cloud("pipes", "TagResource", resourceArn=arn, tags=too_many))

    assert (await cloud("pipes", "ListTagsForResource", resourceArn=arn))["tags"] == {"b": "2"}
    assert (error.code, full.code) == ("NotFoundException", "ValidationException")
