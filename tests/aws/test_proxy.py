"""What stands in front of functions: what is kept of APIs, and what policies and tokens say."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from cloudchamber.aws.proxy import (
    DeployedApis,
    Malformed,
    ProxyRequest,
    effects_on,
    header_text,
    token_claims,
)

ARN = "arn:aws:execute-api:us-east-1:123456789012:api/prod/GET/pets"


class Transactions:
    """A context that runs transactions, and after each what stands in `then`."""

    def __init__(self) -> None:
        self.count = 0
        self.then: Any = lambda: None

    async def transact(self, function: Any) -> Any:
        self.count += 1
        found = function(self)
        self.then()
        return found


@pytest.fixture
def deployed() -> DeployedApis[str, int]:
    return DeployedApis(None)  # type: ignore[arg-type]


async def test_an_api_is_compiled_once_until_it_changes(deployed: DeployedApis[str, int]) -> None:
    ctx: Any = Transactions()
    for _ in range(2):
        assert await deployed.find(ctx, "a", lambda _, api_id: f"compiled {api_id}") == "compiled a"
    assert ctx.count == 1
    deployed.forget("a")
    assert await deployed.find(ctx, "a", lambda _, api_id: None) is None
    assert await deployed.find(ctx, "a", lambda _, api_id: "never asked") is None
    assert ctx.count == 2


async def test_what_changed_while_it_was_compiled_is_not_kept(deployed: DeployedApis[str, int]) -> None:
    ctx: Any = Transactions()
    ctx.then = lambda: deployed.forget("a")
    assert await deployed.find(ctx, "a", lambda *_: "before") == "before"
    ctx.then = lambda: None
    assert await deployed.find(ctx, "a", lambda *_: "after") == "after"


def test_an_answer_holds_until_its_instant_or_until_its_api_changes(deployed: DeployedApis[str, int]) -> None:
    deployed.keep_answer(("a", "token"), 403, until_ms=1_000)
    deployed.keep_answer(("b", "token"), 401, until_ms=1_000)
    assert deployed.answer(("a", "token"), 999) == 403
    assert deployed.answer(("a", "token"), 1_000) is None
    assert deployed.answer(("a", "another"), 0) is None
    deployed.forget("a")
    assert deployed.answer(("a", "token"), 0) is None
    assert deployed.answer(("b", "token"), 0) == 401


# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
@pytest.mark.parametrize(
    ("statement", "effects"),
    [
        ({"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": ARN}, {"Allow"}),
        ([{"Effect": "Deny", "Action": ["a:b", "execute-api:*"], "Resource": ["x", "*/GET/pet?"]}], {"Deny"}),
        ({"Effect": "Allow", "Action": "lambda:Invoke", "Resource": "*"}, set()),
        ({"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": ARN + "/1"}, set()),
        (["nonsense"], set()),
        (None, set()),
    ],
)
def test_the_statements_that_cover_a_request_count(statement: Any, effects: set[str]) -> None:
    assert effects_on({"Statement": statement}, ARN) == effects


def _token(payload: bytes) -> str:
    return f"e30.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.signature"


@pytest.mark.parametrize(
    ("token", "claims"),
    [
        (_token(b'{"sub": "me"}'), {"sub": "me"}),
        (_token(b'["sub"]'), None),
        (_token(b"sub"), None),
        ("e30.e30", None),
        ("e30.a.b", None),
        ("", None),
    ],
)
def test_a_token_says_its_claims(token: str, claims: dict[str, Any] | None) -> None:
    assert token_claims(token) == claims


@pytest.mark.parametrize(
    ("headers", "host"),
    [
        ({"host": "api.execute-api.localhost:4566"}, "api.execute-api.localhost"),
        ({"host": "localhost:4566"}, "api.execute-api.eu-west-1.amazonaws.com"),
        ({}, "api.execute-api.eu-west-1.amazonaws.com"),
    ],
)
def test_an_api_is_known_by_its_own_host_name_only(headers: dict[str, str], host: str) -> None:
    request = ProxyRequest(
        "GET",
        "/",
        "",
        headers,
        [],
        b"",
        "123456789012",
        "eu-west-1",
        "api",
        "prod",
        {},
        {},
        "id",
        "Root=1",
        0,
    )
    assert request.domain_name == host


@pytest.mark.parametrize(
    ("value", "text"), [("a", "a"), (1, "1"), (1.5, "1.5"), (True, "true"), (False, "false")]
)
def test_a_header_may_be_a_text_a_number_or_a_truth(value: Any, text: str) -> None:
    assert header_text(value) == text


@pytest.mark.parametrize("value", [None, ["a"], {}, "a\r\nb", "a\n"])
def test_a_header_is_one_line_of_text(value: Any) -> None:
    with pytest.raises(Malformed):
        header_text(value)
