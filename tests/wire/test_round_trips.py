"""Every operation of many services, both ways: botocore writes what we parse and parses what we write."""

import pytest

from cloudchamber.wire.model import load_model
from cloudchamber.wire.protocol import WireError, protocol_for, protocol_named

SERVICES = [
    ("sqs", "json", 3),
    ("sqs", "query", 3),
    ("dynamodb", "json", 4),
    ("events", "json", 4),
    ("stepfunctions", "json", 4),
    ("logs", "json", 4),
    ("kinesis", "json", 4),
    ("cloudwatch", "json", 4),
    ("cloudwatch", "query", 4),
    ("sns", "query", 4),
    ("iam", "query", 4),
    ("sts", "query", 4),
    ("cloudformation", "query", 4),
    ("ec2", "ec2", 4),
    ("cloudwatch", "smithy-rpc-v2-cbor", 4),
    ("lambda", "rest-json", 4),
    ("apigateway", "rest-json", 4),
    ("apigatewayv2", "rest-json", 4),
    ("scheduler", "rest-json", 4),
    ("pipes", "rest-json", 5),
    ("s3", "rest-xml", 5),
    ("route53", "rest-xml", 4),
    ("s3control", "rest-xml", 6),
]


def prune(value):
    """Without empty lists, maps and structures: several protocols cannot tell them from absent ones."""
    if isinstance(value, dict):
        pruned = {key: prune(item) for key, item in value.items()}
        return {key: item for key, item in pruned.items() if item not in ({}, [], None)}
    if isinstance(value, list):
        return [item for item in map(prune, value) if item not in ({}, [], None)]
    return value


@pytest.mark.parametrize(("service", "protocol", "depth"), SERVICES)
def test_what_botocore_sends_is_what_we_read(oracle, samples, to_memory, service, protocol, depth):
    model = load_model(service)
    for name, operation in list(model.operations.items())[:200]:
        shape = oracle.operation(service, name).input_shape
        if shape is None or (service == "sqs" and protocol == "query"):
            continue
        params = samples(depth).of(shape)
        request = oracle.request(service, name, params, protocol)
        chosen = protocol_for(model, request)
        assert chosen.name == protocol
        found, labels = chosen.operation(request)
        if found != name and (operation.raw.get("deprecated") or name == "ListDirectoryBuckets"):
            continue
        assert found == name
        assert prune(chosen.parse(operation, request, labels)) == prune(to_memory(params)), name


@pytest.mark.parametrize(("service", "protocol", "depth"), SERVICES)
def test_what_we_write_is_what_botocore_reads(oracle, samples, to_memory, service, protocol, depth):
    model = load_model(service)
    speaker = protocol_named(model, protocol)
    for name, operation in list(model.operations.items())[:200]:
        shape = oracle.operation(service, name).output_shape
        if shape is None or oracle.operation(service, name).has_event_stream_output:
            continue
        # GetBucketLocation has its own test; the deprecated GetBucketNotification names two members alike.
        if (service == "sqs" and protocol == "query") or name in (
            "GetBucketLocation",
            "GetBucketNotification",
        ):
            continue
        result = samples(depth).of(shape)
        response = speaker.serialize(operation, to_memory(result), "req-1")
        parsed = oracle.parse(service, name, response, protocol)
        if "Expires" in parsed:
            parsed["Expires"] = result["Expires"]
        metadata = parsed.pop("ResponseMetadata")
        assert metadata["RequestId"] == "req-1"
        assert prune(to_memory(parsed)) == prune(to_memory(result)), name


@pytest.mark.parametrize(("service", "protocol", "_"), SERVICES)
def test_errors_come_back_with_their_code_and_message(oracle, service, protocol, _):
    model = load_model(service)
    speaker = protocol_named(model, protocol)
    for name, operation in list(model.operations.items())[:40]:
        for shape in operation.errors:
            assert shape.error is not None
            error = WireError(shape.name, "it & <that>", shape.error.httpStatusCode)
            parsed = oracle.parse(service, name, speaker.serialize_error(error, "req-1", operation), protocol)
            assert parsed["Error"]["Message"] == "it & <that>"
            by_code = protocol in ("query", "ec2") or model.query_compatible
            assert parsed["Error"]["Code"] == (shape.error.code if by_code else shape.name)
            assert parsed["ResponseMetadata"]["RequestId"] == "req-1"
