"""PutEvents: from a bus to the targets of the rules that match."""

import asyncio
import json

import pytest


async def test_an_event_reaches_the_target_of_a_rule_that_matches(cloud, room):
    await room.rule("r", {"source": ["shop"], "detail": {"total": [{"numeric": [">", 10]}]}})
    await room.target("r", "q")
    await room.put({"total": 5})
    event_id = await room.put({"total": 11}, Resources=["arn:x"], Time=1_513_968_228)
    assert await room.received("q") == [
        {
            "version": "0",
            "id": event_id,
            "detail-type": "OrderPlaced",
            "source": "shop",
            "account": "123456789012",
            "time": "2017-12-22T18:43:48Z",
            "region": "us-east-1",
            "resources": ["arn:x"],
            "detail": {"total": 11},
        }
    ]


async def test_f048_fields_are_all_needed_and_values_are_alternatives(room):
    await room.rule("r", {"source": ["shop", "store"], "detail": {"id": [1]}})
    await room.target("r", "q")
    for source, identity in (("shop", 1), ("store", 1), ("other", 1), ("shop", "1"), ("shop", 2)):
        await room.put({"id": identity}, Source=source)
    assert [event["source"] for event in await room.received("q")] == ["shop", "store"]


async def test_f047_a_bus_takes_every_form_of_anything_but_and_wildcard(room):
    pattern = {"detail": {"a": [{"anything-but": {"wildcard": "x*z"}}], "b": [{"wildcard": "l*r"}]}}
    await room.rule("r", pattern)
    await room.target("r", "q")
    await room.put({"a": "xyz", "b": "lr"})
    await room.put({"a": "abc", "b": "later"})
    assert [event["detail"]["b"] for event in await room.received("q")] == ["later"]


BAD = [
    (
        {"Source": None},
        "InvalidArgument",
        "Parameter Source is not valid. Reason: Source is a required argument.",
    ),
    (
        {"DetailType": None},
        "InvalidArgument",
        "Parameter DetailType is not valid. Reason: DetailType is a required argument.",
    ),
    (
        {"Detail": None},
        "InvalidArgument",
        "Parameter Detail is not valid. Reason: Detail is a required argument.",
    ),
    ({"Detail": "{"}, "MalformedDetail", "Detail is malformed."),
    ({"Detail": "[1]"}, "MalformedDetail", "Detail is malformed."),
    ({"Source": "aws.s3"}, "NotAuthorizedForSourceException", "Not authorized for the source."),
]


@pytest.mark.parametrize(("members", "code", "text"), BAD)
async def test_f089_a_bad_entry_fails_alone_and_in_its_place(cloud, room, members, code, text):
    await room.rule("r", {"source": [{"exists": True}]})
    await room.target("r", "q")
    good = {"Source": "shop", "DetailType": "t", "Detail": "{}"}
    answer = await cloud("events", "PutEvents", Entries=[good | members, good])
    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][0] == {"ErrorCode": code, "ErrorMessage": text}
    assert [event["id"] for event in await room.received("q")] == [answer["Entries"][1]["EventId"]]


async def test_f089_a_request_holds_at_most_ten_entries_and_one_megabyte(cloud, error_of):
    entry = {"Source": "shop", "DetailType": "t", "Detail": "{}"}
    error = await error_of(cloud("events", "PutEvents", Entries=[entry] * 11))
    assert error.code == "ValidationException"
    big = entry | {"Detail": json.dumps({"x": "y" * 600_000})}
    error = await error_of(cloud("events", "PutEvents", Entries=[big] * 2))
    assert error.message == "Total size of the entries in the request is over the limit."


async def test_events_of_aws_services_may_have_their_sources(cloud, room):
    await room.rule("r", {"source": ["aws.s3"]})
    await room.target("r", "q")
    entry = {"Source": "aws.s3", "DetailType": "Object Created", "Detail": "{}"}
    await cloud("events", "put_service_events", Entries=[entry])
    assert [event["source"] for event in await room.received("q")] == ["aws.s3"]


async def test_rules_that_change_hold_for_the_very_next_event(cloud, room):
    await room.rule("r", {"source": ["shop"]})
    await room.target("r", "q")
    await room.put({"n": 1})
    await cloud("events", "DisableRule", Name="r")
    await room.put({"n": 2})
    await cloud("events", "EnableRule", Name="r")
    await room.put({"n": 3})
    await room.rule("r", {"source": ["other"]})
    await room.put({"n": 4})
    await room.rule("r", {"source": ["shop"]})
    await cloud("events", "RemoveTargets", Rule="r", Ids=["q"])
    await room.put({"n": 5})
    assert [event["detail"]["n"] for event in await room.received("q")] == [1, 3]


async def test_an_event_for_a_bus_that_does_not_exist_is_taken_and_goes_nowhere(room):
    assert await room.put(EventBusName="nowhere")


async def test_rules_hold_within_the_very_commit_that_changes_them(cloud, room):
    """Calls side by side are committed together; what is kept ready must not be older than the transaction sees."""
    queue = await room.queue("q")
    entry = {"Source": "shop", "DetailType": "t", "Detail": "{}"}
    calls = [
        cloud.start("events", "PutEvents", Entries=[entry]),
        cloud.start("events", "PutRule", Name="r", EventPattern='{"source":["shop"]}'),
        cloud.start("events", "PutTargets", Rule="r", Targets=[{"Id": "q", "Arn": queue}]),
        cloud.start("events", "PutEvents", Entries=[entry | {"DetailType": "second"}]),
        cloud.start("events", "DisableRule", Name="r"),
        cloud.start("events", "PutEvents", Entries=[entry | {"DetailType": "third"}]),
    ]
    await asyncio.gather(*calls)
    assert [event["detail-type"] for event in await room.received("q")] == ["second"]
