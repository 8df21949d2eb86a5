"""Stacks: created, described, deleted."""


def queue(**properties):
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def template(**resources):
    return {"Resources": resources}


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


async def test_deleting_a_stack_removes_its_resources_and_keeps_it_by_id(stacks, cloud, error_of):
    await stacks.create("app", template(Jobs=queue(QueueName="jobs")))
    gone = await stacks.delete("app")
    assert gone["StackStatus"] == "DELETE_COMPLETE"
    assert await stacks.queues() == []
    error = await error_of(cloud("cloudformation", "DescribeStacks", StackName="app"))
    assert (error.code, error.message) == ("ValidationError", "Stack with id app does not exist")
