"""Task states: scheduled, started, submitted, ended or too late.

https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.languages.states.dataflow import effective_input, output_of_result
from cloudchamber.languages.states.errors import StatesError
from cloudchamber.languages.states.failing import fail
from cloudchamber.languages.states.jsonata import ERROR
from cloudchamber.languages.states.machine import DATA_BYTES_MAX, Machine, too_large
from cloudchamber.languages.states.model import State
from cloudchamber.languages.states.resources import ACTIVITY, CALLBACK, FUNCTION, Resource, resource_of
from cloudchamber.languages.states.run import TASK, Happening, SetTimer, StartTask, Strand
from cloudchamber.languages.states.scope import Scope, as_json
from cloudchamber.languages.states.templates import Template


def do_task(machine: Machine, strand: Strand, state: State) -> None:
    """Schedule the task; its outcome comes later."""
    resource = resource_of(state.resource)
    serial = machine.wait(strand, TASK)
    token = machine.token_of(strand.id, serial)
    shown = token if resource.pattern == CALLBACK else ""
    payload = effective_input(machine, strand, state, shown)
    if len(as_json(payload).encode()) > DATA_BYTES_MAX:
        raise too_large(strand.state)
    scope = machine.scope(strand, strand.input, token=shown)
    timeout = _seconds(state, "TimeoutSeconds", state.timeout, scope)
    heartbeat = _seconds(state, "HeartbeatSeconds", state.heartbeat, scope)
    credentials = state.credentials(scope) if state.credentials else None
    _record_scheduled(machine, strand, resource, payload, timeout, heartbeat, credentials)
    machine.effects.append(
        StartTask(strand.id, serial, strand.state, state.resource, payload, token, credentials, heartbeat)
    )
    if timeout is not None:
        at_ms = machine.now_ms + timeout * 1000
        machine.effects.append(SetTimer(strand.id, serial, at_ms, "timeout"))
    strand.heartbeat_ms = (heartbeat or 0) * 1000
    if heartbeat is not None:
        strand.beat_until_ms = machine.now_ms + strand.heartbeat_ms
        machine.effects.append(SetTimer(strand.id, serial, strand.beat_until_ms, "heartbeat"))


def _seconds(state: State, field: str, template: Template | None, scope: Scope) -> int | None:
    if template is None:
        return None
    value = template(scope)
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        cause = f"The value of '{field}' must be a positive integer, but was: {value}"
        raise StatesError(ERROR if state.jsonata else "States.Runtime", cause, location=field)
    return value


def _record_scheduled(
    machine: Machine,
    strand: Strand,
    resource: Resource,
    payload: Any,
    timeout: int | None,
    heartbeat: int | None,
    credentials: Any,
) -> None:
    role = {"roleArn": credentials["RoleArn"]} if credentials and "RoleArn" in credentials else None
    text = as_json(payload)
    common: dict[str, Any] = {"timeoutInSeconds": timeout}
    if resource.kind in (FUNCTION, ACTIVITY):
        common |= {"resource": resource.arn, "input": text, "inputDetails": {"truncated": False}}
        if resource.kind == ACTIVITY:
            machine.record(strand, "ActivityScheduled", heartbeatInSeconds=heartbeat, **common)
            return
        machine.record(strand, "LambdaFunctionScheduled", taskCredentials=role, **common)
        machine.record(strand, "LambdaFunctionStarted")
        return
    region = machine.run.facts["StateMachine"]["Id"].split(":")[3]
    machine.record(
        strand,
        "TaskScheduled",
        resourceType=resource.type,
        resource=resource.name,
        region=region,
        parameters=text,
        heartbeatInSeconds=heartbeat,
        taskCredentials=role,
        **common,
    )
    machine.record(strand, "TaskStarted", resourceType=resource.type, resource=resource.name)


def _named(resource: Resource) -> dict[str, Any]:
    """What events of service integrations name."""
    if resource.kind in (FUNCTION, ACTIVITY):
        return {}
    return {"resourceType": resource.type, "resource": resource.name}


def task_started(machine: Machine, strand: Strand, state: State, happening: Happening) -> None:
    """A worker took the task of an activity; its heartbeats count from here."""
    machine.record(strand, "ActivityStarted", workerName=happening.worker)
    beat(machine, strand)


def task_submitted(machine: Machine, strand: Strand, state: State, happening: Happening) -> None:
    """The service took the request; the task goes on."""
    machine.record(
        strand,
        "TaskSubmitted",
        output=as_json(happening.output),
        outputDetails={"truncated": False},
        **_named(resource_of(state.resource)),
    )


def task_succeeded(machine: Machine, strand: Strand, state: State, happening: Happening) -> None:
    resource = resource_of(state.resource)
    text = as_json(happening.output)
    if len(text.encode()) > DATA_BYTES_MAX:
        problem = too_large(resource.arn)
        machine.record(
            strand, f"{resource.kind}Failed", error=problem.error, cause=problem.cause, **_named(resource)
        )
        fail(machine, strand, problem.error, problem.cause)
        return
    machine.record(
        strand,
        f"{resource.kind}Succeeded",
        output=text,
        outputDetails={"truncated": False},
        **_named(resource),
    )
    output, assigned = output_of_result(machine, strand, state, happening.output)
    machine.leave(strand, output, assigned, state.next)


def task_failed(machine: Machine, strand: Strand, state: State, happening: Happening) -> None:
    resource = resource_of(state.resource)
    kind = "TaskSubmitFailed" if happening.kind == "submit_failed" else f"{resource.kind}Failed"
    machine.record(strand, kind, error=happening.error, cause=happening.cause, **_named(resource))
    fail(machine, strand, happening.error or "", happening.cause)


def task_too_late(machine: Machine, strand: Strand, state: State, timer: str) -> None:
    """The task's time is over, or no heartbeat came in time."""
    if timer == "heartbeat" and machine.now_ms < strand.beat_until_ms:
        machine.effects.append(SetTimer(strand.id, strand.serial, strand.beat_until_ms, "heartbeat"))
        return
    resource = resource_of(state.resource)
    error = "States.HeartbeatTimeout" if timer == "heartbeat" else "States.Timeout"
    machine.record(strand, f"{resource.kind}TimedOut", error=error, **_named(resource))
    fail(machine, strand, error, None)


def beat(machine: Machine, strand: Strand) -> None:
    """The worker is alive."""
    if strand.heartbeat_ms:
        strand.beat_until_ms = machine.now_ms + strand.heartbeat_ms
