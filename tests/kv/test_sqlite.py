"""SQLite against the specification of stores; and what only a store on disk has."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from pathlib import Path

import pytest
from tests.kv.conformance import Conformance, everything, put

from cloudchamber.kv import DataFolderInUse, SqliteStore


class TestInMemory(Conformance):
    @pytest.fixture
    async def store(self):
        store = SqliteStore(None)
        yield store
        store.close()


class TestOnDisk(Conformance):
    @pytest.fixture
    async def store(self, tmp_path):
        store = SqliteStore(tmp_path / "data")
        yield store
        store.close()


class TestOnDiskAgainstPowerFailure(Conformance):
    @pytest.fixture
    async def store(self, tmp_path):
        store = SqliteStore(tmp_path / "data", "full")
        yield store
        store.close()


async def test_what_was_answered_is_there_after_reopening(tmp_path):
    first = SqliteStore(tmp_path)
    await put(first, {b"a": b"1"})
    first.close()
    second = SqliteStore(tmp_path)
    assert await everything(second) == [(b"a", b"1")]
    second.close()


async def test_closing_commits_and_answers_what_was_submitted(tmp_path):
    first, answers = SqliteStore(tmp_path), []
    first.submit(lambda tx: tx.set(b"a", b"1"), lambda *answer: answers.append(answer))
    first.close()
    assert answers == [(None, None)]
    second = SqliteStore(tmp_path)
    assert await everything(second) == [(b"a", b"1")]
    second.close()


async def test_closing_also_commits_what_effects_submit(tmp_path):
    first = SqliteStore(tmp_path)

    def work(tx):
        tx.on_commit(lambda: first.submit(lambda tx: tx.set(b"late", b""), lambda *_: None))

    first.submit(work, lambda *_: None)
    first.close()
    second = SqliteStore(tmp_path)
    assert await everything(second) == [(b"late", b"")]
    second.close()


async def test_closing_twice_is_no_error(tmp_path):
    store = SqliteStore(tmp_path)
    store.close()
    store.close()


async def test_a_folder_that_is_in_use_is_refused_by_name_and_free_after_closing(tmp_path):
    first = SqliteStore(tmp_path)
    with pytest.raises(DataFolderInUse, match=str(tmp_path)):
        SqliteStore(tmp_path)
    await put(first, {b"a": b"1"})
    first.close()
    SqliteStore(tmp_path).close()


async def test_a_full_disk_fails_the_group_as_a_whole_and_the_store_goes_on(tmp_path):
    store = SqliteStore(tmp_path)
    await put(store, {b"kept": b"1"})
    store._execute(f"PRAGMA max_page_count={store._execute('PRAGMA page_count').fetchone()[0] + 4}")
    seen = []

    def small(tx):
        tx.set(b"small", b"1")
        tx.on_commit(lambda: seen.append("never"))

    def swallowing(tx):
        with pytest.raises(sqlite3.OperationalError):
            tx.attempt(lambda: tx.set(b"large", b"x" * 100_000))
        tx.set(b"after", b"1")

    outcomes = await asyncio.gather(store.transact(small), store.transact(swallowing), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [sqlite3.OperationalError] * 2
    assert seen == []
    assert await everything(store) == [(b"kept", b"1")]
    await put(store, {b"next": b"2"})
    assert await everything(store) == [(b"kept", b"1"), (b"next", b"2")]
    store.close()


WRITER = """
import asyncio, sys
from pathlib import Path
from cloudchamber.kv import SqliteStore

async def main():
    store = SqliteStore(Path(sys.argv[1]))
    async def write(lane):
        n = 0
        while True:
            await store.transact(lambda tx: tx.set(b"%d-%08d" % (lane, n), b"x" * 200))
            sys.stdout.write(f"{lane}-{n:08d}\\n")
            sys.stdout.flush()
            n += 1
    await asyncio.gather(*[write(lane) for lane in range(8)])

asyncio.run(main())
"""


async def test_every_acknowledged_write_survives_a_kill(tmp_path: Path):
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    writer = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert writer.stdout is not None
    acknowledged = [(await writer.stdout.readline()).strip() for _ in range(500)]
    writer.kill()
    acknowledged += (await writer.stdout.read()).split(b"\n")[:-1]
    await writer.wait()
    store = SqliteStore(tmp_path)
    kept = dict(await everything(store))
    store.close()
    assert [key for key in acknowledged if key not in kept] == []
    assert len(acknowledged) >= 500


async def test_a_snapshot_is_what_another_store_begins_with_and_again():
    image = None
    for number in range(3):
        store = SqliteStore(None, image=image)
        await store.transact(lambda tx, number=number: tx.set(b"%d" % number, b"v"))
        store.submit(lambda tx, number=number: tx.set(b"late %d" % number, b"v"), lambda result, error: None)
        image = store.snapshot()
        store.close()
    store = SqliteStore(None, image=image)
    assert await store.transact(lambda tx: tx.count(b"", b"\xff")) == 6
    store.close()
