"""A chamber that starts again on its store serves the APIs that were deployed: nothing lives in memory only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.conftest import InMemory
from tests.services.http_apis import zipped

from cloudchamber.app.services import SERVICES
from cloudchamber.aws import Call, Cloud, Settings
from cloudchamber.clock import VirtualClock
from cloudchamber.kv import SqliteStore
from cloudchamber.wire.http import HttpRequest, HttpResponse

ECHO = "def handler(event, context): return {'statusCode': 200, 'body': event['requestContext']['stage']}"
JUDGE = """
def handler(event, context):
    allowed = 'Allow' if event['headers'].get('Key') == 'k' else 'Deny'
    statement = {'Action': 'execute-api:Invoke', 'Effect': allowed, 'Resource': event['methodArn']}
    return {'principalId': 'me', 'policyDocument': {'Version': '2012-10-17', 'Statement': [statement]}}
"""
LAMBDA = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"


def start(folder: Path) -> InMemory:
    clock = VirtualClock(seed=0)
    settings = Settings(data_folder=str(folder / "data"), scratch_folder=str(folder))
    return InMemory(Cloud(SqliteStore(folder / "store"), clock, SERVICES, settings), clock)


async def make_function(cloud: InMemory, name: str, source: str) -> str:
    made = await cloud(
        "lambda", "CreateFunction", FunctionName=name, Runtime="python3.12", Handler="app.handler",
        Role="arn:aws:iam::123456789012:role/r", Code={"ZipFile": zipped(source)},
    )  # fmt: skip
    return made["FunctionArn"]


async def make_rest_api(cloud: InMemory, function: str, judge: str) -> str:
    api = await cloud("apigateway", "CreateRestApi", name="shop")
    authorizer = await cloud(
        "apigateway", "CreateAuthorizer", restApiId=api["id"], name="judge", type="REQUEST",
        authorizerUri=LAMBDA.format(judge), identitySource="method.request.header.Key",
    )  # fmt: skip
    where = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    await cloud("apigateway", "PutMethod", **where, authorizationType="CUSTOM", authorizerId=authorizer["id"])
    await cloud(
        "apigateway", "PutIntegration", **where, type="AWS_PROXY", integrationHttpMethod="POST",
        uri=LAMBDA.format(function),
    )  # fmt: skip
    await cloud("apigateway", "CreateDeployment", restApiId=api["id"], stageName="prod")
    return api["id"]


async def ask(
    cloud: InMemory, service: str, api_id: str, path: str, key: str = ""
) -> tuple[int, bytes | Any]:
    async def send() -> HttpResponse:
        _, ctx = cloud.cloud.begin(Call(service, "GET", {}, "anonymous", "000000000000", "us-east-1"))
        cloud.clock.hold()
        try:
            headers = {"host": f"{api_id}.execute-api.localhost"} | ({"key": key} if key else {})
            raw = [(name.capitalize(), value) for name, value in headers.items()]
            message = HttpRequest("GET", path, "", headers, b"", raw)
            response = await cloud.cloud.service(service).http["execute-api"](ctx, message, api_id)
        finally:
            cloud.clock.release()
        assert response is not None
        return response

    response = await cloud.clock.run(send())
    return response.status, response.body


async def test_an_api_is_served_again_after_a_restart(tmp_path: Path) -> None:
    first = start(tmp_path)
    await first.cloud.start()
    function = await make_function(first, "hello", ECHO)
    rest = await make_rest_api(first, function, await make_function(first, "judge", JUDGE))
    made = await first("apigatewayv2", "CreateApi", Name="quick", ProtocolType="HTTP", Target=function)
    assert await ask(first, "apigateway", rest, "/prod/", "k") == (200, b"prod")
    await first.cloud.stop()

    second = start(tmp_path)
    await second.cloud.start()
    assert await ask(second, "apigateway", rest, "/prod/", "k") == (200, b"prod")
    assert (await ask(second, "apigateway", rest, "/prod/", "other"))[0] == 403
    assert (await ask(second, "apigateway", rest, "/prod/"))[0] == 401
    assert await ask(second, "apigatewayv2", made["ApiId"], "/any") == (200, b"$default")
    status, body = await ask(second, "apigateway", rest, "/dev/", "k")
    assert (status, json.loads(body)) == (403, {"message": "Forbidden"})
    await second.cloud.stop()
