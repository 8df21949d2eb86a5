"""The parts of events that services compute: digests, encodings, windows, sizes."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.sample_events import build

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50)


def unpacked(data: str) -> dict:
    return json.loads(gzip.decompress(base64.b64decode(data)))


@given(TEXTS)
def test_a_message_has_the_md5_of_its_body(body: str) -> None:
    record = build("sqs", "receive-message", body=body)["Records"][0]
    assert record["md5OfBody"] == hashlib.md5(body.encode()).hexdigest()


def test_message_attributes_have_the_digest_that_sqs_documents() -> None:
    """The form of https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html; the digest as boto3 verifies it."""
    attributes = {"a": "text", "b": {"DataType": "Binary", "BinaryValue": "AQI="}}
    record = build("sqs", "receive-message", message_attributes=attributes)["Records"][0]
    assert record["messageAttributes"]["b"]["binaryValue"] == "AQI="
    packed = b"".join(
        len(part).to_bytes(4, "big") + part if len(part) > 1 or part in (b"a", b"b") else part
        for part in (b"a", b"String", b"\x01", b"text", b"b", b"Binary", b"\x02", b"\x01\x02")
    )
    assert record["md5OfMessageAttributes"] == hashlib.md5(packed).hexdigest()


def test_a_fifo_message_is_deduplicated_by_its_content_unless_told_otherwise() -> None:
    one, two = build("sqs", "fifo", body="x", count=2)["Records"]
    assert one["attributes"]["MessageDeduplicationId"] == hashlib.sha256(b"x").hexdigest()
    assert int(one["attributes"]["SequenceNumber"]) < int(two["attributes"]["SequenceNumber"])
    given_id = build("sqs", "fifo", deduplication_id="d")["Records"][0]["attributes"]
    assert given_id["MessageDeduplicationId"] == "d"


@given(TEXTS)
def test_object_keys_are_encoded_in_notifications_and_not_on_the_bus(key: str) -> None:
    encoded = build("s3", "put", key=key)["Records"][0]["s3"]["object"]["key"]
    assert unquote_plus(encoded) == key
    assert " " not in encoded
    assert build("s3", "put", key=key, url_encode=False)["Records"][0]["s3"]["object"]["key"] == key
    assert build("s3", "object-created", key=key)["detail"]["object"]["key"] == key


def test_a_key_is_encoded_as_the_guide_shows() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"""
    shown = build("s3", "put", key="folder/red flower.jpg")["Records"][0]["s3"]["object"]["key"]
    assert shown == "folder/red+flower.jpg"


@given(TEXTS)
def test_log_events_are_gzipped_and_in_base64(message: str) -> None:
    logs = unpacked(build("cloudwatch", "logs", message=message, count=2)["awslogs"]["data"])
    assert [event["message"] for event in logs["logEvents"]] == [message, message]
    assert logs["messageType"] == "DATA_MESSAGE"
    carried = build("kinesis", "cloudwatch-logs-processor", message=message)["records"][0]["data"]
    assert unpacked(carried)["logEvents"][0]["message"] == message


@pytest.mark.parametrize(
    "kind", ["kinesis-firehose", "apachelog", "syslog", "streams-as-source", "analytics", "analytics-kpl"]
)
def test_data_is_given_plain_and_encoded(kind: str) -> None:
    record = build("kinesis", kind, data="grüße")["records"][0]
    assert base64.b64decode(record["data"]).decode() == "grüße"


def test_records_of_a_stream_follow_each_other() -> None:
    one, two = build("kinesis", "get-records", sequence="5", data="x", count=2)["Records"]
    assert (one["kinesis"]["sequenceNumber"], two["kinesis"]["sequenceNumber"]) == ("5", "6")
    assert one["eventID"].endswith(":5")
    assert one["kinesis"]["data"] == "eA=="


@pytest.mark.parametrize("source", ["kinesis", "dynamodb"])
def test_a_tumbling_window_contains_the_instant_and_ends_without_records(source: str) -> None:
    event = build(source, "tumbling-window", at_ms=1_700_000_000_000, window_s=60, state={"n": 1})
    assert event["window"] == {"start": "2023-11-14T22:13:00Z", "end": "2023-11-14T22:14:00Z"}
    assert event["state"] == {"n": 1}
    assert not event["isFinalInvokeForWindow"]
    final = build(source, "tumbling-window", final=True, ended_early=True)
    assert final["Records"] == []
    assert final["isFinalInvokeForWindow"]
    assert final["isWindowTerminatedEarly"]


def test_an_expired_item_is_removed_by_the_service() -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html"""
    record = build("dynamodb", "expire")["Records"][0]
    assert record["eventName"] == "REMOVE"
    assert record["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def test_a_change_has_the_size_of_its_keys_and_images() -> None:
    change = build(
        "dynamodb", "insert", keys={"a": {"S": "b"}}, new_image={"a": {"S": "b"}, "c": {"BOOL": True}}
    )
    assert change["Records"][0]["dynamodb"]["SizeBytes"] == 2 + 4


def test_an_item_is_inserted_modified_and_removed_in_this_order() -> None:
    records = build("dynamodb", "update")["Records"]
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in records]
    assert numbers == sorted(set(numbers))
    images = [record["dynamodb"] for record in records]
    assert images[0]["NewImage"] == images[1]["OldImage"]
    assert images[1]["NewImage"] == images[2]["OldImage"]


def test_a_notification_that_comes_by_a_queue_is_in_its_body() -> None:
    record = build("sns", "by-fifo-queue", message="hello", topic="T.fifo")["Records"][0]
    told = json.loads(record["body"])
    assert told["Message"] == "hello"
    assert told["TopicArn"].endswith(":T.fifo")
    assert told["SequenceNumber"]
    assert record["attributes"]["MessageDeduplicationId"] == hashlib.sha256(b"hello").hexdigest()


def test_an_event_that_was_too_old_was_never_given_to_the_function() -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
    told = build("lambda", "on-failure", condition="EventAgeExceeded", invoke_count=0)
    assert "responseContext" not in told
    assert told["requestContext"]["approximateInvokeCount"] == 0


def test_a_query_string_is_built_of_its_parameters() -> None:
    event = build("apigateway", "http-api-proxy", query_string_parameters={"a": "1,2", "b c": "ü"})
    assert event["rawQueryString"] == "a=1&a=2&b+c=%C3%BC"
    without = build("function-url", "request", query_string_parameters={}, body="")
    assert "queryStringParameters" not in without
    assert "body" not in without


def test_multi_value_headers_replace_single_ones_of_a_load_balancer() -> None:
    event = build("alb", "request", multi_value=True)
    assert event["multiValueQueryStringParameters"] == {"query": ["1234ABCD"]}
    assert "headers" not in event


def test_a_kafka_record_is_in_base64_and_its_headers_are_bytes() -> None:
    record = build("msk", "records", topic="t", value="v", headers={"h": "ab"})["records"]["t-0"][0]
    assert (record["value"], record["headers"]) == ("dg==", [{"h": [97, 98]}])


def test_a_custom_rule_is_told_in_text() -> None:
    event = build(
        "config", "item-change-notification", resource_type="AWS::S3::Bucket", rule_parameters={"a": "b"}
    )
    assert json.loads(event["invokingEvent"])["configurationItem"]["resourceType"] == "AWS::S3::Bucket"
    assert json.loads(event["ruleParameters"]) == {"a": "b"}


@pytest.mark.parametrize(
    ("status", "output", "stop"),
    [("RUNNING", None, False), ("FAILED", None, True), ("SUCCEEDED", '{"a":1}', True)],
)
def test_an_execution_has_an_output_once_it_has_succeeded(
    status: str, output: str | None, stop: bool
) -> None:
    detail = build("stepfunctions", "execution-status-change", status=status, output={"a": 1})["detail"]
    assert detail["output"] == output
    assert (detail["stopDate"] is not None) == stop


@pytest.mark.parametrize(
    ("state", "said"), [("ALARM", "was greater"), ("OK", "was not greater"), ("INSUFFICIENT_DATA", "unknown")]
)
def test_an_alarm_says_why_it_is_in_its_state(state: str, said: str) -> None:
    told = build("cloudwatch", "alarm-state-change", state=state)["detail"]["state"]
    assert said in told["reason"]
    datapoints = json.loads(told["reasonData"])["recentDatapoints"]
    assert [datapoint >= 50 for datapoint in datapoints] == {"ALARM": [True], "OK": [False]}.get(state, [])


def test_a_stopped_task_is_meant_to_be() -> None:
    detail = build("ecs", "task-state-change", last_status="STOPPED", exit_code=137)["detail"]
    assert (detail["desiredStatus"], detail["containers"][0]["exitCode"]) == ("STOPPED", 137)
    assert (
        build("ecs", "task-state-change", last_status="STOPPED", desired_status="RUNNING")["detail"][
            "desiredStatus"
        ]
        == "RUNNING"
    )
    assert "stoppedReason" not in build("ecs", "task-state-change")["detail"]
