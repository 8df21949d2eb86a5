"""Parameters: put, get, delete, history, labels."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.aws.errors import ValidationException
from cloudchamber.services.ssm import limits, rules
from cloudchamber.services.ssm.errors import (
    ParameterAlreadyExists,
    ParameterMaxVersionLimitExceeded,
    ParameterNotFound,
    ParameterVersionLabelLimitExceeded,
    ParameterVersionNotFound,
    TooManyTagsError,
)
from cloudchamber.services.ssm.model import Parameter, Version
from cloudchamber.services.ssm.operations.announcements import announce
from cloudchamber.services.ssm.operations.finding import (
    arn_of,
    paged,
    parameter_named,
    selected,
    shown_value,
)
from cloudchamber.services.ssm.records import (
    PARAMETERS,
    VERSIONS,
    add_version,
    forget,
    keep,
    oldest_version,
)


def put_parameter(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html"""
    name, overwrite = request["Name"], bool(request.get("Overwrite"))
    rules.check_name(name)
    if overwrite and request.get("Tags"):
        raise ValidationException(
            "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove "
            "overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource."
        )
    known = PARAMETERS.get(ctx, name)
    if known and not overwrite:
        raise ParameterAlreadyExists()
    version = _version(ctx, request, known)
    if known:
        _check_room(ctx, known)
        parameter = Parameter(name, version, known.labels, known.tags)
    else:
        tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags") or ()}
        if len(tags) > limits.TAGS_MAX:
            raise TooManyTagsError()
        parameter = Parameter(name, version, tags=tags)
    add_version(ctx, parameter)
    announce(ctx, parameter, "Update" if known else "Create")
    return {"Version": version.number, "Tier": version.tier}


def _version(ctx: Context, request: dict[str, Any], known: Parameter | None) -> Version:
    """The version a request makes; what it does not say is taken from the one before."""
    before = known.latest if known else None
    kind = request.get("Type") or (before.type if before else None)
    if not kind:
        raise ValidationException("A parameter type is required when you create a parameter.")
    value, policies = request["Value"], request.get("Policies") or ""
    pattern = request.get("AllowedPattern") or ""
    rules.check_value(value, pattern)
    rules.policies_of(policies)
    description = request.get("Description")
    if description is None and before:
        description = before.description
    return Version(
        before.number + 1 if before else 1,
        kind,
        value,
        ctx.now_ms,
        ctx.principal,
        description or "",
        (request.get("KeyId") or "alias/aws/ssm") if kind == "SecureString" else "",
        pattern,
        rules.tier_of(request.get("Tier"), before.tier if before else None, value, policies),
        policies,
        request.get("DataType") or (before.data_type if before else "text"),
    )


def _check_room(ctx: Context, known: Parameter) -> None:
    """Raise when the next version would drop one that has a label."""
    if known.latest.number < limits.VERSIONS_MAX:
        return
    oldest = oldest_version(ctx, known.name).number
    if known.latest.number - oldest + 1 >= limits.VERSIONS_MAX and oldest in known.labels.values():
        raise ParameterMaxVersionLimitExceeded(
            f"You attempted to create a new version of {known.name} by calling the PutParameter API with the overwrite flag. "
            f"Version {oldest}, the oldest version, can't be deleted because it has a label associated with it. Move the "
            "label to another version of the parameter, and try again."
        )


def shown(
    ctx: Context, parameter: Parameter, version: Version, selector: str, *, decrypted: bool
) -> dict[str, Any]:
    """A parameter as GetParameter answers with it."""
    public = parameter.name.startswith(rules.PUBLIC_IMAGES)
    arn = f"arn:aws:ssm:{ctx.region}::parameter{parameter.name}" if public else arn_of(ctx, parameter.name)
    answer: dict[str, Any] = {
        "Name": parameter.name,
        "Type": version.type,
        "Value": shown_value(version, decrypted=decrypted),
        "Version": version.number,
        "LastModifiedDate": version.modified_at_ms / 1000,
        "ARN": arn,
        "DataType": version.data_type,
    }
    return answer | ({"Selector": selector} if selector else {})


def get_parameter(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html"""
    found = selected(ctx, request["Name"])
    return {"Parameter": shown(ctx, *found, decrypted=bool(request.get("WithDecryption")))}


def get_parameters(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html"""
    names, decrypted = request["Names"], bool(request.get("WithDecryption"))
    if len(set(names)) != len(names):
        raise ValidationException("The request contains duplicate parameter names.")
    found: list[dict[str, Any]] = []
    invalid: list[str] = []
    for name in sorted(names):
        try:
            found.append(shown(ctx, *selected(ctx, name), decrypted=decrypted))
        except (ParameterNotFound, ParameterVersionNotFound):
            invalid.append(name)
    return {"Parameters": found, "InvalidParameters": invalid}


def delete_parameter(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html"""
    if not _deleted(ctx, request["Name"]):
        raise ParameterNotFound()
    return {}


def _deleted(ctx: Context, name: str) -> bool:
    parameter = PARAMETERS.get(ctx, name)
    if parameter is None or not forget(ctx, name):
        return False
    announce(ctx, parameter, "Delete")
    return True


def delete_parameters(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameters.html"""
    deleted: list[str] = []
    invalid: list[str] = []
    for name in request["Names"]:
        (deleted if _deleted(ctx, name) else invalid).append(name)
    return {"DeletedParameters": deleted, "InvalidParameters": invalid}


def get_parameter_history(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameterHistory.html"""
    parameter = parameter_named(ctx, request["Name"])
    decrypted = bool(request.get("WithDecryption"))
    versions, more = paged(
        request, VERSIONS.values(ctx, parameter.name), lambda v: f"{v.number:012d}", limits.DESCRIBED_DEFAULT
    )
    history = [
        described(parameter, version)
        | {
            "Value": shown_value(version, decrypted=decrypted),
            "Labels": [label for label, number in parameter.labels.items() if number == version.number],
        }
        for version in versions
    ]
    return {"Parameters": history} | more


def described(parameter: Parameter, version: Version) -> dict[str, Any]:
    """What DescribeParameters and GetParameterHistory tell of a version."""
    answer: dict[str, Any] = {
        "Name": parameter.name,
        "Type": version.type,
        "LastModifiedDate": version.modified_at_ms / 1000,
        "LastModifiedUser": version.modified_by,
        "Version": version.number,
        "Tier": version.tier,
        "Policies": rules.policies_of(version.policies),
        "DataType": version.data_type,
    }
    optional = {
        "KeyId": version.key_id,
        "Description": version.description,
        "AllowedPattern": version.allowed_pattern,
    }
    return answer | {member: value for member, value in optional.items() if value}


# -- labels


def label_parameter_version(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_LabelParameterVersion.html"""
    parameter = parameter_named(ctx, request["Name"])
    number = request.get("ParameterVersion") or parameter.latest.number
    _check_version(ctx, parameter, number)
    invalid = [label for label in request["Labels"] if not rules.is_label(label)]
    moved = {label: number for label in request["Labels"] if label not in invalid}
    labels = parameter.labels | moved
    if list(labels.values()).count(number) > limits.LABELS_MAX:
        raise ParameterVersionLabelLimitExceeded(
            "A parameter version can have maximum 10 labels. Move one or more labels to another version and try again."
        )
    keep(ctx, parameter, labels=labels)
    if moved:
        announce(ctx, parameter, "LabelParameterVersion")
    return {"InvalidLabels": invalid, "ParameterVersion": number}


def _check_version(ctx: Context, parameter: Parameter, number: int) -> None:
    if not VERSIONS.has(ctx, parameter.name, number):
        raise ParameterVersionNotFound(
            f"Systems Manager could not find version {number} of {parameter.name}. Verify the version and try again."
        )


def unlabel_parameter_version(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UnlabelParameterVersion.html"""
    parameter, number = parameter_named(ctx, request["Name"]), request["ParameterVersion"]
    _check_version(ctx, parameter, number)
    removed = [label for label in request["Labels"] if parameter.labels.get(label) == number]
    labels = {label: at for label, at in parameter.labels.items() if label not in removed}
    keep(ctx, parameter, labels=labels)
    invalid = [label for label in request["Labels"] if label not in removed]
    return {"RemovedLabels": removed, "InvalidLabels": invalid}
