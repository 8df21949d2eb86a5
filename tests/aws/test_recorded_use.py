"""What callers ask for that is only recorded is known by name, so that `up` can say it."""


async def test_a_recorded_member_is_named_once_it_is_given(cloud):
    await cloud("sqs", "CreateQueue", QueueName="plain")
    assert cloud.cloud.recorded_use() == []
    await cloud("sqs", "CreateQueue", QueueName="secret", Attributes={"KmsMasterKeyId": "alias/mine"})
    (used,) = cloud.cloud.recorded_use()
    assert used[:3] == ("sqs", "CreateQueue", "Attributes.KmsMasterKeyId")
    assert "nothing is encrypted" in used[3]
