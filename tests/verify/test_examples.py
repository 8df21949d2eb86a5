"""The pairs of `examples/verify`: without faults both halves do what their scenario asks for."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import AsyncIterator, Callable
from types import ModuleType
from typing import Any

import pytest
import pytest_asyncio
from botocore.session import Session as Models
from tests.examples.conftest import ACCOUNT, EXAMPLES, REGION, Application
from tests.verify.pairs import UNSAFE

from cloudchamber.app.chamber import Chamber, Options
from cloudchamber.app.deploying import deploy
from cloudchamber.aws.session import Session
from cloudchamber.services.lambda_.live import Environments
from cloudchamber.workers.zygote_client import ZygoteClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAIRS = EXAMPLES / "verify"


def _ids(*ids: str) -> list[dict[str, Any]]:
    return [{"id": each} for each in ids]


EXPECTED: dict[str, dict[str, list[Any]]] = {
    "breaker-in-module-state": {"Bookings": [{"id": f"b-{n}", "pallets": n} for n in (1, 2, 3, 4)]},
    "counter-increments": {
        "Pages": [{"id": "/about", "viewCount": 2}, {"id": "/home", "viewCount": 3}],
        "Counted": _ids("v-1", "v-2", "v-3", "v-4", "v-5"),
    },
    "fifo-consumer-swallows-error": {
        "Accounts": [
            {"id": "ada", "balance": 135, "lastSequence": 3},
            {"id": "bob", "balance": 50, "lastSequence": 3},
        ]
    },
    "idempotency-get-process-put": {
        "Accounts": [{"id": "ada", "charged": 42}, {"id": "bob", "charged": 5}],
        "Payments": [
            {"id": "p-1", "state": "COMPLETED", "result": {"charged": 30, "account": "ada"}},
            {"id": "p-2", "state": "COMPLETED", "result": {"charged": 12, "account": "ada"}},
            {"id": "p-3", "state": "COMPLETED", "result": {"charged": 5, "account": "bob"}},
        ],
    },
    "marker-before-work": {
        "Customers": [{"id": "ada", "points": 35}, {"id": "bob", "points": 4}],
        "Seen": _ids("o-1", "o-2", "o-3"),
    },
    "partial-batch-wrong-ids": {
        "Customers": [
            {"id": "ada", "refunded": 42},
            {"id": "bob", "refunded": 5},
            {"id": "eve", "refunded": 8},
        ],
        "Refunded": _ids("r-1", "r-2", "r-3", "r-4"),
    },
    "projection-that-trusts-order": {
        "Parcels": [{"id": parcel, "revision": 3, "place": "door"} for parcel in ("a", "b")]
    },
    "promise-left-behind": {
        "Orders": [{"id": "o-1", "state": "ACCEPTED"}],
        "Bookings": [{"id": "o-1", "amount": 40}],
    },
    "saga-choreographed": {
        "Stock": [{"id": "widget", "quantity": 7}],
        "Reservations": [
            {"id": "o-1", "item": "widget", "quantity": 1, "state": "RESERVED"},
            {"id": "o-2", "item": "widget", "quantity": 3, "state": "RELEASED"},
            {"id": "o-3", "item": "widget", "quantity": 2, "state": "RESERVED"},
        ],
        "Payments": [
            {"id": "o-1", "total": 40, "state": "ACCEPTED"},
            {"id": "o-2", "total": 120, "state": "DECLINED"},
            {"id": "o-3", "total": 80, "state": "ACCEPTED"},
        ],
    },
    "two-writes-without-outbox": {
        "Orders": [{"id": f"o-{n}", "total": 10 * n} for n in (1, 2, 3)],
        "Shipping": [{"type": "OrderPlaced", "id": f"o-{n}", "total": 10 * n} for n in (1, 2, 3)],
    },
}


class Driver:
    """What a scenario sees of the chamber. It runs in a thread of its own; its calls are made in process, on the loop."""

    def __init__(self, app: Application, loop: asyncio.AbstractEventLoop) -> None:
        self._app, self._loop = app, loop

    def client(self, service: str) -> Any:
        return Client(
            service, lambda operation, **request: self._wait(self._app(service, operation, **request))
        )

    def output(self, key: str) -> str:
        return self._app.outputs[key]

    def run_until_idle(self) -> None:
        self._wait(self._app.clock.run_until_idle())

    def _wait(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


class Client:
    """boto3's names of the operations of a service."""

    def __init__(self, service: str, call: Callable[..., Any]) -> None:
        self._call = call
        names = Models().get_service_model(service).operation_names
        self._names = {name.lower(): name for name in names}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operation = self._names[name.replace("_", "")]
        return lambda **request: self._call(operation, **request)


def scenario_of(pair: str) -> ModuleType:
    """The module `scenario.py` of that pair."""
    spec = importlib.util.spec_from_file_location(f"scenario_{pair}", PAIRS / pair / "scenario.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chamber() -> AsyncIterator[Chamber]:
    """One for all halves: each is a stack of its own."""
    zygote = ZygoteClient()
    zygote.start()
    made = Chamber(Options(port=0, clock="virtual", seed=0))
    await made.start()
    made.cloud._lives["lambda"] = Environments(made.cloud, zygote)
    yield made
    await made.stop()
    zygote.stop()


async def deployed(chamber: Chamber, pair: str, half: str) -> Application:
    session = Session(chamber.cloud, ACCOUNT, REGION)
    template = PAIRS / pair / half / "template.yaml"
    stack = deploy(
        session, template, f"{pair}-{half}", {}, say=lambda text: None, on_event=lambda event: None
    )
    outputs = (await chamber.clock.run(stack)).outputs
    return Application(chamber, {each["OutputKey"]: each["OutputValue"] for each in outputs}, ACCOUNT)


async def contents(app: Application, output: str) -> list[Any]:
    """The items of a table, or the bodies of a queue, in the order of their ids."""
    is_queue = app.outputs[output].startswith("http")
    found = await app.bodies(output) if is_queue else await app.items(output)
    return sorted(found, key=lambda each: each["id"])


@pytest.mark.parametrize("half", ["unsafe", "safe"])
@pytest.mark.parametrize("pair", [pair for pair in EXPECTED if pair in UNSAFE])
async def test_without_faults_the_scenario_leaves_what_it_should(chamber, pair, half):
    app = await deployed(chamber, pair, half)
    driver, module = Driver(app, asyncio.get_running_loop()), scenario_of(pair)
    await asyncio.to_thread(module.scenario, driver)
    for name in dir(module):
        if name.startswith("invariant"):
            await asyncio.to_thread(getattr(module, name), driver)
    assert await app.messages("Failed") == []
    expected = {name: items for name, items in EXPECTED[pair].items() if name in app.outputs}
    assert {name: await contents(app, name) for name in expected} == expected
    assert half == "unsafe" or set(expected) == set(EXPECTED[pair])
