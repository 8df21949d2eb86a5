"""What a Task's resource means: which operation is called, with what, and what its answer becomes.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from cloudchamber.aws import AwsError
from cloudchamber.languages.states import Resource, StatesError
from cloudchamber.languages.states.resources import FUNCTION
from cloudchamber.services.stepfunctions.rules import http_tasks
from cloudchamber.services.stepfunctions.rules.casing import answer_of, exception_name, request_of
from cloudchamber.wire.model import OperationModel, load_model

# What AWS's SDK calls a service where botocore's folder has another name.
# https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
_SDK_NAMES = {
    "cloudwatchevents": "events", "cloudwatchlogs": "logs", "cognitoidentity": "cognito-identity",
    "cognitoidentityprovider": "cognito-idp", "configservice": "config", "elasticloadbalancing": "elb",
    "elasticloadbalancingv2": "elbv2", "eventbridge": "events", "sfn": "stepfunctions",
}  # fmt: skip
_JAVA_NAMES = {
    "apigateway": "ApiGateway", "apigatewayv2": "ApiGatewayV2", "cloudformation": "CloudFormation",
    "cloudwatch": "CloudWatch", "cloudwatchlogs": "CloudWatchLogs", "dynamodb": "DynamoDb",
    "dynamodbstreams": "DynamoDbStreams", "eventbridge": "EventBridge", "secretsmanager": "SecretsManager",
}  # fmt: skip
# Optimized integrations: the service, the prefix of its errors, and the actions that there are.
_OPTIMIZED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "dynamodb": ("dynamodb", "DynamoDB", ("getItem", "putItem", "updateItem", "deleteItem")),
    "events": ("events", "EventBridge", ("putEvents",)),
    "lambda": ("lambda", "Lambda", ("invoke",)),
    "sns": ("sns", "SNS", ("publish",)),
    "sqs": ("sqs", "SQS", ("sendMessage",)),
    "states": ("stepfunctions", "StepFunctions", ("startExecution",)),
}


_HTTP = "States.Http"


class Plan(msgspec.Struct, frozen=True):
    """A call to make, `prefix` of its errors, and how its answer becomes the task's output."""

    service: str
    operation: str
    request: dict[str, Any]
    prefix: str
    output: Callable[[Any], Any]


def plan_of(resource: Resource, payload: Any, sources: list[str]) -> Plan:
    """The call of a task. Raises StatesError when it cannot be made.

    `sources`: ARNs of the execution and its state machine, which events that a task puts name as their resources.
    """
    if resource.kind == FUNCTION:
        request = {"FunctionName": resource.arn, "Payload": msgspec.json.encode(payload)}
        return Plan("lambda", "Invoke", request, "Lambda", _function_output)
    if not isinstance(payload, dict):
        raise StatesError("States.Runtime", "The Parameters of a service integration must be a JSON object.")
    if resource.type.startswith("aws-sdk:"):
        return _sdk_plan(resource, payload)
    if (resource.type, resource.name) == ("http", "invoke"):
        request = http_tasks.request_of(payload)
        return Plan("events", "send_with_connection", request, _HTTP, http_tasks.output_of)
    known = _OPTIMIZED.get(resource.type)
    if known is None or resource.action not in known[2]:
        raise StatesError(
            "States.Runtime",
            f"The integration {resource.arn} is not available in Cloud Chamber; see `cloudchamber fidelity`.",
        )
    service, prefix, _ = known
    model = _operation(service, resource.action)
    request = request_of(model.input, _prepared(resource.type, payload, sources))
    return Plan(service, model.name, request, prefix, _OUTPUTS.get(resource.type, _with_metadata(model)))


def _sdk_plan(resource: Resource, payload: dict[str, Any]) -> Plan:
    sdk = resource.type.removeprefix("aws-sdk:")
    service = _SDK_NAMES.get(sdk, sdk)
    try:
        model = _operation(service, resource.action)
    except LookupError:
        raise StatesError(
            "States.Runtime", f"The resource {resource.arn} names no service or no action of AWS."
        ) from None
    request = request_of(model.input, payload)
    prefix = _JAVA_NAMES.get(sdk, sdk[:1].upper() + sdk[1:])
    return Plan(service, model.name, request, prefix, lambda answer: answer_of(model.output, answer))


@lru_cache(maxsize=1024)
def _operation(service: str, action: str) -> OperationModel:
    """An operation by its name in camel case. Raises LookupError."""
    for name, model in load_model(service).operations.items():
        if name.lower() == action.lower():
            return model
    raise LookupError(action)


# -- what optimized integrations do with their parameters


def _prepared(kind: str, payload: dict[str, Any], sources: list[str]) -> dict[str, Any]:
    if kind == "events":
        return {**payload, "Entries": [_entry(each, sources) for each in payload.get("Entries") or ()]}
    if kind == "sqs" and not isinstance(payload.get("MessageBody"), str) and "MessageBody" in payload:
        return {**payload, "MessageBody": _text(payload["MessageBody"])}
    if kind == "sns" and "Message" in payload:
        return {**payload, "Message": _text(payload["Message"])}
    if kind == "states":
        return _start(payload)
    return payload


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _entry(entry: Any, sources: list[str]) -> Any:
    """https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html"""
    if not isinstance(entry, dict):
        return entry
    prepared: dict[str, Any] = {**entry, "Resources": [*(entry.get("Resources") or ()), *sources]}
    if "Detail" in entry:
        prepared["Detail"] = _text(entry["Detail"])
    return prepared


def _start(payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "Input": _text(payload["Input"])} if "Input" in payload else payload


# -- what answers become


def _metadata(answer: Any) -> dict[str, Any]:
    """What optimized integrations add to an answer."""
    return {
        "SdkHttpMetadata": {"AllHttpHeaders": {}, "HttpHeaders": {}, "HttpStatusCode": 200},
        "SdkResponseMetadata": {"RequestId": "UNKNOWN"},
    }


def _with_metadata(model: OperationModel) -> Callable[[Any], Any]:
    return lambda answer: answer_of(model.output, answer) | _metadata(answer)


def _function_output(answer: dict[str, Any]) -> Any:
    """What the function returned. Raises StatesError with the function's own error."""
    payload = answer.get("Payload") or b"null"
    try:
        value = msgspec.json.decode(payload)
    except msgspec.DecodeError:
        value = payload.decode("utf-8", "replace")
    if answer.get("FunctionError"):
        raise function_error(value, payload)
    return value


def function_error(value: Any, payload: bytes) -> StatesError:
    """A function's error by its type; without one it is Lambda.Unknown (F058).

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    text = payload.decode("utf-8", "replace")
    if isinstance(value, dict) and isinstance(value.get("errorType"), str):
        if value["errorType"] in _OF_THE_ENVIRONMENT:
            return StatesError("Lambda.Unknown", _UNKNOWN.format(text))
        return StatesError(value["errorType"], text)
    return StatesError("Lambda.Unknown", _UNKNOWN.format(text))


_OF_THE_ENVIRONMENT = ("Runtime.ExitError", "Runtime.Unknown")
_UNKNOWN = (
    "The cause could not be determined because Lambda did not return an error type. Returned payload: {}"
)


def _invoke_output(answer: dict[str, Any]) -> Any:
    model = _operation("lambda", "invoke")
    value = _function_output(answer)
    shaped = answer_of(model.output, {name: each for name, each in answer.items() if name != "Payload"})
    if answer.get("StatusCode") == 200:
        shaped["Payload"] = value
    return shaped | _metadata(answer)


def _events_output(answer: dict[str, Any]) -> Any:
    shaped = answer_of(_operation("events", "putEvents").output, answer)
    if answer.get("FailedEntryCount"):
        raise StatesError("EventBridge.FailedEntry", _text(shaped))
    return shaped | _metadata(answer)


_OUTPUTS: dict[str, Callable[[Any], Any]] = {"events": _events_output, "lambda": _invoke_output}


def failure_of(plan: Plan, error: AwsError, request_id: str) -> StatesError:
    """How a task fails when its call does: `DynamoDB.ConditionalCheckFailedException`, with the SDK's message."""
    if plan.prefix == _HTTP:
        return StatesError(http_tasks.SOCKET, error.message)
    shape = load_model(plan.service).error(error.code)
    status = error.status or (shape.error.httpStatusCode if shape and shape.error else 400)
    service = load_model(plan.service).service_id.replace(" ", "")
    cause = f"{error.message} (Service: {service}, Status Code: {status}, Request ID: {request_id})"
    return StatesError(f"{plan.prefix}.{exception_name(shape.name if shape else error.code)}", cause)
