"""The pipeline that every call passes, with a service made for it."""

from __future__ import annotations

import asyncio
import logging
import sys
import types

import pytest

from cloudchamber.aws import Arn, AwsError, Call, Cloud, Collection, Ledger, Pending, Retry, Scope, Service
from cloudchamber.aws.faults import Fault, Faults, Point
from cloudchamber.clock import VirtualClock
from cloudchamber.kv import SqliteStore

ACCOUNT, REGION = "123456789012", "us-east-1"
NOTES = Collection("sqs", "notes", str)
SHARED = Collection("sqs", "shared", str, Scope.ACCOUNT)
WORLD = Collection("sqs", "world", str, Scope.GLOBAL)


def note(ctx, request):
    """Keep a text under a name; `Fail` raises, `Bug` is a bug."""
    NOTES.put(ctx, NOTES.get(ctx, request["Name"]) or "" + request.get("Text", ""), request["Name"])
    count(ctx, request)
    if request.get("Fail"):
        raise AwsError(request["Fail"], "as asked", status=request.get("Status"))
    if request.get("Bug"):
        raise ZeroDivisionError("a bug")
    return {"Name": request["Name"]}


def count(ctx, request):
    name = "count " + request["Name"]
    NOTES.put(ctx, str(int(NOTES.get(ctx, name) or 0) + 1), name)


def joining(ctx, request):
    NOTES.put(ctx, "mine", "outer")
    try:
        ctx.join("sqs", "note", {"Name": "inner", **request.get("Inner", {})})
    except AwsError as error:
        return {"Error": error.code}
    return {}


def later(ctx, request):
    ctx.later("sqs", "note", request["Note"], retry=Retry(base_ms=1_000, attempts_max=request.get("Attempts", 3)),
              due_at_ms=ctx.now_ms + request.get("InMs", 0), on_exhausted=("gave_up", {"Name": "gave up"}))  # fmt: skip


def gave_up(ctx, request):
    failure = request["Failure"]
    NOTES.put(ctx, f"{failure['Code']} {failure['Attempts']} {failure['Condition']}", request["Name"])


async def waiting(ctx, request):
    await ctx.wait(until_ms=ctx.now_ms + request["Ms"])
    await ctx.transact(lambda ctx: count(ctx, {"Name": "waited"}))
    return {"AtMs": ctx.now_ms}


async def calling(ctx, request):
    return await ctx.call("sqs", "waiting", request)


def turning(ctx, request):
    return Pending(lambda: waiting(ctx, request))


SERVICE = Service(
    "sqs",
    operations={"CreateQueue": note},
    tasks={
        "calling": calling, "gave_up": gave_up, "joining": joining, "later": later, "note": note, "turning": turning,
        "waiting": waiting,
    },
    ledger=Ledger(refused={"CreateQueue": {"tags": "there are none here"}}),
    named_by=("Name",),
)  # fmt: skip


@pytest.fixture
async def world():
    module = types.ModuleType("a_service_of_the_tests")
    module.SERVICE = SERVICE
    sys.modules[module.__name__] = module
    clock = VirtualClock(seed=0)
    cloud = Cloud(SqliteStore(None), clock, {"sqs": module.__name__})
    await cloud.start()
    yield World(cloud, clock)
    await cloud.stop()
    del sys.modules[module.__name__]


class World:
    def __init__(self, cloud, clock):
        self.cloud, self.clock = cloud, clock

    async def __call__(self, operation, account=ACCOUNT, region=REGION, **request):
        call = Call("sqs", operation, request, "someone", account, region)
        return await self.clock.run(self.cloud.call(call))

    async def notes(self, account=ACCOUNT, region=REGION):
        _, ctx = self.cloud.begin(Call("sqs", "look", {}, "someone", account, region))
        return await ctx.transact(lambda ctx: {key[0]: text for key, text in NOTES.scan(ctx)})


async def test_an_operation_that_is_not_here_and_one_that_is_nowhere_are_told_apart(world, error_of):
    error = await error_of(world("SendMessage"))
    assert (error.code, error.status) == ("NotImplemented", 501)
    assert "SendMessage of sqs" in error.message
    error = await error_of(world("Nonsense"))
    assert error.code == "UnknownOperationException"


async def test_what_is_required_is_asked_for_in_awss_words(world, error_of):
    error = await error_of(world("CreateQueue"))
    assert (error.code, error.message) == (
        "ValidationException",
        "1 validation error detected: Value null at 'queueName' failed to satisfy constraint: Member must not be null",
    )


async def test_what_the_ledger_refuses_is_refused_with_its_reason(world, error_of):
    error = await error_of(world("CreateQueue", QueueName="q", tags={"a": "b"}))
    assert (error.code, error.message) == (
        "NotImplemented",
        "tags is not available in Cloud Chamber: there are none here",
    )


async def test_a_failed_call_changes_nothing(world, error_of):
    assert (await error_of(world("note", Name="a", Fail="Refused"))).code == "Refused"
    assert await world.notes() == {}


async def test_a_bug_is_answered_as_internal_failure_and_logged_with_the_request_id(world, error_of, caplog):
    with caplog.at_level(logging.ERROR, "cloudchamber"):
        error = await error_of(world("note", Name="a", Bug=True))
    assert (error.code, error.status, type(error.__cause__)) == ("InternalFailure", 500, ZeroDivisionError)
    track = list(world.cloud.tracks.latest())[-1]
    assert track.request_id in caplog.text
    assert track.error == "InternalFailure"
    assert await world.notes() == {}


async def test_a_join_that_fails_undoes_its_own_part_only(world):
    assert await world("joining", Inner={"Fail": "Refused"}) == {"Error": "Refused"}
    assert await world.notes() == {"outer": "mine"}
    assert await world("joining") == {}
    assert sorted(await world.notes()) == ["count inner", "inner", "outer"]


@pytest.mark.parametrize("in_ms", [0, 1])
@pytest.mark.parametrize(
    ("wish", "count", "end"),
    [
        ({}, 1, None),
        ({"Fail": "Refused"}, None, "Refused 1 NoRetry"),
        ({"Fail": "Slow", "Status": 503}, None, "Slow 3 MaximumRetryAttempts"),
        ({"Fail": "OverLimit"}, None, "OverLimit 3 MaximumRetryAttempts"),
        ({"Bug": True}, None, "InternalFailure 3 MaximumRetryAttempts"),
    ],
)
async def test_a_row_ends_the_same_way_at_once_and_queued(world, in_ms, wish, count, end):
    if wish.get("Fail") == "OverLimit":
        wish = wish | {"Status": 429}
    await world("later", Note={"Name": "n", **wish}, InMs=in_ms)
    await world.clock.run_until_idle()
    notes = await world.notes()
    assert notes.get("count n") == (count and str(count))
    assert notes.get("gave up") == end


async def test_virtual_time_passes_in_what_an_operation_calls(world):
    start_ms = world.clock.now_ms()
    assert await world("calling", Ms=5_000) == {"AtMs": start_ms + 5_000}
    assert await world("turning", Ms=5_000) == {"AtMs": start_ms + 10_000}


@pytest.mark.parametrize("task", ["calling", "waiting", "turning"])
async def test_a_row_whose_call_waits_runs_once_in_virtual_time(world, task):
    def put(ctx):
        ctx.later("sqs", task, {"Ms": 5_000})

    _, ctx = world.cloud.begin(Call("sqs", "outside", {}, "someone", ACCOUNT, REGION))
    await ctx.transact(put)
    await world.clock.run_until_idle()
    assert (await world.notes())["count waited"] == "1"


@pytest.mark.parametrize(
    ("kind", "count", "error"),
    [
        ("error", None, "Struck"),
        ("drop_answer", "1", "Struck"),
        ("duplicate", "2", None),
        ("delay", "1", None),
    ],
)
async def test_a_fault_strikes_as_its_kind_says(world, kind, count, error):
    fault = Fault(kind, operation="note", resource="a", times=1, delay_ms=700, code="Struck", status=503)
    world.cloud.faults = Faults([fault], seed=1)
    start_ms = world.clock.now_ms()
    outcome = await asyncio.gather(world("note", Name="a"), return_exceptions=True)
    assert (outcome[0].code if error else outcome[0]) == (error or {"Name": "a"})
    assert (await world.notes()).get("count a") == count
    assert world.clock.now_ms() - start_ms == (700 if kind == "delay" else 0)
    assert list(world.cloud.tracks.latest())[-1].note == f"fault: {kind}"
    await world("note", Name="a")
    await world("note", Name="b")
    assert list(world.cloud.tracks.latest())[-1].note == ""


def test_the_same_seed_draws_the_same_faults():
    def drawn(seed):
        faults = Faults([Fault("error", chance=0.3), Fault("delay", chance=0.5, times=5)], seed)
        return [getattr(faults.draw(Point("sqs", "SendMessage", str(n))), "kind", None) for n in range(100)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert drawn(1).count("delay") == 5


async def test_tracks_tell_the_cause_and_root_of_every_call(world):
    await world("joining")
    await world("later", Note={"Name": "n"}, InMs=10)
    await world.clock.run_until_idle()
    tracks = {(t.operation, t.resource): t for t in world.cloud.tracks.latest()}
    for parent, child in ((("joining", ""), ("note", "inner")), (("later", ""), ("note", "n"))):
        assert tracks[child].cause == tracks[parent].id
        assert tracks[child].root == tracks[parent].root
        assert tracks[parent].cause == ""
    assert tracks["joining", ""].root != tracks["later", ""].root


async def test_a_joined_call_that_fails_leaves_a_track(world):
    await world("joining", Inner={"Fail": "Refused"})
    assert ("note", "Refused") in [(t.operation, t.error) for t in world.cloud.tracks.latest()]


async def test_accounts_and_regions_are_apart(world):
    await world("note", Name="a")
    assert await world.notes("999999999999") == {}
    assert await world.notes(region="eu-west-1") == {}


async def test_scopes_reach_as_far_as_they_say(world):
    _, ctx = world.cloud.begin(Call("sqs", "look", {}, "someone", ACCOUNT, REGION))

    def within(ctx):
        for collection in (NOTES, SHARED, WORLD):
            collection.put(ctx, "text", "a", 1)
        elsewhere, other = ctx.elsewhere(region="eu-west-1"), ctx.elsewhere(account="999999999999")
        return [[c.has(where, "a", 1) for c in (NOTES, SHARED, WORLD)] for where in (ctx, elsewhere, other)]

    assert await ctx.transact(within) == [[True, True, True], [False, True, True], [False, False, True]]


async def test_a_collection_scans_between_its_bounds(world):
    _, ctx = world.cloud.begin(Call("sqs", "look", {}, "someone", ACCOUNT, REGION))

    def within(ctx):
        for n in range(6):
            NOTES.put(ctx, str(n), "a", n)
        NOTES.put(ctx, "b", "b", 0)

        def keys(**bounds):
            return [key[1] for key, _ in NOTES.scan(ctx, "a", **bounds)]

        found = [
            keys(), keys(since=(2,)), keys(behind=(2,)), keys(before=(2,)), keys(since=(1,), before=(4,)),
            keys(limit=2), keys(reverse=True, limit=2), keys(since=(2,), reverse=True),
        ]  # fmt: skip
        found += [
            NOTES.count(ctx, "a"),
            NOTES.count(ctx, "a", since=(2,), before=(4,)),
            NOTES.values(ctx, "b"),
        ]
        NOTES.delete_all(ctx, "a")
        return [*found, NOTES.count(ctx)]

    assert await ctx.transact(within) == [
        [0, 1, 2, 3, 4, 5], [2, 3, 4, 5], [3, 4, 5], [0, 1], [1, 2, 3], [0, 1], [5, 4], [5, 4, 3, 2], 6, 2, ["b"], 1,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "x", "arn:aws:sqs", "arn:aws::us-east-1:1:q", "arn:aws:sqs:us-east-1:1:", "urn:aws:sqs:r:1:q"],
)
def test_what_is_no_arn_is_none(text):
    assert Arn.parse(text) is None


def test_an_arn_keeps_the_colons_of_its_resource():
    text = "arn:aws:lambda:us-east-1:123456789012:function:f:1"
    arn = Arn.parse(text)
    assert arn is not None
    assert (arn.service, arn.resource, str(arn)) == ("lambda", "function:f:1", text)
