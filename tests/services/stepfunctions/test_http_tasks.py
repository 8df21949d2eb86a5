"""HTTP Tasks: https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html."""

import json

import pytest
from tests.services.stepfunctions.conftest import chain


@pytest.fixture
async def ask(cloud, endpoint):
    """Makes an HTTP Task to the endpoint, with a connection that has an API key."""
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "X-Key", "ApiKeyValue": "secret"}}
    made = await cloud(
        "events", "CreateConnection", Name="c", AuthorizationType="API_KEY", AuthParameters=key
    )

    def task(**parameters):
        given = {
            "ApiEndpoint": f"{endpoint.url}/orders",
            "Method": "POST",
            "Authentication": {"ConnectionArn": made["ConnectionArn"]},
        }
        return {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "Parameters": given | parameters}

    return task


def answered(status, body):
    return f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


async def test_a_request_with_the_credentials_of_a_connection(machine, run, endpoint, ask):
    endpoint.answers.append(answered(201, '{"id": 7}'))
    task = ask(Headers={"X-Trace": "t"}, QueryParameters={"q": ["a", "b c"]}, **{"RequestBody.$": "$"})
    done = await run(await machine(chain(Ask=task)), {"n": 1})
    assert done["status"] == "SUCCEEDED", done
    found = json.loads(done["output"])
    assert (found["StatusCode"], found["StatusText"], found["ResponseBody"]) == (201, "Created", {"id": 7})
    assert found["Headers"]["content-type"] == ["application/json"]
    (request,) = endpoint.received
    assert (request.method, request.target) == ("POST", "/orders?q=a&q=b+c")
    assert (request.headers["x-key"], request.headers["x-trace"]) == ("secret", "t")
    assert json.loads(request.body) == {"n": 1}


async def test_a_form(machine, run, endpoint, ask):
    task = ask(RequestBody={"a": "1 2", "b": ["x", "y"]}, Transform={"RequestBodyEncoding": "URL_ENCODED"})
    await run(await machine(chain(Ask=task)))
    (request,) = endpoint.received
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.body == b"a=1+2&b=x&b=y"


async def test_a_status_is_an_error_that_can_be_retried(machine, run, endpoint, ask):
    endpoint.answers += [answered(503, "busy"), answered(200, '"ok"')]
    task = ask() | {"Retry": [{"ErrorEquals": ["States.Http.StatusCode.503"], "IntervalSeconds": 5}]}
    done = await run(await machine(chain(Ask=task)), seconds=10)
    assert json.loads(done["output"])["ResponseBody"] == "ok"
    assert endpoint.received[1].at_ms - endpoint.received[0].at_ms == 5000


async def test_what_fails(machine, run, endpoint, ask):
    endpoint.answers.append(answered(404, "gone"))
    done = await run(await machine(chain(Ask=ask())))
    assert (done["error"], done["cause"]) == ("States.Http.StatusCode.404", "gone")
    done = await run(await machine(chain(Ask=ask(ApiEndpoint="http://127.0.0.1:9/")), "Nobody"))
    assert done["error"] == "States.Http.Socket"
    done = await run(await machine(chain(Ask=ask(Authentication={})), "Nothing"))
    assert done["error"] == "States.Runtime"
