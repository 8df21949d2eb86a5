"""A rule starts a workflow, and another one hears how it ended."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def put(app, key, body=b"..."):
    await app("s3", "PutObject", Bucket=app.outputs["Pictures"], Key=key, Body=body)
    await app.settle(60)


async def test_a_picture_starts_the_workflow(application):
    app = await application("sls-evsfn")
    await put(app, "cat.png", b"12345")
    assert await app.items("Known") == [{"id": "cat.png", "size": 5, "kind": "png"}]
    executions = await app("stepfunctions", "ListExecutions", stateMachineArn=app.outputs["Workflow"])
    assert [each["status"] for each in executions["executions"]] == ["SUCCEEDED"]
    assert await app.messages("Failures") == []


async def test_what_fails_is_told(application):
    app = await application("sls-evsfn")
    await put(app, "notes.txt")
    (told,) = await app.bodies("Failures")
    assert told["error"] == "NoPicture"
    assert told["execution"].startswith("arn:aws:states:")
    assert await app.items("Known") == []


async def test_a_workflow_that_is_gone_does_not_lose_the_event(application):
    app = await application("sls-evsfn")
    await app("stepfunctions", "DeleteStateMachine", stateMachineArn=app.outputs["Workflow"])
    await put(app, "cat.png")
    await app.settle(2 * 3600)
    (lost,) = await app.messages("NotStarted")
    assert lost["MessageAttributes"]["TARGET_ARN"]["StringValue"] == app.outputs["Workflow"]
