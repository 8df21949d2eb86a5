"""Partner event sources: an account that offers one, and the account whose bus gets its events.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-saas.html
"""

import pytest

SOURCE, PARTNER, ACCOUNT = "aws.partner/example.com/shop/orders", "111122223333", "123456789012"
DAY_MS = 86_400_000


@pytest.fixture
def partner(cloud):
    """Calls in the partner's name."""

    async def call(operation, **members):
        return await cloud("events", operation, account=PARTNER, **members)

    return call


@pytest.fixture
async def offered(partner):
    return (await partner("CreatePartnerEventSource", Name=SOURCE, Account=ACCOUNT))["EventSourceArn"]


async def state_of(cloud):
    return (await cloud("events", "DescribeEventSource", Name=SOURCE))["State"]


async def matched(cloud, room):
    await cloud("events", "CreateEventBus", Name=SOURCE, EventSourceName=SOURCE)
    await room.rule("r", {"source": [{"prefix": "aws.partner/"}]}, EventBusName=SOURCE)
    await room.target("r", "q", bus=SOURCE)


def entry(**members):
    return {"Source": SOURCE, "DetailType": "OrderPlaced", "Detail": '{"n":1}'} | members


async def test_both_sides_see_a_source_that_is_offered(cloud, partner, offered):
    assert offered == f"arn:aws:events:us-east-1::event-source/{SOURCE}"
    seen = await cloud("events", "DescribeEventSource", Name=SOURCE)
    assert seen == {
        "Arn": offered,
        "CreatedBy": "aws.partner/example.com",
        "CreationTime": seen["CreationTime"],
        "ExpirationTime": seen["CreationTime"] + 14 * DAY_MS / 1000,
        "Name": SOURCE,
        "State": "PENDING",
    }
    assert (await cloud("events", "ListEventSources", NamePrefix="aws.partner/"))["EventSources"] == [seen]
    assert (await cloud("events", "ListEventSources", NamePrefix="aws.partner/z"))["EventSources"] == []
    assert await partner("DescribePartnerEventSource", Name=SOURCE) == {"Arn": offered, "Name": SOURCE}
    listed = await partner("ListPartnerEventSources", NamePrefix="aws.partner/example.com/")
    assert listed["PartnerEventSources"] == [{"Arn": offered, "Name": SOURCE}]
    (account,) = (await partner("ListPartnerEventSourceAccounts", EventSourceName=SOURCE))[
        "PartnerEventSourceAccounts"
    ]
    assert (account["Account"], account["State"]) == (ACCOUNT, "PENDING")


async def test_events_reach_the_bus_that_is_named_as_the_source(cloud, room, partner, offered):
    await matched(cloud, room)
    answer = await partner("PutPartnerEvents", Entries=[entry(Time=1_513_968_228, Resources=["arn:x"])])
    assert answer["FailedEntryCount"] == 0
    assert await room.received("q") == [
        {
            "version": "0",
            "id": answer["Entries"][0]["EventId"],
            "detail-type": "OrderPlaced",
            "source": SOURCE,
            "account": ACCOUNT,
            "time": "2017-12-22T18:43:48Z",
            "region": "us-east-1",
            "resources": ["arn:x"],
            "detail": {"n": 1},
        }
    ]
    bus = await cloud("events", "DescribeEventBus", Name=SOURCE)
    assert bus["Arn"] == f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/{SOURCE}"
    rule = await cloud("events", "DescribeRule", Name="r", EventBusName=SOURCE)
    assert rule["Arn"] == f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{SOURCE}/r"


async def test_events_of_a_source_that_is_not_active_go_nowhere(cloud, room, partner, offered):
    await partner("PutPartnerEvents", Entries=[entry(Detail='{"n":0}')])
    await matched(cloud, room)
    assert await state_of(cloud) == "ACTIVE"
    for operation, n in (("DeactivateEventSource", 1), ("ActivateEventSource", 2)):
        await cloud("events", operation, Name=SOURCE)
        answer = await partner("PutPartnerEvents", Entries=[entry(Detail=f'{{"n":{n}}}')])
        assert answer["FailedEntryCount"] == 0
    assert [event["detail"]["n"] for event in await room.received("q")] == [2]


@pytest.mark.parametrize(
    ("members", "code", "text"),
    [
        ({"Source": f"{SOURCE}/2"}, "NotAuthorizedForSourceException", "Not authorized for the source."),
        ({"Detail": "{"}, "MalformedDetail", "Detail is malformed."),
        ({"Source": None}, "InvalidArgument", "Parameter Source is not valid. Reason: Source is a required argument."),
    ],
)  # fmt: skip
async def test_a_bad_entry_of_a_partner_fails_alone(cloud, room, partner, offered, members, code, text):
    await matched(cloud, room)
    answer = await partner("PutPartnerEvents", Entries=[entry(**members), entry()])
    assert answer["Entries"][0] == {"ErrorCode": code, "ErrorMessage": text}
    assert answer["FailedEntryCount"] == len(await room.received("q")) == 1


async def test_only_its_partner_may_send_events_of_a_source(cloud, offered):
    answer = await cloud("events", "PutPartnerEvents", Entries=[entry()])
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
    own = await cloud("events", "PutEvents", Entries=[entry()])
    assert own["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"


async def test_a_source_ends_when_it_was_pending_for_two_weeks(cloud, room, partner, offered, error_of):
    await cloud.clock.advance(10 * DAY_MS)
    await matched(cloud, room)
    await cloud.clock.advance(10 * DAY_MS)
    assert await state_of(cloud) == "ACTIVE"
    await cloud("events", "DeactivateEventSource", Name=SOURCE)
    await cloud.clock.advance(14 * DAY_MS - 1)
    assert await state_of(cloud) == "PENDING"
    await cloud.clock.advance(1)
    assert await state_of(cloud) == "DELETED", "its bus still stands for it"
    error = await error_of(partner("DescribePartnerEventSource", Name=SOURCE))
    assert (error.code, error.message) == (
        "ResourceNotFoundException",
        f"Event source {SOURCE} does not exist.",
    )


async def test_a_source_that_nobody_took_is_gone_after_two_weeks(cloud, partner, offered, error_of):
    await cloud.clock.advance(14 * DAY_MS)
    assert (await cloud("events", "ListEventSources"))["EventSources"] == []
    await partner("CreatePartnerEventSource", Name=SOURCE, Account=ACCOUNT)
    assert await state_of(cloud) == "PENDING"


async def test_the_bus_of_a_deleted_source_stays_until_it_is_deleted(cloud, room, partner, offered, error_of):
    await cloud("events", "CreateEventBus", Name=SOURCE, EventSourceName=SOURCE)
    for _ in range(2):
        await partner("DeletePartnerEventSource", Name=SOURCE, Account=ACCOUNT)
    assert await state_of(cloud) == "DELETED"
    answer = await partner("PutPartnerEvents", Entries=[entry()])
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
    for operation in ("ActivateEventSource", "DeactivateEventSource"):
        error = await error_of(cloud("events", operation, Name=SOURCE))
        assert (error.code, error.message) == (
            "InvalidStateException",
            "The specified state is not a valid state for an event source.",
        )
    await cloud("events", "DeleteEventBus", Name=SOURCE)
    assert (await cloud("events", "ListEventSources"))["EventSources"] == []


async def test_a_source_whose_bus_was_deleted_is_pending_again(cloud, offered):
    await cloud("events", "CreateEventBus", Name=SOURCE, EventSourceName=SOURCE)
    await cloud("events", "DeleteEventBus", Name=SOURCE)
    assert await state_of(cloud) == "PENDING"
    await cloud("events", "CreateEventBus", Name=SOURCE, EventSourceName=SOURCE)
    assert await state_of(cloud) == "ACTIVE"


NOT_FOUND = "ResourceNotFoundException"
BAD = [
    # https://github.com/hashicorp/terraform-provider-aws/issues/35065
    ("CreateEventBus", {"Name": SOURCE}, "ValidationException", "EventBus name starting with 'aws.' is not valid."),
    ("CreateEventBus", {"Name": "other", "EventSourceName": SOURCE}, "ValidationException",
     "Event bus name must match the name of the partner event source."),
    ("CreateEventBus", {"Name": f"{SOURCE}2", "EventSourceName": f"{SOURCE}2"}, NOT_FOUND,
     f"Event source {SOURCE}2 does not exist."),
    # https://github.com/aws/aws-sdk-js-v3/issues/4788
    ("ActivateEventSource", {"Name": SOURCE}, NOT_FOUND,
     f"Event source {SOURCE} or event bus {SOURCE} does not exist."),
    ("DescribeEventSource", {"Name": f"{SOURCE}2"}, NOT_FOUND, f"Event source {SOURCE}2 does not exist."),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "request_", "code", "text"), BAD)
async def test_what_does_not_match_is_refused(cloud, offered, error_of, operation, request_, code, text):
    error = await error_of(cloud("events", operation, **request_))
    assert (error.code, error.message) == (code, text)
    assert await state_of(cloud) == "PENDING"


async def test_a_source_is_offered_once(partner, offered, error_of):
    error = await error_of(partner("CreatePartnerEventSource", Name=SOURCE, Account="444455556666"))
    assert (error.code, error.message) == (
        "ResourceAlreadyExistsException",
        f"Event source {SOURCE} already exists.",
    )


async def test_a_source_that_is_pending_does_not_keep_the_chamber_busy(cloud, offered):
    began_at_ms = cloud.clock.now_ms()
    await cloud.clock.run_until_idle()
    assert cloud.clock.now_ms() == began_at_ms
    assert await state_of(cloud) == "PENDING"
