"""One state tried alone: entered with an input, its work done or mocked, and left.

https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
"""

from __future__ import annotations

from typing import Any

import msgspec

from cloudchamber.languages.states.advance import do_state
from cloudchamber.languages.states.dataflow import effective_input, joined, output_of_result, selected_input
from cloudchamber.languages.states.errors import StatesError
from cloudchamber.languages.states.failing import fail, fail_evaluation
from cloudchamber.languages.states.machine import Machine
from cloudchamber.languages.states.model import Definition
from cloudchamber.languages.states.run import (
    CHILDREN,
    MAP_RUN,
    RETRY,
    TASK,
    WAIT,
    Ended,
    Happening,
    Run,
    SetTimer,
    StartTask,
)
from cloudchamber.languages.states.scope import Chances, as_json
from cloudchamber.languages.states.simple import end_wait
from cloudchamber.languages.states.tasks import task_failed, task_succeeded

TOKEN = "test-state-token"


class Tried(msgspec.Struct, frozen=True):
    """How it went: SUCCEEDED, FAILED, RETRIABLE or CAUGHT_ERROR; `details` of a handled error."""

    status: str
    output: Any = None
    error: str | None = None
    cause: str | None = None
    next: str | None = None
    details: dict[str, int] = {}


class StateTest:
    """A state under test. `task` is what it wants done once it has been entered, or None."""

    def __init__(
        self,
        definition: Definition,
        data: Any,
        facts: dict[str, Any],
        variables: dict[str, Any],
        *,
        retry_count: int,
        now_ms: int,
        chances: Chances,
    ) -> None:
        self.state = definition.states[definition.start_at]
        self._machine = Machine(definition, Run(facts), now_ms, chances, lambda strand, serial: TOKEN)
        self._strand = self._machine.start_strand(None, 0, self.state.name, data)
        self._strand.variables = dict(variables)
        self._machine.enter(self._strand, self.state.name, data)
        self._machine.ready.clear()
        self._strand.retries = [retry_count] * len(self.state.retry)
        self._strand.retry_count = retry_count
        self._retried = retry_count
        self._data, self._error = data, ("", "")
        self._result: Any = None
        self._guarded(lambda: do_state(self._machine, self._strand))
        if self._strand.phase == WAIT:
            self._guarded(lambda: end_wait(self._machine, self._strand, self.state))

    def _guarded(self, work: Any) -> None:
        try:
            work()
        except StatesError as problem:
            self._error = (problem.error, problem.cause)
            fail_evaluation(self._machine, self._strand, problem)

    @property
    def task(self) -> StartTask | None:
        """The task that is to be performed."""
        if self._strand.phase != TASK:
            return None
        return next((each for each in self._machine.effects if isinstance(each, StartTask)), None)

    @property
    def needs_mock(self) -> bool:
        """Whether the state has branches or iterations, which are not run in a test."""
        return self._strand.phase in (CHILDREN, MAP_RUN)

    def succeed(self, result: Any) -> None:
        """The work of the state gave this result."""
        self._result = result
        machine, strand = self._machine, self._strand
        if strand.phase == TASK:
            self._guarded(
                lambda: task_succeeded(
                    machine, strand, self.state, Happening("task_succeeded", output=result)
                )
            )
            return

        def leave() -> None:
            output, assigned = output_of_result(machine, strand, self.state, result)
            machine.leave(strand, output, assigned, self.state.next)

        machine.ready.clear()
        machine.forget_children(strand)
        self._guarded(leave)

    def fail(self, error: str, cause: str | None) -> None:
        """The work of the state failed."""
        self._error = (error, cause or "")
        machine, strand = self._machine, self._strand
        if strand.phase == TASK:
            happening = Happening("task_failed", error=error, cause=cause)
            self._guarded(lambda: task_failed(machine, strand, self.state, happening))
        else:
            self._guarded(lambda: fail(machine, strand, error, cause))

    def tried(self) -> Tried:
        """How it went."""
        machine, strand = self._machine, self._strand
        error, cause = self._error
        ended = next((each for each in machine.effects if isinstance(each, Ended)), None)
        if ended:
            return Tried("FAILED", error=ended.error, cause=ended.cause)
        if strand.phase == RETRY:
            index = next(i for i, used in enumerate(strand.retries) if used > self._retried)
            timer = next(
                each for each in machine.effects if isinstance(each, SetTimer) and each.timer == "retry"
            )
            seconds = (timer.at_ms - machine.now_ms) // 1000
            details = {"retryIndex": index, "retryBackoffIntervalSeconds": seconds}
            return Tried("RETRIABLE", error=error, cause=cause, details=details)
        if machine.finished:
            return Tried("SUCCEEDED", machine.finished[0][1])
        if error:
            index = next(i for i, each in enumerate(self.state.catch) if each.next == strand.state)
            return Tried("CAUGHT_ERROR", strand.input, error, cause, strand.state, {"catchIndex": index})
        return Tried("SUCCEEDED", strand.input, next=strand.state)

    def inspected(self) -> dict[str, Any]:
        """The data on its way through the state, as far as it came; JSON texts under AWS's names."""
        state, found = self.state, {"input": as_json(self._data)}
        probe = self._machine.start_strand(None, 0, state.name, self._data)
        probe.variables = self._strand.variables
        try:
            if state.jsonata:
                if state.arguments:
                    found["afterArguments"] = as_json(effective_input(self._machine, probe, state, TOKEN))
            else:
                found["afterInputPath"] = as_json(selected_input(self._machine, probe, state))
                found["afterParameters"] = as_json(effective_input(self._machine, probe, state, TOKEN))
            if self._result is not None:
                found |= self._after(probe)
        except StatesError:
            pass  # what could not be evaluated is where the data did not come
        found["variables"] = as_json(self._strand.variables)
        return found

    def _after(self, probe: Any) -> dict[str, str]:
        result, state = self._result, self.state
        found = {"result": as_json(result)}
        if state.jsonata:
            return found
        if state.result_selector:
            result = state.result_selector(self._machine.scope(probe, result))
        found["afterResultSelector"] = as_json(result)
        found["afterResultPath"] = as_json(joined(state.result_path, self._data, result))
        return found
