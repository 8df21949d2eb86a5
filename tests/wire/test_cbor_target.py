"""AWS JSON in CBOR, as AWS's SDKs for Java speak it to Kinesis."""

from __future__ import annotations

import pytest

from cloudchamber.wire.cbor import decode, encode
from cloudchamber.wire.http import HttpRequest
from cloudchamber.wire.model import load_model
from cloudchamber.wire.protocol import MalformedRequest, UnknownOperation, WireError, protocol_for

MODEL = load_model("kinesis")


def request(operation, body, prefix="Kinesis_20131202"):
    headers = {"content-type": "application/x-amz-cbor-1.1", "x-amz-target": f"{prefix}.{operation}"}
    return HttpRequest("POST", "/", "", headers, encode(body))


def parse(asked):
    speaker = protocol_for(MODEL, asked)
    name, labels = speaker.operation(asked)
    return speaker.parse(MODEL.operations[name], asked, labels)


def test_blobs_are_bytes_and_instants_milliseconds():
    put = {"StreamName": "s", "Data": b"\x00\xff", "PartitionKey": "k"}
    asked = request("PutRecord", put)
    assert parse(asked) == put
    at = {"StreamName": "s", "ShardId": "x", "ShardIteratorType": "AT_TIMESTAMP", "Timestamp": 1767225600500}
    assert parse(request("GetShardIterator", at))["Timestamp"] == 1767225600.5
    record = {
        "SequenceNumber": "1",
        "Data": b"x",
        "ApproximateArrivalTimestamp": 1767225600.25,
        "PartitionKey": "k",
    }
    answer = protocol_for(MODEL, asked).serialize(
        MODEL.operations["GetRecords"], {"Records": [record], "MillisBehindLatest": 0}, "id"
    )
    assert ("Content-Type", "application/x-amz-cbor-1.1") in answer.headers
    shown = decode(answer.body)["Records"][0]
    assert shown == record | {"ApproximateArrivalTimestamp": 1767225600250}


def test_an_error_names_its_type():
    speaker = protocol_for(MODEL, request("PutRecord", {}))
    answer = speaker.serialize_error(WireError("ResourceNotFoundException", "none", 400), "id")
    assert answer.status == 400
    assert decode(answer.body) == {"__type": "ResourceNotFoundException", "message": "none"}


def test_what_is_no_call_is_refused():
    with pytest.raises(UnknownOperation):
        parse(request("PutNothing", {}))
    with pytest.raises(UnknownOperation):
        parse(request("PutRecord", {}, prefix="Other"))
    with pytest.raises(MalformedRequest):
        parse(request("GetShardIterator", {"Timestamp": "now"}))
