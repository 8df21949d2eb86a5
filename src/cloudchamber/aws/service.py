"""A service as the pipeline sees it: a table of contents, with nothing found by reflection."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from cloudchamber.aws.errors import AwsError, ValidationException
from cloudchamber.aws.fidelity import Ledger, is_given
from cloudchamber.aws.resources import ResourceType
from cloudchamber.wire.http import HttpRequest, HttpResponse
from cloudchamber.wire.model import OperationModel, load_model
from cloudchamber.wire.validate import Failure, message, validator

if TYPE_CHECKING:
    from cloudchamber.aws.cloud import Cloud
    from cloudchamber.aws.context import Context

Handler = Callable[..., Any]  # (ctx, request) -> answer, or an awaitable of one
HttpHandler = Callable[["Context", HttpRequest, str], Awaitable[HttpResponse | None]]

Decorate = Callable[["Context", HttpRequest], list[tuple[str, str]]]

Phrase = Callable[[list[Failure], "Operation"], AwsError]


class Pending:
    """What a `def` operation returns when it finds that it must wait after all: the rest of its work, outside its transaction."""

    __slots__ = ("work",)

    def __init__(self, work: Callable[[], Awaitable[Any]]) -> None:
        self.work = work


class Live(Protocol):
    """What a service keeps running beside its records, such as processes. It can always be rebuilt."""

    async def stop(self) -> None: ...


class Operation:
    """One operation or task, ready to be called."""

    __slots__ = (
        "_phrase",
        "_recorded",
        "_refused",
        "_validate",
        "handler",
        "model",
        "name",
        "recorded_use",
        "service",
        "waits",
    )

    def __init__(self, service: Service, name: str, handler: Handler, model: OperationModel | None) -> None:
        self.service, self.name, self.handler, self.model = service, name, handler, model
        self.waits = inspect.iscoroutinefunction(handler)
        self._refused = service.ledger if name in service.ledger.refused else None
        self._validate = validator(model.input) if model and model.input else None
        self._phrase = service.phrase
        recorded = service.ledger.recorded_for(name) if model else {}
        self._recorded = [(member, member.split("."), reason) for member, reason in recorded.items()]
        self.recorded_use: dict[
            str, str
        ] = {}  # the recorded-only members that calls have given so far, with reasons

    def check(self, request: dict[str, Any]) -> None:
        """Hold the request against the model's constraints and the ledger. Raises AWS's error."""
        if self._validate:
            failures = self._validate(request)
            if failures:
                raise self._phrase(failures, self)
        if self._refused:
            self._refused.refuse(self.name, request)
        for member, path, reason in self._recorded:
            if is_given(request, path):
                self.recorded_use[member] = reason


def phrase_json(failures: list[Failure], operation: Operation) -> AwsError:
    """The message of most services with a JSON protocol."""
    return ValidationException(message(failures))


class Service:
    """`SERVICE = Service("sqs", operations={...}, tasks={...})`, explicit and alphabetical, in the package's `__init__`.

    `operations`: by AWS's name. `tasks`: what the outbox runs for this service, by verb and noun.
    `resources`: its CloudFormation types. `http`: what answers requests to a host label such as `execute-api`, as
    `(ctx, request, id)`; it sets the account and region of `ctx`, and gives None when the id is not its own.
    `decorate`: headers to add to the answer of a call that a browser makes from another origin; run in a transaction.
    `named_by`: the members that name the resource a call touches, for tracks; where one is a list, `named_in_entries` is the
    member of its entries that does.
    `live`: makes what the service keeps running; reached as `ctx.live`.
    """

    def __init__(  # noqa: PLR0913 - a table of contents
        self,
        name: str,
        *,
        operations: Mapping[str, Handler],
        tasks: Mapping[str, Handler] | None = None,
        resources: Mapping[str, ResourceType] | None = None,
        http: Mapping[str, HttpHandler] | None = None,
        decorate: Decorate | None = None,
        ledger: Ledger | None = None,
        named_by: tuple[str, ...] = (),
        named_in_entries: str = "",
        phrase: Phrase = phrase_json,
        live: Callable[[Cloud], Live] | None = None,
    ) -> None:
        self.name = name
        self.operations = dict(operations)
        self.tasks = dict(tasks or {})
        self.resources = dict(resources or {})
        self.http = dict(http or {})
        self.decorate = decorate
        self.ledger = ledger or Ledger()
        self.named_by, self.named_in_entries = named_by, named_in_entries
        self.phrase = phrase
        self.live = live

    def operation(self, name: str) -> Operation | None:
        """The operation or task of that name, or None when this service has none."""
        if name in self.tasks:
            return Operation(self, name, self.tasks[name], None)
        handler = self.operations.get(name)
        return Operation(self, name, handler, load_model(self.name).operations.get(name)) if handler else None
