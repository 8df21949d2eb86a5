"""Tables: create, describe, update, list, delete, and what is refused."""

import asyncio

import pytest

from cloudchamber.aws import Call


def definitions(**types):
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]


def schema(*names):
    return [{"AttributeName": n, "KeyType": k} for n, k in zip(names, ("HASH", "RANGE"), strict=False)]


def secondary(*names, projection=None, name="byx"):
    return {
        "IndexName": name,
        "KeySchema": schema(*names),
        "Projection": projection or {"ProjectionType": "ALL"},
    }


BASE = {
    "TableName": "orders",
    "AttributeDefinitions": definitions(id="S"),
    "KeySchema": schema("id"),
    "BillingMode": "PAY_PER_REQUEST",
}


async def test_a_new_table_is_creating_and_then_active(cloud):
    made = await cloud("dynamodb", "CreateTable", **BASE)
    assert made["TableDescription"]["TableStatus"] == "CREATING"
    table = (await cloud("dynamodb", "DescribeTable", TableName="orders"))["Table"]
    assert table["TableStatus"] == "ACTIVE"
    assert table["TableArn"] == "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert (table["ItemCount"], table["TableSizeBytes"]) == (0, 0)


async def test_a_table_is_described_with_the_count_and_size_of_its_items(cloud):
    await cloud("dynamodb", "CreateTable", **BASE)
    await cloud("dynamodb", "PutItem", TableName="orders", Item={"id": {"S": "abc"}, "n": {"N": "1"}})
    table = (await cloud("dynamodb", "DescribeTable", TableName="orders"))["Table"]
    assert (table["ItemCount"], table["TableSizeBytes"]) == (1, 2 + 3 + 1 + 2)


async def test_many_items_are_counted_and_their_size_is_that_of_the_first_ones_times_their_number(cloud):
    await cloud("dynamodb", "CreateTable", **BASE)
    for number in range(100):
        await cloud("dynamodb", "PutItem", TableName="orders", Item={"id": {"S": f"{number:03}"}})
    table = (await cloud("dynamodb", "DescribeTable", TableName="orders"))["Table"]
    assert (table["ItemCount"], table["TableSizeBytes"]) == (100, 100 * 5)


async def test_a_definition_is_known_as_it_was_committed_whatever_was_undone(cloud):
    """The first change is undone with its transaction; a put in the same group of commits sees the second one."""
    await cloud("dynamodb", "CreateTable", **BASE)
    who = ("arn:aws:iam::123456789012:root", "123456789012", "us-east-1")
    ttl = {"TableName": "orders", "TimeToLiveSpecification": {"AttributeName": "at", "Enabled": True}}

    def undone(tx):
        cloud.cloud.run_within(tx, Call("dynamodb", "UpdateTimeToLive", ttl, *who), 0)
        described = cloud.cloud.run_within(
            tx, Call("dynamodb", "DescribeTimeToLive", {"TableName": "orders"}, *who), 0
        )
        assert described["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"
        raise KeyError("undone")

    with pytest.raises(KeyError):
        await cloud.cloud.store.transact(undone)
    item = {"id": {"S": "a"}, "at": {"N": str(cloud.clock.now_ms() // 1000 + 60)}}
    together = [
        cloud.start("dynamodb", "PutItem", TableName="orders", Item=item),
        cloud.start("dynamodb", "UpdateTimeToLive", **ttl),
        cloud.start("dynamodb", "PutItem", TableName="orders", Item=item | {"id": {"S": "b"}}),
        cloud.start("dynamodb", "DeleteTable", TableName="orders"),
        cloud.start("dynamodb", "CreateTable", **BASE),
        cloud.start("dynamodb", "DescribeTimeToLive", TableName="orders"),
    ]
    *_, last = await cloud.clock.run(asyncio.gather(*together))
    assert last["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED"


async def test_a_table_exists_once(cloud, error_of):
    await cloud("dynamodb", "CreateTable", **BASE)
    error = await error_of(cloud("dynamodb", "CreateTable", **BASE))
    assert (error.code, error.message) == ("ResourceInUseException", "Table already exists: orders")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"AttributeDefinitions": definitions(x="S")},
            "One or more parameter values were invalid: Some index key attributes are not defined in "
            "AttributeDefinitions. Keys: [id], AttributeDefinitions: [x]",
        ),
        (
            {"AttributeDefinitions": definitions(id="S", x="S")},
            "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match "
            "number of attributes defined in AttributeDefinitions",
        ),
        (
            {
                "AttributeDefinitions": definitions(id="S", x="S", y="S"),
                "GlobalSecondaryIndexes": [secondary("x")],
            },
            "One or more parameter values were invalid: Some AttributeDefinitions are not used. "
            "AttributeDefinitions: [id, x, y], keys used: [id, x]",
        ),
        (
            {"KeySchema": schema("id", "id")},
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        ),
        (
            {"BillingMode": "PROVISIONED"},
            "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be "
            "specified when BillingMode is PROVISIONED",
        ),
        (
            {"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}},
            "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be "
            "specified when BillingMode is PAY_PER_REQUEST",
        ),
        (
            {
                "AttributeDefinitions": definitions(id="S", x="S"),
                "LocalSecondaryIndexes": [secondary("id", "x")],
            },
            "One or more parameter values were invalid: Table KeySchema does not have a range key, which is required "
            "when specifying a LocalSecondaryIndex",
        ),
        (
            {
                "AttributeDefinitions": definitions(id="S", x="S"),
                "GlobalSecondaryIndexes": [secondary("x"), secondary("x")],
            },
            "One or more parameter values were invalid: Duplicate index name: byx",
        ),
        (
            {
                "AttributeDefinitions": definitions(id="S", x="S"),
                "GlobalSecondaryIndexes": [secondary("x", projection={"ProjectionType": "INCLUDE"})],
            },
            "One or more parameter values were invalid: ProjectionType is INCLUDE, but NonKeyAttributes is not "
            "specified",
        ),
        (
            {"GlobalSecondaryIndexes": []},
            "One or more parameter values were invalid: List of GlobalSecondaryIndexes is empty",
        ),
        (
            {
                "AttributeDefinitions": definitions(id="S", x="S"),
                "GlobalSecondaryIndexes": [secondary("x", name=f"by{n:02}") for n in range(21)],
            },
            "One or more parameter values were invalid: GlobalSecondaryIndex count exceeds the per-table limit of 20",
        ),
        (
            {"TableName": "ab"},
            "TableName must be at least 3 characters long and at most 255 characters long",
        ),
    ],
)
async def test_a_table_that_does_not_add_up_is_refused(cloud, error_of, change, message):
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html"""
    error = await error_of(cloud("dynamodb", "CreateTable", **BASE | change))
    assert (error.code, error.message) == ("ValidationException", message)
    assert await cloud("dynamodb", "ListTables") == {"TableNames": []}


async def test_a_deleted_table_is_gone_with_its_items(cloud, error_of):
    await cloud("dynamodb", "CreateTable", **BASE)
    await cloud("dynamodb", "PutItem", TableName="orders", Item={"id": {"S": "1"}})
    gone = await cloud("dynamodb", "DeleteTable", TableName="orders")
    assert gone["TableDescription"]["TableStatus"] == "DELETING"
    for operation in ("DescribeTable", "DeleteTable"):
        error = await error_of(cloud("dynamodb", operation, TableName="orders"))
        assert (error.code, error.message) == (
            "ResourceNotFoundException",
            "Requested resource not found: Table: orders not found",
        )
    await cloud("dynamodb", "CreateTable", **BASE)
    assert (await cloud("dynamodb", "Scan", TableName="orders"))["Count"] == 0


async def test_a_protected_table_is_not_deleted(cloud, error_of):
    await cloud("dynamodb", "CreateTable", **BASE, DeletionProtectionEnabled=True)
    error = await error_of(cloud("dynamodb", "DeleteTable", TableName="orders"))
    assert error.message == (
        "Resource cannot be deleted as it is currently protected against deletion. "
        "Disable deletion protection first."
    )
    await cloud("dynamodb", "UpdateTable", TableName="orders", DeletionProtectionEnabled=False)
    await cloud("dynamodb", "DeleteTable", TableName="orders")


async def test_tables_are_listed_by_name_page_by_page(cloud):
    for name in ("ccc", "aaa", "bbb"):
        await cloud("dynamodb", "CreateTable", **BASE | {"TableName": name})
    first = await cloud("dynamodb", "ListTables", Limit=2)
    assert first == {"TableNames": ["aaa", "bbb"], "LastEvaluatedTableName": "bbb"}
    rest = await cloud("dynamodb", "ListTables", ExclusiveStartTableName="bbb")
    assert rest == {"TableNames": ["ccc"]}


async def test_capacity_and_billing_mode_change(cloud, error_of):
    await cloud("dynamodb", "CreateTable", **BASE)
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
    update = {"TableName": "orders", "ProvisionedThroughput": units}
    changed = await cloud("dynamodb", "UpdateTable", BillingMode="PROVISIONED", **update)
    shown = changed["TableDescription"]["ProvisionedThroughput"]
    assert (shown["ReadCapacityUnits"], shown["WriteCapacityUnits"]) == (5, 6)
    error = await error_of(cloud("dynamodb", "UpdateTable", **update))
    assert error.message.startswith("The provisioned throughput for the table will not change.")
    error = await error_of(cloud("dynamodb", "UpdateTable", TableName="orders"))
    assert error.message.startswith("At least one of ProvisionedThroughput, BillingMode,")


async def test_tags_come_and_go(cloud, error_of):
    made = await cloud("dynamodb", "CreateTable", **BASE, Tags=[{"Key": "a", "Value": "1"}])
    arn = made["TableDescription"]["TableArn"]
    await cloud("dynamodb", "TagResource", ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
    await cloud("dynamodb", "UntagResource", ResourceArn=arn, TagKeys=["a"])
    assert await cloud("dynamodb", "ListTagsOfResource", ResourceArn=arn) == {
        "Tags": [{"Key": "b", "Value": "2"}]
    }
    error = await error_of(cloud("dynamodb", "ListTagsOfResource", ResourceArn=arn + "x"))
    assert error.message == f"Requested resource not found: ResourcArn: {arn}x not found"


async def test_point_in_time_recovery_is_recorded(cloud, error_of):
    await cloud("dynamodb", "CreateTable", **BASE)
    wanted = {"PointInTimeRecoveryEnabled": True}
    await cloud(
        "dynamodb",
        "UpdateContinuousBackups",
        TableName="orders",
        PointInTimeRecoverySpecification=wanted,
    )
    shown = (await cloud("dynamodb", "DescribeContinuousBackups", TableName="orders"))[
        "ContinuousBackupsDescription"
    ]["PointInTimeRecoveryDescription"]
    assert (shown["PointInTimeRecoveryStatus"], shown["RecoveryPeriodInDays"]) == ("ENABLED", 35)
    error = await error_of(cloud("dynamodb", "DescribeContinuousBackups", TableName="nope"))
    assert (error.code, error.message) == ("TableNotFoundException", "Table not found: nope")


async def test_tables_of_other_regions_and_accounts_are_apart(cloud, error_of):
    await cloud("dynamodb", "CreateTable", **BASE)
    assert await cloud("dynamodb", "ListTables", region="eu-west-1") == {"TableNames": []}
    assert await cloud("dynamodb", "ListTables", account="210987654321") == {"TableNames": []}
