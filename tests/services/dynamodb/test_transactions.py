"""TransactWriteItems and TransactGetItems. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html"""

import pytest


@pytest.fixture
async def users(table):
    return await table("users", id="S")


def key(number):
    return {"id": {"S": str(number)}}


def put(number, **more):
    return {"Put": {"TableName": "users", "Item": key(number) | {"n": {"N": "1"}}} | more}


def add(number, **more):
    return {
        "Update": {
            "TableName": "users",
            "Key": key(number),
            "UpdateExpression": "SET n = n + :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
        | more
    }


def check(number, condition, **more):
    return {
        "ConditionCheck": {"TableName": "users", "Key": key(number), "ConditionExpression": condition} | more
    }


async def write(cloud, *items, **more):
    return await cloud("dynamodb", "TransactWriteItems", TransactItems=list(items), **more)


async def test_all_writes_of_a_transaction_happen(cloud, users):
    await write(cloud, put(1), put(2))
    await write(
        cloud, add(1), {"Delete": {"TableName": "users", "Key": key(2)}}, check(3, "attribute_not_exists(id)")
    )
    assert (await users("Scan"))["Items"] == [key(1) | {"n": {"N": "2"}}]


async def test_one_failed_condition_cancels_all_and_tells_which(cloud, users, error_of):
    await write(cloud, put(1))
    failed = check(1, "n > :x", ExpressionAttributeValues={":x": {"N": "5"}})
    failed["ConditionCheck"]["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    error = await error_of(write(cloud, put(2), failed))
    assert error.code == "TransactionCanceledException"
    assert error.message == (
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[None, ConditionalCheckFailed]"
    )
    assert error.members["CancellationReasons"] == [
        {"Code": "None"},
        {
            "Code": "ConditionalCheckFailed",
            "Message": "The conditional request failed",
            "Item": key(1) | {"n": {"N": "1"}},
        },
    ]
    assert (await users("Scan"))["Count"] == 1


async def test_an_update_that_does_not_fit_its_item_cancels_with_a_validation_error(cloud, users, error_of):
    error = await error_of(write(cloud, put(1), add(2)))
    assert error.members["CancellationReasons"][1] == {
        "Code": "ValidationError",
        "Message": "The provided expression refers to an attribute that does not exist in the item",
    }
    assert (await users("Scan"))["Count"] == 0


async def test_an_item_that_its_table_does_not_take_cancels_too(cloud, users, error_of):
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html"""
    numeric = {"Put": {"TableName": "users", "Item": {"id": {"N": "1"}}}}
    error = await error_of(write(cloud, put(2), numeric))
    assert error.members["CancellationReasons"] == [
        {"Code": "None"},
        {
            "Code": "ValidationError",
            "Message": "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N",
        },
    ]
    assert (await users("Scan"))["Count"] == 0


async def test_a_transaction_names_each_item_once(cloud, users, error_of):
    error = await error_of(write(cloud, put(1), check(1, "attribute_exists(id)")))
    assert (error.code, error.message) == (
        "ValidationException",
        "Transaction request cannot include multiple operations on one item",
    )


async def test_a_token_makes_a_transaction_happen_once_within_ten_minutes(cloud, users, error_of):
    """F063. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html"""
    await write(cloud, put(1))
    token = {"ClientRequestToken": "t1", "ReturnConsumedCapacity": "TOTAL"}
    first = await write(cloud, add(1), **token)
    again = await write(cloud, add(1), **token)
    assert (await users("GetItem", Key=key(1)))["Item"]["n"] == {"N": "2"}
    assert first["ConsumedCapacity"] == [
        {"TableName": "users", "CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}
    ]
    assert again["ConsumedCapacity"] == [
        {"TableName": "users", "CapacityUnits": 2.0, "ReadCapacityUnits": 2.0}
    ]
    error = await error_of(write(cloud, add(2), **token))
    assert error.code == "IdempotentParameterMismatchException"
    await cloud.clock.advance(10 * 60 * 1000)
    await write(cloud, add(1), **token)
    assert (await users("GetItem", Key=key(1)))["Item"]["n"] == {"N": "3"}


async def test_a_cancelled_transaction_may_be_tried_again_with_its_token(cloud, users, error_of):
    guarded = check(9, "attribute_exists(id)")
    assert (await error_of(write(cloud, put(1), guarded, ClientRequestToken="t"))).code == (
        "TransactionCanceledException"
    )
    await write(cloud, put(9))
    await write(cloud, put(1), guarded, ClientRequestToken="t")
    assert (await users("Scan"))["Count"] == 2


async def test_a_transaction_holds_at_most_4_mb(cloud, users, error_of):
    """F065. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html"""
    large = [{"Put": {"TableName": "users", "Item": key(n) | {"x": {"S": "x" * 400_000}}}} for n in range(11)]
    assert (await error_of(write(cloud, *large))).code == "ValidationException"
    assert (await users("Scan"))["Count"] == 0
    await write(cloud, *large[:10])


async def test_items_are_got_together_at_twice_the_price(cloud, users):
    await write(cloud, put(1))
    get = [{"Get": {"TableName": "users", "Key": key(n), "ProjectionExpression": "n"}} for n in (1, 2)]
    answer = await cloud("dynamodb", "TransactGetItems", TransactItems=get, ReturnConsumedCapacity="TOTAL")
    assert answer == {
        "Responses": [{"Item": {"n": {"N": "1"}}}, {}],
        "ConsumedCapacity": [{"TableName": "users", "CapacityUnits": 4.0, "ReadCapacityUnits": 4.0}],
    }
