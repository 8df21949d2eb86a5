"""Constraint failures in AWS's words."""

import pytest

from cloudchamber.wire.model import load_model
from cloudchamber.wire.patterns import compiled
from cloudchamber.wire.validate import lower_camel, message, validator


def failures(service, operation, value):
    return validator(load_model(service).operations[operation].input)(value)


# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
@pytest.mark.parametrize(
    ("service", "operation", "value", "text"),
    [
        (
            "dynamodb",
            "DescribeTable",
            {},
            "1 validation error detected: Value null at 'tableName' failed to satisfy constraint: "
            "Member must not be null",
        ),
        (
            "dynamodb",
            "CreateTable",
            {
                "TableName": "abc",
                "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "Q"}],
                "KeySchema": [],
                "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 1},
            },
            "3 validation errors detected: Value 'Q' at 'attributeDefinitions.1.member.attributeType' "
            "failed to satisfy constraint: Member must satisfy enum value set: [S, N, B]; "
            "Value '[]' at 'keySchema' failed to satisfy constraint: Member must have length greater than or equal to 1; "
            "Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy constraint: Member must have value "
            "greater than or equal to 1",
        ),
        (
            "events",
            "PutRule",
            {"Name": "no spaces"},
            "1 validation error detected: Value 'no spaces' at 'name' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
        ),
        (
            "lambda",
            "CreateEventSourceMapping",
            {"FunctionName": "f", "BatchSize": 10001},
            "1 validation error detected: Value '10001' at 'batchSize' failed to satisfy constraint: "
            "Member must have value less than or equal to 10000",
        ),
    ],
)
def test_failures_read_as_aws_writes_them(service, operation, value, text):
    assert message(failures(service, operation, value)) == text


def test_a_valid_input_has_no_failures():
    assert failures("sqs", "SendMessage", {"QueueUrl": "u", "MessageBody": "b"}) == []
    assert failures("sts", "GetCallerIdentity", {}) == []


def test_a_null_list_element_is_a_failure():
    (found,) = failures("sns", "PublishBatch", {"TopicArn": "t", "PublishBatchRequestEntries": [None]})
    assert found.path == "publishBatchRequestEntries.1.member"
    assert found.kind == "null"


@pytest.mark.parametrize(
    ("name", "path"), [("TableName", "tableName"), ("SSESpecification", "SSESpecification")]
)
def test_paths_are_lower_camel(name, path):
    assert lower_camel(name) == path


@pytest.mark.parametrize(
    ("pattern", "accepted", "refused"),
    [
        (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", "añ_1 =", "<"),
        (r"^\p{Alpha}\p{Alnum}*$", "a1", "1a"),
        (r"[\w-_]+", "a-b_c", "a b"),
        ("[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*", "a\n𝄞", "\x00"),
        (r"[a-z[]+", "a[", "A"),
    ],
)
def test_java_patterns_mean_the_same_in_python(pattern, accepted, refused):
    found = compiled(pattern)
    assert found is not None
    assert found.fullmatch(accepted)
    assert not found.fullmatch(refused)


def test_a_pattern_that_python_cannot_hold_is_skipped():
    assert compiled(r"\p{IsNoSuchScript}+") is None
    assert compiled("(unclosed") is None
