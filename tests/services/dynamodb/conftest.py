"""A table in one line: `music = await table("Music", Artist="S", SongTitle="S")`, called as `await music("GetItem", Key=...)`."""

import pytest


def index(name, partition, sort=None, projection="ALL", included=None):
    """The definition of a secondary index."""
    schema = [{"AttributeName": partition, "KeyType": "HASH"}]
    schema += [{"AttributeName": sort, "KeyType": "RANGE"}] if sort else []
    shown = {"ProjectionType": projection} | ({"NonKeyAttributes": included} if included else {})
    return {"IndexName": name, "KeySchema": schema, "Projection": shown}


@pytest.fixture
def table(cloud):
    """Makes a table of one or two key attributes; `others` types the keys of indexes."""

    async def make(name, others=None, glob=(), local=(), request=None, **keys):
        schema = zip(keys, ("HASH", "RANGE"), strict=False)
        wanted = {
            "AttributeDefinitions": [
                {"AttributeName": n, "AttributeType": t} for n, t in (keys | (others or {})).items()
            ],
            "KeySchema": [{"AttributeName": n, "KeyType": k} for n, k in schema],
            "BillingMode": "PAY_PER_REQUEST",
        }
        if glob:
            wanted["GlobalSecondaryIndexes"] = [index(*each) for each in glob]
        if local:
            wanted["LocalSecondaryIndexes"] = [index(*each) for each in local]
        await cloud("dynamodb", "CreateTable", TableName=name, **wanted, **(request or {}))
        return lambda operation, **more: cloud("dynamodb", operation, TableName=name, **more)

    return make


@pytest.fixture
async def music(table):
    """AWS's example: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/getting-started-step-1.html"""
    return await table("Music", Artist="S", SongTitle="S")
