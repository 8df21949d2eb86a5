"""AWS::DynamoDB::Table and GlobalTable, as CloudFormation makes, updates and deletes them."""

import pytest

from cloudchamber.aws import Call, Context, Logical, Trace
from cloudchamber.services.dynamodb import SERVICE

ORDERS = {
    "TableName": "orders",
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "state", "AttributeType": "S"},
    ],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "bystate",
            "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
    "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": "true"},
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    "Tags": [{"Key": "team", "Value": "shop"}],
}
LOGICAL = Logical(
    "shop", "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1", "Orders", "ABCDEFGHIJKL"
)


@pytest.fixture
def made(cloud):
    """Runs a function of a resource type as CloudFormation does: `await made("AWS::...", "create", ...)`."""

    async def run(type_name, step, *words):
        call = Call(
            "cloudformation", "CreateStack", {}, "arn:aws:iam::123456789012:root", "123456789012", "us-east-1"
        )
        ctx = Context(cloud.cloud, call, Trace("root", "parent"), "request")
        cloud.clock.hold()  # as the flight of CloudFormation's own call does
        try:
            return await getattr(SERVICE.resources[type_name], step)(ctx, *words)
        finally:
            cloud.clock.release()

    return run


async def test_a_table_is_made_with_all_its_properties(cloud, made):
    resource = await made("AWS::DynamoDB::Table", "create", ORDERS, LOGICAL)
    table = (await cloud("dynamodb", "DescribeTable", TableName="orders"))["Table"]
    assert resource.physical_id == "orders"
    assert resource.attributes["Arn"] == table["TableArn"]
    assert resource.attributes["StreamArn"] == table["LatestStreamArn"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["bystate"]
    expiry = await cloud("dynamodb", "DescribeTimeToLive", TableName="orders")
    assert expiry["TimeToLiveDescription"]["AttributeName"] == "expires"


async def test_a_table_without_a_name_is_named_by_its_stack(made):
    unnamed = {name: value for name, value in ORDERS.items() if name != "TableName"}
    assert (await made("AWS::DynamoDB::Table", "create", unnamed, LOGICAL)).physical_id == (
        "shop-Orders-ABCDEFGHIJKL"
    )


async def test_an_update_changes_what_differs_and_keeps_the_items(cloud, made):
    await made("AWS::DynamoDB::Table", "create", ORDERS, LOGICAL)
    await cloud("dynamodb", "PutItem", TableName="orders", Item={"id": {"S": "1"}, "day": {"N": "5"}})
    after = {
        "TableName": "orders",
        "AttributeDefinitions": [
            ORDERS["AttributeDefinitions"][0],
            {"AttributeName": "day", "AttributeType": "N"},
        ],
        "KeySchema": ORDERS["KeySchema"],
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": "3", "WriteCapacityUnits": "4"},
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "byday",
                "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
                "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
            }
        ],
        "DeletionProtectionEnabled": True,
    }
    await made("AWS::DynamoDB::Table", "update", "orders", after, ORDERS)
    table = (await cloud("dynamodb", "DescribeTable", TableName="orders"))["Table"]
    assert [(i["IndexName"], i["ItemCount"]) for i in table["GlobalSecondaryIndexes"]] == [("byday", 1)]
    assert table["ProvisionedThroughput"]["WriteCapacityUnits"] == 4
    assert table["DeletionProtectionEnabled"] is True
    assert "StreamSpecification" not in table
    expiry = await cloud("dynamodb", "DescribeTimeToLive", TableName="orders")
    assert expiry["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}
    tags = await cloud("dynamodb", "ListTagsOfResource", ResourceArn=table["TableArn"])
    assert tags["Tags"] == []


async def test_a_table_is_deleted_and_may_be_gone_already(cloud, made):
    await made("AWS::DynamoDB::Table", "create", ORDERS, LOGICAL)
    await made("AWS::DynamoDB::Table", "delete", "orders", ORDERS)
    await made("AWS::DynamoDB::Table", "delete", "orders", ORDERS)
    assert await cloud("dynamodb", "ListTables") == {"TableNames": []}


async def test_a_global_table_with_one_replica_is_a_table(cloud, made, error_of):
    wanted = {
        "TableName": "worldwide",
        "AttributeDefinitions": ORDERS["AttributeDefinitions"][:1],
        "KeySchema": ORDERS["KeySchema"],
        "WriteProvisionedThroughputSettings": {
            "WriteCapacityAutoScalingSettings": {"MinCapacity": 2, "MaxCapacity": 9}
        },
        "Replicas": [
            {
                "Region": "us-east-1",
                "ReadProvisionedThroughputSettings": {"ReadCapacityUnits": 7},
                "Tags": [{"Key": "a", "Value": "b"}],
            }
        ],
    }
    await made("AWS::DynamoDB::GlobalTable", "create", wanted, LOGICAL)
    units = (await cloud("dynamodb", "DescribeTable", TableName="worldwide"))["Table"][
        "ProvisionedThroughput"
    ]
    assert (units["ReadCapacityUnits"], units["WriteCapacityUnits"]) == (7, 2)
    two = wanted | {"TableName": "two", "Replicas": wanted["Replicas"] * 2}
    error = await error_of(made("AWS::DynamoDB::GlobalTable", "create", two, LOGICAL))
    assert "more than one replica" in error.message
