"""What CreateTable and UpdateTable check of key schemas, indexes and capacity.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import AwsError
from cloudchamber.aws.errors import ValidationException
from cloudchamber.services.dynamodb import limits
from cloudchamber.services.dynamodb.errors import invalid
from cloudchamber.services.dynamodb.model import Keys

Definition = dict[str, Any]


def attribute_types(definitions: list[Definition]) -> dict[str, str]:
    """AttributeDefinitions by name."""
    types = {each["AttributeName"]: each["AttributeType"] for each in definitions}
    if len(types) != len(definitions):
        raise invalid("Duplicate AttributeName in AttributeDefinitions")
    return types


def keys_of(schema: list[Definition], types: dict[str, str]) -> Keys:
    """A KeySchema."""
    names = [each["AttributeName"] for each in schema]
    if schema[0]["KeyType"] != "HASH":
        raise ValidationException("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if len(schema) > 1 and schema[1]["KeyType"] != "RANGE":
        raise ValidationException("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
    if len(schema) > 2:
        raise AwsError(
            "NotImplemented",
            "Keys of more than two attributes are not available in Cloud Chamber.",
            status=501,
        )
    if len(set(names)) != len(names):
        raise ValidationException(
            "Both the Hash Key and the Range Key element in the KeySchema have the same name"
        )
    if any(name not in types for name in names):
        raise invalid(
            "Some index key attributes are not defined in AttributeDefinitions. "
            f"Keys: {_listed(names)}, AttributeDefinitions: {_listed(types)}"
        )
    return Keys(*names)


def check_definitions_used(types: dict[str, str], keys: Keys, indexes: list[Keys]) -> None:
    """Every defined attribute is a key of something."""
    used = dict.fromkeys(name for each in (keys, *indexes) for name in each.names)
    if types.keys() == used.keys():
        return
    if not indexes:
        raise invalid(
            "Number of attributes in KeySchema does not exactly match number of attributes "
            "defined in AttributeDefinitions"
        )
    raise invalid(
        f"Some AttributeDefinitions are not used. AttributeDefinitions: {_listed(types)}, "
        f"keys used: {_listed(used)}"
    )


def check_indexes(keys: Keys, local: list[Definition] | None, glob: list[Definition] | None) -> None:
    """How many indexes there are, and their names."""
    for given, member in ((local, "LocalSecondaryIndexes"), (glob, "GlobalSecondaryIndexes")):
        if given is not None and not given:
            raise invalid(f"List of {member} is empty")
    if local and not keys.sort:
        raise invalid(
            "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
        )
    if len(local or ()) > limits.LOCAL_INDEXES_MAX:
        raise invalid("Number of LocalSecondaryIndexes exceeds per-table limit of 5")
    if len(glob or ()) > limits.GLOBAL_INDEXES_MAX:
        raise invalid("GlobalSecondaryIndex count exceeds the per-table limit of 20")
    seen: set[str] = set()
    for index in (*(local or ()), *(glob or ())):
        if index["IndexName"] in seen:
            raise invalid(f"Duplicate index name: {index['IndexName']}")
        seen.add(index["IndexName"])


def check_local_keys(name: str, keys: Keys, table: Keys) -> None:
    """A local index shares the table's partition key and has a sort key."""
    if keys.partition != table.partition:
        raise invalid(
            "Index KeySchema does not have the same leading hash key as table KeySchema for index: "
            f"{name}. index hash key: {keys.partition}, table hash key: {table.partition}"
        )
    if not keys.sort:
        raise invalid(f"Index KeySchema does not have a range key for index: {name}")


def projection_of(definition: Definition) -> tuple[str, tuple[str, ...]]:
    """ProjectionType and NonKeyAttributes."""
    kind = definition["Projection"].get("ProjectionType")
    included = definition["Projection"].get("NonKeyAttributes")
    if kind is None:
        raise invalid("Unknown ProjectionType: null")
    if kind == "INCLUDE" and not included:
        raise invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    if kind != "INCLUDE" and included is not None:
        raise invalid(f"ProjectionType is {kind}, but NonKeyAttributes is specified")
    return kind, tuple(included or ())


def check_projected_count(indexes: list[tuple[str, ...]]) -> None:
    """All indexes of a table together include at most 100 attributes by name."""
    count = sum(map(len, indexes))
    if count > limits.PROJECTED_ATTRIBUTES_MAX:
        raise invalid(
            "The maximum number of projected non-key attributes across all indexes is "
            f"{limits.PROJECTED_ATTRIBUTES_MAX}"
        )


def units_of(definition: Definition, billing_mode: str, index_name: str = "") -> tuple[int, int]:
    """The provisioned read and write units of a table or an index; none when it is on demand."""
    given = definition.get("ProvisionedThroughput")
    subject = f" for index: {index_name}" if index_name else ""
    if billing_mode == "PAY_PER_REQUEST":
        if given is not None:
            raise invalid(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
                f"PAY_PER_REQUEST{subject}"
            )
        return 0, 0
    if given is None:
        raise invalid(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
            f"PROVISIONED{subject}"
        )
    read, write = given["ReadCapacityUnits"], given["WriteCapacityUnits"]
    for member, units in (("ReadCapacityUnits", read), ("WriteCapacityUnits", write)):
        if units > limits.TABLE_CAPACITY_UNITS_MAX:
            raise invalid(
                f"Provisioned throughput of {units} {member} exceeds the per-table limit of "
                f"{limits.TABLE_CAPACITY_UNITS_MAX}"
            )
    return read, write


def view_type_of(specification: Definition) -> str:
    """The view type of a stream that is to be opened, or nothing."""
    view_type = specification.get("StreamViewType")
    if not specification.get("StreamEnabled"):
        if view_type is not None:
            raise invalid("StreamViewType cannot be specified when StreamEnabled is false")
        return ""
    if view_type is None:
        raise invalid("StreamViewType must be specified when StreamEnabled is true")
    return view_type


def _listed(names: Any) -> str:
    return f"[{', '.join(names)}]"
