"""Single items: put, get, update, delete, with their conditions and limits."""

import pytest

KEY = {"Artist": {"S": "No One You Know"}, "SongTitle": {"S": "Call Me Today"}}
SONG = KEY | {"AlbumTitle": {"S": "Somewhat Famous"}, "Awards": {"N": "1"}}


async def test_a_put_item_is_got_back(music):
    assert await music("PutItem", Item=SONG) == {}
    assert await music("GetItem", Key=KEY) == {"Item": SONG}


async def test_every_type_is_got_back_as_it_was_put(music):
    item = KEY | {
        "b": {"B": b"\x00\xff"},
        "bool": {"BOOL": False},
        "null": {"NULL": True},
        "ss": {"SS": ["b", "a"]},
        "ns": {"NS": ["2", "1.5"]},
        "bs": {"BS": [b"x"]},
        "m": {"M": {"l": {"L": [{"N": "-3"}, {"S": ""}]}}},
    }
    await music("PutItem", Item=item)
    assert (await music("GetItem", Key=KEY))["Item"] == item


async def test_numbers_are_printed_as_dynamodb_prints_them(music):
    await music("PutItem", Item=KEY | {"n": {"N": "+01.50e1"}})
    assert (await music("GetItem", Key=KEY))["Item"]["n"] == {"N": "15"}


async def test_an_item_that_is_not_there_is_no_error(music):
    assert await music("GetItem", Key=KEY) == {}
    assert await music("DeleteItem", Key=KEY) == {}


async def test_a_projection_shows_only_its_paths(music):
    await music("PutItem", Item=SONG | {"info": {"M": {"a": {"S": "x"}, "b": {"S": "y"}}}})
    got = await music(
        "GetItem",
        Key=KEY,
        ProjectionExpression="#t, info.a",
        ExpressionAttributeNames={"#t": "AlbumTitle"},
    )
    assert got["Item"] == {"AlbumTitle": {"S": "Somewhat Famous"}, "info": {"M": {"a": {"S": "x"}}}}


@pytest.mark.parametrize(
    ("wanted", "attributes"),
    [
        ("NONE", None),
        ("ALL_OLD", SONG),
        ("ALL_NEW", SONG | {"Awards": {"N": "3"}}),
        ("UPDATED_OLD", {"Awards": {"N": "1"}}),
        ("UPDATED_NEW", {"Awards": {"N": "3"}}),
    ],
)
async def test_an_update_returns_what_it_is_asked_for(music, wanted, attributes):
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html"""
    await music("PutItem", Item=SONG)
    answer = await music(
        "UpdateItem",
        Key=KEY,
        UpdateExpression="SET Awards = Awards + :two",
        ExpressionAttributeValues={":two": {"N": "2"}},
        ReturnValues=wanted,
    )
    assert answer.get("Attributes") == attributes


async def test_an_update_makes_an_item_that_is_not_there(music):
    answer = await music(
        "UpdateItem",
        Key=KEY,
        UpdateExpression="SET Awards = if_not_exists(Awards, :zero) + :one",
        ExpressionAttributeValues={":zero": {"N": "0"}, ":one": {"N": "1"}},
        ReturnValues="ALL_NEW",
    )
    assert answer["Attributes"] == KEY | {"Awards": {"N": "1"}}
    assert (await music("UpdateItem", Key=KEY | {"SongTitle": {"S": "b"}}, ReturnValues="ALL_OLD")) == {}
    assert (await music("Scan"))["Count"] == 2


async def test_put_and_delete_return_the_old_item(music):
    assert await music("PutItem", Item=SONG, ReturnValues="ALL_OLD") == {}
    assert (await music("PutItem", Item=KEY, ReturnValues="ALL_OLD"))["Attributes"] == SONG
    assert (await music("DeleteItem", Key=KEY, ReturnValues="ALL_OLD"))["Attributes"] == KEY


async def test_a_failed_condition_changes_nothing_and_gives_the_item_when_asked(music, error_of):
    """F081. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html"""
    await music("PutItem", Item=SONG)
    request = {"Item": KEY, "ConditionExpression": "attribute_not_exists(Artist)"}
    error = await error_of(music("PutItem", **request))
    assert (error.code, error.message) == (
        "ConditionalCheckFailedException",
        "The conditional request failed",
    )
    assert error.members == {}
    error = await error_of(music("PutItem", **request, ReturnValuesOnConditionCheckFailure="ALL_OLD"))
    assert error.members == {"Item": SONG}
    assert (await music("GetItem", Key=KEY))["Item"] == SONG


async def test_legacy_parameters_do_what_expressions_do(music, error_of):
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html"""
    await music("PutItem", Item=SONG, Expected={"Artist": {"Exists": False}})
    error = await error_of(
        music(
            "DeleteItem",
            Key=KEY,
            Expected={"Awards": {"ComparisonOperator": "GT", "AttributeValueList": [{"N": "1.0"}]}},
        )
    )
    assert error.code == "ConditionalCheckFailedException"
    await music("UpdateItem", Key=KEY, AttributeUpdates={"Awards": {"Action": "ADD", "Value": {"N": "04"}}})
    got = await music("GetItem", Key=KEY, AttributesToGet=["Awards"])
    assert got["Item"] == {"Awards": {"N": "5"}}


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        (
            "PutItem",
            {"Item": {"Artist": {"S": "a"}}},
            "One or more parameter values were invalid: Missing the key SongTitle in the item",
        ),
        (
            "PutItem",
            {"Item": {"Artist": {"S": "a"}, "SongTitle": {"N": "1"}}},
            "One or more parameter values were invalid: Type mismatch for key SongTitle expected: S actual: N",
        ),
        (
            "PutItem",
            {"Item": {"Artist": {"S": ""}, "SongTitle": {"S": "1"}}},
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: Artist",
        ),
        (
            "PutItem",
            {"Item": KEY | {"s": {"SS": []}}},
            "One or more parameter values were invalid: An string set  may not be empty",
        ),
        (
            "PutItem",
            {"Item": KEY | {"n": {"N": "a"}}},
            "The parameter cannot be converted to a numeric value: a",
        ),
        (
            "PutItem",
            {"Item": KEY | {"n": {"S": "x" * 409_600}}},
            "Item size has exceeded the maximum allowed size",
        ),
        (
            "PutItem",
            {"Item": KEY | {"SongTitle": {"S": "x" * 1025}}},
            "One or more parameter values were invalid: Size of rangekey has exceeded the maximum size limit "
            "of1024 bytes",
        ),
        (
            "GetItem",
            {"Key": {"Artist": {"S": "x" * 2049}, "SongTitle": {"S": "y"}}},
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit "
            "of2048 bytes",
        ),
        ("GetItem", {"Key": {"Artist": {"S": "a"}}}, "The provided key element does not match the schema"),
        ("GetItem", {"Key": SONG}, "The provided key element does not match the schema"),
        (
            "GetItem",
            {"Key": KEY | {"SongTitle": {"N": "1"}}},
            "The provided key element does not match the schema",
        ),
        (
            "UpdateItem",
            {
                "Key": KEY,
                "UpdateExpression": "SET Artist = :a",
                "ExpressionAttributeValues": {":a": {"S": "b"}},
            },
            "One or more parameter values were invalid: Cannot update attribute Artist. "
            "This attribute is part of the key",
        ),
        ("PutItem", {"Item": SONG, "ReturnValues": "ALL_NEW"}, "ReturnValues can only be ALL_OLD or NONE"),
        (
            "PutItem",
            {"Item": SONG, "ExpressionAttributeValues": {":a": {"S": "b"}}},
            "ExpressionAttributeValues can only be specified when using expressions",
        ),
        (
            "PutItem",
            {
                "Item": SONG,
                "ConditionExpression": "attribute_exists(Artist)",
                "Expected": {"Artist": {"Exists": False}},
            },
            "Can not use both expression and non-expression parameters in the same request: "
            "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}",
        ),
    ],
)
async def test_a_bad_request_is_refused_in_dynamodbs_words_and_changes_nothing(
    music, error_of, operation, request_, message
):
    error = await error_of(music(operation, **request_))
    assert (error.code, error.message) == ("ValidationException", message)
    assert (await music("Scan"))["Items"] == []


async def test_an_item_may_nest_32_levels_deep(music, error_of):
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-attributes"""

    def nested(depth):
        value = {"S": "x"}
        for _ in range(depth):
            value = {"L": [value]}
        return KEY | {"deep": value}

    await music("PutItem", Item=nested(32))
    error = await error_of(music("PutItem", Item=nested(33)))
    assert error.message == "Nesting Levels have exceeded supported limits"


async def test_an_update_may_not_grow_an_item_past_400_kb(music, error_of):
    await music("PutItem", Item=KEY | {"a": {"S": "x" * 300_000}})
    error = await error_of(
        music(
            "UpdateItem",
            Key=KEY,
            UpdateExpression="SET b = :b",
            ExpressionAttributeValues={":b": {"S": "x" * 110_000}},
        )
    )
    assert error.message == "Item size to update has exceeded the maximum allowed size"
    assert "b" not in (await music("GetItem", Key=KEY))["Item"]


async def test_a_table_that_is_not_there_is_not_found(cloud, error_of):
    error = await error_of(cloud("dynamodb", "GetItem", TableName="nope", Key=KEY))
    assert (error.code, error.message) == ("ResourceNotFoundException", "Requested resource not found")


async def test_a_table_may_be_named_by_its_arn_from_another_account(cloud, music):
    await music("PutItem", Item=SONG)
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/Music"
    got = await cloud("dynamodb", "GetItem", account="210987654321", TableName=arn, Key=KEY)
    assert got["Item"] == SONG
