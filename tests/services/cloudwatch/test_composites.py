"""Composite alarms, and the suppression of their actions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm_Suppression.html
"""

import json

import pytest

ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"


@pytest.fixture
def compose(cloud, watch):
    async def compose(name, rule, **more):
        request = {"AlarmName": name, "AlarmRule": rule, "AlarmActions": [watch.topic_arn]} | more
        await cloud("cloudwatch", "PutCompositeAlarm", **request)

    return compose


@pytest.fixture
def set_state(cloud):
    async def set_state(name, state):
        await cloud("cloudwatch", "SetAlarmState", AlarmName=name, StateValue=state, StateReason="test")

    return set_state


async def test_it_is_evaluated_when_it_is_made(make, compose, watch):
    await make("a", AlarmActions=[])
    await compose("both", "ALARM(a) AND TRUE")
    alarm = await watch.alarm("both")
    assert (alarm["StateValue"], alarm["AlarmRule"]) == ("OK", "ALARM(a) AND TRUE")
    assert alarm["StateReason"] == f"{ARN}both was created and its alarm rule evaluates to OK"


async def test_it_follows_its_children_and_tells_which_one_it_was(cloud, make, compose, watch, set_state):
    for name in ("a", "b"):
        await make(name, AlarmActions=[])
    await compose("both", "ALARM(a) AND ALARM(b)", OKActions=[watch.topic_arn])
    await watch.told()
    await watch.events()
    await cloud.clock.advance(1_500)
    await set_state("a", "ALARM")
    assert await watch.state("both") == "OK"
    await set_state("b", "ALARM")
    ((subject, message),) = await watch.told()
    child = {"Arn": f"{ARN}b", "State": {"Value": "ALARM", "Timestamp": "2026-01-01T00:00:01.500+0000"}}
    assert subject == 'ALARM: "both" in US East (N. Virginia)'
    assert (
        message["NewStateReason"] == f"{ARN}b transitioned to ALARM at Thursday 01 January, 2026 00:00:01 UTC"
    )
    assert (message["AlarmRule"], message["TriggeringChildren"]) == ("ALARM(a) AND ALARM(b)", [child])
    event = (await watch.events())[-1]
    assert event["detail"]["configuration"] == {"alarmRule": "ALARM(a) AND ALARM(b)"}
    assert json.loads(event["detail"]["state"]["reasonData"])["triggeringAlarms"][0]["arn"] == f"{ARN}b"
    await set_state("a", "OK")
    assert [subject[:2] for subject, _ in await watch.told()] == ["OK"]


async def test_composites_of_composites(make, compose, watch, set_state):
    await make("a", AlarmActions=[])
    await compose("inner", "ALARM(a)", AlarmActions=[])
    await compose("outer", 'NOT OK("inner")')
    await set_state("a", "ALARM")
    assert await watch.state("outer") == "ALARM"


async def test_a_rule_that_leads_to_itself_is_not_evaluated(make, compose, watch, set_state):
    await make("a", AlarmActions=[])
    await compose("one", "ALARM(a)", AlarmActions=[])
    await compose("two", "NOT ALARM(one)", AlarmActions=[])
    await compose("one", "ALARM(two)", AlarmActions=[])
    before = await watch.state("one"), await watch.state("two")
    await set_state("one", "ALARM")
    assert (await watch.state("one"), await watch.state("two")) == ("ALARM", before[1])


async def test_relatives(cloud, make, compose):
    await make("a", AlarmActions=[])
    await compose("parent", "ALARM(a)")
    found = await cloud("cloudwatch", "DescribeAlarms", ChildrenOfAlarmName="parent")
    assert [alarm["AlarmName"] for alarm in found["MetricAlarms"]] == ["a"]
    found = await cloud("cloudwatch", "DescribeAlarms", ParentsOfAlarmName="a")
    assert [alarm["AlarmName"] for alarm in found["CompositeAlarms"]] == ["parent"]


async def test_what_it_names_must_exist_and_stays_while_it_is_named(cloud, make, compose, error_of):
    error = await error_of(compose("both", "ALARM(a) OR OK(b)"))
    assert (
        error.message == "Could not save the composite alarm as alarms [a, b] in the alarm rule do not exist"
    )
    assert (await error_of(compose("both", "ALARM("))).code == "ValidationError"
    await make("a", AlarmActions=[])
    await compose("both", "ALARM(a)")
    error = await error_of(cloud("cloudwatch", "DeleteAlarms", AlarmNames=["a"]))
    assert error.message == "Cannot delete a as there are composite alarm(s) depending on it."
    await compose("other", "TRUE")
    error = await error_of(cloud("cloudwatch", "DeleteAlarms", AlarmNames=["a", "both", "other"]))
    assert error.message == "Only one composite alarm can be deleted in a DeleteAlarms operation."
    await cloud("cloudwatch", "DeleteAlarms", AlarmNames=["a", "both"])


@pytest.fixture
async def suppressed(make, compose, watch):
    """`both` follows `a`; its actions wait 120 s for `maintenance`, and 180 s longer than that lasts."""
    for name in ("a", "maintenance"):
        await make(name, AlarmActions=[], TreatMissingData="ignore")
    await compose(
        "both",
        "ALARM(a)",
        ActionsSuppressor="maintenance",
        ActionsSuppressorWaitPeriod=120,
        ActionsSuppressorExtensionPeriod=180,
    )
    await watch.told()


async def test_actions_wait_for_a_suppressor_that_does_not_come(cloud, suppressed, watch, set_state):
    await set_state("a", "ALARM")
    alarm = await watch.alarm("both")
    assert (alarm["StateValue"], alarm["ActionsSuppressedBy"]) == ("ALARM", "WaitPeriod")
    await cloud.clock.advance(119_000)
    assert await watch.told() == []
    await cloud.clock.advance(1_000)
    assert len(await watch.told()) == 1
    assert "ActionsSuppressedBy" not in await watch.alarm("both")


async def test_a_suppressor_in_alarm_holds_actions_back_and_a_while_longer(
    cloud, suppressed, watch, set_state
):
    await set_state("maintenance", "ALARM")
    await set_state("a", "ALARM")
    alarm = await watch.alarm("both")
    assert alarm["ActionsSuppressedReason"] == "Actions suppressed by Alarm"
    await watch.pass_minutes(60)
    await set_state("maintenance", "OK")
    assert (await watch.alarm("both"))["ActionsSuppressedBy"] == "ExtensionPeriod"
    await cloud.clock.advance(179_000)
    assert await watch.told() == []
    await cloud.clock.advance(1_000)
    assert len(await watch.told()) == 1


async def test_what_is_over_when_the_suppression_ends_is_not_told(cloud, suppressed, watch, set_state):
    await set_state("maintenance", "ALARM")
    await set_state("a", "ALARM")
    await set_state("a", "OK")
    await set_state("maintenance", "OK")
    await watch.pass_minutes(4)
    assert await watch.told() == []
