"""What answers from outside a stack: custom resources, wait conditions, nested stacks; and cancelling.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

import json

import pytest

from cloudchamber.gateway.router import http_route
from cloudchamber.wire.http import HttpRequest

HOUR_MS = 3_600_000


def template(**resources):
    return {"Resources": resources}


def queue(**properties):
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def custom(topic, **properties):
    return {"Type": "Custom::Thing", "Properties": {"ServiceToken": topic, **properties}}


class Provider:
    """A topic that custom resources are asked through, and a queue that shows what was asked."""

    def __init__(self, cloud):
        self.cloud = cloud

    async def start(self):
        self.topic = (await self.cloud("sns", "CreateTopic", Name="provider"))["TopicArn"]
        self.url = (await self.cloud("sqs", "CreateQueue", QueueName="asked"))["QueueUrl"]
        arn = "arn:aws:sqs:us-east-1:123456789012:asked"
        await self.cloud(
            "sns",
            "Subscribe",
            TopicArn=self.topic,
            Protocol="sqs",
            Endpoint=arn,
            Attributes={"RawMessageDelivery": "true"},
        )
        return self

    async def asked(self):
        await self.cloud.settle()
        got = (await self.cloud("sqs", "ReceiveMessage", QueueUrl=self.url, MaxNumberOfMessages=10)).get(
            "Messages", []
        )
        for message in got:
            await self.cloud(
                "sqs", "DeleteMessage", QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"]
            )
        return [json.loads(message["Body"]) for message in got]

    async def answer(self, asked, status="SUCCESS", **more):
        """PUT the answer at the ResponseURL, as the request's receiver would."""
        path = asked["ResponseURL"].removeprefix("http://localhost:4566")
        body = {
            "Status": status,
            "PhysicalResourceId": "thing-1",
            "StackId": asked["StackId"],
            "RequestId": asked["RequestId"],
            "LogicalResourceId": asked["LogicalResourceId"],
            **more,
        }
        response = await put(self.cloud, path, body)
        await self.cloud.settle()
        return response


async def put(cloud, path, body):
    route = http_route(HttpRequest("PUT", path, "", {"host": "localhost:4566"}, json.dumps(body).encode()))
    assert route.label == "cloudformation-response"
    service = cloud.cloud.service("cloudformation")
    from cloudchamber.aws import Call

    _, ctx = cloud.cloud.begin(Call("cloudformation", "PUT", {}, "anonymous", "000000000000", "eu-west-1"))
    cloud.clock.hold()
    try:
        return await service.http[route.label](ctx, route.request, route.id)
    finally:
        cloud.clock.release()


@pytest.fixture
async def provider(cloud):
    return await Provider(cloud).start()


async def start(cloud, body, name="app"):
    await cloud("cloudformation", "CreateStack", StackName=name, TemplateBody=json.dumps(body))
    await cloud.settle()


async def test_a_custom_resource_is_made_by_who_answers_its_request(stacks, cloud, provider):
    body = template(
        Thing=custom(provider.topic, Size=3, On=True), Q=queue(QueueName={"Fn::GetAtt": "Thing.Name"})
    )
    await start(cloud, body)
    [asked] = await provider.asked()
    assert asked["RequestType"] == "Create"
    assert asked["ResourceType"] == "Custom::Thing"
    assert asked["LogicalResourceId"] == "Thing"
    assert asked["ResourceProperties"] == {"ServiceToken": provider.topic, "Size": "3", "On": "true"}
    assert (await stacks.stack("app"))["StackStatus"] == "CREATE_IN_PROGRESS"
    assert (await provider.answer(asked, Data={"Name": "from-thing"})).status == 200
    assert (await stacks.stack("app"))["StackStatus"] == "CREATE_COMPLETE"
    assert "from-thing" in await stacks.queues()
    assert (await stacks.resources("app"))["Thing"]["PhysicalResourceId"] == "thing-1"


async def test_a_custom_resource_is_updated_with_its_old_properties_and_deleted(stacks, cloud, provider):
    await start(cloud, template(Thing=custom(provider.topic, Size=3)))
    await provider.answer((await provider.asked())[0])
    body = json.dumps(template(Thing=custom(provider.topic, Size=4)))
    await cloud("cloudformation", "UpdateStack", StackName="app", TemplateBody=body)
    [asked] = await provider.asked()
    assert asked["RequestType"] == "Update"
    assert asked["PhysicalResourceId"] == "thing-1"
    assert asked["OldResourceProperties"] == {"ServiceToken": provider.topic, "Size": "3"}
    await provider.answer(asked, PhysicalResourceId="thing-2")
    [asked] = await provider.asked()
    assert (asked["RequestType"], asked["PhysicalResourceId"]) == ("Delete", "thing-1")
    await provider.answer(asked)
    assert (await stacks.stack("app"))["StackStatus"] == "UPDATE_COMPLETE"
    stack_id = (await stacks.stack("app"))["StackId"]
    await cloud("cloudformation", "DeleteStack", StackName="app")
    [asked] = await provider.asked()
    assert (asked["RequestType"], asked["PhysicalResourceId"]) == ("Delete", "thing-2")
    await provider.answer(asked)
    assert (await stacks.stack(stack_id))["StackStatus"] == "DELETE_COMPLETE"


async def test_a_custom_resource_that_fails_says_why_and_is_deleted_again(stacks, cloud, provider):
    await start(cloud, template(Thing=custom(provider.topic)))
    await provider.answer((await provider.asked())[0], "FAILED", Reason="no room")
    reasons = [e.get("ResourceStatusReason", "") for e in await stacks.full_events("app")]
    assert any(
        r.startswith(
            "Received response status [FAILED] from custom resource. Message returned: no room (RequestId: "
        )
        for r in reasons
    )
    [asked] = await provider.asked()
    assert asked["RequestType"] == "Delete"
    await provider.answer(asked)
    assert (await stacks.stack("app"))["StackStatus"] == "ROLLBACK_COMPLETE"


async def test_a_custom_resource_waits_for_an_hour_or_its_service_timeout(stacks, cloud, provider):
    await start(cloud, template(Thing=custom(provider.topic, ServiceTimeout=60)), "short")
    await start(cloud, template(Thing=custom(provider.topic)), "long")
    await cloud.clock.advance(59_000)
    assert (await stacks.stack("short"))["StackStatus"] == "CREATE_IN_PROGRESS"
    await cloud.clock.advance(1_000)
    assert (await stacks.stack("short"))["StackStatus"] == "ROLLBACK_IN_PROGRESS"
    await cloud.clock.advance(HOUR_MS - 61_000)
    assert (await stacks.stack("long"))["StackStatus"] == "CREATE_IN_PROGRESS"
    await cloud.clock.advance(1_000)
    reasons = [e.get("ResourceStatusReason", "") for e in await stacks.full_events("long")]
    assert any(
        r.startswith("CloudFormation did not receive a response from your Custom Resource.") for r in reasons
    )


async def test_a_failure_cancels_who_still_waits(stacks, cloud, provider):
    bad = queue(QueueName="x" * 81)
    await start(cloud, template(Thing=custom(provider.topic), Bad=bad))
    failed = {
        e["LogicalResourceId"]: e["ResourceStatusReason"]
        for e in await stacks.full_events("app")
        if e["ResourceStatus"] == "CREATE_FAILED"
    }
    assert failed["Thing"] == "Resource creation cancelled"
    assert [asked["RequestType"] for asked in await provider.asked()] == ["Create", "Delete"]


async def test_a_stack_s_timeout_rolls_it_back(stacks, cloud, provider):
    body = json.dumps(template(Thing=custom(provider.topic)))
    await cloud("cloudformation", "CreateStack", StackName="app", TemplateBody=body, TimeoutInMinutes=5)
    await cloud.clock.advance(5 * 60_000)
    events = await stacks.full_events("app")
    rolling = next(e for e in events if e["ResourceStatus"] == "ROLLBACK_IN_PROGRESS")
    assert rolling["ResourceStatusReason"] == (
        "Stack creation time exceeded the specified timeout. Rollback requested by user."
    )


async def test_an_update_can_be_cancelled(stacks, cloud, provider, error_of):
    await stacks.create("app", template(Q=queue(QueueName="q")))
    error = await error_of(cloud("cloudformation", "CancelUpdateStack", StackName="app"))
    assert error.message == "CancelUpdateStack cannot be called from current stack status"
    body = json.dumps(template(Q=queue(QueueName="q", DelaySeconds=3), Thing=custom(provider.topic)))
    await cloud("cloudformation", "UpdateStack", StackName="app", TemplateBody=body)
    await cloud.settle()
    await cloud("cloudformation", "CancelUpdateStack", StackName="app")
    asked = await provider.asked()
    await provider.answer(asked[-1])
    assert (await stacks.stack("app"))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


async def test_a_stack_can_be_deleted_while_it_is_made(stacks, cloud, provider):
    await start(cloud, template(Thing=custom(provider.topic), Q=queue(QueueName="q")))
    stack_id = (await stacks.stack("app"))["StackId"]
    await cloud("cloudformation", "DeleteStack", StackName="app")
    asked = await provider.asked()
    assert [each["RequestType"] for each in asked] == ["Create", "Delete"]
    await provider.answer(asked[1])
    assert (await stacks.stack(stack_id))["StackStatus"] == "DELETE_COMPLETE"
    assert await stacks.queues() == ["asked"]


async def test_a_wait_condition_waits_for_its_signals(stacks, cloud):
    body = template(
        Handle={"Type": "AWS::CloudFormation::WaitConditionHandle"},
        Wait={
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "300", "Count": 2},
        },
    ) | {"Outputs": {"Data": {"Value": {"Fn::GetAtt": "Wait.Data"}}}}
    await start(cloud, body)
    url = (await stacks.resources("app"))["Handle"]["PhysicalResourceId"]
    path = url.removeprefix("http://localhost:4566")
    for unique_id in ("one", "one", "two"):
        assert (await stacks.stack("app"))["StackStatus"] == "CREATE_IN_PROGRESS"
        await put(
            cloud,
            path,
            {"Status": "SUCCESS", "UniqueId": unique_id, "Data": f"d-{unique_id}", "Reason": "done"},
        )
        await cloud.settle()
    stack = await stacks.stack("app")
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert json.loads(stack["Outputs"][0]["OutputValue"]) == {"one": "d-one", "two": "d-two"}


async def test_a_wait_condition_without_signals_times_out(stacks, cloud):
    body = template(
        Handle={"Type": "AWS::CloudFormation::WaitConditionHandle"},
        Wait={
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "300"},
        },
    )
    await start(cloud, body)
    await cloud.clock.advance(300_000)
    reasons = [e.get("ResourceStatusReason") for e in await stacks.full_events("app")]
    assert "WaitCondition timed out. Received 0 conditions when expecting 1" in reasons
    assert (await stacks.stack("app"))["StackStatus"] == "ROLLBACK_COMPLETE"


async def nested_url(cloud, key, body):
    await cloud("s3", "PutObject", Bucket="templates", Key=key, Body=json.dumps(body).encode())
    return f"https://templates.s3.us-east-1.amazonaws.com/{key}"


async def test_a_nested_stack_gets_parameters_and_gives_outputs(stacks, cloud):
    await cloud("s3", "CreateBucket", Bucket="templates")
    child = {
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {"Q": queue(QueueName={"Ref": "Name"})},
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": "Q.Arn"}}},
    }
    url = await nested_url(cloud, "child.json", child)
    parent = template(
        Child={
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {"TemplateURL": url, "Parameters": {"Name": "inner"}},
        }
    ) | {"Outputs": {"Arn": {"Value": {"Fn::GetAtt": "Child.Outputs.Arn"}}}}
    stack = await stacks.create("app", parent)
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert stack["Outputs"][0]["OutputValue"].endswith(":inner")
    child_id = (await stacks.resources("app"))["Child"]["PhysicalResourceId"]
    inner = await stacks.stack(child_id)
    assert (inner["ParentId"], inner["RootId"]) == (stack["StackId"], stack["StackId"])
    assert inner["StackName"].startswith("app-Child-")
    await nested_url(
        cloud, "child.json", child | {"Resources": {"Q": queue(QueueName={"Ref": "Name"}, DelaySeconds=1)}}
    )
    assert (await stacks.update("app", parent))["StackStatus"] == "UPDATE_COMPLETE"
    assert (await stacks.stack(child_id))["StackStatus"] == "UPDATE_COMPLETE"
    await stacks.delete("app")
    assert await stacks.queues() == []
    assert (await stacks.stack(child_id))["StackStatus"] == "DELETE_COMPLETE"


async def test_a_nested_stack_that_fails_fails_its_parent(stacks, cloud):
    await cloud("s3", "CreateBucket", Bucket="templates")
    url = await nested_url(cloud, "bad.json", template(Bad=queue(QueueName="x" * 81)))
    stack = await stacks.create(
        "app", template(Child={"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}})
    )
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    reasons = [e.get("ResourceStatusReason", "") for e in await stacks.full_events("app")]
    assert any(r.startswith("Embedded stack arn:") and "was not successfully created: " in r for r in reasons)


@pytest.mark.parametrize(
    "url",
    [
        "https://templates.s3.amazonaws.com/t.json",
        "https://s3.amazonaws.com/templates/t.json",
        "https://s3.us-west-2.amazonaws.com/templates/t.json",
        "https://templates.s3.us-west-2.amazonaws.com/t.json",
        "http://localhost:4566/templates/t.json",
        "http://templates.s3.localhost.localstack.cloud:4566/t.json",
    ],
)
async def test_a_template_is_read_from_any_form_of_s3_url(stacks, cloud, url):
    await cloud("s3", "CreateBucket", Bucket="templates")
    await cloud(
        "s3",
        "PutObject",
        Bucket="templates",
        Key="t.json",
        Body=json.dumps(template(Q=queue(QueueName="q"))).encode(),
    )
    await cloud("cloudformation", "CreateStack", StackName="app", TemplateURL=url)
    assert (await stacks.settled("app"))["StackStatus"] == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (
            "https://example.com/t.json",
            "TemplateURL must reference a valid S3 object to which you have access.",
        ),
        ("ftp://x", "TemplateURL must be a supported URL."),
        ("https://templates.s3.amazonaws.com/none.json", "S3 error: The specified key does not exist."),
    ],
)
async def test_a_template_url_must_name_an_object(cloud, error_of, url, message):
    await cloud("s3", "CreateBucket", Bucket="templates")
    error = await error_of(cloud("cloudformation", "CreateStack", StackName="app", TemplateURL=url))
    assert (error.code, error.message.partition("\n")[0]) == ("ValidationError", message)


async def test_stack_events_are_published(stacks, cloud, provider):
    await stacks.create("app", template(Q=queue(QueueName="q")), NotificationARNs=[provider.topic])
    got = (await cloud("sqs", "ReceiveMessage", QueueUrl=provider.url, MaxNumberOfMessages=10))["Messages"]
    assert len(got) == 5
    assert any(
        "ResourceStatus='CREATE_COMPLETE'\n" in m["Body"] and "StackName='app'\n" in m["Body"] for m in got
    )


async def test_a_rollback_that_fails_can_be_continued_without_what_fails(stacks, cloud, provider):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-continueupdaterollback.html"""
    await start(cloud, template(Thing=custom(provider.topic, Size=1), Q=queue(QueueName="q", DelaySeconds=1)))
    await provider.answer((await provider.asked())[0])
    body = json.dumps(template(Thing=custom(provider.topic, Size=2), Q=queue(QueueName="q", DelaySeconds=2)))
    await cloud("cloudformation", "UpdateStack", StackName="app", TemplateBody=body)
    for _ in range(2):  # the update, and its rollback
        await provider.answer((await provider.asked())[0], "FAILED", Reason="stuck")
    assert (await stacks.stack("app"))["StackStatus"] == "UPDATE_ROLLBACK_FAILED"
    await cloud("cloudformation", "ContinueUpdateRollback", StackName="app", ResourcesToSkip=["Thing"])
    assert (await stacks.settled("app"))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    url = (await cloud("sqs", "GetQueueUrl", QueueName="q"))["QueueUrl"]
    answer = await cloud("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=["DelaySeconds"])
    assert answer["Attributes"] == {"DelaySeconds": "1"}


async def test_a_function_that_is_not_there_fails_its_custom_resource_at_once(stacks, cloud):
    arn = "arn:aws:lambda:us-east-1:123456789012:function:nobody"
    stack = await stacks.create("app", template(Thing=custom(arn)))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    reasons = [e.get("ResourceStatusReason", "") for e in await stacks.full_events("app")]
    assert any("Function not found" in reason for reason in reasons)


@pytest.mark.parametrize("way", [{"RetainResources": ["Thing"]}, {"DeletionMode": "FORCE_DELETE_STACK"}])
async def test_a_deletion_that_fails_can_leave_what_fails(stacks, cloud, provider, error_of, way):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html"""
    await start(cloud, template(Thing=custom(provider.topic), Q=queue(QueueName="q")))
    await provider.answer((await provider.asked())[0])
    stack_id = (await stacks.stack("app"))["StackId"]
    error = await error_of(cloud("cloudformation", "DeleteStack", StackName="app", **way))
    assert error.message.startswith(f"Invalid operation on stack [{stack_id}].")
    await cloud("cloudformation", "DeleteStack", StackName="app")
    await provider.answer((await provider.asked())[0], "FAILED", Reason="stuck")
    stack = await stacks.stack("app")
    assert (stack["StackStatus"], stack["StackStatusReason"]) == (
        "DELETE_FAILED",
        "The following resource(s) failed to delete: [Thing]. ",
    )
    await cloud("cloudformation", "DeleteStack", StackName="app", **way)
    for asked in await provider.asked():
        await provider.answer(asked, "FAILED", Reason="stuck")
    assert (await stacks.stack(stack_id))["StackStatus"] == "DELETE_COMPLETE"
    assert ("Thing", "DELETE_SKIPPED") in await stacks.events(stack_id)
