"""Bodies: pieces of them, and what a restart leaves."""

from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.app.services import SERVICES
from cloudchamber.aws import Call, Cloud, Settings
from cloudchamber.clock import VirtualClock
from cloudchamber.kv import SqliteStore
from cloudchamber.services.s3.model import Segment
from cloudchamber.services.s3.records.bodies import _pieces


@given(st.lists(st.binary(min_size=1, max_size=8), max_size=5), st.integers(0, 40), st.integers(0, 40))
def test_a_read_takes_the_bytes_of_its_range_and_no_others(bodies, start, count):
    segments = tuple(Segment(str(number), len(body), True) for number, body in enumerate(bodies))
    whole = b"".join(bodies)
    count = min(count, max(0, len(whole) - start))
    pieces = [
        bodies[int(segment.id)][begin : begin + size]
        for segment, begin, size in _pieces(segments, start, count)
    ]
    assert b"".join(pieces) == whole[start : start + count]
    assert all(pieces)


async def test_objects_small_and_large_are_there_after_a_restart(tmp_path):
    bodies = {"small": b"s" * 100, "large": b"l" * 200_000}

    async def life(*calls):
        cloud = Cloud(
            SqliteStore(tmp_path), VirtualClock(seed=0), SERVICES, Settings(data_folder=str(tmp_path))
        )
        await cloud.start()
        who = ("arn:aws:iam::123456789012:root", "123456789012", "us-east-1")
        answers = [
            await cloud.call(Call("s3", name, {"Bucket": "bucket", **request}, *who))
            for name, request in calls
        ]
        await cloud.stop()
        return answers

    await life(
        ("CreateBucket", {}), *[("PutObject", {"Key": key, "Body": body}) for key, body in bodies.items()]
    )
    answers = await life(*[("GetObject", {"Key": key}) for key in bodies])
    assert [answer["Body"] for answer in answers] == list(bodies.values())


async def test_bodies_that_a_dead_process_left_behind_go_with_the_next_large_one(tmp_path):
    who = ("arn:aws:iam::123456789012:root", "123456789012", "us-east-1")

    async def put(key, *, dies=False):
        settings = Settings(data_folder=str(tmp_path))
        cloud = Cloud(SqliteStore(tmp_path), VirtualClock(seed=ord(key)), SERVICES, settings)
        await cloud.start()
        await cloud.call(Call("s3", "CreateBucket", {"Bucket": "bucket"}, *who))
        request = {"Bucket": "bucket", "Key": key, "Body": key.encode() * 100_000}
        await cloud.call(Call("s3", "PutObject", request, *who))
        await (cloud.deliveries.stop() if dies else cloud.stop())
        cloud.store.close()

    def files():
        return {path.name for path in (tmp_path / "s3").iterdir()}

    await put("a", dies=True)
    kept = files()
    (tmp_path / "s3" / "0123456789abcdef0123456789abcdef").write_bytes(b"written, never committed")
    await put("b")
    assert kept < files()
    assert len(files()) == 2
    (tmp_path / "s3" / "unnamed").write_bytes(b"nobody died: nothing is looked for")
    await put("c")
    assert len(files()) == 4


async def test_a_large_body_is_read_to_its_end_though_its_object_is_deleted(s3):
    body = bytes(range(256)) * (9 * 4096)
    await s3("PutObject", Key="k", Body=body)
    answer = await s3("GetObject", Key="k")
    await s3("DeleteObject", Key="k")
    assert b"".join([chunk async for chunk in answer["Body"]]) == body
