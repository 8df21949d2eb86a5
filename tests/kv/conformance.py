"""What every engine must do. An engine's test module subclasses `Conformance` and gives it a fixture `store`."""

from __future__ import annotations

import asyncio

import pytest

from cloudchamber.kv import Store


class Refused(Exception):
    """What a transaction of these tests fails with."""


async def put(store: Store, rows: dict[bytes, bytes]) -> None:
    def work(tx):
        for key, value in rows.items():
            tx.set(key, value)

    await store.transact(work)


async def everything(store: Store) -> list[tuple[bytes, bytes]]:
    return await store.transact(lambda tx: list(tx.range(b"", b"\xff")))


def numbered(count: int) -> dict[bytes, bytes]:
    return {b"k%04d" % n: b"%d" % n for n in range(count)}


class ReadsAndWrites:
    async def test_what_was_set_is_got_and_what_was_not_is_none(self, store):
        await put(store, {b"a": b"1", b"b": b""})
        got = await store.transact(lambda tx: (tx.get(b"a"), tx.get(b"b"), tx.get(b"c")))
        assert got == (b"1", b"", None)

    async def test_a_transaction_sees_its_own_writes(self, store):
        def work(tx):
            tx.set(b"a", b"1")
            tx.set(b"a", b"2")
            seen = [tx.get(b"a"), list(tx.range(b"a", b"b")), tx.count(b"a", b"b")]
            tx.clear(b"a")
            return [*seen, tx.get(b"a"), list(tx.range(b"a", b"b"))]

        assert await store.transact(work) == [b"2", [(b"a", b"2")], 1, None, []]

    async def test_clearing_what_is_not_there_is_no_error(self, store):
        await store.transact(lambda tx: tx.clear(b"nothing"))
        assert await everything(store) == []

    async def test_a_range_includes_its_begin_and_excludes_its_end(self, store):
        await put(store, {b"a": b"", b"b": b"", b"b\x00": b"", b"c": b""})
        keys = await store.transact(lambda tx: [key for key, _ in tx.range(b"b", b"c")])
        assert keys == [b"b", b"b\x00"]
        assert await store.transact(lambda tx: tx.count(b"b", b"c")) == 2

    @pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 127, 128, 129, 200])
    @pytest.mark.parametrize("reverse", [False, True])
    async def test_a_range_gives_every_key_once_in_order_across_chunks(self, store, size, reverse):
        rows = numbered(size)
        await put(store, rows)
        expected = sorted(rows.items(), reverse=reverse)
        for limit in (None, 0, 1, 63, 64, 65, 128, 129, 500):
            got = await store.transact(
                lambda tx, limit=limit: list(tx.range(b"", b"\xff", limit=limit, reverse=reverse))
            )
            assert got == expected[:limit]

    async def test_a_range_whose_end_is_before_its_begin_is_empty(self, store):
        await put(store, {b"b": b""})
        assert await store.transact(lambda tx: (list(tx.range(b"c", b"a")), tx.count(b"c", b"a"))) == ([], 0)

    @pytest.mark.parametrize("reverse", [False, True])
    async def test_a_range_may_be_cleared_while_it_is_read(self, store, reverse):
        await put(store, numbered(150))

        def work(tx):
            seen = []
            for key, _ in tx.range(b"", b"\xff", reverse=reverse):
                tx.clear(key)
                seen.append(key)
            return seen

        assert sorted(await store.transact(work)) == sorted(numbered(150))
        assert await everything(store) == []

    async def test_keys_that_stay_are_seen_once_while_others_are_written(self, store):
        await put(store, numbered(150))

        def work(tx):
            seen = []
            for key, _ in tx.range(b"k", b"l"):
                seen.append(key)
                tx.set(b"a" + key, b"behind")
                tx.set(b"z" + key, b"outside")
                tx.set(key, b"changed")
            return seen

        assert await store.transact(work) == sorted(numbered(150))

    async def test_clear_range_leaves_what_lies_outside(self, store):
        await put(store, {b"a": b"", b"b": b"", b"bb": b"", b"c": b""})
        await store.transact(lambda tx: tx.clear_range(b"b", b"c"))
        assert [key for key, _ in await everything(store)] == [b"a", b"c"]

    async def test_keys_and_values_hold_any_bytes(self, store):
        every = bytes(range(256))
        await put(store, {b"\x00": every, every: b"\x00", b"\x00\x00": b"x" * 100_000})
        assert await store.transact(lambda tx: tx.get(every)) == b"\x00"
        keys = await store.transact(lambda tx: [key for key, _ in tx.range(b"", b"\xff")])
        assert keys == [b"\x00", b"\x00\x00", every]


class Atomicity:
    async def test_a_transaction_that_raises_changes_nothing_and_hands_on_its_exception(self, store):
        await put(store, {b"a": b"1"})

        def work(tx):
            tx.set(b"a", b"2")
            tx.set(b"b", b"2")
            tx.clear_range(b"", b"a\x00")
            raise Refused("no")

        with pytest.raises(Refused, match="no"):
            await store.transact(work)
        assert await everything(store) == [(b"a", b"1")]

    async def test_an_attempt_that_raises_is_undone_alone(self, store):
        def work(tx):
            tx.set(b"before", b"")

            def part():
                tx.set(b"within", b"")
                tx.clear(b"before")
                raise Refused

            with pytest.raises(Refused):
                tx.attempt(part)
            tx.set(b"after", b"")

        await store.transact(work)
        assert [key for key, _ in await everything(store)] == [b"after", b"before"]

    async def test_attempts_nest_and_each_undoes_what_was_within(self, store):
        def failing(tx, *inner):
            tx.set(b"failed", b"")
            for step in inner:
                step()
            raise Refused

        def work(tx):
            def outer():
                tx.set(b"outer", b"1")
                with pytest.raises(Refused):
                    tx.attempt(lambda: failing(tx, lambda: tx.attempt(lambda: tx.set(b"kept within", b""))))
                tx.attempt(lambda: tx.set(b"inner", b"1"))
                return tx.attempt(lambda: tx.attempt(lambda: "the answer"))

            assert tx.attempt(outer) == "the answer"
            with pytest.raises(Refused):
                tx.attempt(lambda: failing(tx))
            tx.set(b"last", b"1")

        await store.transact(work)
        assert [key for key, _ in await everything(store)] == [b"inner", b"last", b"outer"]

    async def test_a_failing_transaction_undoes_its_successful_attempts(self, store):
        def work(tx):
            tx.attempt(lambda: tx.set(b"a", b""))
            raise Refused

        with pytest.raises(Refused):
            await store.transact(work)
        assert await everything(store) == []

    async def test_an_attempt_that_only_reads_may_fail_too(self, store):
        def work(tx):
            with pytest.raises(KeyError):
                tx.attempt(lambda: {}[tx.get(b"a")])
            tx.set(b"a", b"1")

        await store.transact(work)
        assert await everything(store) == [(b"a", b"1")]


class Effects:
    async def test_effects_come_after_the_commit_in_order_and_before_the_answers(self, store):
        seen = []

        def work(name):
            def within(tx):
                tx.on_commit(lambda: seen.append(f"{name} 1"))
                tx.on_commit(lambda: seen.append(f"{name} 2"))
                tx.set(name.encode(), b"")
                assert seen == []

            return within

        for name in ("a", "b"):
            store.submit(work(name), lambda _, error, name=name: seen.append(f"{name} answered {error}"))
        assert seen == []
        await store.transact(lambda tx: None)
        assert seen == ["a 1", "a 2", "b 1", "b 2", "a answered None", "b answered None"]

    async def test_effects_of_what_is_undone_never_come(self, store):
        seen = []

        def attempted(tx):
            tx.on_commit(lambda: seen.append("attempted"))
            raise Refused

        def kept(tx):
            tx.on_commit(lambda: seen.append("before"))
            with pytest.raises(Refused):
                tx.attempt(lambda: attempted(tx))
            tx.attempt(lambda: tx.on_commit(lambda: seen.append("after")))

        def failing(tx):
            tx.on_commit(lambda: seen.append("never"))
            tx.attempt(lambda: tx.on_commit(lambda: seen.append("never either")))
            raise Refused

        await store.transact(kept)
        with pytest.raises(Refused):
            await store.transact(failing)
        await store.transact(lambda tx: None)
        assert seen == ["before", "after"]

    async def test_an_effect_may_begin_another_transaction(self, store):
        done = asyncio.get_running_loop().create_future()

        def follow(tx):
            tx.set(b"second", tx.get(b"first"))

        def work(tx):
            tx.set(b"first", b"1")
            tx.on_commit(lambda: store.submit(follow, lambda _, error: done.set_result(error)))

        await store.transact(work)
        assert await done is None
        assert await everything(store) == [(b"first", b"1"), (b"second", b"1")]

    async def test_an_effect_that_fails_keeps_nobody_else_from_the_answer(self, store):
        reports = []
        asyncio.get_running_loop().set_exception_handler(lambda _, report: reports.append(report))

        def work(tx):
            tx.on_commit(lambda: {}["a bug"])
            return "first"

        both = await asyncio.gather(store.transact(work), store.transact(lambda tx: "second"))
        assert both == ["first", "second"]
        assert [type(report["exception"]) for report in reports] == [KeyError]


class Groups:
    async def test_answers_leave_only_after_the_commit_of_their_group(self, store):
        answers = []
        for n in range(3):
            store.submit(lambda tx, n=n: tx.set(b"%d" % n, b""), lambda *answer: answers.append(answer))
        assert answers == []
        await store.transact(lambda tx: None)
        assert answers == [(None, None)] * 3

    async def test_a_failing_transaction_is_undone_alone_and_the_others_of_its_group_stay(self, store):
        def failing(tx):
            tx.set(b"middle", b"")
            tx.set(b"first", b"spoiled")
            raise Refused

        outcomes = await asyncio.gather(
            store.transact(lambda tx: tx.set(b"first", b"1")),
            store.transact(failing),
            store.transact(lambda tx: tx.set(b"last", tx.get(b"first"))),
            return_exceptions=True,
        )
        assert [type(outcome) for outcome in outcomes] == [type(None), Refused, type(None)]
        assert await everything(store) == [(b"first", b"1"), (b"last", b"1")]

    async def test_transactions_of_one_group_happen_one_after_another(self, store):
        def add_one(tx):
            number = int(tx.get(b"n") or b"0") + 1
            tx.set(b"n", b"%d" % number)
            return number

        assert sorted(await asyncio.gather(*[store.transact(add_one) for _ in range(50)])) == list(
            range(1, 51)
        )

    async def test_a_caller_that_was_cancelled_spoils_nothing(self, store):
        task = asyncio.ensure_future(store.transact(lambda tx: tx.set(b"a", b"1")))
        asyncio.get_running_loop().call_soon(task.cancel)
        await asyncio.gather(task, return_exceptions=True)
        await put(store, {b"b": b"2"})
        assert dict(await everything(store))[b"b"] == b"2"


class Conformance(ReadsAndWrites, Atomicity, Effects, Groups):
    """All of it."""
