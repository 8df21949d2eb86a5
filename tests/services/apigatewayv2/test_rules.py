"""Routing, CORS and answers of HTTP APIs, as tables."""

from __future__ import annotations

import pytest

from cloudchamber.aws.proxy import function_arn
from cloudchamber.services.apigatewayv2.rules import answers
from cloudchamber.services.apigatewayv2.rules.cors import Cors, is_preflight
from cloudchamber.services.apigatewayv2.rules.events import body_of
from cloudchamber.services.apigatewayv2.rules.routing import Router, split_key

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
DOCUMENTED = ("GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default")


@pytest.mark.parametrize(
    ("method", "path", "route_key", "variables"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/1", {}),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}", {"id": "2"}),
        ("GET", "/pets/cat/1", "GET /pets/{proxy+}", {"proxy": "cat/1"}),
        ("POST", "/test/5", "ANY /{proxy+}", {"proxy": "test/5"}),
        ("POST", "/pets/dog/1", "ANY /{proxy+}", {"proxy": "pets/dog/1"}),
        ("GET", "/pets/dog/a%20b%2Fc", "GET /pets/dog/{id}", {"id": "a b/c"}),
        ("GET", "/", "$default", {}),
    ],
)
def test_the_documented_routes_are_selected_as_documented(
    method: str, path: str, route_key: str, variables: dict[str, str]
) -> None:
    router: Router[str] = Router()
    for key in DOCUMENTED:
        router.add(key, key)
    assert router.find(method, path) == (route_key, variables)


@pytest.mark.parametrize(
    ("keys", "request_line", "found"),
    [
        (("GET /a", "ANY /a"), "GET /a", "GET /a"),
        (("GET /a", "ANY /a"), "PUT /a", "ANY /a"),
        (("GET /a",), "PUT /a", None),
        (("GET /a",), "GET /a/", None),
        (("GET /a/{x}",), "GET /a/", None),
        (("GET /a/b/{p+}", "GET /{p+}"), "GET /a/b/c/d", "GET /a/b/{p+}"),
        (("GET /a/{x}/c", "GET /a/b/d"), "GET /a/b/c", "GET /a/{x}/c"),
        (("GET /{x}/{p+}", "GET /a/{p+}"), "GET /a/b", "GET /a/{p+}"),
        (("GET /{p+}", "GET /{x}"), "GET /a", "GET /{x}"),
        (("GET /",), "GET /", "GET /"),
    ],
)
def test_the_most_specific_route_wins(keys: tuple[str, ...], request_line: str, found: str | None) -> None:
    router: Router[str] = Router()
    for key in keys:
        router.add(key, key)
    method, path = request_line.split(" ")
    result = router.find(method, path)
    assert (result[0] if result else None) == found


@pytest.mark.parametrize("key", ["get /a", "GET a", "TRACE /a", "GET /{p+}/a", "GET /{}", "/a", "GET /a b"])
def test_a_malformed_route_key_has_no_parts(key: str) -> None:
    assert split_key(key) is None


CORS = {
    "AllowOrigins": ["https://www.example.com", "http://*"],
    "AllowMethods": ["GET", "POST"],
    "AllowHeaders": ["x-one"],
    "ExposeHeaders": ["x-two"],
    "MaxAge": 300,
    "AllowCredentials": True,
}


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://www.example.com", "https://www.example.com"),
        ("http://anything.test", "http://anything.test"),
        ("https://evil.test", None),
        (None, None),
    ],
)
def test_only_configured_origins_are_allowed(origin: str | None, allowed: str | None) -> None:
    assert dict(Cors(CORS).headers(origin)).get("access-control-allow-origin") == allowed


def test_a_preflight_answer_tells_all_and_other_answers_only_what_concerns_them() -> None:
    shared = {
        "access-control-allow-origin": "http://a",
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "x-two",
    }
    assert dict(Cors(CORS).headers("http://a")) == shared
    assert dict(Cors(CORS).preflight("http://a")) == shared | {
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "x-one",
        "access-control-max-age": "300",
    }
    assert Cors(CORS).preflight("https://evil.test") == []
    assert dict(Cors({"AllowOrigins": ["*"]}).headers("http://b")) == {"access-control-allow-origin": "*"}


def test_a_preflight_names_its_origin_and_its_method() -> None:
    asked = {"origin": "http://a", "access-control-request-method": "PUT"}
    assert is_preflight("OPTIONS", asked)
    assert not is_preflight("GET", asked)
    assert not is_preflight("OPTIONS", {"origin": "http://a"})


# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
@pytest.mark.parametrize(
    ("payload", "status", "headers", "body"),
    [
        (b'"Hello from Lambda!"', 200, [("content-type", "application/json")], b"Hello from Lambda!"),
        (b'{"message": "Hello"}', 200, [("content-type", "application/json")], b'{"message": "Hello"}'),
        (b"null", 200, [("content-type", "application/json")], b"null"),
        (b"[1]", 200, [("content-type", "application/json")], b"[1]"),
        (
            b'{"statusCode": 201, "headers": {"My-Header": "x", "n": 1}, "body": "b", "cookies": ["a=1", "b=2"]}',
            201,
            [
                ("my-header", "x"), ("n", "1"), ("content-type", "text/plain;charset=UTF-8"),
                ("set-cookie", "a=1"), ("set-cookie", "b=2"),
            ],
            b"b",
        ),
        (b'{"statusCode": "404"}', 404, [("content-type", "text/plain;charset=UTF-8")], b""),
        (
            b'{"statusCode": 200, "isBase64Encoded": true, "body": "AAH/", "headers": {"Content-Type": "image/png"}}',
            200,
            [("content-type", "image/png")],
            b"\x00\x01\xff",
        ),
    ],
)  # fmt: skip
def test_format_2_0_infers_the_response(
    payload: bytes, status: int, headers: list[tuple[str, str]], body: bytes
) -> None:
    response = answers.answer_2_0(payload)
    assert (response.status, response.headers, response.body) == (status, headers, body)


@pytest.mark.parametrize(
    "payload",
    [
        b'{"statusCode": "many"}',
        b'{"statusCode": 9999}',
        b'{"statusCode": 200, "body": {"a": 1}}',
        b'{"statusCode": 200, "headers": {"a": {}}}',
        b'{"statusCode": 200, "headers": {"a": "b\\r\\nc"}}',
        b'{"statusCode": 200, "isBase64Encoded": true, "body": "%%%"}',
    ],
)
def test_a_malformed_answer_is_refused_in_both_formats(payload: bytes) -> None:
    for read in (answers.answer_2_0, answers.answer_1_0):
        with pytest.raises(answers.Malformed):
            read(payload)


def test_format_1_0_needs_a_status_code_and_takes_several_values_of_a_header() -> None:
    with pytest.raises(answers.Malformed):
        answers.answer_1_0(b'{"message": "Hello"}')
    response = answers.answer_1_0(
        b'{"statusCode": 200, "headers": {"A": "3", "B": "1"}, "multiValueHeaders": {"a": ["2", "3"]}}'
    )
    assert response.headers[:3] == [("a", "2"), ("a", "3"), ("b", "1")]


@pytest.mark.parametrize(
    ("content_type", "is_base64"),
    [
        ("text/html; charset=utf-8", False),
        ("application/json", False),
        ("application/xml", False),
        ("application/javascript", False),
        ("application/problem+json", False),
        ("application/octet-stream", True),
        ("application/x-www-form-urlencoded", True),
        ("", True),
    ],
)
def test_the_content_type_says_whether_a_body_is_base64(content_type: str, is_base64: bool) -> None:
    text, encoded = body_of({"content-type": content_type}, b"hi")
    assert (text, encoded) == (("aGk=", True) if is_base64 else ("hi", False))
    assert body_of({"content-type": "text/plain"}, b"\xff") == ("/w==", True)


@pytest.mark.parametrize(
    ("uri", "variables", "arn"),
    [
        ("arn:aws:lambda:us-east-1:123456789012:function:f", None, "arn:aws:lambda:us-east-1:123456789012:function:f"),
        (
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:f:live/invocations",
            None,
            "arn:aws:lambda:us-east-1:123456789012:function:f:live",
        ),
        (
            "arn:aws:lambda:us-east-1:123456789012:function:${stageVariables.name}",
            {"name": "g"},
            "arn:aws:lambda:us-east-1:123456789012:function:g",
        ),
        ("https://example.com", None, None),
        ("arn:aws:sqs:us-east-1:123456789012:q", None, None),
    ],
)  # fmt: skip
def test_a_function_is_named_by_its_arn_or_by_its_invocation_path(
    uri: str, variables: dict[str, str] | None, arn: str | None
) -> None:
    assert function_arn(uri, variables) == arn
