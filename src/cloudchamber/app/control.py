"""The chamber's own HTTP paths: health, clock, faults, tracks, fidelity. What the command line and other tools use."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Literal
from urllib.parse import parse_qs

import msgspec

from cloudchamber.app.deploy_requests import DeployRequest, deployment
from cloudchamber.app.ledger import ledger
from cloudchamber.app.passing import to_next_deadline
from cloudchamber.app.service_events import ServiceEvent, put_service_event
from cloudchamber.aws import AwsError, Cloud
from cloudchamber.aws.fault_plans import PlanRefused, decoded_plan
from cloudchamber.aws.faults import Faults
from cloudchamber.aws.timeline import timeline
from cloudchamber.aws.tracks import Track
from cloudchamber.clock import VirtualClock
from cloudchamber.wire.http import HttpRequest, HttpResponse

VERSION = "0.1.0"
DUE_MAX = 1_000  # entries of the timeline in one answer
_JSON = [("Content-Type", "application/json")]


class Fresh(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /_cloudchamber/renew`: how the chamber begins anew."""

    clock: Literal["system", "virtual"] = "virtual"
    seed: int | None = None


class Controls:
    """Answers `/_cloudchamber/...` and `/_localstack/health`. `renew` lets the chamber begin anew, `restart` lets it die and
    start again, where it can; then `attend` names the new cloud, also to what is under way."""

    def __init__(
        self,
        cloud: Cloud,
        renew: Callable[[Fresh], Awaitable[None]] | None = None,
        restart: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._cloud, self._renew_with, self._restart_with = cloud, renew, restart
        self._routes: dict[tuple[str, str], Callable[[HttpRequest], Awaitable[HttpResponse]]] = {
            ("GET", "/_cloudchamber/health"): self._health,
            ("GET", "/_localstack/health"): self._health,
            ("GET", "/_cloudchamber/clock"): self._show_clock,
            ("POST", "/_cloudchamber/clock/advance"): self._advance,
            ("POST", "/_cloudchamber/clock/run-until-idle"): self._run_until_idle,
            ("POST", "/_cloudchamber/clock/step"): self._step,
            ("POST", "/_cloudchamber/deploy"): self._deploy,
            ("POST", "/_cloudchamber/renew"): self._renew,
            ("POST", "/_cloudchamber/restart"): self._restart,
            ("POST", "/_cloudchamber/events"): self._put_event,
            ("GET", "/_cloudchamber/faults"): self._show_faults,
            ("POST", "/_cloudchamber/faults"): self._set_faults,
            ("DELETE", "/_cloudchamber/faults"): self._clear_faults,
            ("GET", "/_cloudchamber/tracks"): self._tracks,
            ("GET", "/_cloudchamber/fidelity"): self._fidelity,
        }

    def attend(self, cloud: Cloud) -> None:
        """This is the cloud now."""
        self._cloud = cloud

    def paths(self) -> dict[str, Callable[[HttpRequest], Awaitable[HttpResponse]]]:
        """What the front hands here, by prefix."""
        return {"/_cloudchamber/": self.answer, "/_localstack/": self.answer}

    async def answer(self, request: HttpRequest) -> HttpResponse:
        """One control request."""
        route = self._routes.get((request.method, request.path.rstrip("/")))
        if route is None:
            known = ", ".join(sorted(f"{method} {path}" for method, path in self._routes))
            raise AwsError(
                "NotFound",
                f"There is no {request.method} {request.path} here. There is: {known}.",
                status=404,
            )
        return await route(request)

    async def _health(self, request: HttpRequest) -> HttpResponse:
        services = dict.fromkeys(self._cloud.service_names, "available")
        return _json({"services": services, "edition": "cloudchamber", "version": VERSION})

    async def _show_clock(self, request: HttpRequest) -> HttpResponse:
        kind = "virtual" if isinstance(self._cloud.clock, VirtualClock) else "system"
        due = await timeline(self._cloud, DUE_MAX)
        return _json({"kind": kind, "now_ms": self._cloud.clock.now_ms(), "due": due})

    def _virtual(self) -> VirtualClock:
        if not isinstance(self._cloud.clock, VirtualClock):
            raise AwsError(
                "InvalidRequest",
                "This chamber follows the machine's clock. Start it with `--clock virtual` to turn time.",
            )
        return self._cloud.clock

    async def _advance(self, request: HttpRequest) -> HttpResponse:
        clock = self._virtual()
        await clock.advance(_body(request, dict[str, int]).get("duration_ms", 0))
        return await self._show_clock(request)

    async def _run_until_idle(self, request: HttpRequest) -> HttpResponse:
        await self._virtual().run_until_idle()
        return await self._show_clock(request)

    async def _step(self, request: HttpRequest) -> HttpResponse:
        """On virtual time the next deadline; on the machine's, whatever call is made next. Not past `until_ms`."""
        clock, until_ms = self._cloud.clock, _body(request, dict[str, int]).get("until_ms")
        if isinstance(clock, VirtualClock):
            await clock.advance(0)
            await to_next_deadline(clock, until_ms)
        elif until_ms is None or clock.now_ms() < until_ms:
            await self._next_track(until_ms)
        return await self._show_clock(request)

    async def _next_track(self, until_ms: int | None) -> None:
        signals = self._cloud.signals
        silence = self._cloud.tracks.listen(lambda track: signals.fire("tracks"))
        self._cloud.clock.hold()
        try:
            await signals.wait("tracks", until_ms=until_ms)
        finally:
            self._cloud.clock.release()
            silence()

    async def _deploy(self, request: HttpRequest) -> HttpResponse:
        wanted = _body(request, DeployRequest)
        return HttpResponse(200, [("Content-Type", "application/x-ndjson")], deployment(self._cloud, wanted))

    async def _renew(self, request: HttpRequest) -> HttpResponse:
        fresh = _body(request, Fresh)
        if self._renew_with is None:
            raise AwsError("InvalidRequest", "This chamber cannot begin anew.")
        await self._renew_with(fresh)
        return _json({})

    async def _restart(self, request: HttpRequest) -> HttpResponse:
        if self._restart_with is None:
            raise AwsError("InvalidRequest", "Nobody could start this chamber again.")
        await self._restart_with()
        return _json({})

    async def _put_event(self, request: HttpRequest) -> HttpResponse:
        return _json(await put_service_event(self._cloud, _body(request, ServiceEvent)))

    async def _show_faults(self, request: HttpRequest) -> HttpResponse:
        faults = self._cloud.faults
        if faults is None:
            return _json({"faults": [], "seed": 0, "struck": []})
        return _json({"faults": faults.plan, "seed": faults.seed, "struck": faults.struck})

    async def _set_faults(self, request: HttpRequest) -> HttpResponse:
        cloud = self._cloud
        try:
            plan = decoded_plan(request.body, cloud.service_names, can_restart=cloud.on_restart is not None)
        except PlanRefused as refusal:
            raise AwsError("InvalidRequest", f"This plan is not put into force. {refusal}") from None
        cloud.faults = Faults(plan.faults, plan.seed) if plan.faults else None
        return await self._show_faults(request)

    async def _clear_faults(self, request: HttpRequest) -> HttpResponse:
        self._cloud.faults = None
        return await self._show_faults(request)

    async def _tracks(self, request: HttpRequest) -> HttpResponse:
        query = parse_qs(request.query)
        count = int(query.get("count", ["1000"])[0]) if query.get("count", ["1000"])[0].isdigit() else 1000
        tracks = list(self._cloud.tracks.latest(count))
        if "follow" in query:
            return HttpResponse(200, [("Content-Type", "application/x-ndjson")], self._follow(tracks))
        return _json({"tracks": tracks})

    async def _follow(self, tracks: list[Track]) -> AsyncIterator[bytes]:
        """The tracks so far, then each new one, a line each, for as long as the client listens."""
        new: list[Track] = list(tracks)
        signals = self._cloud.signals
        silence = self._cloud.tracks.listen(lambda track: (new.append(track), signals.fire("tracks")))  # type: ignore[func-returns-value]
        self._cloud.clock.hold()
        try:
            while True:
                lines, new[:] = b"".join(msgspec.json.encode(track) + b"\n" for track in new), []
                if lines:
                    yield lines
                else:
                    await signals.wait("tracks")
        finally:
            self._cloud.clock.release()
            silence()

    async def _fidelity(self, request: HttpRequest) -> HttpResponse:
        return _json(ledger())


def _body(request: HttpRequest, kind: Any) -> Any:
    try:
        return msgspec.json.decode(request.body or b"{}", type=kind)
    except msgspec.MsgspecError as error:
        raise AwsError("InvalidRequest", f"The body of this request does not fit: {error}.") from None


def _json(value: Any) -> HttpResponse:
    return HttpResponse(200, list(_JSON), msgspec.json.encode(value))
