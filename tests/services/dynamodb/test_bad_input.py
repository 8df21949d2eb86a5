"""Requests that are wrong, over the wire: each is refused in DynamoDB's words, and changes nothing."""

import json

import pytest

from cloudchamber.app.services import HTTP_SERVICES
from cloudchamber.gateway import Front
from cloudchamber.wire.http import HttpRequest

CORAL = "com.amazon.coral.service#"
VALIDATION = "com.amazon.coral.validate#ValidationException"
NOT_FOUND = "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"
ITEM = {"p": {"S": "a"}, "n": {"N": "1"}}


@pytest.fixture
async def send(cloud):
    """Sends bytes, as `send(operation, body)` in a region, to a front that holds the table `orders` with one item."""
    front = Front(cloud.cloud, http_services=HTTP_SERVICES)

    async def post(operation, body, region="us-east-1", target=None):
        scope = f"123456789012/20260101/{region}/dynamodb/aws4_request"
        headers = {
            "authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": f"DynamoDB_20120810.{operation}" if target is None else target,
        }
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        answers = []
        front.handle(HttpRequest("POST", "/", "", headers, raw), answers.append)
        await cloud.settle()
        (answer,) = answers
        return answer.status, json.loads(answer.body)

    schema = {
        "TableName": "orders",
        "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    assert (await post("CreateTable", schema))[0] == 200
    assert (await post("PutItem", {"TableName": "orders", "Item": ITEM}))[0] == 200
    return post


async def is_unchanged(send):
    status, held = await send("Scan", {"TableName": "orders"})
    return (status, held["Items"]) == (200, [ITEM])


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "SerializationException"),
        (b"[]", "SerializationException"),
        (b"null", "SerializationException"),
        (b'{"TableName":"\xff"}', "SerializationException"),
        (b'{"TableName":5,"Item":{"p":{"S":"a"}}}', "SerializationException"),
        (b'{"TableName":"orders","Item":"p"}', "SerializationException"),
        (b'{"TableName":"orders","Item":{"p":{"S":5}}}', "SerializationException"),
        (b'{"TableName":"orders","Item":{"p":{"S":"a"},"n":{"N":5}}}', "SerializationException"),
        (b'{"TableName":"orders","Item":{"p":{"S":"a"},"n":{"B":"***"}}}', "SerializationException"),
        (b'{"TableName":"orders","Item":' + b'{"L":[' * 5000 + b"]}" * 5000 + b"}", "SerializationException"),
    ],
)
async def test_what_is_no_input_cannot_be_read(send, body, kind):
    status, answer = await send("PutItem", body)
    assert (status, answer["__type"]) == (400, CORAL + kind)
    assert await is_unchanged(send)


@pytest.mark.parametrize("target", ["DynamoDB_20120810.Nope", "DynamoDB_20120810", "nothing", ""])
async def test_an_operation_that_does_not_exist_is_unknown(send, target):
    status, answer = await send("", {}, target=target)
    assert (status, answer["__type"]) == (400, CORAL + "UnknownOperationException")


async def test_an_operation_that_is_not_there_yet_says_so(send):
    status, answer = await send("ExecuteStatement", {"Statement": "SELECT * FROM orders"})
    assert status == 501
    assert "ExecuteStatement" in answer["message"]


INVALID = "One or more parameter values were invalid: "
DATATYPES = "must contain exactly one of the supported datatypes"


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"n": {"N": "x"}}, "The parameter cannot be converted to a numeric value: x"),
        (
            {"n": {"N": "1e126"}},
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        ({"n": {"N": "1" * 39}}, "Attempting to store more than 38 significant digits in a Number"),
        (
            {"n": {"N": "1", "S": "x"}},
            f"Supplied AttributeValue has more than one datatypes set, {DATATYPES}",
        ),
        ({"n": {}}, f"Supplied AttributeValue is empty, {DATATYPES}"),
        ({"n": {"NULL": False}}, INVALID + "Null attribute value types must have the value of true"),
        ({"n": {"SS": []}}, INVALID + "An string set  may not be empty"),
        ({"n": {"SS": ["a", "a"]}}, INVALID + "Input collection [a, a] contains duplicates."),
        ({"n": {"S": "x" * 409_600}}, "Item size has exceeded the maximum allowed size"),
        (
            {"p": {"S": "x" * 2049}},
            INVALID + "Size of hashkey has exceeded the maximum size limit of2048 bytes",
        ),
        (
            {"p": {"S": ""}},
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: p",
        ),
        ({"p": {"N": "1"}}, INVALID + "Type mismatch for key p expected: S actual: N"),
        ({"p": None}, INVALID + "Missing the key p in the item"),
    ],
)
async def test_an_item_that_cannot_be_kept_is_refused_alone_in_a_batch_and_in_a_transaction(
    send, item, message
):
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html"""
    put = {name: value for name, value in (ITEM | item).items() if value is not None}
    good = {"p": {"S": "good"}}
    status, answer = await send("PutItem", {"TableName": "orders", "Item": put})
    assert (status, answer) == (400, {"__type": VALIDATION, "message": message})
    entries = [{"PutRequest": {"Item": good}}, {"PutRequest": {"Item": put}}]
    status, answer = await send("BatchWriteItem", {"RequestItems": {"orders": entries}})
    assert (status, answer["message"]) == (400, message)
    entries = [{"Put": {"TableName": "orders", "Item": each}} for each in (good, put)]
    status, answer = await send("TransactWriteItems", {"TransactItems": entries})
    assert status == 400
    assert message in json.dumps(answer)
    assert await is_unchanged(send)


MUST = "failed to satisfy constraint: Member must"


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        (
            "PutItem",
            {},
            f"2 validation errors detected: Value null at 'tableName' {MUST} not be null; "
            f"Value null at 'item' {MUST} not be null",
        ),
        (
            "GetItem",
            {"TableName": "or", "Key": {"p": {"S": "a"}}},
            "TableName must be at least 3 characters long and at most 255 characters long",
        ),
        (
            "PutItem",
            {"TableName": "orders", "Item": ITEM, "ReturnValues": "NOPE"},
            f"1 validation error detected: Value 'NOPE' at 'returnValues' {MUST} satisfy enum value set: "
            "[NONE, ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATED_NEW]",
        ),
        (
            "Scan",
            {"TableName": "orders", "Limit": 0},
            f"1 validation error detected: Value '0' at 'limit' {MUST} have value greater than or equal to 1",
        ),
        (
            "GetItem",
            {"TableName": "orders", "Key": {"q": {"S": "a"}}},
            "The provided key element does not match the schema",
        ),
        (
            "DeleteItem",
            {"TableName": "orders", "Key": {"p": {"S": "a"}}, "ConditionExpression": "p ="},
            'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "="',
        ),
        (
            "UpdateItem",
            {"TableName": "orders", "Key": {"p": {"S": "a"}}, "UpdateExpression": "SET p = :p"},
            "Invalid UpdateExpression: An expression attribute value used in expression is not defined; "
            "attribute value: :p",
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {"orders": [{"DeleteRequest": {"Key": {"p": {"S": "a"}}}}] * 2}},
            "Provided list of item keys contains duplicates",
        ),
    ],
)
async def test_a_request_that_breaks_a_rule_is_refused_in_its_words(send, operation, request_, message):
    status, answer = await send(operation, request_)
    assert (status, answer) == (400, {"__type": VALIDATION, "message": message})
    assert await is_unchanged(send)


async def test_a_table_of_another_region_is_not_there(send):
    for operation, more in (("DescribeTable", {}), ("PutItem", {"Item": ITEM}), ("DeleteTable", {})):
        status, answer = await send(operation, {"TableName": "orders"} | more, region="eu-west-1")
        assert (status, answer["__type"]) == (400, NOT_FOUND)
    assert await is_unchanged(send)
