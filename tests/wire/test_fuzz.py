"""Whatever bytes come in, only MalformedRequest and UnknownOperation come out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.wire.cbor import decode, encode
from cloudchamber.wire.http import HttpRequest
from cloudchamber.wire.model import load_model
from cloudchamber.wire.protocol import MalformedRequest, UnknownOperation, protocol_for

FORM = "application/x-www-form-urlencoded"
WELL_NAMED = [
    ("dynamodb", HttpRequest("POST", "/", "", {"x-amz-target": "DynamoDB_20120810.PutItem"})),
    ("sqs", HttpRequest("POST", "/", "", {"x-amz-target": "AmazonSQS.SendMessageBatch"})),
    ("sns", HttpRequest("POST", "/", "Action=Publish", {"content-type": FORM})),
    ("sqs", HttpRequest("POST", "/1/q", "Action=SendMessageBatch", {"content-type": FORM})),
    ("cloudformation", HttpRequest("POST", "/", "Action=CreateStack", {"content-type": FORM})),
    ("lambda", HttpRequest("POST", "/2015-03-31/functions", "", {})),
    ("s3", HttpRequest("PUT", "/b", "lifecycle", {})),
    ("s3", HttpRequest("POST", "/b", "delete", {})),
    (
        "cloudwatch",
        HttpRequest(
            "POST",
            "/service/GraniteServiceVersion20100801/operation/PutMetricData",
            "",
            {"smithy-protocol": "rpc-v2-cbor"},
        ),
    ),
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def attempt(service, request):
    model = load_model(service)
    speaker = protocol_for(model, request)
    try:
        name, labels = speaker.operation(request)
        parsed = speaker.parse(model.operations[name], request, labels)
    except (MalformedRequest, UnknownOperation) as error:
        return error
    assert isinstance(parsed, dict)
    return parsed


def with_body(request, body, path=None, query=None):
    return HttpRequest(
        request.method,
        request.path if path is None else path,
        request.query if query is None else f"{request.query}&{query}",
        request.headers,
        body,
    )


@pytest.mark.parametrize(("service", "request_"), WELL_NAMED)
@given(body=st.binary(max_size=200), query=st.text(max_size=30), path=st.none() | st.text(max_size=30))
def test_random_bytes(service, request_, body, query, path):
    attempt(service, with_body(request_, body, path, query))


@pytest.mark.parametrize(("service", "request_"), [WELL_NAMED[0], WELL_NAMED[1], WELL_NAMED[5]])
@given(
    value=JSON, member=st.sampled_from(["Item", "TableName", "Entries", "FunctionName", "Code", "Timeout"])
)
def test_random_json(service, request_, value, member):
    for document in (value, {member: value}, {member: {"a": value}}, {member: [value]}):
        attempt(service, with_body(request_, json.dumps(document).encode()))


@pytest.mark.parametrize(("service", "request_"), [WELL_NAMED[2], WELL_NAMED[3], WELL_NAMED[4]])
@given(
    names=st.lists(
        st.lists(
            st.sampled_from(
                ["MessageAttributes", "entry", "1", "2", "Name", "Value", "Tags", "member", "Key", "", "x"]
            ),
            min_size=1,
            max_size=5,
        ),
        max_size=5,
    )
)
def test_random_parameters(service, request_, names):
    body = "&".join(f"{'.'.join(name)}=v" for name in names)
    attempt(service, with_body(request_, body.encode()))


@given(value=JSON)
def test_random_cbor(value):
    _, request = WELL_NAMED[8]
    attempt("cloudwatch", with_body(request, encode({"Namespace": value, "MetricData": [value]})))


@given(value=JSON | st.binary())
def test_cbor_reads_what_it_writes(value):
    assert decode(encode(value)) == value


@pytest.mark.parametrize("depth", [100, 5000, 200_000])
def test_deep_nesting_is_refused_or_read_but_never_breaks(depth):
    dynamodb, sqs, s3, cloudwatch = WELL_NAMED[0][1], WELL_NAMED[3][1], WELL_NAMED[6][1], WELL_NAMED[8][1]
    nested = b'{"L":[' * depth + b'{"S":null}' + b"]}" * depth
    bodies = [
        ("dynamodb", dynamodb, b'{"TableName":"t","Item":{"a":' + nested + b"}}"),
        ("dynamodb", dynamodb, b'{"unknown":' + b"[" * depth + b"]" * depth + b"}"),
        ("sqs", sqs, b"A" + b".1" * depth + b"=x"),
        ("s3", s3, b"<a>" * depth + b"</a>" * depth),
        ("cloudwatch", cloudwatch, b"\x81" * depth),
        ("cloudwatch", cloudwatch, b"\x9f" * depth),
    ]
    for service, request, body in bodies:
        attempt(service, with_body(request, body))


def test_entities_are_refused():
    body = b'<!DOCTYPE a [<!ENTITY b "c">]><Delete>&b;</Delete>'
    found = attempt("s3", with_body(WELL_NAMED[7][1], body))
    assert isinstance(found, MalformedRequest)
    assert found.code == "MalformedXML"
