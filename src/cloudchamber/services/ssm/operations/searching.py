"""GetParametersByPath and DescribeParameters: parameters found by filters.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import Context
from cloudchamber.aws.errors import ValidationException
from cloudchamber.services.ssm import limits, rules
from cloudchamber.services.ssm.errors import InvalidFilterKey, InvalidFilterOption
from cloudchamber.services.ssm.model import Parameter
from cloudchamber.services.ssm.operations.finding import arn_of, paged
from cloudchamber.services.ssm.operations.parameters import described, shown
from cloudchamber.services.ssm.records import PARAMETERS, VERSIONS, under

Filter = dict[str, Any]
_OPTIONS = {
    "Name": ("Equals", "BeginsWith", "Contains"),
    "Path": ("Recursive", "OneLevel"),
}


def get_parameters_by_path(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html"""
    path = request["Path"]
    rules.check_path(path)
    filters = request.get("ParameterFilters") or []
    for asked in filters:
        if asked["Key"] not in ("Type", "KeyId", "Label"):
            raise InvalidFilterKey(
                f"The following filter key is not valid: {asked['Key']}. Valid filter keys include: [Type, KeyId]."
            )
    stem, recursive = path.rstrip("/") + "/", bool(request.get("Recursive"))
    candidates = under(ctx, stem) if path != "/" else PARAMETERS.values(ctx)
    found = [
        parameter
        for parameter in candidates
        if _is_below(parameter.name, stem, recursive=recursive) and _passes(parameter, filters)
    ]
    chosen, more = paged(request, found, lambda parameter: parameter.name, limits.BY_PATH_DEFAULT)
    label = next((asked["Values"][0] for asked in filters if asked["Key"] == "Label"), "")
    decrypted = bool(request.get("WithDecryption"))
    return {"Parameters": [_shown(ctx, each, label, decrypted=decrypted) for each in chosen]} | more


def _shown(ctx: Context, parameter: Parameter, label: str, *, decrypted: bool) -> dict[str, Any]:
    """The newest version, or the one that has the label asked for."""
    number = parameter.labels.get(label)
    version = VERSIONS.get(ctx, parameter.name, number) if number else None
    selector = f":{label}" if label else ""
    return shown(ctx, parameter, version or parameter.latest, selector, decrypted=decrypted)


def _is_below(name: str, stem: str, *, recursive: bool) -> bool:
    if stem == "/" and not name.startswith("/"):
        return True
    return name.startswith(stem) and (recursive or "/" not in name[len(stem) :])


def describe_parameters(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html"""
    old, new = request.get("Filters") or [], request.get("ParameterFilters") or []
    if old and new:
        raise ValidationException("You can use either Filters or ParameterFilters in a single request.")
    filters = [item | {"Option": "BeginsWith" if item["Key"] == "Name" else "Equals"} for item in old] + new
    _check(filters)
    found = [each for each in PARAMETERS.values(ctx) if _passes(each, filters)]
    chosen, more = paged(request, found, lambda parameter: parameter.name, limits.DESCRIBED_DEFAULT)
    answer = [described(each, each.latest) | {"ARN": arn_of(ctx, each.name)} for each in chosen]
    return {"Parameters": answer} | more


def _check(filters: list[Filter]) -> None:
    keys = [asked["Key"] for asked in filters]
    for asked in filters:
        key, option = asked["Key"], asked.get("Option")
        if key == "Label":
            raise InvalidFilterKey(
                "The following filter key is not valid: Label. Valid filter keys include: "
                "[Path, Name, Type, KeyId, Tier, DataType]"
            )
        if keys.count(key) > 1:
            raise InvalidFilterKey(
                "The following filters are duplicated in the request: "
                + key
                + ". A request can contain only one instance "
                "of a specific filter."
            )
        if option and option not in _OPTIONS.get(key, ("Equals", "BeginsWith")):
            raise InvalidFilterOption(
                f"The following filter option is not valid: {option}. Valid options include: "
                f"[{', '.join(_OPTIONS.get(key, ('BeginsWith', 'Equals')))}]."
            )


def _passes(parameter: Parameter, filters: list[Filter]) -> bool:
    return all(_matches(parameter, asked) for asked in filters)


def _matches(parameter: Parameter, asked: Filter) -> bool:
    key, values, option = asked["Key"], asked.get("Values") or [], asked.get("Option")
    if key == "Path":
        recursive = option == "Recursive"
        return any(_is_below(parameter.name, v.rstrip("/") + "/", recursive=recursive) for v in values)
    if key == "Label":
        return any(value in parameter.labels for value in values)
    if key.startswith("tag:"):
        tag = parameter.tags.get(key[4:])
        return tag is not None and (not values or _compare(tag, values, option))
    latest = parameter.latest
    actual = {
        "Name": parameter.name,
        "Type": latest.type,
        "KeyId": latest.key_id,
        "Tier": latest.tier,
        "DataType": latest.data_type,
    }[key]
    return _compare(actual, values, option)


def _compare(actual: str, values: list[str], option: str | None) -> bool:
    if option == "BeginsWith":
        return actual.startswith(tuple(values))
    if option == "Contains":
        return any(value in actual for value in values)
    return actual in values
