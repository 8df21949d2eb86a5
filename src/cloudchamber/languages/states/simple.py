"""States that work at once, or only wait: Pass, Choice, Wait, Succeed, Fail.

https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.languages.states.choices import instant
from cloudchamber.languages.states.dataflow import (
    effective_input,
    output_of_result,
    output_without_result,
    selected_input,
)
from cloudchamber.languages.states.errors import StatesError
from cloudchamber.languages.states.failing import fail
from cloudchamber.languages.states.jsonata import ERROR
from cloudchamber.languages.states.machine import Machine
from cloudchamber.languages.states.model import State
from cloudchamber.languages.states.run import WAIT, SetTimer, Strand

# https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
WAIT_SECONDS_MAX = 99_999_999


def do_pass(machine: Machine, strand: Strand, state: State) -> None:
    if state.jsonata:
        output, assigned = output_without_result(machine, strand, state, None, state.output, state.assign)
    else:
        data = effective_input(machine, strand, state)
        result = state.result(machine.scope(strand, data)) if state.result else data
        output, assigned = output_of_result(machine, strand, state, result)
    machine.leave(strand, output, assigned, state.next)


def do_choice(machine: Machine, strand: Strand, state: State) -> None:
    data = selected_input(machine, strand, state)
    scope = machine.scope(strand, data)
    for rule in state.rules:
        if rule.holds(scope):
            output, assigned = output_without_result(
                machine, strand, state, data, rule.output or state.output, rule.assign or state.assign
            )
            machine.leave(strand, output, assigned, rule.next)
            return
    if state.default is None:
        cause = (
            f"Failed to transition out of the state. The state '{strand.state}' matched none of its Choices "
            "and has no Default."
        )
        raise StatesError("States.NoChoiceMatched", cause)
    output, assigned = output_without_result(machine, strand, state, data, state.output, state.assign)
    machine.leave(strand, output, assigned, state.default)


def do_wait(machine: Machine, strand: Strand, state: State) -> None:
    scope = machine.scope(strand, selected_input(machine, strand, state))
    if state.seconds:
        seconds = state.seconds(scope)
        if (
            not isinstance(seconds, (int, float))
            or isinstance(seconds, bool)
            or not 0 <= seconds <= WAIT_SECONDS_MAX
        ):
            raise _unfit(state, "Seconds", f"an integer from 0 to {WAIT_SECONDS_MAX}", seconds)
        at_ms = machine.now_ms + int(seconds) * 1000
    else:
        assert state.timestamp is not None, "a valid Wait has exactly one of its fields"
        value = state.timestamp(scope)
        at = instant(value)
        if at is None:
            raise _unfit(state, "Timestamp", "a timestamp of ISO 8601", value)
        at_ms = max(int(at.timestamp() * 1000), machine.now_ms)
    serial = machine.wait(strand, WAIT)
    machine.effects.append(SetTimer(strand.id, serial, at_ms, "wait"))


def _unfit(state: State, field: str, wanted: str, value: Any) -> StatesError:
    if state.jsonata:
        cause = f"The JSONata expression specified for the field '{field}' must return {wanted}, but returned: {value}"
        return StatesError(ERROR, cause, location=field)
    return StatesError("States.Runtime", f"The {field}Path parameter does not reference {wanted}: {value}")


def end_wait(machine: Machine, strand: Strand, state: State) -> None:
    data = selected_input(machine, strand, state)
    output, assigned = output_without_result(machine, strand, state, data, state.output, state.assign)
    machine.leave(strand, output, assigned, state.next)


def do_succeed(machine: Machine, strand: Strand, state: State) -> None:
    data = selected_input(machine, strand, state)
    output, _ = output_without_result(machine, strand, state, data, state.output, None)
    machine.leave(strand, output, None, None)


def do_fail(machine: Machine, strand: Strand, state: State) -> None:
    scope = machine.scope(strand, strand.input)
    error = state.error(scope) if state.error else None
    cause = state.cause(scope) if state.cause else None
    for field, value in (("Error", error), ("Cause", cause)):
        if value is not None and not isinstance(value, str):
            raise _unfit(state, field, "a string", value)
    fail(machine, strand, error or "", cause)
