"""Stacks: created, described, deleted, and what is refused.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
"""

import json

import pytest


def queue(**properties):
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def template(**resources):
    return {"Resources": resources}


# A queue whose name is too long fails when it is made, not when the template is read.
BROKEN = queue(QueueName="x" * 81)


async def test_a_stack_makes_its_resources_and_tells_each_step(stacks, cloud):
    stack = await stacks.create("app", template(Jobs=queue(QueueName="jobs")))
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert await stacks.queues() == ["jobs"]
    assert await stacks.events("app") == [
        ("app", "CREATE_IN_PROGRESS"),
        ("Jobs", "CREATE_IN_PROGRESS"),
        ("Jobs", "CREATE_IN_PROGRESS"),
        ("Jobs", "CREATE_COMPLETE"),
        ("app", "CREATE_COMPLETE"),
    ]


async def test_event_ids_are_unique_and_carry_reasons_and_properties(stacks):
    await stacks.create("app", template(Jobs=queue(QueueName="jobs")), ClientRequestToken="t-1")
    events = await stacks.full_events("app")
    assert len({e["EventId"] for e in events}) == len(events)
    assert events[0]["ResourceStatusReason"] == "User Initiated"
    assert events[2]["ResourceStatusReason"] == "Resource creation Initiated"
    assert json.loads(events[1]["ResourceProperties"]) == {"QueueName": "jobs"}
    assert {e["ClientRequestToken"] for e in events} == {"t-1"}
    assert events[3]["PhysicalResourceId"].endswith("/jobs")


async def test_deleting_a_stack_removes_its_resources_and_keeps_it_by_id(stacks, cloud, error_of):
    await stacks.create("app", template(Jobs=queue(QueueName="jobs")))
    gone = await stacks.delete("app")
    assert gone["StackStatus"] == "DELETE_COMPLETE"
    assert await stacks.queues() == []
    error = await error_of(cloud("cloudformation", "DescribeStacks", StackName="app"))
    assert (error.code, error.message) == ("ValidationError", "Stack with id app does not exist")
    deleted = (await cloud("cloudformation", "ListStacks", StackStatusFilter=["DELETE_COMPLETE"]))[
        "StackSummaries"
    ]
    assert [each["StackId"] for each in deleted] == [gone["StackId"]]


async def test_resources_are_made_after_those_they_refer_to_and_removed_before_them(stacks, cloud):
    body = template(
        Third=queue(QueueName={"Fn::Sub": "third-${Second.QueueName}"}),
        Second=queue(QueueName={"Fn::Join": ["-", ["second", {"Fn::GetAtt": ["First", "QueueName"]}]]}),
        First=queue(QueueName="first"),
    )
    stack = await stacks.create("app", body)
    assert await stacks.queues() == ["first", "second-first", "third-second-first"]
    made = [name for name, status in await stacks.events("app") if status == "CREATE_COMPLETE"]
    assert made == ["First", "Second", "Third", "app"]
    await stacks.delete("app")
    removed = [name for name, status in await stacks.events(stack["StackId"]) if status == "DELETE_COMPLETE"]
    assert removed == ["Third", "Second", "First", "app"]


async def test_a_generated_name_holds_the_stack_and_logical_id(stacks):
    await stacks.create("app", template(Jobs={"Type": "AWS::SQS::Queue"}))
    [name] = await stacks.queues()
    assert name.startswith("app-Jobs-")
    assert len(name) == len("app-Jobs-") + 12


async def test_a_failed_creation_is_rolled_back_in_reverse_order(stacks, cloud):
    body = template(
        A=queue(QueueName="a"),
        B=queue(QueueName={"Fn::Sub": "b-${A.QueueName}"}),
        C=BROKEN | {"DependsOn": "B"},
    )
    stack = await stacks.create("app", body)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert await stacks.queues() == []
    events = await stacks.full_events("app")
    started = next(e for e in events if e["ResourceStatus"] == "ROLLBACK_IN_PROGRESS")
    assert started["ResourceStatusReason"] == (
        "The following resource(s) failed to create: [C]. Rollback requested by user."
    )
    failed = next(e for e in events if e["ResourceStatus"] == "CREATE_FAILED")
    assert failed["LogicalResourceId"] == "C"
    assert "1 to 80 in length" in failed["ResourceStatusReason"]
    removed = [e["LogicalResourceId"] for e in events if e["ResourceStatus"] == "DELETE_COMPLETE"]
    assert removed == ["C", "B", "A"]


@pytest.mark.parametrize(
    ("options", "status", "left"),
    [
        ({"OnFailure": "DO_NOTHING"}, "CREATE_FAILED", ["a"]),
        ({"DisableRollback": True}, "CREATE_FAILED", ["a"]),
        ({"OnFailure": "DELETE"}, "DELETE_COMPLETE", []),
        ({"OnFailure": "ROLLBACK"}, "ROLLBACK_COMPLETE", []),
    ],
)
async def test_what_follows_a_failure_is_chosen(stacks, cloud, options, status, left):
    body = json.dumps(template(A=queue(QueueName="a"), C=BROKEN | {"DependsOn": "A"}))
    made = await cloud("cloudformation", "CreateStack", StackName="app", TemplateBody=body, **options)
    assert (await stacks.settled(made["StackId"]))["StackStatus"] == status
    assert await stacks.queues() == left


async def test_a_rolled_back_stack_can_only_be_deleted(stacks, cloud, error_of):
    stack = await stacks.create("app", template(C=BROKEN))
    error = await error_of(stacks.update("app", template(A=queue())))
    assert error.message == f"Stack:{stack['StackId']} is in ROLLBACK_COMPLETE state and can not be updated."
    assert (await stacks.delete("app"))["StackStatus"] == "DELETE_COMPLETE"


async def test_a_name_is_taken_until_its_stack_is_deleted(stacks, cloud, error_of):
    first = await stacks.create("app", template(A=queue()))
    error = await error_of(stacks.create("app", template(A=queue())))
    assert (error.code, error.message) == ("AlreadyExistsException", "Stack [app] already exists")
    await stacks.delete("app")
    assert (await stacks.create("app", template(A=queue())))["StackId"] != first["StackId"]


async def test_the_same_client_request_token_is_the_same_request(stacks):
    first = await stacks.create("app", template(A=queue()), ClientRequestToken="once")
    again = await stacks.create("app", template(A=queue()), ClientRequestToken="once")
    assert again["StackId"] == first["StackId"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{", "Template format error: JSON not well-formed. (line 1, column 2)"),
        ("just text", "Template format error: unsupported structure."),
        ({"Resources": {}}, "Template format error: At least one Resources member must be defined."),
        (
            template(X={"Type": "AWS::Foo::Bar"}),
            "Template format error: Unrecognized resource types: [AWS::Foo::Bar]",
        ),
        (
            template(X=queue(QueueName={"Ref": "Nobody"})),
            "Template format error: Unresolved resource dependencies [Nobody] in the Resources block of the template",
        ),
        (
            template(X=queue(QueueName={"Fn::FindInMap": ["M", "a", "b"]})),
            "Template error: Mapping named 'M' is not present in the 'Mappings' section of template.",
        ),
        ({"Transform": "MyMacro", "Resources": {"A": queue()}}, "No transform named MyMacro found."),
        (
            {"Parameters": {"P": {"Type": "String"}}, "Resources": {"A": queue()}},
            "Parameters: [P] must have values",
        ),
    ],
)
async def test_a_bad_template_is_refused_and_leaves_nothing(stacks, cloud, error_of, body, message):
    error = await error_of(stacks.create("app", body))
    assert (error.code, error.message) == ("ValidationError", message)
    assert (await cloud("cloudformation", "ListStacks"))["StackSummaries"] == []


async def test_a_stack_name_begins_with_a_letter(stacks, error_of):
    error = await error_of(stacks.create("1app", template(A=queue())))
    assert error.code == "ValidationError"
    assert error.message.endswith("Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*")


async def test_a_template_body_is_limited(stacks, error_of):
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
    body = json.dumps(template(A=queue())) + " " * 51_200
    error = await error_of(stacks.create("app", body))
    assert error.message.endswith("Member must have length less than or equal to 51200")


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        ({"Colour": "red"}, "#: extraneous key [Colour] is not permitted"),
        ({"DelaySeconds": "soon"}, "#/DelaySeconds: expected type: Integer, found: String"),
        ({"Tags": [{"Key": "k"}]}, "#/Tags/0: required key [Value] not found"),
        ({"Tags": {"k": "v"}}, "#/Tags: expected type: Array, found: JSONObject"),
    ],
)
async def test_properties_are_held_against_the_type_s_schema(stacks, properties, text):
    await stacks.create("app", template(A=queue(**properties)))
    reasons = [e.get("ResourceStatusReason", "") for e in await stacks.full_events("app")]
    assert f"Properties validation failed for resource A with message:\n{text}" in reasons


async def test_parameters_outputs_and_exports(stacks, cloud):
    body = {
        "Parameters": {
            "Name": {"Type": "String", "Default": "jobs"},
            "Secret": {"Type": "String", "NoEcho": True},
        },
        "Resources": {"Jobs": queue(QueueName={"Ref": "Name"})},
        "Outputs": {
            "Arn": {
                "Description": "The queue",
                "Value": {"Fn::GetAtt": "Jobs.Arn"},
                "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-arn"}},
            }
        },
    }
    stack = await stacks.create(
        "app", body, Parameters=[{"ParameterKey": "Secret", "ParameterValue": "s3cret"}]
    )
    arn = "arn:aws:sqs:us-east-1:123456789012:jobs"
    assert stack["Outputs"] == [
        {"OutputKey": "Arn", "OutputValue": arn, "Description": "The queue", "ExportName": "app-arn"}
    ]
    assert {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]} == {
        "Name": "jobs",
        "Secret": "****",
    }
    exports = (await cloud("cloudformation", "ListExports"))["Exports"]
    assert exports == [{"ExportingStackId": stack["StackId"], "Name": "app-arn", "Value": arn}]


async def test_the_events_never_show_a_secret_parameter(stacks):
    body = {
        "Parameters": {"Secret": {"Type": "String", "NoEcho": True}},
        "Resources": {"Q": queue(QueueName={"Fn::Sub": "q-${Secret}"}), "Open": queue(QueueName="open")},
    }
    await stacks.create("app", body, Parameters=[{"ParameterKey": "Secret", "ParameterValue": "s3cret"}])
    shown = [e.get("ResourceProperties", "") for e in await stacks.full_events("app")]
    assert not any("s3cret" in text for text in shown)
    assert any("open" in text for text in shown)


def exporter(value="x", name="shared"):
    return template(A=queue()) | {"Outputs": {"O": {"Value": value, "Export": {"Name": name}}}}


async def test_an_export_in_use_keeps_its_stack(stacks, cloud, error_of):
    await stacks.create("base", exporter())
    await stacks.create("user", template(B=queue(QueueName={"Fn::ImportValue": "shared"})))
    assert (await cloud("cloudformation", "ListImports", ExportName="shared"))["Imports"] == ["user"]
    kept = await stacks.delete("base")
    assert kept["StackStatus"] == "CREATE_COMPLETE"
    reason = (await stacks.full_events("base"))[-1]["ResourceStatusReason"]
    assert reason == "Delete canceled. Cannot delete export shared as it is in use by user."
    changed = await stacks.update("base", exporter("y"))
    assert changed["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    reasons = [e.get("ResourceStatusReason") for e in await stacks.full_events("base")]
    assert "Export shared cannot be updated as it is in use by user" in reasons
    await stacks.delete("user")
    assert (await stacks.delete("base"))["StackStatus"] == "DELETE_COMPLETE"
    error = await error_of(cloud("cloudformation", "ListImports", ExportName="shared"))
    assert error.message == "Export 'shared' is not imported by any stack."


async def test_an_export_has_one_owner(stacks):
    await stacks.create("base", exporter())
    other = await stacks.create("other", exporter())
    assert other["StackStatus"] == "ROLLBACK_COMPLETE"
    reasons = [e.get("ResourceStatusReason", "") for e in await stacks.full_events("other")]
    assert "Export with name shared is already exported by stack base. Rollback requested by user." in reasons


async def test_a_protected_stack_is_not_deleted(stacks, cloud, error_of):
    await stacks.create("app", template(A=queue()), EnableTerminationProtection=True)
    error = await error_of(cloud("cloudformation", "DeleteStack", StackName="app"))
    assert error.message == "Stack [app] cannot be deleted while TerminationProtection is enabled"
    await cloud(
        "cloudformation", "UpdateTerminationProtection", StackName="app", EnableTerminationProtection=False
    )
    assert (await stacks.delete("app"))["StackStatus"] == "DELETE_COMPLETE"


async def test_a_retained_resource_outlives_its_stack(stacks):
    stack = await stacks.create("app", template(A=queue(QueueName="kept") | {"DeletionPolicy": "Retain"}))
    await stacks.delete("app")
    assert await stacks.queues() == ["kept"]
    assert ("A", "DELETE_SKIPPED") in await stacks.events(stack["StackId"])


async def test_a_condition_leaves_a_resource_out(stacks):
    body = {
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": {"A": queue(QueueName="a"), "B": queue(QueueName="b") | {"Condition": "Never"}},
    }
    await stacks.create("app", body)
    assert await stacks.queues() == ["a"]
    assert list(await stacks.resources("app")) == ["A"]


async def test_stack_tags_reach_the_resources(stacks, cloud):
    await stacks.create("app", template(A=queue(QueueName="a")), Tags=[{"Key": "team", "Value": "blue"}])
    url = (await cloud("sqs", "GetQueueUrl", QueueName="a"))["QueueUrl"]
    assert (await cloud("sqs", "ListQueueTags", QueueUrl=url))["Tags"] == {"team": "blue"}


async def test_inert_types_look_like_aws_s_and_are_listed_as_inert(stacks, cloud):
    body = template(
        Net={"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        Jobs=queue(QueueName={"Ref": "Net"}),
        Meta={"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "v2:x"}},
    )
    stack = await stacks.create("app", body)
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    [name] = await stacks.queues()
    assert name.startswith("vpc-0")
    assert len(name) == len("vpc-") + 17
    listed = await cloud("cloudformation", "inert_resources", StackName="app")
    assert listed == [
        {"LogicalId": "Meta", "Type": "AWS::CDK::Metadata"},
        {"LogicalId": "Net", "Type": "AWS::EC2::VPC"},
    ]


async def test_events_and_stacks_come_in_pages(stacks, cloud):
    body = template(**{f"Q{n}": queue() for n in range(40)})
    await stacks.create("app", body)
    first = await cloud("cloudformation", "DescribeStackEvents", StackName="app")
    assert len(first["StackEvents"]) == 100
    second = await cloud(
        "cloudformation", "DescribeStackEvents", StackName="app", NextToken=first["NextToken"]
    )
    assert len(second["StackEvents"]) == 40 * 3 + 2 - 100
    assert "NextToken" not in second
    assert first["StackEvents"][0]["ResourceStatus"] == "CREATE_COMPLETE"


async def test_a_template_is_given_back_as_it_came(stacks, cloud):
    text = "Resources:\n  A: {Type: 'AWS::SQS::Queue'} # mine\n"
    await stacks.create("app", text)
    answer = await cloud("cloudformation", "GetTemplate", StackName="app")
    assert answer == {"TemplateBody": text, "StagesAvailable": ["Original", "Processed"]}
    processed = await cloud("cloudformation", "GetTemplate", StackName="app", TemplateStage="Processed")
    assert json.loads(processed["TemplateBody"]) == template(A={"Type": "AWS::SQS::Queue"})


async def test_deleting_what_is_not_there_is_no_error(cloud):
    assert await cloud("cloudformation", "DeleteStack", StackName="nobody") == {}
