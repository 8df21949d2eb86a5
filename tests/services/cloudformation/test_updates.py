"""Updates: in place, by replacement, and back again.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

import json

import pytest


def queue(**properties):
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def template(**resources):
    return {"Resources": resources}


BROKEN = queue(QueueName="x" * 81)


async def delay_of(cloud, name):
    url = (await cloud("sqs", "GetQueueUrl", QueueName=name))["QueueUrl"]
    answer = await cloud("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=["DelaySeconds"])
    return answer["Attributes"]["DelaySeconds"]


async def test_a_changed_property_is_changed_in_place(stacks, cloud):
    await stacks.create("app", template(A=queue(QueueName="a", DelaySeconds=1), B=queue(QueueName="b")))
    before = len(await stacks.events("app"))
    stack = await stacks.update(
        "app", template(A=queue(QueueName="a", DelaySeconds=2), B=queue(QueueName="b"))
    )
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert await delay_of(cloud, "a") == "2"
    assert (await stacks.events("app"))[before:] == [
        ("app", "UPDATE_IN_PROGRESS"),
        ("A", "UPDATE_IN_PROGRESS"),
        ("A", "UPDATE_COMPLETE"),
        ("app", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("app", "UPDATE_COMPLETE"),
    ]


async def test_a_replacement_is_made_first_and_the_old_resource_goes_in_the_clean_up(stacks, cloud):
    """F088."""
    await stacks.create("app", template(A=queue(QueueName="old")))
    before = len(await stacks.events("app"))
    await stacks.update("app", template(A=queue(QueueName="new")))
    assert await stacks.queues() == ["new"]
    assert (await stacks.events("app"))[before:] == [
        ("app", "UPDATE_IN_PROGRESS"),
        ("A", "UPDATE_IN_PROGRESS"),
        ("A", "UPDATE_IN_PROGRESS"),
        ("A", "UPDATE_COMPLETE"),
        ("app", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("A", "DELETE_IN_PROGRESS"),
        ("A", "DELETE_COMPLETE"),
        ("app", "UPDATE_COMPLETE"),
    ]
    deleted = (await stacks.full_events("app"))[-2]
    assert deleted["PhysicalResourceId"].endswith("/old")
    assert (await stacks.resources("app"))["A"]["PhysicalResourceId"].endswith("/new")


async def test_who_refers_to_a_replaced_resource_follows_it(stacks, cloud):
    def body(name):
        redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3}
        return template(Dead=queue(QueueName=name), Main=queue(QueueName="main", RedrivePolicy=redrive))

    await stacks.create("app", body("dead-1"))
    await stacks.update("app", body("dead-2"))
    url = (await cloud("sqs", "GetQueueUrl", QueueName="main"))["QueueUrl"]
    answer = await cloud("sqs", "GetQueueAttributes", QueueUrl=url, AttributeNames=["RedrivePolicy"])
    assert "dead-2" in answer["Attributes"]["RedrivePolicy"]
    assert await stacks.queues() == ["dead-2", "main"]


async def test_a_replaced_resource_is_kept_when_its_policy_says_so(stacks):
    kept = {"UpdateReplacePolicy": "Retain"}
    await stacks.create("app", template(A=queue(QueueName="old") | kept))
    await stacks.update("app", template(A=queue(QueueName="new") | kept))
    assert await stacks.queues() == ["new", "old"]
    assert ("A", "DELETE_SKIPPED") in await stacks.events("app")


async def test_a_custom_name_cannot_be_replaced_by_itself(stacks):
    await stacks.create(
        "app",
        template(
            A=queue(QueueName="a.fifo", FifoQueue=True),
            T={"Type": "AWS::EC2::KeyPair", "Properties": {"KeyName": "k", "KeyType": "rsa"}},
        ),
    )
    stack = await stacks.update(
        "app",
        template(
            A=queue(QueueName="a.fifo", FifoQueue=True),
            T={"Type": "AWS::EC2::KeyPair", "Properties": {"KeyName": "k", "KeyType": "ed25519"}},
        ),
    )
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    reasons = [e.get("ResourceStatusReason") for e in await stacks.full_events("app")]
    assert (
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        "Rename k and update the stack again."
    ) in reasons


async def test_what_the_template_no_longer_has_is_removed_last(stacks):
    await stacks.create("app", template(A=queue(QueueName="a"), B=queue(QueueName="b")))
    before = len(await stacks.events("app"))
    await stacks.update("app", template(A=queue(QueueName="a"), C=queue(QueueName="c")))
    assert await stacks.queues() == ["a", "c"]
    assert [e for e in (await stacks.events("app"))[before:] if e[0] != "app"] == [
        ("C", "CREATE_IN_PROGRESS"),
        ("C", "CREATE_IN_PROGRESS"),
        ("C", "CREATE_COMPLETE"),
        ("B", "DELETE_IN_PROGRESS"),
        ("B", "DELETE_COMPLETE"),
    ]
    assert sorted(await stacks.resources("app")) == ["A", "C"]


async def test_a_failed_update_brings_back_what_was(stacks, cloud):
    """F088."""
    first = template(
        A=queue(QueueName="a", DelaySeconds=1), R=queue(QueueName="r-old"), Gone=queue(QueueName="gone")
    )
    await stacks.create("app", first)
    second = template(
        A=queue(QueueName="a", DelaySeconds=9),
        R=queue(QueueName="r-new"),
        New=queue(QueueName="new"),
        Bad=BROKEN | {"DependsOn": ["A", "R", "New"]},
    )
    stack = await stacks.update("app", second)
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert await stacks.queues() == ["a", "gone", "r-old"]
    assert await delay_of(cloud, "a") == "1"
    assert sorted(await stacks.resources("app")) == ["A", "Gone", "R"]
    events = await stacks.full_events("app")
    rolling = next(e for e in events if e["ResourceStatus"] == "UPDATE_ROLLBACK_IN_PROGRESS")
    assert rolling["ResourceStatusReason"].startswith("The following resource(s) failed to create: [Bad].")
    assert (await stacks.update("app", template(A=queue(QueueName="a", DelaySeconds=5))))[
        "StackStatus"
    ] == "UPDATE_COMPLETE"
    assert await stacks.queues() == ["a"]


async def test_a_failed_update_without_rollback_can_be_mended(stacks, cloud):
    await stacks.create("app", template(A=queue(QueueName="a", DelaySeconds=1)))
    bad = template(A=queue(QueueName="a", DelaySeconds=2), Bad=BROKEN | {"DependsOn": "A"})
    assert (await stacks.update("app", bad, DisableRollback=True))["StackStatus"] == "UPDATE_FAILED"
    good = template(A=queue(QueueName="a", DelaySeconds=2), Bad=queue(QueueName="good"))
    assert (await stacks.update("app", good))["StackStatus"] == "UPDATE_COMPLETE"
    assert await stacks.queues() == ["a", "good"]


async def test_a_failed_update_can_be_rolled_back_later(stacks, cloud):
    await stacks.create("app", template(A=queue(QueueName="a", DelaySeconds=1)))
    bad = template(A=queue(QueueName="a", DelaySeconds=2), Bad=BROKEN | {"DependsOn": "A"})
    await stacks.update("app", bad, DisableRollback=True)
    await cloud("cloudformation", "RollbackStack", StackName="app")
    assert (await stacks.settled("app"))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert await delay_of(cloud, "a") == "1"


@pytest.mark.parametrize(
    "again",
    [
        template(A=queue(QueueName="a")),
        template(A=queue(QueueName={"Fn::Join": ["", ["a"]]})),
    ],
)
async def test_an_update_without_changes_is_refused(stacks, error_of, again):
    await stacks.create("app", template(A=queue(QueueName="a")))
    error = await error_of(stacks.update("app", again))
    assert (error.code, error.message) == ("ValidationError", "No updates are to be performed.")


async def test_the_type_of_a_resource_is_fixed(stacks, error_of):
    await stacks.create("app", template(A=queue()))
    error = await error_of(stacks.update("app", template(A={"Type": "AWS::EC2::VPC"})))
    assert error.message == (
        "Update of resource type is not permitted. The new template modifies resource type of the following "
        "resources: [A]"
    )


async def test_parameters_may_keep_their_value(stacks, cloud, error_of):
    body = {
        "Parameters": {"D": {"Type": "Number"}, "N": {"Type": "String"}},
        "Resources": {"A": queue(QueueName={"Ref": "N"}, DelaySeconds={"Ref": "D"})},
    }
    given = [{"ParameterKey": "D", "ParameterValue": "3"}, {"ParameterKey": "N", "ParameterValue": "a"}]
    await stacks.create("app", body, Parameters=given)
    given = [{"ParameterKey": "D", "ParameterValue": "4"}, {"ParameterKey": "N", "UsePreviousValue": True}]
    await cloud("cloudformation", "UpdateStack", StackName="app", UsePreviousTemplate=True, Parameters=given)
    await stacks.settled("app")
    assert await delay_of(cloud, "a") == "4"


async def test_a_change_set_shows_what_executing_it_does(stacks, cloud):
    await stacks.create(
        "app",
        template(A=queue(QueueName="a", DelaySeconds=1), R=queue(QueueName="r1"), X=queue(QueueName="x")),
    )
    body = template(
        A=queue(QueueName="a", DelaySeconds=2),
        R=queue(QueueName="r2"),
        N=queue(QueueName={"Fn::Sub": "n-${R.QueueName}"}),
    )
    made = await cloud(
        "cloudformation",
        "CreateChangeSet",
        StackName="app",
        ChangeSetName="next",
        TemplateBody=json.dumps(body),
    )
    seen = await cloud("cloudformation", "DescribeChangeSet", ChangeSetName=made["Id"])
    assert (seen["Status"], seen["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    changes = {c["ResourceChange"]["LogicalResourceId"]: c["ResourceChange"] for c in seen["Changes"]}
    assert {name: (c["Action"], c.get("Replacement")) for name, c in changes.items()} == {
        "A": ("Modify", "False"),
        "R": ("Modify", "True"),
        "N": ("Add", None),
        "X": ("Remove", None),
    }
    assert changes["R"]["Details"] == [
        {
            "Target": {"Attribute": "Properties", "Name": "QueueName", "RequiresRecreation": "Always"},
            "Evaluation": "Static",
            "ChangeSource": "DirectModification",
        }
    ]
    assert await stacks.queues() == ["a", "r1", "x"]
    await cloud("cloudformation", "ExecuteChangeSet", ChangeSetName="next", StackName="app")
    stack = await stacks.settled("app")
    assert (stack["StackStatus"], stack["ChangeSetId"]) == ("UPDATE_COMPLETE", made["Id"])
    assert await stacks.queues() == ["a", "n-r2", "r2"]


async def test_a_change_set_creates_a_stack(stacks, cloud, error_of):
    body = json.dumps(template(A=queue(QueueName="a")))
    made = await cloud(
        "cloudformation",
        "CreateChangeSet",
        StackName="app",
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateBody=body,
    )
    assert (await stacks.stack("app"))["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert await stacks.queues() == []
    await cloud("cloudformation", "ExecuteChangeSet", ChangeSetName=made["Id"])
    assert (await stacks.settled("app"))["StackStatus"] == "CREATE_COMPLETE"
    assert await stacks.queues() == ["a"]
    error = await error_of(cloud("cloudformation", "ExecuteChangeSet", ChangeSetName=made["Id"]))
    assert error.code == "InvalidChangeSetStatus"


async def test_a_change_set_without_changes_fails(stacks, cloud):
    body = template(A=queue(QueueName="a"))
    await stacks.create("app", body)
    await cloud(
        "cloudformation",
        "CreateChangeSet",
        StackName="app",
        ChangeSetName="none",
        TemplateBody=json.dumps(body),
    )
    seen = await cloud("cloudformation", "DescribeChangeSet", StackName="app", ChangeSetName="none")
    assert (seen["Status"], seen["ExecutionStatus"], seen["StatusReason"]) == (
        "FAILED",
        "UNAVAILABLE",
        "The submitted information didn't contain changes. Submit different information to create a change set.",
    )


async def test_a_missing_change_set_is_not_found(stacks, cloud, error_of):
    await stacks.create("app", template(A=queue()))
    error = await error_of(
        cloud("cloudformation", "DescribeChangeSet", StackName="app", ChangeSetName="nope")
    )
    assert (error.code, error.message) == ("ChangeSetNotFound", "ChangeSet [nope] does not exist")


async def test_what_is_imported_and_has_not_changed_is_no_change(stacks, error_of):
    base = template(A=queue()) | {"Outputs": {"O": {"Value": "shared-name", "Export": {"Name": "e"}}}}
    await stacks.create("base", base)
    body = template(A=queue(QueueName={"Fn::ImportValue": "e"}))
    await stacks.create("app", body)
    error = await error_of(stacks.update("app", body | {"Mappings": {"Unused": {"a": {"b": "c"}}}}))
    assert error.message == "No updates are to be performed."
