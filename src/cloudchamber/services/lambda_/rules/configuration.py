"""What a function may be configured to be, and how its configuration is printed.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
"""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from cloudchamber.aws.errors import ValidationException
from cloudchamber.services.lambda_ import limits
from cloudchamber.services.lambda_.errors import InvalidParameterValueException
from cloudchamber.services.lambda_.model import Function, Logging
from cloudchamber.wire.instants import iso8601_milliseconds

RECORDED = ("VpcConfig", "FileSystemConfigs", "KMSKeyArn", "RuntimeConfig")
_TEXTS = {"Role": "role", "Runtime": "runtime", "Handler": "handler", "Description": "description"}

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
_RESERVED_KEYS = {
    "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
}  # fmt: skip


def configured(function: Function, request: dict[str, Any]) -> Function:
    """`function` as the members of a CreateFunction or UpdateFunctionConfiguration make it (layers apart).

    Raises AWS's error for a value that is not allowed.
    """
    changes: dict[str, Any] = {
        field: request[member] for member, field in _TEXTS.items() if request.get(member) is not None
    }
    _sizes(request, changes)
    if request.get("Environment") is not None:
        changes["environment"] = checked_environment(request["Environment"].get("Variables") or {})
    if request.get("Architectures"):
        changes["architecture"] = _one_architecture(request["Architectures"])
    if request.get("DeadLetterConfig") is not None:
        changes["dead_letter_arn"] = checked_dead_letter(request["DeadLetterConfig"].get("TargetArn") or "")
    if request.get("TracingConfig") is not None:
        changes["tracing"] = request["TracingConfig"].get("Mode") or "PassThrough"
    if request.get("SnapStart") is not None:
        changes["snap_start"] = request["SnapStart"].get("ApplyOn") or "None"
    if request.get("LoggingConfig") is not None:
        changes["logging"] = _logging(request["LoggingConfig"])
    recorded = {member: request[member] for member in RECORDED if request.get(member) is not None}
    if recorded:
        changes["settings"] = function.settings | recorded
    return msgspec.structs.replace(function, **changes)


def _sizes(request: dict[str, Any], changes: dict[str, Any]) -> None:
    timeout_s, memory_mb = request.get("Timeout"), request.get("MemorySize")
    if timeout_s is not None:
        _at_most(timeout_s, "timeout", limits.TIMEOUT_S_MAX)
        changes["timeout_s"] = timeout_s
    if memory_mb is not None:
        _at_most(memory_mb, "memorySize", limits.MEMORY_MB_MAX)
        changes["memory_mb"] = memory_mb
    if request.get("EphemeralStorage") is not None:
        size_mb = request["EphemeralStorage"]["Size"]
        _at_most(size_mb, "ephemeralStorage.size", limits.EPHEMERAL_MB_MAX)
        changes["ephemeral_mb"] = size_mb


def _at_most(value: int, member: str, maximum: int) -> None:
    """botocore's model allows what some accounts get; these are the quotas of every account."""
    if value > maximum:
        raise ValidationException(
            f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: "
            f"Member must have value less than or equal to {maximum}"
        )


def _one_architecture(architectures: list[str]) -> str:
    if len(architectures) != 1:
        raise ValidationException(
            f"1 validation error detected: Value '[{', '.join(architectures)}]' at 'architectures' failed to satisfy "
            "constraint: Member must have length less than or equal to 1"
        )
    return architectures[0]


def checked_environment(variables: dict[str, str]) -> dict[str, str]:
    """Environment variables as they may be: no reserved key, 4 KB in all."""
    reserved = sorted(_RESERVED_KEYS & set(variables))
    if reserved:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment variables you have provided "
            "contains reserved keys that are currently not supported for modification. Reserved keys used in this request: "
            + ", ".join(reserved)
        )
    text = msgspec.json.encode(variables).decode()
    if len(text.encode()) > limits.ENVIRONMENT_BYTES_MAX:
        raise InvalidParameterValueException(
            "Lambda was unable to configure your environment variables because the environment variables you have provided "
            f"exceeded the 4KB limit. String measured: {text}"
        )
    return variables


def checked_dead_letter(arn: str) -> str:
    """A dead-letter queue or topic."""
    if arn and arn.split(":")[2:3] not in (["sqs"], ["sns"]):
        raise InvalidParameterValueException(
            f"The provided target ARN {arn} is invalid: only SQS queues and SNS topics may be used."
        )
    return arn


def _logging(config: dict[str, Any]) -> Logging:
    return Logging(
        config.get("LogFormat") or "Text",
        config.get("ApplicationLogLevel") or ("INFO" if config.get("LogFormat") == "JSON" else ""),
        config.get("SystemLogLevel") or ("INFO" if config.get("LogFormat") == "JSON" else ""),
        config.get("LogGroup") or "",
    )


def check_complete(function: Function) -> None:
    """A function of an archive needs a runtime and a handler."""
    if not function.runtime or not function.handler:
        raise InvalidParameterValueException(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages."
        )


def check_layers(arns: list[str]) -> None:
    """At most five layers, and no layer twice."""
    if len(arns) > limits.LAYERS_MAX:
        raise InvalidParameterValueException(f"Cannot reference more than {limits.LAYERS_MAX} layers.")
    seen: dict[str, str] = {}
    for arn in arns:
        layer = arn.rpartition(":")[0]
        if layer in seen:
            raise InvalidParameterValueException(
                "Two different versions of the same layer are not allowed to be referenced in the same function: "
                f"{arn} and {seen[layer]}"
            )
        seen[layer] = arn


def log_group_of(function: Function) -> str:
    """Where the function logs to."""
    return function.logging.group or f"/aws/lambda/{function.name}"


def described(function: Function, arn: str) -> dict[str, Any]:
    """A FunctionConfiguration; `arn` as it was asked for.

    https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
    """
    logging = {"LogFormat": function.logging.format, "LogGroup": log_group_of(function)}
    if function.logging.application_level:
        logging["ApplicationLogLevel"] = function.logging.application_level
    if function.logging.system_level:
        logging["SystemLogLevel"] = function.logging.system_level
    answer: dict[str, Any] = {
        "FunctionName": function.name,
        "FunctionArn": arn,
        "Runtime": function.runtime,
        "Role": function.role,
        "Handler": function.handler,
        "CodeSize": function.code.size_bytes,
        "Description": function.description,
        "Timeout": function.timeout_s,
        "MemorySize": function.memory_mb,
        "LastModified": modified_text(function.modified_at_ms),
        "CodeSha256": function.code.sha256,
        "Version": function.version,
        "TracingConfig": {"Mode": function.tracing},
        "RevisionId": function.revision_id,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": [function.architecture],
        "EphemeralStorage": {"Size": function.ephemeral_mb},
        "SnapStart": {"ApplyOn": function.snap_start, "OptimizationStatus": "Off"},
        "LoggingConfig": logging,
    }
    _describe_options(function, answer)
    return answer


def _describe_options(function: Function, answer: dict[str, Any]) -> None:
    if function.environment is not None:
        answer["Environment"] = {"Variables": function.environment}
    if function.layers:
        answer["Layers"] = [{"Arn": use.arn, "CodeSize": use.code.size_bytes} for use in function.layers]
    if function.dead_letter_arn:
        answer["DeadLetterConfig"] = {"TargetArn": function.dead_letter_arn}
    answer.update({name: value for name, value in function.settings.items() if name != "VpcConfig"})
    vpc = function.settings.get("VpcConfig")
    if vpc:
        answer["VpcConfig"] = {
            "SubnetIds": [],
            "SecurityGroupIds": [],
            "VpcId": "",
            "Ipv6AllowedForDualStack": False,
        } | vpc
    if function.version.isdigit() and function.snap_start != "None":
        answer["SnapStart"]["OptimizationStatus"] = "On"


def modified_text(at_ms: int) -> str:
    """`2024-01-01T00:00:00.000+0000`, as Lambda prints when a function was modified."""
    return iso8601_milliseconds(at_ms / 1000).replace("Z", "+0000")


def sha256_hex(sha256: str) -> str:
    """The folder name of a deployment package."""
    return base64.b64decode(sha256).hex()
