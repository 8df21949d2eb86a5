"""Tasks are taken at once and done later: bounded, one by one, with an end for those that fail."""

import asyncio
import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def post(app, path, body=None):
    """One request over a socket; the status and the JSON of the answer."""
    api = app.outputs["Url"].split("//")[1].split(".")[0]
    port = app.cloud.settings.port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    content = json.dumps(body).encode() if body is not None else b""
    method = "POST" if body is not None else "GET"
    head = (
        f"{method} /_aws/execute-api/{api}{path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n"
    )
    head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    writer.write(head.encode() + content)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    first, _, rest = answer.partition(b"\r\n\r\n")
    return int(first.split()[1]), json.loads(rest)


async def test_a_task_is_taken_at_once_and_done_later(application):
    app = await application("sls-async")
    status, task = await post(app, "/tasks", {"numbers": [1, 2, 3]})
    assert (status, task["status"]) == (202, "WAITING")
    await app.settle(1)
    status, task = await post(app, f"/tasks/{task['id']}")
    assert (status, task["status"], task["result"]) == (200, "DONE", "6")
    assert (await post(app, "/tasks/unknown"))[0] == 404


async def test_what_fails_is_given_up_after_its_second_try(application):
    app = await application("sls-async")
    bodies = [{"numbers": [1]}, {"numbers": ["one"]}, {"numbers": [2]}]
    ids = [(await post(app, "/tasks", body))[1]["id"] for body in bodies]
    await app.settle(300)
    tasks = {item["id"]: item["status"] for item in await app.items("Tasks")}
    assert [tasks[name] for name in ids] == ["DONE", "FAILED", "DONE"]
    assert len(await app.logs("Worker")) == 2


async def test_a_burst_is_done_by_so_many_workers_at_most(application):
    app = await application("sls-async", AtOnce="2")
    burst = [
        {"Id": str(n), "MessageBody": json.dumps({"id": str(n), "task": {"numbers": [n], "seconds": 0.05}})}
        for n in range(10)
    ]
    await app("sqs", "SendMessageBatch", QueueUrl=app.outputs["Queue"], Entries=burst)
    await app.settle(10)
    runs = await app.logs("Worker")
    at_once = [
        sum(run["from"] < other["to"] and other["from"] <= run["from"] for other in runs) for run in runs
    ]
    assert (len(runs), max(at_once)) == (10, 2)
