"""Single items: put, get, update, delete, with their conditions and limits."""

import pytest


@pytest.fixture
async def music(cloud):
    """AWS's example table: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/getting-started-step-1.html"""
    await cloud(
        "dynamodb",
        "CreateTable",
        TableName="Music",
        AttributeDefinitions=[
            {"AttributeName": "Artist", "AttributeType": "S"},
            {"AttributeName": "SongTitle", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "Artist", "KeyType": "HASH"},
            {"AttributeName": "SongTitle", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return lambda operation, **request: cloud("dynamodb", operation, TableName="Music", **request)


KEY = {"Artist": {"S": "No One You Know"}, "SongTitle": {"S": "Call Me Today"}}
SONG = KEY | {"AlbumTitle": {"S": "Somewhat Famous"}, "Awards": {"N": "1"}}


async def test_a_put_item_is_got_back(music):
    assert await music("PutItem", Item=SONG) == {}
    assert await music("GetItem", Key=KEY) == {"Item": SONG}


async def test_an_item_that_is_not_there_is_no_error(music):
    assert await music("GetItem", Key=KEY) == {}
    assert await music("DeleteItem", Key=KEY) == {}
