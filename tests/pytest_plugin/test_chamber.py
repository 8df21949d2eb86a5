"""The fixture `chamber`, used as a test of an application uses it."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path

import boto3
import pytest

from cloudchamber.pytest_plugin.errors import ChamberError, FunctionFailed
from cloudchamber.pytest_plugin.verdicts import NotVerified

ROOT = Path(__file__).parents[2]
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
FUNCTION = """
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.11
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Timeout: 30
      Code:
        ZipFile: |
          import time
          def handler(event, context):
              print("got", event)
              if event.get("fails"):
                  raise ValueError("as asked")
              time.sleep(event.get("sleeps", 0))
              return {"echo": event}
Parameters:
  Name: {Type: String, Default: nobody}
Outputs:
  Hello: {Value: !Sub "hello ${Name}"}
"""


def put(chamber, **detail) -> None:
    entry = {"Source": "shop", "DetailType": "Placed", "Detail": json.dumps(detail)}
    chamber.client("events").put_events(Entries=[entry])


@pytest.fixture
def function(chamber, tmp_path):
    (tmp_path / "template.yaml").write_text(FUNCTION)
    return chamber.deploy(tmp_path, {"Name": "you"}, "demo")


@pytest.mark.parametrize("name", ["first", "second"])
def test_each_test_begins_where_nothing_has_happened(chamber, name):
    assert chamber.clock.now() == START
    assert len(chamber.tracks) == 0
    assert chamber.faults.plan == []
    sqs = boto3.client("sqs")
    assert "QueueUrls" not in sqs.list_queues()
    sqs.create_queue(QueueName=name)
    chamber.client("s3").create_bucket(Bucket="of-all-accounts")
    chamber.faults.add("error", service="sqs")
    chamber.clock.advance("30d")


def test_sdks_in_the_test_reach_the_chamber_and_nothing_else(chamber):
    assert os.environ["AWS_ENDPOINT_URL"] == chamber.endpoint_url
    assert boto3.client("sts").get_caller_identity()["Account"] == chamber.account
    boto3.resource("s3").create_bucket(Bucket="mine")
    assert [bucket.name for bucket in chamber.resource("s3").buckets.all()] == ["mine"]


@pytest.mark.chamber(account="111122223333", region="eu-central-1", seed=7)
def test_the_marker_sets_account_region_and_seed(chamber):
    arn = boto3.client("sns").create_topic(Name="orders")["TopicArn"]
    assert arn == "arn:aws:sns:eu-central-1:111122223333:orders"


@pytest.mark.parametrize("seed", [pytest.param(5, marks=pytest.mark.chamber(seed=5)), 0])
@pytest.mark.parametrize("again", [1, 2])
def test_the_same_seed_gives_the_same_identifiers(chamber, seed, again, request):
    url = chamber.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    drawn = request.config.stash.setdefault(_DRAWN, {})
    sent = chamber.client("sqs").send_message(QueueUrl=url, MessageBody="x")["MessageId"]
    assert drawn.setdefault(seed, sent) == sent
    assert len(set(drawn.values())) == len(drawn)


_DRAWN = pytest.StashKey[dict]()


def test_an_example_application(chamber):
    stack = chamber.deploy(ROOT / "examples" / "orders")
    order = {"id": "o-1", "item": "lamp", "quantity": 2, "price": 10}
    url = stack["ApiUrl"] + "/orders"
    placed = chamber.http("POST", url, json=order)
    assert placed.status in (200, 201), placed.text
    orders = chamber.resource("dynamodb").Table(stack["TableName"]).scan()["Items"]
    assert [each["status"] for each in orders] == ["fulfilled"]
    assert chamber.tracks.of("lambda", "Invoke", resource=stack.physical_id("Fulfil"))
    assert len(chamber.tracks.invocations("Fulfil")) == 1
    assert "function Fulfil" in chamber.tracks.tree()
    assert set(stack.ids("AWS::Lambda::Function")) == {
        "OrdersApi",
        "Announce",
        "Fulfil",
        "ImportOrders",
        "Report",
    }
    assert chamber.stack_resource("Bus") == "orders-bus"
    assert chamber.output("TableName") == stack["TableName"]


def test_outputs_and_resources_that_do_not_exist_are_said_with_those_that_do(chamber, function):
    assert function["Hello"] == "hello you"
    with pytest.raises(KeyError, match="has no output 'Helo'; there is Hello"):
        function["Helo"]
    with pytest.raises(KeyError, match="has no resource 'F'; there is Function, Role"):
        chamber.stack_resource("F")


def test_a_deployment_that_fails_says_why(chamber, tmp_path):
    template = tmp_path / "queues.yaml"
    template.write_text("Resources: {Q: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 100000}}}")
    with pytest.raises(ChamberError, match=r"ended as ROLLBACK_COMPLETE\.\n  Q \(AWS::SQS::Queue\)"):
        chamber.deploy(template)
    with pytest.raises(ChamberError, match="No such file"):
        chamber.deploy(tmp_path / "nothing.yaml")


def test_functions_are_invoked_and_their_logs_read(chamber, function):
    assert chamber.logs("Function") == ""
    assert chamber.invoke("Function", {"id": 1}) == {"echo": {"id": 1}}
    assert chamber.invoke(function.physical_id("Function"), {"id": 2}) == {"echo": {"id": 2}}
    assert "got {'id': 1}\n" in chamber.logs("Function")
    with pytest.raises(FunctionFailed, match="ValueError: as asked") as raised:
        chamber.invoke("Function", {"fails": True})
    assert raised.value.payload["errorType"] == "ValueError"


def test_time_passes_while_a_call_waits_for_it(chamber):
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
    assert chamber.now() - START == datetime.timedelta(seconds=20)


def test_time_is_turned(chamber):
    chamber.client("scheduler").create_schedule(
        Name="hourly",
        ScheduleExpression="rate(1 hour)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": _queue_arn(chamber, "q"),
            "RoleArn": "arn:aws:iam::000000000000:role/r",
            "Input": "tick",
        },
    )
    heard = chamber.events.on_queue("q")
    chamber.clock.advance(datetime.timedelta(hours=23, minutes=30))
    first = len(heard.received)
    chamber.advance("1h")
    assert len(heard.received) == first + 1
    assert heard.received[-1] == "tick"


def _queue_arn(chamber, name: str) -> str:
    sqs = chamber.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


@pytest.mark.parametrize("duration", ["soon", "1 hour", "", "1h30"])
def test_what_is_no_duration_is_refused(chamber, duration):
    with pytest.raises(ValueError, match="is no duration: write 250ms"):
        chamber.clock.advance(duration)


def test_eventually_goes_no_further_than_it_must(chamber):
    sqs = chamber.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=300)

    def received():
        return sqs.receive_message(QueueUrl=url).get("Messages", [])

    (message,) = chamber.eventually(received)
    assert message["Body"] == "later"
    assert 300 <= (chamber.now() - START).total_seconds() <= 375
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    with pytest.raises(AssertionError, match=r"received was still \[\] after 1h"):
        chamber.eventually(received, "1h")
    assert chamber.eventually(lambda: None) is None


def test_faults_strike_this_test_alone(chamber):
    sqs = chamber.client("sqs")
    chamber.faults.add("throttle", service="sqs", operation="CreateQueue", times=1)
    with pytest.raises(sqs.exceptions.ClientError, match="Throttl"):
        sqs.create_queue(QueueName="q")
    assert [track.note for track in chamber.tracks.errors] == ["fault: throttle"]
    sqs.create_queue(QueueName="q")
    chamber.faults.set([{"kind": "error", "service": "sqs", "code": "Boom", "status": 503}])
    with pytest.raises(sqs.exceptions.ClientError, match="Boom"):
        sqs.list_queues()
    chamber.faults.clear()
    sqs.list_queues()
    with pytest.raises(ChamberError, match="explode"):
        chamber.faults.add("explode")


def test_a_function_goes_on_after_a_restart(chamber, function):
    source = _queue_arn(chamber, "work")
    chamber.client("lambda").create_event_source_mapping(
        FunctionName=function.physical_id("Function"), EventSourceArn=source
    )
    chamber.faults.add("restart", service="sqs", operation="SendMessage", times=1)
    chamber.client("sqs").send_message(QueueUrl=_url(chamber, "work"), MessageBody="hello")
    chamber.eventually(lambda: "hello" in chamber.logs("Function"))
    attributes = chamber.client("sqs").get_queue_attributes(
        QueueUrl=_url(chamber, "work"), AttributeNames=["All"]
    )
    assert attributes["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "0"


def _url(chamber, name: str) -> str:
    return chamber.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]


def test_tracks_tell_what_caused_what(chamber):
    target = _queue_arn(chamber, "orders")
    events = chamber.client("events")
    events.put_rule(Name="all", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": target}])
    put(chamber, id=1)
    (sent,) = chamber.tracks.of("sqs", "SendMessage", resource="orders")
    (caused_by,) = chamber.tracks.of("events", "PutEvents", error="")
    assert sent.root == caused_by.root
    lines = chamber.tracks.tree().splitlines()
    at = next(index for index, line in enumerate(lines) if "events PutEvents" in line)
    assert "└─ sqs SendMessage orders" in lines[at + 1]


def test_a_tap_on_a_bus_hears_its_events(chamber):
    chamber.client("events").create_event_bus(Name="orders")
    everything, here = chamber.events.on_bus(), chamber.events.on_bus("orders", {"source": ["shop"]})
    put(chamber, id=1)
    put(chamber, id=2)
    (event,) = everything.wait_for({"source": "shop", "detail": {"id": 2}})
    assert event["detail-type"] == "Placed"
    everything.assert_matches([{"detail": {"id": 2}}, {"detail": {"id": 1}}])
    assert len(everything.wait_for(lambda event: event["detail"]["id"] > 0, count=2)) == 2
    here.assert_none(within="1h")
    with pytest.raises(AssertionError, match="bus default: 2 events came that should not have"):
        everything.assert_none()


def test_a_tap_on_a_topic_hears_its_messages(chamber):
    sns = chamber.client("sns")
    topic = sns.create_topic(Name="t.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    tap = chamber.events.on_topic(topic)
    for number in range(3):
        sns.publish(
            TopicArn=topic,
            Message=json.dumps({"n": number}),
            MessageGroupId="g",
            MessageDeduplicationId=f"{number}",
        )
    tap.assert_matches([{"n": 0}, {"n": 1}, {"n": 2}], in_order=True)


def test_a_tap_that_waits_in_vain_shows_what_came_nearest(chamber):
    tap = chamber.events.on_bus()
    put(chamber, id=1, total=10)
    put(chamber, id=2, total=20)
    with pytest.raises(AssertionError) as raised:
        tap.wait_for({"source": "shop", "detail": {"id": 2, "total": 21}}, timeout="5m")
    text = str(raised.value)
    assert "0 of 1 events came within 5m, among 2" in text
    assert '-    "total": 21' in text
    assert '+    "total": 20' in text
    assert chamber.now() - START == datetime.timedelta(minutes=5)


@pytest.mark.chamber(own=True, clock="system")
def test_a_chamber_of_its_own_on_the_machines_time(chamber):
    assert chamber.clock.kind == "system"
    assert chamber.now().year >= 2025
    tap = chamber.events.on_bus()
    put(chamber, id=1)
    tap.wait_for({"detail": {"id": 1}}, timeout="10s")
    with pytest.raises(ChamberError, match="follows the machine's clock"):
        chamber.clock.advance("1h")


def test_a_sample_event_is_made_to_measure(chamber, function):
    sample = chamber.event("s3", "put", bucket="incoming", key="a.csv")
    assert chamber.invoke("Function", sample)["echo"]["Records"][0]["s3"]["bucket"]["name"] == "incoming"


def test_a_verdict_fails_a_test_with_its_report(chamber):
    example = ROOT / "examples" / "verify" / "counter-increments"
    with pytest.raises(NotVerified, match="duplicates its effect") as raised:
        chamber.verify(example / "scenario.py", example / "unsafe", runs=6, jobs=1)
    assert "cloudchamber verify" in str(raised.value)
    handlers = [verdict.handler for verdict in raised.value.report.failures]
    report = chamber.verify(example / "scenario.py", example / "unsafe", runs=2, jobs=1, accept=handlers)
    assert report.is_good
    assert len(chamber.tracks) == 0
