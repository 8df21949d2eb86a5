"""What AWS Lambda, Step Functions, CloudFormation and Secrets Manager give functions."""

from __future__ import annotations

from typing import Any

from cloudchamber.sample_events.kinds import Json, JsonObject, source
from cloudchamber.sample_events.origin import Origin

_FAILURE = '{"errorMessage": "event must not be empty", "errorType": "ValueError", "requestId": "", "stackTrace": []}'


def on_success(
    origin: Origin,
    *,
    function: str = "my-function",
    request: Json = '{"ORDER_IDS": ["9e07af03-ce31-4ff3-xmpl-36dce652cb4f"]}',
    response: Json = '"ok"',
) -> dict[str, Any]:
    """What the on-success destination of an asynchronous invocation is told.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    told = _destination(origin, function, "Success", 1, request)
    told["responseContext"] = {"statusCode": 200, "executedVersion": "$LATEST"}
    told["responsePayload"] = response
    return told


def on_failure(
    origin: Origin,
    *,
    function: str = "my-function",
    request: Json = '{"ORDER_IDS": []}',
    response: Json = _FAILURE,
    condition: str = "RetriesExhausted",
    invoke_count: int = 3,
) -> dict[str, Any]:
    """What the on-failure destination is told: RetriesExhausted, or EventAgeExceeded, when the function was never run.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    told = _destination(origin, function, condition, invoke_count, request)
    if condition != "EventAgeExceeded":
        told["responseContext"] = {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        }
        told["responsePayload"] = response
    return told


def _destination(origin: Origin, function: str, condition: str, count: int, request: Any) -> dict[str, Any]:
    return {
        "version": "1.0",
        "timestamp": origin.millisecond(),
        "requestContext": {
            "requestId": origin.uuid(),
            "functionArn": f"{origin.arn('lambda', f'function:{function}')}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": count,
        },
        "requestPayload": request,
    }


def kinesis_on_failure(
    origin: Origin, *, function: str = "my-function", stream: str = "my-stream", count: int = 100
) -> dict[str, Any]:
    """What is told of a batch of a Kinesis stream that was given up.

    https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
    """
    first = f"4957873061621{origin.digits(43)}"
    batch = {
        "shardId": "shardId-000000000001",
        "startSequenceNumber": first,
        "endSequenceNumber": str(int(first) + count - 1),
        "approximateArrivalOfFirstRecord": origin.millisecond(-60_000),
        "approximateArrivalOfLastRecord": origin.millisecond(-59_000),
        "batchSize": count,
        "streamArn": origin.arn("kinesis", f"stream/{stream}"),
    }
    return _given_up(origin, function, "KinesisBatchInfo", batch)


def dynamodb_on_failure(
    origin: Origin, *, function: str = "my-function", table: str = "mytable", count: int = 1
) -> dict[str, Any]:
    """What is told of a batch of a DynamoDB stream that was given up.

    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    """
    first = f"8000000000032{origin.digits(12)}"
    stream = f"table/{table}/stream/{origin.shown('%Y-%m-%dT%H:%M:%S.000', -86_400_000)}"
    batch = {
        "shardId": f"shardId-0000000{origin.at_ms}-{origin.hex(8)}",
        "startSequenceNumber": first,
        "endSequenceNumber": str(int(first) + count - 1),
        "approximateArrivalOfFirstRecord": origin.millisecond(-60_000),
        "approximateArrivalOfLastRecord": origin.millisecond(-59_000),
        "batchSize": count,
        "streamArn": origin.arn("dynamodb", stream),
    }
    return _given_up(origin, function, "DDBStreamBatchInfo", batch)


def _given_up(origin: Origin, function: str, name: str, batch: dict[str, Any]) -> dict[str, Any]:
    return {
        "requestContext": {
            "requestId": origin.uuid(),
            "functionArn": origin.arn("lambda", f"function:{function}"),
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 1,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": origin.millisecond(),
        name: batch,
    }


def states_error(
    origin: Origin, *, error: str = "ErrorName", cause: str = "This is the cause of the error."
) -> dict[str, Any]:
    """What a state that catches an error is given.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    return {"Error": error, "Cause": cause}


def task_token(
    origin: Origin,
    *,
    input: Json = '{"orderId": "1"}',  # noqa: A002 - what users pass as --input
    state_machine: str = "my-state-machine",
    state: str = "Wait for approval",
    token: str = "",
) -> dict[str, Any]:
    """What a task that waits for a callback is given, with the fields of the context object that are usually passed on.

    https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token
    """
    execution = f"execution:{state_machine}:{origin.uuid()}"
    return {
        "input": input,
        "executionId": origin.arn("states", execution),
        "stateName": state,
        "taskToken": token or f"AQCEAAAAKgAAAAMAAAAAAAAAA{origin.token(400)}",
    }


def create(
    origin: Origin,
    *,
    stack: str = "MyStack",
    logical_id: str = "MyTestResource",
    resource_type: str = "Custom::TestResource",
    properties: JsonObject = '{"StackName": "MyStack", "List": ["1", "2", "3"]}',
) -> dict[str, Any]:
    """A custom resource that is to be created.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes-create.html
    """
    return _custom_resource(origin, "Create", stack, logical_id, resource_type, properties)


def update(
    origin: Origin,
    *,
    stack: str = "MyStack",
    logical_id: str = "MyTestResource",
    resource_type: str = "Custom::TestResource",
    properties: JsonObject = '{"StackName": "MyStack", "List": ["1", "2"]}',
    old_properties: JsonObject = '{"StackName": "MyStack", "List": ["1"]}',
    physical_id: str = "MyTestResource1",
) -> dict[str, Any]:
    """A custom resource that is to be updated.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes-update.html
    """
    asked = _custom_resource(origin, "Update", stack, logical_id, resource_type, properties)
    return asked | {"PhysicalResourceId": physical_id, "OldResourceProperties": old_properties}


def delete(
    origin: Origin,
    *,
    stack: str = "MyStack",
    logical_id: str = "MyTestResource",
    resource_type: str = "Custom::TestResource",
    properties: JsonObject = '{"StackName": "MyStack"}',
    physical_id: str = "MyTestResource1",
) -> dict[str, Any]:
    """A custom resource that is to be deleted.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes-delete.html
    """
    asked = _custom_resource(origin, "Delete", stack, logical_id, resource_type, properties)
    return asked | {"PhysicalResourceId": physical_id}


def _custom_resource(
    origin: Origin, kind: str, stack: str, logical_id: str, resource_type: str, properties: dict[str, Any]
) -> dict[str, Any]:
    function = origin.arn("lambda", "function:my-custom-resource")
    return {
        "RequestType": kind,
        "ServiceToken": function,
        "ResponseURL": f"https://cloudformation-custom-resource-response-{origin.letters(8)}.s3.{origin.domain}/",
        "StackId": stack_arn(origin, stack),
        "RequestId": origin.uuid(),
        "LogicalResourceId": logical_id,
        "ResourceType": resource_type,
        "ResourceProperties": {"ServiceToken": function} | properties,
    }


def stack_arn(origin: Origin, stack: str) -> str:
    """The id of a stack."""
    return origin.arn("cloudformation", f"stack/{stack}/{origin.uuid()}")


def rotation(
    origin: Origin, *, secret: str = "MyDatabaseSecret", step: str = "createSecret", token: str = ""
) -> dict[str, Any]:
    """A step of the rotation of a secret: createSecret, setSecret, testSecret, finishSecret.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
    """
    return {
        "Step": step,
        "SecretId": origin.arn("secretsmanager", f"secret:{secret}-{origin.token(6)}"),
        "ClientRequestToken": token or origin.uuid(),
        "RotationToken": origin.uuid(),
    }


LAMBDA = source(
    "lambda",
    "AWS Lambda destinations",
    {
        "on-success": on_success,
        "on-failure": on_failure,
        "kinesis-on-failure": kinesis_on_failure,
        "dynamodb-on-failure": dynamodb_on_failure,
    },
)
SECRETS_MANAGER = source("secretsmanager", "AWS Secrets Manager", {"rotation": rotation})
