"""Tasks: service integrations, callbacks, activities, and how errors are retried and caught."""

import json
from itertools import pairwise

import pytest
from tests.services.stepfunctions.conftest import chain

SEND = "arn:aws:states:::sqs:sendMessage"
TABLE = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def task(resource, parameters=None, **fields):
    """A Task state; short names are of optimized integrations."""
    arn = resource if resource.startswith("arn:") else f"arn:aws:states:::{resource}"
    return {"Type": "Task", "Resource": arn} | ({"Parameters": parameters} if parameters else {}) | fields


def output(execution):
    assert execution["status"] == "SUCCEEDED", execution
    return json.loads(execution["output"])


async def test_a_message_is_sent_with_what_the_state_was_given(machine, run, history, queue, messages):
    """https://docs.aws.amazon.com/step-functions/latest/dg/connect-sqs.html"""
    send = task("sqs:sendMessage", {"QueueUrl": queue, "MessageBody": {"id.$": "$.id"}})
    done = await run(await machine(chain(Send=send)), {"id": 7})
    answer = output(done)
    assert {"MD5OfMessageBody", "MessageId", "SdkHttpMetadata", "SdkResponseMetadata"} <= answer.keys()
    assert await messages() == [{"id": 7}]
    events = await history(done["executionArn"])
    assert [each["type"] for each in events[2:5]] == ["TaskScheduled", "TaskStarted", "TaskSucceeded"]
    scheduled = events[2]["taskScheduledEventDetails"]
    assert (scheduled["resourceType"], scheduled["resource"], scheduled["region"]) == (
        "sqs",
        "sendMessage",
        "us-east-1",
    )
    assert json.loads(scheduled["parameters"]) == {"MessageBody": {"id": 7}, "QueueUrl": queue}


async def test_items_are_put_and_got(cloud, machine, run):
    """https://docs.aws.amazon.com/step-functions/latest/dg/connect-ddb.html"""
    await cloud("dynamodb", "CreateTable", **TABLE)
    key = {"id": {"S.$": "$.id"}}
    put = task("dynamodb:putItem", {"TableName": "orders", "Item": key | {"n": {"N": "5"}}}, ResultPath=None)
    get = task("dynamodb:getItem", {"TableName": "orders", "Key": key}, ResultSelector={"n.$": "$.Item.n.N"})
    assert output(await run(await machine(chain(Put=put, Get=get)), {"id": "a"})) == {"n": "5"}


async def test_a_condition_that_fails_is_an_error_of_dynamodb(cloud, machine, run):
    await cloud("dynamodb", "CreateTable", **TABLE)
    put = task("dynamodb:putItem", {"TableName": "orders", "Item": {"id": {"S": "a"}},
                                    "ConditionExpression": "attribute_exists(id)"},
               Catch=[{"ErrorEquals": ["DynamoDB.ConditionalCheckFailedException"], "Next": "Missing"}])  # fmt: skip
    missing = {"Type": "Pass", "Parameters": {"cause.$": "$.Cause"}}
    done = await run(await machine(chain(Put=put, Missing=missing)))
    cause = output(done)["cause"]
    assert cause.startswith(
        "The conditional request failed (Service: DynamoDB, Status Code: 400, Request ID: "
    )


async def test_an_event_names_the_execution_it_comes_from(cloud, machine, run, queue, messages):
    """https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html"""
    await cloud("events", "PutRule", Name="mine", EventPattern='{"source": ["shop"]}')
    await cloud(
        "events",
        "PutTargets",
        Rule="mine",
        Targets=[{"Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:jobs"}],
    )
    entry = {"Source": "shop", "DetailType": "Placed", "Detail": {"id.$": "$.id"}}
    done = await run(await machine(chain(Put=task("events:putEvents", {"Entries": [entry]}))), {"id": 1})
    assert output(done)["FailedEntryCount"] == 0
    (event,) = await messages()
    assert event["detail"] == {"id": 1}
    assert event["resources"] == [done["executionArn"], done["stateMachineArn"]]


async def test_any_action_of_the_sdk(cloud, machine, run, queue):
    """https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html"""
    await cloud("s3", "CreateBucket", Bucket="shop")
    put = task("aws-sdk:s3:putObject", {"Bucket": "shop", "Key": "a.json", "Body": {"n": 1}}, ResultPath=None)
    get = task(
        "aws-sdk:s3:getObject", {"Bucket": "shop", "Key": "a.json"}, ResultSelector={"body.$": "$.Body"}
    )
    urls = task("aws-sdk:sqs:listQueues", {"QueueNamePrefix": "job"}, ResultPath="$.queues")
    done = await run(await machine(chain(Put=put, Get=get, Urls=urls)))
    assert output(done) == {"body": '{"n":1}', "queues": {"QueueUrls": [queue]}}


@pytest.mark.parametrize(
    ("resource", "parameters", "error"),
    [
        ("aws-sdk:s3:getObject", {"Bucket": "nothing", "Key": "k"}, "S3.NoSuchBucketException"),
        ("aws-sdk:sqs:getQueueUrl", {"QueueName": "no"}, "Sqs.QueueDoesNotExistException"),
        ("aws-sdk:sfn:describeExecution", {"ExecutionArn": "arn:aws:states:us-east-1:123456789012:execution:a:b"},
         "Sfn.ExecutionDoesNotExistException"),
        ("aws-sdk:dynamodb:getItem", {"TableName": "none", "Key": {"id": {"S": "a"}}}, "DynamoDb.ResourceNotFoundException"),
        ("aws-sdk:sqs:getQueueUrl", {"Wrong": "no"}, "States.Runtime"),
        ("aws-sdk:sqs:flyToTheMoon", {"A": "b"}, "States.Runtime"),
        ("sns:publish", {"TopicArn": "arn:aws:sns:us-east-1:123456789012:no", "Message": "m"}, "SNS.NotFoundException"),
        ("lambda:invoke", {"FunctionName": "no"}, "Lambda.ResourceNotFoundException"),
        ("glue:startJobRun.sync", {"JobName": "j"}, "States.Runtime"),
    ],
)  # fmt: skip
async def test_errors_have_the_names_of_the_sdk(machine, run, resource, parameters, error):
    done = await run(await machine(chain(Do=task(resource, parameters))))
    assert (done["status"], done["error"]) == ("FAILED", error)


async def test_a_missing_function_fails_the_lambda_task(machine, run, history):
    done = await run(await machine(chain(F=task("arn:aws:lambda:us-east-1:123456789012:function:no"))))
    events = await history(done["executionArn"])
    assert [each["type"] for each in events[2:]] == [
        "LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionFailed", "ExecutionFailed",
    ]  # fmt: skip
    failed = events[4]["lambdaFunctionFailedEventDetails"]
    assert failed["error"] == "Lambda.ResourceNotFoundException"
    assert failed["cause"].startswith("Function not found: arn:aws:lambda:us-east-1:123456789012:function:no")


# -- waiting for others


def callback(queue, **fields):
    body = {"token.$": "$$.Task.Token"}
    return task("sqs:sendMessage.waitForTaskToken", {"QueueUrl": queue, "MessageBody": body}, **fields)


async def test_a_callback_ends_the_task(cloud, machine, run, history, queue, messages, error_of):
    """https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token"""
    done = await run(await machine(chain(Ask=callback(queue))), seconds=1000)
    arn = done["executionArn"]
    assert done["status"] == "RUNNING"
    (message,) = await messages()
    answer = {"taskToken": message["token"], "output": '{"approved": true}'}
    await cloud("stepfunctions", "SendTaskSuccess", **answer)
    done = await cloud("stepfunctions", "DescribeExecution", executionArn=arn)
    assert output(done) == {"approved": True}
    assert [each["type"] for each in await history(arn)][2:6] == [
        "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded",
    ]  # fmt: skip
    error = await error_of(cloud("stepfunctions", "SendTaskSuccess", **answer))
    assert (error.code, error.message) == (
        "TaskTimedOut",
        "Task Timed Out: 'Provided task does not exist anymore'",
    )


async def test_a_callback_may_report_a_failure(cloud, machine, run, queue, messages):
    ask = callback(queue, Catch=[{"ErrorEquals": ["Refused"], "ResultPath": "$.error", "Next": "No"}])
    done = await run(await machine(chain(Ask=ask, No={"Type": "Pass"})), {"id": 1})
    (message,) = await messages()
    await cloud(
        "stepfunctions", "SendTaskFailure", taskToken=message["token"], error="Refused", cause="too dear"
    )
    done = await cloud("stepfunctions", "DescribeExecution", executionArn=done["executionArn"])
    assert output(done) == {"id": 1, "error": {"Error": "Refused", "Cause": "too dear"}}


async def test_tokens_and_outputs_are_checked(cloud, machine, run, queue, messages, error_of):
    await run(await machine(chain(Ask=callback(queue))))
    (message,) = await messages()
    bad = await error_of(cloud("stepfunctions", "SendTaskHeartbeat", taskToken="nope"))
    assert (bad.code, bad.message) == ("InvalidToken", "Invalid Token: 'Invalid token'")
    bad = await error_of(cloud("stepfunctions", "SendTaskSuccess", taskToken=message["token"], output="{"))
    assert bad.code == "InvalidOutput"


async def test_heartbeats_keep_a_task_alive(cloud, machine, run, history, queue, messages):
    """https://docs.aws.amazon.com/step-functions/latest/dg/sfn-stuck-execution.html"""
    started = await run(await machine(chain(Ask=callback(queue, HeartbeatSeconds=60))))
    (message,) = await messages()
    for _ in range(5):
        await cloud.clock.advance(50_000)
        await cloud("stepfunctions", "SendTaskHeartbeat", taskToken=message["token"])
    await cloud.clock.advance(59_000)
    running = await cloud("stepfunctions", "DescribeExecution", executionArn=started["executionArn"])
    assert running["status"] == "RUNNING"
    await cloud.clock.advance(1_000)
    done = await cloud("stepfunctions", "DescribeExecution", executionArn=started["executionArn"])
    assert (done["status"], done["error"]) == ("FAILED", "States.HeartbeatTimeout")
    assert (await history(started["executionArn"]))[-2]["type"] == "TaskTimedOut"


async def test_a_task_that_takes_too_long_times_out(machine, run, queue):
    ask = callback(queue, TimeoutSeconds=30, Catch=[{"ErrorEquals": ["States.Timeout"], "Next": "Late"}])
    done = await run(await machine(chain(Ask=ask, Late={"Type": "Pass"})), seconds=30)
    assert output(done) == {"Error": "States.Timeout", "Cause": ""}


async def test_an_activity_is_worked_on(cloud, machine, run, history):
    """https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html"""
    made = await cloud("stepfunctions", "CreateActivity", name="pack")
    assert made["activityArn"] == "arn:aws:states:us-east-1:123456789012:activity:pack"
    started = await run(await machine(chain(Pack=task(made["activityArn"]))), {"box": 1})
    taken = await cloud("stepfunctions", "GetActivityTask", activityArn=made["activityArn"], workerName="w1")
    assert json.loads(taken["input"]) == {"box": 1}
    await cloud("stepfunctions", "SendTaskSuccess", taskToken=taken["taskToken"], output='"packed"')
    done = await cloud("stepfunctions", "DescribeExecution", executionArn=started["executionArn"])
    assert output(done) == "packed"
    events = await history(started["executionArn"])
    assert [each["type"] for each in events[2:5]] == [
        "ActivityScheduled",
        "ActivityStarted",
        "ActivitySucceeded",
    ]
    assert events[3]["activityStartedEventDetails"] == {"workerName": "w1"}


async def test_a_worker_waits_a_minute_for_a_task(cloud, machine, run):
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html"""
    arn = (await cloud("stepfunctions", "CreateActivity", name="pack"))["activityArn"]
    before = cloud.clock.now_ms()
    assert await cloud("stepfunctions", "GetActivityTask", activityArn=arn) == {}
    assert cloud.clock.now_ms() - before == 60_000
    made = await machine(chain(Nap={"Type": "Wait", "Seconds": 20}, Pack=task(arn)))
    await cloud("stepfunctions", "StartExecution", stateMachineArn=made, input="{}")
    assert (await cloud("stepfunctions", "GetActivityTask", activityArn=arn))["taskToken"]


async def test_a_task_that_waits_for_another_execution(cloud, machine, run):
    """https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html"""
    child = await machine(
        chain(Nap={"Type": "Wait", "Seconds": 5}, Say={"Type": "Pass", "Result": {"x": 1}}), "Child"
    )
    start = {"StateMachineArn": child, "Input": {"n.$": "$.n"}}
    both = chain(
        Text=task("states:startExecution.sync", start, ResultPath="$.text"),
        Json=task("states:startExecution.sync:2", start, ResultPath="$.json"),
    )
    found = output(await run(await machine(both), {"n": 1}, seconds=20))
    assert found["text"]["Output"] == '{"x":1}'
    assert (found["json"]["Output"], found["json"]["Input"], found["json"]["Status"]) == (
        {"x": 1},
        {"n": 1},
        "SUCCEEDED",
    )


async def test_the_failure_of_another_execution_is_the_cause(cloud, machine, run):
    child = await machine(chain(Bad={"Type": "Fail", "Error": "E", "Cause": "C"}), "Child")
    done = await run(
        await machine(chain(Do=task("states:startExecution.sync:2", {"StateMachineArn": child})))
    )
    assert (done["status"], done["error"]) == ("FAILED", "States.TaskFailed")
    cause = json.loads(done["cause"])
    assert (cause["Status"], cause["Error"], cause["Cause"]) == ("FAILED", "E", "C")


async def test_stopping_an_execution_stops_the_one_it_waits_for(cloud, machine, run):
    """https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync"""
    child = await machine(chain(Nap={"Type": "Wait", "Seconds": 500}), "Child")
    started = await run(
        await machine(chain(Do=task("states:startExecution.sync", {"StateMachineArn": child})))
    )
    await cloud("stepfunctions", "StopExecution", executionArn=started["executionArn"])
    (nested,) = (await cloud("stepfunctions", "ListExecutions", stateMachineArn=child))["executions"]
    assert nested["status"] == "ABORTED"


async def test_starting_another_execution_without_waiting(cloud, machine, run):
    child = await machine(chain(Nap={"Type": "Wait", "Seconds": 5}), "Child")
    started = output(
        await run(await machine(chain(Do=task("states:startExecution", {"StateMachineArn": child}))))
    )
    found = await cloud("stepfunctions", "DescribeExecution", executionArn=started["ExecutionArn"])
    assert found["status"] == "RUNNING"


# -- retries


async def test_a_retry_waits_longer_each_time(cloud, machine, run, history, queue):
    """https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"""
    send = task("sqs:sendMessage", {"QueueUrl": queue.replace("jobs", "none"), "MessageBody": "x"},
                Retry=[{"ErrorEquals": ["SQS.QueueDoesNotExistException"], "IntervalSeconds": 3, "MaxAttempts": 4,
                        "BackoffRate": 2, "MaxDelaySeconds": 10}])  # fmt: skip
    done = await run(await machine(chain(Send=send)), seconds=3600)
    events = await history(done["executionArn"])
    failed = [each["timestamp"] for each in events if each["type"] == "TaskFailed"]
    waits = [after - before for before, after in pairwise(failed)]
    assert waits == [3, 6, 10, 10]
    assert done["error"] == "SQS.QueueDoesNotExistException"


async def test_a_retry_ends_when_the_cause_is_gone(cloud, machine, run, queue):
    send = task("sqs:sendMessage", {"QueueUrl": queue.replace("jobs", "soon"), "MessageBody": "x"},
                Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10}])  # fmt: skip
    started = await run(await machine(chain(Send=send)), seconds=5)
    await cloud("sqs", "CreateQueue", QueueName="soon")
    await cloud.clock.advance(5_000)
    done = await cloud("stepfunctions", "DescribeExecution", executionArn=started["executionArn"])
    assert done["status"] == "SUCCEEDED"


async def test_f054_too_much_data_is_not_caught_by_all(cloud, machine, run):
    """https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"""
    await cloud("s3", "CreateBucket", Bucket="big")
    await cloud("s3", "PutObject", Bucket="big", Key="k", Body=b"x" * 262_145)
    get = task("aws-sdk:s3:getObject", {"Bucket": "big", "Key": "k"},
               Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Caught"}])  # fmt: skip
    arn = await machine(chain(Get=get, Caught={"Type": "Pass"}))
    done = await run(arn)
    assert (done["status"], done["error"]) == ("FAILED", "States.DataLimitExceeded")
