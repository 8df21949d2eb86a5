"""Distributed Maps: child executions, batches, readers, writers and tolerated failures.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

import json

import pytest
from tests.services.stepfunctions.conftest import chain

DISTRIBUTED = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
S3 = "arn:aws:states:::s3:"


def distributed(processor, execution_type="STANDARD", **fields):
    config = {"ProcessorConfig": DISTRIBUTED | {"ExecutionType": execution_type}}
    return {"Type": "Map", "Label": "each", "ItemProcessor": processor | config} | fields


ECHO = chain(Echo={"Type": "Pass"})
ODD = chain(
    IsOdd={
        "Type": "Choice",
        "Choices": [{"Variable": "$", "NumericEquals": 3, "Next": "Bad"}],
        "Default": "Good",
    },
    Bad={"Type": "Fail", "Error": "Three"},
    Good={"Type": "Succeed"},
)


def output(execution):
    assert execution["status"] == "SUCCEEDED", execution
    return json.loads(execution["output"])


@pytest.fixture
async def bucket(cloud):
    await cloud("s3", "CreateBucket", Bucket="data")

    async def put(key, content):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        await cloud("s3", "PutObject", Bucket="data", Key=key, Body=body)

    return put


@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
async def test_every_item_is_a_child_execution(cloud, machine, run, history, kind):
    done = await run(await machine(chain(M=distributed(ECHO, kind))), [{"n": n} for n in range(120)])
    assert output(done) == [{"n": n} for n in range(120)]
    (listed,) = (await cloud("stepfunctions", "ListMapRuns", executionArn=done["executionArn"]))["mapRuns"]
    assert listed["mapRunArn"].startswith("arn:aws:states:us-east-1:123456789012:mapRun:Order/each:")
    described = await cloud("stepfunctions", "DescribeMapRun", mapRunArn=listed["mapRunArn"])
    assert described["status"] == "SUCCEEDED"
    assert described["executionCounts"]["succeeded"] == described["itemCounts"]["total"] == 120
    types = [event["type"] for event in await history(done["executionArn"])]
    assert types[2:6] == ["MapStateStarted", "MapRunStarted", "MapRunSucceeded", "MapStateSucceeded"]
    if kind == "STANDARD":
        children = await cloud(
            "stepfunctions", "ListExecutions", mapRunArn=listed["mapRunArn"], maxResults=1000
        )
        assert len(children["executions"]) == 120


async def test_children_have_the_language_and_the_concurrency_of_their_map(machine, run):
    nap = chain(
        Nap={"Type": "Wait", "Seconds": "{% $states.input.s %}", "Output": "{% $states.input.s * 2 %}"}
    )
    state = distributed(nap, Items="{% $states.input %}", ItemSelector={"s": "{% $states.context.Map.Item.Value %}"},
                        MaxConcurrency=2)  # fmt: skip
    done = await run(
        await machine({"QueryLanguage": "JSONata"} | chain(M=state)), [10, 10, 10, 10], seconds=60
    )
    assert output(done) == [20] * 4
    assert done["stopDate"] - done["startDate"] == 20


async def test_items_are_put_into_batches(machine, run):
    """https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html"""
    batcher = {"MaxItemsPerBatch": 2, "BatchInput": {"kind.$": "$.kind"}}
    done = await run(
        await machine(chain(M=distributed(ECHO, ItemsPath="$.items", ItemBatcher=batcher))),
        {"kind": "k", "items": [1, 2, 3]},
    )
    assert output(done) == [
        {"BatchInput": {"kind": "k"}, "Items": [1, 2]},
        {"BatchInput": {"kind": "k"}, "Items": [3]},
    ]


@pytest.mark.parametrize(
    ("content", "config", "items"),
    [  # https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
        ([1, 2], {"InputType": "JSON"}, [1, 2]),
        ([1, 2, 3], {"InputType": "JSON", "MaxItems": 2}, [1, 2]),
        (b'{"a": 1}\n{"a": 2}\n', {"InputType": "JSONL"}, [{"a": 1}, {"a": 2}]),
        (b"a,b\n1,x\n2,y\n", {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
         [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]),
        (b"1;x\n", {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "b"], "CSVDelimiter": "SEMICOLON"},
         [{"a": "1", "b": "x"}]),
    ],
)  # fmt: skip
async def test_items_are_read_from_an_object(machine, run, bucket, content, config, items):
    await bucket("items", content)
    reader = {
        "Resource": S3 + "getObject",
        "ReaderConfig": config,
        "Parameters": {"Bucket": "data", "Key.$": "$.key"},
    }
    done = await run(await machine(chain(M=distributed(ECHO, ItemReader=reader))), {"key": "items"})
    assert output(done) == items


async def test_items_are_the_objects_of_a_bucket(machine, run, bucket):
    for name in ("in/a", "in/b", "out/c"):
        await bucket(name, {})
    reader = {"Resource": S3 + "listObjectsV2", "Parameters": {"Bucket": "data", "Prefix": "in/"}}
    selector = {"key.$": "$$.Map.Item.Value.Key", "n.$": "$$.Map.Item.Index"}
    state = distributed(ECHO, ItemReader=reader, ItemSelector=selector)
    assert output(await run(await machine(chain(M=state)))) == [
        {"key": "in/a", "n": 0},
        {"key": "in/b", "n": 1},
    ]


async def test_what_cannot_be_read(machine, run, bucket):
    await bucket("broken", b"[1,")
    for key in ("broken", "missing"):
        reader = {"Resource": S3 + "getObject", "Parameters": {"Bucket": "data", "Key": key}}
        done = await run(await machine(chain(M=distributed(ECHO, ItemReader=reader)), name=key))
        assert (done["status"], done["error"]) == ("FAILED", "States.ItemReaderFailed")


async def test_results_are_written(cloud, machine, run, bucket):
    """https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html"""
    writer = {"Resource": S3 + "putObject", "Parameters": {"Bucket": "data", "Prefix": "out"}}
    state = distributed(ODD, ResultWriter=writer, ToleratedFailureCount=1)
    found = output(await run(await machine(chain(M=state)), [1, 3]))
    where = found["ResultWriterDetails"]
    manifest = json.loads((await cloud("s3", "GetObject", **where))["Body"])
    assert manifest["MapRunArn"] == found["MapRunArn"]
    assert [len(manifest["ResultFiles"][name]) for name in ("SUCCEEDED", "FAILED", "PENDING")] == [1, 1, 0]
    failed = json.loads(
        (await cloud("s3", "GetObject", Bucket="data", Key=manifest["ResultFiles"]["FAILED"][0]["Key"]))[
            "Body"
        ]
    )
    assert [(each["Input"], each["Error"]) for each in failed] == [("3", "Three")]


@pytest.mark.parametrize(
    ("tolerated", "status"),
    [
        ({}, "FAILED"),
        ({"ToleratedFailureCount": 1}, "SUCCEEDED"),
        ({"ToleratedFailurePercentage": 25}, "SUCCEEDED"),
        ({"ToleratedFailurePercentage": 24}, "FAILED"),
    ],
)
async def test_so_many_failures_are_tolerated(machine, run, tolerated, status):
    """https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html#maprun-fail-threshold"""
    done = await run(await machine(chain(M=distributed(ODD, **tolerated))), [1, 2, 3, 4])
    assert done["status"] == status
    if status == "FAILED":
        assert done["error"] == "States.ExceedToleratedFailureThreshold"
    else:
        assert output(done) == [1, 2, 4]


async def test_stopping_the_execution_stops_its_children(cloud, machine, run):
    nap = chain(Nap={"Type": "Wait", "Seconds": 1000})
    started = await run(await machine(chain(M=distributed(nap))), [1, 2])
    (listed,) = (await cloud("stepfunctions", "ListMapRuns", executionArn=started["executionArn"]))["mapRuns"]
    await cloud("stepfunctions", "StopExecution", executionArn=started["executionArn"])
    await cloud.settle()
    described = await cloud("stepfunctions", "DescribeMapRun", mapRunArn=listed["mapRunArn"])
    assert (described["status"], described["executionCounts"]["aborted"]) == ("ABORTED", 2)


async def test_map_runs_are_listed_by_page(cloud, machine, run, error_of):
    inner = {f"M{n}": distributed(chain(**{f"E{n}": {"Type": "Pass"}}), Label=f"l{n}") for n in range(3)}
    done = await run(await machine(chain(**inner)), [1])
    first = await cloud("stepfunctions", "ListMapRuns", executionArn=done["executionArn"], maxResults=2)
    rest = await cloud(
        "stepfunctions", "ListMapRuns", executionArn=done["executionArn"], nextToken=first["nextToken"]
    )
    labels = [each["stateMachineArn"].rpartition("/")[2] for each in first["mapRuns"] + rest["mapRuns"]]
    assert sorted(labels) == ["l0", "l1", "l2"]
    bad = cloud("stepfunctions", "ListMapRuns", executionArn=done["executionArn"], nextToken="?")
    assert (await error_of(bad)).code == "InvalidToken"


async def test_no_items_are_no_children(machine, run):
    assert output(await run(await machine(chain(M=distributed(ECHO))), [])) == []
