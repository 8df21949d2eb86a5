"""Step Functions as boto3 sees it, over a real socket."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.sdk

ROLE = "arn:aws:iam::000000000000:role/r"
HELLO = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": [1, None, "ä"], "End": True}}}


def test_an_execution_from_the_definition_to_its_history(client):
    sfn = client("stepfunctions")
    arn = sfn.create_state_machine(name="m", definition=json.dumps(HELLO), roleArn=ROLE)["stateMachineArn"]
    started = sfn.start_execution(stateMachineArn=arn, name="n", input="{}")
    done = sfn.describe_execution(executionArn=started["executionArn"])
    assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", [1, None, "ä"])
    assert done["startDate"] == started["startDate"]
    pages = sfn.get_paginator("get_execution_history").paginate(
        executionArn=started["executionArn"], PaginationConfig={"PageSize": 3}
    )
    types = [event["type"] for page in pages for event in page["events"]]
    assert types == ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]
    with pytest.raises(sfn.exceptions.InvalidDefinition):
        sfn.create_state_machine(name="bad", definition="{}", roleArn=ROLE)
    with pytest.raises(ClientError) as raised:
        sfn.start_execution(stateMachineArn=arn, name="n", input='{"other": 1}')
    assert raised.value.response["Error"]["Code"] == "ExecutionAlreadyExists"


def test_a_synchronous_execution(client):
    sfn = client("stepfunctions", inject_host_prefix=False)
    arn = sfn.create_state_machine(name="x", definition=json.dumps(HELLO), roleArn=ROLE, type="EXPRESS")[
        "stateMachineArn"
    ]
    assert sfn.start_sync_execution(stateMachineArn=arn)["status"] == "SUCCEEDED"


def test_a_worker_of_an_activity(client):
    sfn = client("stepfunctions")
    activity = sfn.create_activity(name="a")["activityArn"]
    task = {"Type": "Task", "Resource": activity, "End": True}
    definition = json.dumps({"StartAt": "A", "States": {"A": task}})
    arn = sfn.create_state_machine(name="w", definition=definition, roleArn=ROLE)["stateMachineArn"]
    started = sfn.start_execution(stateMachineArn=arn, input='{"n": 1}')
    taken = sfn.get_activity_task(activityArn=activity, workerName="me")
    sfn.send_task_heartbeat(taskToken=taken["taskToken"])
    sfn.send_task_success(taskToken=taken["taskToken"], output=taken["input"])
    assert json.loads(sfn.describe_execution(executionArn=started["executionArn"])["output"]) == {"n": 1}
