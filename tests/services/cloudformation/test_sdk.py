"""boto3 against a chamber that listens: requests and answers on the wire, waiters, and errors."""

import asyncio
import json
import urllib.request

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

from cloudchamber.app.chamber import Chamber, Options

pytestmark = pytest.mark.sdk
TEMPLATE = json.dumps(
    {
        "Parameters": {"Name": {"Type": "String", "Default": "jobs"}},
        "Resources": {"Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Name"}}}},
        "Outputs": {"Url": {"Value": {"Ref": "Jobs"}, "Export": {"Name": "url"}}},
    }
)
BROKEN = json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "x" * 81}}}})
QUICK = {"Delay": 0.02, "MaxAttempts": 200}


class Site:
    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"

    def client(self, name):
        who = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
        return boto3.client(
            name, endpoint_url=self.url, config=Config(retries={"total_max_attempts": 1}), **who
        )


@pytest.fixture
async def site():
    chamber = Chamber(Options(port=0))
    await chamber.start()
    yield Site(chamber.server.port)
    await chamber.stop()


async def test_a_stack_lives_its_life_on_the_wire(site):
    def work():
        cloudformation = site.client("cloudformation")
        made = cloudformation.create_stack(
            StackName="app", TemplateBody=TEMPLATE, Tags=[{"Key": "k", "Value": "v"}]
        )
        cloudformation.get_waiter("stack_create_complete").wait(StackName="app", WaiterConfig=QUICK)
        [stack] = cloudformation.describe_stacks(StackName="app")["Stacks"]
        assert stack["Outputs"][0]["ExportName"] == "url"
        assert stack["Parameters"] == [{"ParameterKey": "Name", "ParameterValue": "jobs"}]
        assert stack["Tags"] == [{"Key": "k", "Value": "v"}]
        given = [{"ParameterKey": "Name", "ParameterValue": "other"}]
        cloudformation.update_stack(StackName="app", UsePreviousTemplate=True, Parameters=given)
        cloudformation.get_waiter("stack_update_complete").wait(StackName="app", WaiterConfig=QUICK)
        events = list(
            cloudformation.get_paginator("describe_stack_events")
            .paginate(StackName="app")
            .search("StackEvents")
        )
        assert events[0]["ResourceStatus"] == "UPDATE_COMPLETE"
        assert cloudformation.get_template(StackName="app")["TemplateBody"] == json.loads(TEMPLATE)
        [resource] = cloudformation.list_stack_resources(StackName="app")["StackResourceSummaries"]
        assert resource["PhysicalResourceId"].endswith("/other")
        cloudformation.delete_stack(StackName="app")
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=made["StackId"], WaiterConfig=QUICK)
        with pytest.raises(ClientError) as raised:
            cloudformation.describe_stacks(StackName="app")
        answer = raised.value.response
        assert answer["Error"]["Code"] == "ValidationError"
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400

    await asyncio.to_thread(work)


async def test_a_waiter_sees_a_creation_fail(site):
    def work():
        cloudformation = site.client("cloudformation")
        cloudformation.create_stack(StackName="app", TemplateBody=BROKEN)
        with pytest.raises(WaiterError):
            cloudformation.get_waiter("stack_create_complete").wait(StackName="app", WaiterConfig=QUICK)

    await asyncio.to_thread(work)


async def test_change_sets_on_the_wire(site):
    def work():
        cloudformation = site.client("cloudformation")
        made = cloudformation.create_change_set(
            StackName="app", ChangeSetName="c1", ChangeSetType="CREATE", TemplateBody=TEMPLATE
        )
        cloudformation.get_waiter("change_set_create_complete").wait(
            ChangeSetName=made["Id"], WaiterConfig=QUICK
        )
        seen = cloudformation.describe_change_set(ChangeSetName=made["Id"])
        assert seen["Changes"][0]["ResourceChange"]["Action"] == "Add"
        cloudformation.execute_change_set(ChangeSetName=made["Id"])
        cloudformation.get_waiter("stack_create_complete").wait(StackName="app", WaiterConfig=QUICK)
        made = cloudformation.create_change_set(StackName="app", ChangeSetName="c2", TemplateBody=TEMPLATE)
        with pytest.raises(WaiterError) as raised:
            cloudformation.get_waiter("change_set_create_complete").wait(
                ChangeSetName=made["Id"], WaiterConfig=QUICK
            )
        assert "didn't contain changes" in raised.value.last_response["StatusReason"]
        with pytest.raises(cloudformation.exceptions.ChangeSetNotFoundException):
            cloudformation.describe_change_set(StackName="app", ChangeSetName="nope")
        with pytest.raises(cloudformation.exceptions.AlreadyExistsException):
            cloudformation.create_stack(StackName="app", TemplateBody=TEMPLATE)

    await asyncio.to_thread(work)


async def test_a_signal_put_at_a_handle_s_url_arrives(site):
    body = {
        "Resources": {
            "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
            "Wait": {
                "Type": "AWS::CloudFormation::WaitCondition",
                "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "60"},
            },
        }
    }

    def work():
        cloudformation = site.client("cloudformation")
        cloudformation.create_stack(StackName="app", TemplateBody=json.dumps(body))
        while True:
            detail = cloudformation.describe_stack_resources(StackName="app")["StackResources"]
            found = [each["PhysicalResourceId"] for each in detail if "PhysicalResourceId" in each]
            if found:
                break
        signal = json.dumps({"Status": "SUCCESS", "UniqueId": "1", "Data": "d", "Reason": ""}).encode()
        url = site.url + found[0].partition("4566")[2] if "4566" in found[0] else found[0]
        with urllib.request.urlopen(urllib.request.Request(url, signal, method="PUT"), timeout=5) as answer:
            assert answer.status == 200
        cloudformation.get_waiter("stack_create_complete").wait(StackName="app", WaiterConfig=QUICK)

    await asyncio.to_thread(work)
