"""Secondary indexes: what they project, what they leave out, and that they always follow their table."""

import pytest

from cloudchamber.clock import Ids


@pytest.fixture
async def games(table):
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html"""
    return await table(
        "GameScores",
        UserId="S",
        GameTitle="S",
        others={"TopScore": "N", "Wins": "N"},
        glob=[
            ("Titles", "GameTitle", "TopScore", "KEYS_ONLY"),
            ("Some", "GameTitle", None, "INCLUDE", ["Losses"]),
            ("All", "GameTitle"),
        ],
        local=[("ByWins", "UserId", "Wins", "KEYS_ONLY")],
    )


def score(user, title, **numbers):
    return {"UserId": {"S": user}, "GameTitle": {"S": title}} | {k: {"N": str(v)} for k, v in numbers.items()}


def of(title):
    return {
        "KeyConditionExpression": "GameTitle = :t",
        "ExpressionAttributeValues": {":t": {"S": title}},
    }


async def test_an_index_holds_only_what_it_projects(games):
    item = score("101", "Comet Quest", TopScore=9, Losses=3, Wins=1)
    await games("PutItem", Item=item)
    assert (await games("Query", IndexName="Titles", **of("Comet Quest")))["Items"] == [
        score("101", "Comet Quest", TopScore=9)
    ]
    assert (await games("Query", IndexName="Some", **of("Comet Quest")))["Items"] == [
        score("101", "Comet Quest", Losses=3)
    ]
    assert (await games("Query", IndexName="All", **of("Comet Quest")))["Items"] == [item]


async def test_an_index_is_sparse_and_keeps_items_with_equal_keys_apart(games):
    await games("PutItem", Item=score("101", "Comet Quest"))
    for user in ("102", "103"):
        await games("PutItem", Item=score(user, "Comet Quest", TopScore=5))
    found = await games("Query", IndexName="Titles", **of("Comet Quest"))
    assert [item["UserId"]["S"] for item in found["Items"]] == ["102", "103"]


async def test_the_pages_of_an_index_name_both_keys(games):
    for user in ("101", "102", "103"):
        await games("PutItem", Item=score(user, "Comet Quest", TopScore=5))
    first = await games("Query", IndexName="Titles", **of("Comet Quest"), Limit=2)
    assert first["LastEvaluatedKey"] == score("102", "Comet Quest", TopScore=5)
    rest = await games(
        "Query", IndexName="Titles", **of("Comet Quest"), ExclusiveStartKey=first["LastEvaluatedKey"]
    )
    assert [item["UserId"]["S"] for item in rest["Items"]] == ["103"]


async def test_a_local_index_fetches_what_it_does_not_project(games):
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.Querying"""
    item = score("101", "Comet Quest", Wins=4, Losses=3)
    await games("PutItem", Item=item)
    query = {
        "IndexName": "ByWins",
        "ConsistentRead": True,
        "KeyConditionExpression": "UserId = :u AND Wins > :w",
        "ExpressionAttributeValues": {":u": {"S": "101"}, ":w": {"N": "3"}},
        "ReturnConsumedCapacity": "INDEXES",
    }
    plain = await games("Query", **query)
    assert plain["Items"] == [score("101", "Comet Quest", Wins=4)]
    assert plain["ConsumedCapacity"]["CapacityUnits"] == 1.0
    whole = await games("Query", **query, Select="ALL_ATTRIBUTES")
    assert whole["Items"] == [item]
    assert whole["ConsumedCapacity"] == {
        "TableName": "GameScores",
        "CapacityUnits": 2.0,
        "Table": {"CapacityUnits": 1.0},
        "LocalSecondaryIndexes": {"ByWins": {"CapacityUnits": 1.0}},
    }


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"ConsistentRead": True},
            "Consistent reads are not supported on global secondary indexes",
        ),
        (
            {"Select": "ALL_ATTRIBUTES"},
            "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global "
            "secondary index Titles because its projection type is not ALL",
        ),
        (
            {"ProjectionExpression": "Losses"},
            "One or more parameter values were invalid: Global secondary index Titles does not project [Losses]",
        ),
        (
            {"FilterExpression": "attribute_exists(Losses)"},
            "One or more parameter values were invalid: Secondary index Titles does not project one or more filter "
            "attributes: [Losses]",
        ),
    ],
)
async def test_a_global_index_refuses_what_it_cannot_give(games, error_of, request_, message):
    error = await error_of(games("Query", IndexName="Titles", **of("Comet Quest"), **request_))
    assert (error.code, error.message) == ("ValidationException", message)


async def test_a_local_index_filters_by_other_attributes_only_when_it_fetches_them(games, error_of):
    await games("PutItem", Item=score("101", "Comet Quest", Wins=4, Losses=3))
    query = {
        "IndexName": "ByWins",
        "KeyConditionExpression": "UserId = :u",
        "FilterExpression": "Losses = :l",
        "ExpressionAttributeValues": {":u": {"S": "101"}, ":l": {"N": "3"}},
    }
    assert (await games("Query", **query, Select="ALL_ATTRIBUTES"))["Count"] == 1
    assert (
        "does not project one or more filter attributes: [Losses]"
        in (await error_of(games("Query", **query))).message
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            {"S": "9"},
            "One or more parameter values were invalid: Type mismatch for Index Key TopScore Expected: N Actual: S "
            "IndexName: Titles",
        ),
    ],
)
async def test_an_index_key_of_a_wrong_type_is_refused_by_put_and_update(games, error_of, value, message):
    item = score("101", "Comet Quest")
    assert (await error_of(games("PutItem", Item=item | {"TopScore": value}))).message == message
    await games("PutItem", Item=item)
    update = {"UpdateExpression": "SET TopScore = :s", "ExpressionAttributeValues": {":s": value}}
    assert (await error_of(games("UpdateItem", Key=item, **update))).message == message
    assert (await games("Scan"))["Items"] == [item]


async def test_an_index_key_may_not_be_empty(table, error_of):
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html"""
    users = await table("users", id="S", others={"mail": "S"}, glob=[("bymail", "mail")])
    error = await error_of(users("PutItem", Item={"id": {"S": "1"}, "mail": {"S": ""}}))
    assert error.message == (
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
        "The AttributeValue for a key attribute cannot contain an empty string value. "
        "IndexName: bymail, IndexKey: mail"
    )
    assert (await users("Scan"))["Count"] == 0


async def test_an_index_that_is_added_is_filled_and_one_that_is_deleted_is_gone(cloud, table, error_of):
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html"""
    users = await table("users", id="S")
    await users("PutItem", Item={"id": {"S": "1"}, "mail": {"S": "a@b"}})
    await users("PutItem", Item={"id": {"S": "2"}, "mail": {"N": "5"}})  # a violation: stays out
    await users("PutItem", Item={"id": {"S": "3"}})
    added = await users(
        "UpdateTable",
        AttributeDefinitions=[{"AttributeName": "mail", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[
            {
                "Create": {
                    "IndexName": "bymail",
                    "KeySchema": [{"AttributeName": "mail", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            }
        ],
    )
    description = added["TableDescription"]
    assert description["TableStatus"] == "UPDATING"
    assert description["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    found = (await users("Scan", IndexName="bymail"))["Items"]
    assert found == [{"id": {"S": "1"}, "mail": {"S": "a@b"}}]
    assert (await users("DescribeTable"))["Table"]["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE"
    await users("UpdateTable", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "bymail"}}])
    described = (await users("DescribeTable"))["Table"]
    assert "GlobalSecondaryIndexes" not in described
    assert described["AttributeDefinitions"] == [{"AttributeName": "id", "AttributeType": "S"}]
    assert (await error_of(users("Scan", IndexName="bymail"))).message == (
        "The table does not have the specified index: bymail"
    )


@pytest.mark.parametrize("seed", range(4))
async def test_after_any_writes_queries_and_indexes_agree_with_a_plain_dictionary(table, seed):
    """The model: a dictionary of items, filtered, sorted and projected by hand."""
    chance = Ids(seed)
    made = await table(
        "model",
        id="S",
        at="N",
        others={"g": "S", "n": "N"},
        glob=[("all", "g", "n"), ("keys", "g", None, "KEYS_ONLY"), ("some", "g", "at", "INCLUDE", ["x"])],
        local=[("local", "id", "n")],
    )
    model = {}
    for _ in range(150):
        key = {"id": {"S": chance.choice("ab")}, "at": {"N": str(chance.below(20) - 5)}}
        place = (key["id"]["S"], int(key["at"]["N"]))
        rest = {"x": {"S": chance.choice("xyz")}, "g": {"S": chance.choice("gh")}}
        rest["n"] = {"N": str(chance.below(12))}
        kept = {name: value for name, value in rest.items() if chance.fraction() < 0.7}
        action = chance.choice(("PutItem", "UpdateItem", "DeleteItem", "fail"))
        if action == "PutItem":
            await made("PutItem", Item=key | kept)
            model[place] = key | kept
        elif action == "UpdateItem":
            name = chance.choice(list(rest))
            if chance.fraction() < 0.3:
                update = {"UpdateExpression": f"REMOVE {name}"}
                model.setdefault(place, dict(key)).pop(name, None)
            else:
                values = {":v": rest[name]}
                update = {"UpdateExpression": f"SET {name} = :v", "ExpressionAttributeValues": values}
                model[place] = model.get(place, dict(key)) | {name: rest[name]}
            await made("UpdateItem", Key=key, **update)
        elif action == "DeleteItem":
            await made("DeleteItem", Key=key)
            model.pop(place, None)
        else:
            with pytest.raises(Exception, match="conditional request failed"):
                await made("PutItem", Item=key | kept, ConditionExpression="attribute_exists(nothing)")
    await _agree(made, model)


async def _agree(made, model):
    def number(item, name):
        return int(item[name]["N"])

    for id_ in "ab":
        mine = [item for (held, _), item in model.items() if held == id_]
        by_at = sorted((i for i in mine if 0 <= number(i, "at") <= 9), key=lambda i: number(i, "at"))
        query = {
            "KeyConditionExpression": "id = :i AND #a BETWEEN :x AND :y",
            "FilterExpression": "x = :f OR attribute_not_exists(x)",
            "ExpressionAttributeNames": {"#a": "at"},
            "ExpressionAttributeValues": {
                ":i": {"S": id_},
                ":x": {"N": "0"},
                ":y": {"N": "9"},
                ":f": {"S": "x"},
            },
        }
        expected = [item for item in by_at if item.get("x", {"S": "x"}) == {"S": "x"}]
        assert await _paged(made, query, limit=3) == expected
        assert await _paged(made, query | {"ScanIndexForward": False}, limit=2) == expected[::-1]
        local = await made(
            "Query",
            IndexName="local",
            KeyConditionExpression="id = :i",
            ExpressionAttributeValues={":i": {"S": id_}},
        )
        sorted_by_n = sorted((i for i in mine if "n" in i), key=lambda i: (number(i, "n"), number(i, "at")))
        assert local["Items"] == sorted_by_n
    for name, wanted, needs in (
        ("all", None, {"g", "n"}),
        ("keys", {"id", "at", "g"}, {"g"}),
        ("some", {"id", "at", "g", "x"}, {"g"}),
    ):
        expected = [
            {k: v for k, v in item.items() if wanted is None or k in wanted}
            for item in model.values()
            if needs <= item.keys()
        ]
        found = (await made("Scan", IndexName=name))["Items"]
        assert sorted(found, key=str_of) == sorted(expected, key=str_of)


def str_of(item):
    return str(sorted((name, str(value)) for name, value in item.items()))


async def _paged(made, query, limit):
    items, start = [], {}
    while True:
        page = await made("Query", **query, Limit=limit, **start)
        items += page["Items"]
        if "LastEvaluatedKey" not in page:
            return items
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
