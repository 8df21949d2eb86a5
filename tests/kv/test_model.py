"""A store against a dictionary, under random transactions, attempts and failures."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudchamber.kv import SqliteStore

KEYS = st.binary(min_size=1, max_size=3).filter(lambda key: key < b"\xff")
STEPS = st.recursive(
    st.one_of(
        st.tuples(st.just("set"), KEYS, st.binary(max_size=4)),
        st.tuples(st.just("clear"), KEYS),
        st.tuples(st.just("clear_range"), KEYS, KEYS),
        st.tuples(st.just("check"), KEYS, KEYS, st.none() | st.integers(0, 5), st.booleans()),
    ),
    lambda steps: st.tuples(st.just("attempt"), st.lists(steps, max_size=5), st.booleans()),
    max_leaves=8,
)
TRANSACTIONS = st.lists(st.tuples(st.lists(STEPS, max_size=6), st.booleans()), max_size=8)


class Failed(Exception):
    """On purpose."""


def run_steps(tx, model: dict[bytes, bytes], steps, fails: bool) -> None:
    for kind, *words in steps:
        if kind == "set":
            tx.set(*words)
            model[words[0]] = words[1]
        elif kind == "clear":
            tx.clear(words[0])
            model.pop(words[0], None)
        elif kind == "clear_range":
            tx.clear_range(*words)
            for key in [key for key in model if words[0] <= key < words[1]]:
                del model[key]
        elif kind == "check":
            begin, end, limit, reverse = words
            expected = sorted((kv for kv in model.items() if begin <= kv[0] < end), reverse=reverse)
            assert tx.count(begin, end) == len(expected)
            assert list(tx.range(begin, end, limit=limit, reverse=reverse)) == expected[:limit]
            assert tx.get(begin) == model.get(begin)
        else:
            within = dict(model)
            try:
                tx.attempt(lambda words=words, within=within: run_steps(tx, within, *words))
            except Failed:
                continue
            model.clear()
            model.update(within)
    if fails:
        raise Failed


@given(TRANSACTIONS)
@settings(max_examples=150, deadline=None)
def test_a_store_holds_what_a_dictionary_would(transactions):
    async def scenario():
        store, model = SqliteStore(None), {}
        outcomes = []
        for steps, fails in transactions:
            within = dict(model)
            store.submit(
                lambda tx, steps=steps, fails=fails, within=within: run_steps(tx, within, steps, fails),
                lambda _, error: outcomes.append(error),
            )
            if not fails:
                model = within
        assert await store.transact(lambda tx: dict(tx.range(b"", b"\xff"))) == model
        store.close()
        assert sorted(error is not None for error in outcomes) == sorted(fails for _, fails in transactions)
        assert all(error is None or type(error) is Failed for error in outcomes)

    asyncio.run(scenario())
