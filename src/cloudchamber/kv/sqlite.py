"""The embedded engine: one SQLite file in WAL mode, or memory.

Transactions run at once on the event loop, one after another, inside one open SQLite transaction: the group. The group is
committed when the loop has handed out everything it had ready, and only then do answers leave. A transaction that fails is
undone alone, by its savepoint.

The table is a rowid table with a unique key: random puts cost half of what `WITHOUT ROWID` costs (benchmarks/RESULTS.md).
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

T = TypeVar("T")
Durability = Literal["normal", "full"]

_GET = "SELECT v FROM kv WHERE k=?"
_SET = "INSERT INTO kv(k,v) VALUES(?,?) ON CONFLICT(k) DO UPDATE SET v=excluded.v"
_CLEAR = "DELETE FROM kv WHERE k=?"
_CLEAR_RANGE = "DELETE FROM kv WHERE k>=? AND k<?"
_COUNT = "SELECT count(*) FROM kv WHERE k>=? AND k<?"
_FORWARD = "SELECT k,v FROM kv WHERE k>=? AND k<? ORDER BY k LIMIT ?"
_BACKWARD = "SELECT k,v FROM kv WHERE k>=? AND k<? ORDER BY k DESC LIMIT ?"
CHUNK_ROWS = 64
LOCK_WAIT_S = 0.5  # an earlier process may be about to end


class DataFolderInUse(Exception):
    """Another chamber has this data folder open."""


class SqliteStore:
    """`SqliteStore(folder)` on disk, `SqliteStore(None)` in memory; `image` is what such a one begins with (`snapshot`).

    `durability`: "normal" survives the death of the process; "full" also survives a power failure (one fsync a group).
    """

    def __init__(
        self, folder: Path | None, durability: Durability = "normal", image: bytes | None = None
    ) -> None:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        path = str(folder / "chamber.sqlite") if folder else ":memory:"
        self._db = sqlite3.connect(path, isolation_level=None, cached_statements=64, timeout=LOCK_WAIT_S)
        self._execute = self._db.execute
        if image is not None:
            self._db.deserialize(image)
        try:
            self._prepare(durability, "WAL" if folder else "MEMORY")
        except sqlite3.OperationalError as error:
            self._db.close()
            if "locked" in str(error):
                raise DataFolderInUse(f"{folder} is in use by another chamber") from error
            raise
        self._open = False
        self._closed = False
        self._waiting: list[tuple[Callable[[Any, None], None], Any]] = []
        self._effects: list[Callable[[], None]] = []
        self._transaction = SqliteTransaction(self._db, self._effects)

    def _prepare(self, durability: Durability, journal: str) -> None:
        self._execute("PRAGMA locking_mode=EXCLUSIVE")
        self._execute("PRAGMA page_size=4096")
        self._execute(f"PRAGMA journal_mode={journal}")
        self._execute(f"PRAGMA synchronous={'FULL' if durability == 'full' else 'NORMAL'}")
        self._execute("PRAGMA cache_size=-16384")
        self._execute("PRAGMA wal_autocheckpoint=8192")  # 32 MB: pages written often are copied once
        self._execute("PRAGMA temp_store=MEMORY")
        self._execute("BEGIN IMMEDIATE")
        self._execute("CREATE TABLE IF NOT EXISTS kv(k BLOB NOT NULL UNIQUE, v BLOB NOT NULL)")
        self._execute("COMMIT")

    def submit(
        self, work: Callable[[Any], T], done: Callable[[T | None, BaseException | None], None]
    ) -> None:
        """Run `work` now; call `done` when its group is committed, or at once when it failed."""
        if not self._open:
            assert not self._closed, "the store is closed"
            self._execute("BEGIN")
            self._open = True
            asyncio.get_running_loop().call_soon(self._commit)
        try:
            result = self._transaction.run(work)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the outcome
            if self._transaction.lost:
                self._fail(self._transaction.lost)
            done(None, error)
            return
        self._waiting.append((done, result))
        if self._transaction.lost:
            self._fail(self._transaction.lost)

    async def transact(self, work: Callable[[Any], T]) -> T:
        """`submit`, awaited."""
        outcome: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def done(result: T | None, error: BaseException | None) -> None:
            if outcome.done():
                return
            if error is None:
                outcome.set_result(result)
            else:
                outcome.set_exception(error)

        self.submit(work, done)
        return await outcome

    def _commit(self) -> None:
        if not self._open:
            return
        try:
            self._execute("COMMIT")
        except sqlite3.Error as error:
            self._fail(error)
            return
        self._open = False
        waiting, self._waiting = self._waiting, []
        effects = self._effects[:]
        self._effects.clear()
        for effect in effects:
            _tell(effect)
        for done, result in waiting:
            _tell(done, result, None)

    def _fail(self, error: BaseException) -> None:
        """The group cannot be committed (a full disk): nothing of it has happened, and all who wait are told."""
        if self._db.in_transaction:
            self._execute("ROLLBACK")
        self._open = False
        self._transaction.lost = None
        waiting, self._waiting = self._waiting, []
        self._effects.clear()
        for done, _ in waiting:
            _tell(done, None, error)

    def snapshot(self) -> bytes:
        """All that is committed, for another store to begin with."""
        while self._open:
            self._commit()
        return self._db.serialize()

    def close(self) -> None:
        """Commit what is open and let go of the file."""
        if not self._closed:
            while self._open:
                self._commit()
            self._closed = True
            self._db.close()


def _tell(listener: Callable[..., None], *words: Any) -> None:
    """One listener that fails keeps nobody else of its group from hearing."""
    try:
        listener(*words)
    except Exception as error:  # noqa: BLE001 - reported as the loop reports a failed callback
        report = {"message": "a bug in what follows a commit", "exception": error}
        asyncio.get_running_loop().call_exception_handler(report)


class SqliteTransaction:
    """The view that `work` gets. One object serves all: transactions never overlap."""

    def __init__(self, db: sqlite3.Connection, effects: list[Callable[[], None]]) -> None:
        self._db = db
        self._execute = db.execute
        self._effects = effects
        self.lost: BaseException | None = None  # why the engine undid the whole group on its own
        self._depth = 0
        self._marked = 0  # the savepoints set so far; one is set only when its transaction first writes

    def get(self, key: bytes) -> bytes | None:
        row = self._execute(_GET, (key,)).fetchone()
        return row[0] if row else None

    def set(self, key: bytes, value: bytes) -> None:
        if self._marked < self._depth:
            self._mark()
        self._execute(_SET, (key, value))

    def clear(self, key: bytes) -> None:
        if self._marked < self._depth:
            self._mark()
        self._execute(_CLEAR, (key,))

    def clear_range(self, begin: bytes, end: bytes) -> None:
        if self._marked < self._depth:
            self._mark()
        self._execute(_CLEAR_RANGE, (begin, end))

    def range(
        self, begin: bytes, end: bytes, *, limit: int | None = None, reverse: bool = False
    ) -> Iterator[tuple[bytes, bytes]]:
        if limit is not None and limit <= CHUNK_ROWS:
            return iter(self._execute(_BACKWARD if reverse else _FORWARD, (begin, end, limit)).fetchall())
        return self._chunks(begin, end, limit, reverse)

    def _chunks(
        self, begin: bytes, end: bytes, limit: int | None, reverse: bool
    ) -> Iterator[tuple[bytes, bytes]]:
        """Read chunk by chunk, so that no cursor is open while the caller writes."""
        left = limit if limit is not None else -1
        while left:
            ask = CHUNK_ROWS if left < 0 else min(left, CHUNK_ROWS)
            rows = self._execute(_BACKWARD if reverse else _FORWARD, (begin, end, ask)).fetchall()
            yield from rows
            if len(rows) < ask:
                return
            left = left - len(rows) if left > 0 else left
            if reverse:
                end = rows[-1][0]
            else:
                begin = rows[-1][0] + b"\x00"

    def count(self, begin: bytes, end: bytes) -> int:
        return self._execute(_COUNT, (begin, end)).fetchone()[0]

    def on_commit(self, effect: Callable[[], None]) -> None:
        self._effects.append(effect)

    def run(self, work: Callable[[Any], T]) -> T:
        """`attempt`, for the work of a whole transaction."""
        return self.attempt(lambda: work(self))

    def attempt(self, work: Callable[[], T]) -> T:
        self._depth += 1
        depth, effects = self._depth, len(self._effects)
        try:
            return work()
        except BaseException as error:
            del self._effects[effects:]
            if self._marked >= depth:
                self._undo(depth, error)
            raise
        finally:
            if self._marked >= depth:
                self._execute(f"RELEASE s{depth}")
                self._marked = depth - 1
            self._depth = depth - 1

    def _undo(self, depth: int, error: BaseException) -> None:
        """Go back to the savepoint; after some errors (SQLITE_FULL, SQLITE_IOERR) SQLite has undone everything already.

        https://www.sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction
        """
        if self._db.in_transaction:
            self._execute(f"ROLLBACK TO s{depth}")
            return
        self.lost = error
        self._marked = 0
        self._execute("BEGIN")

    def _mark(self) -> None:
        while self._marked < self._depth:
            self._marked += 1
            self._execute(f"SAVEPOINT s{self._marked}")
