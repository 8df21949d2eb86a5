"""How data passes through a state: from its input to what it does, from its result to its output.

JSONPath: InputPath, Parameters; ResultSelector, ResultPath, OutputPath. JSONata: Arguments; Output. Both: Assign.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.languages.states.errors import StatesError
from cloudchamber.languages.states.jsonpath import put_at
from cloudchamber.languages.states.machine import Machine
from cloudchamber.languages.states.model import Keys, State
from cloudchamber.languages.states.run import Strand
from cloudchamber.languages.states.scope import Scope, as_json
from cloudchamber.languages.states.templates import Template

Output = tuple[Any, "dict[str, Any] | None"]


def selected_input(machine: Machine, strand: Strand, state: State) -> Any:
    """The input after InputPath; JSONata has none."""
    if state.jsonata:
        return strand.input
    if state.input_path is None:
        return {}
    return machine.scope(strand, strand.input).find(state.input_path, "InputPath")


def effective_input(machine: Machine, strand: Strand, state: State, token: str = "") -> Any:
    """What the state works on: after InputPath and Parameters, or Arguments."""
    data = selected_input(machine, strand, state)
    if state.arguments is None:
        return data
    return state.arguments(machine.scope(strand, data, token=token))


def output_of_result(machine: Machine, strand: Strand, state: State, result: Any) -> Output:
    """The output of a state that has a result, and the variables it assigns."""
    if state.jsonata:
        return _evaluated(machine.scope(strand, None, result=result), state.output, state.assign, result)
    if state.result_selector:
        result = state.result_selector(machine.scope(strand, result))
    assigned = state.assign(machine.scope(strand, result)) if state.assign else None
    whole = joined(state.result_path, strand.input, result)
    return _selected_output(machine, strand, state, whole), assigned


def output_without_result(
    machine: Machine,
    strand: Strand,
    state: State,
    data: Any,
    output: Template | None,
    assign: Template | None,
) -> Output:
    """The output of a state that passes on what it got (after InputPath: `data`), and the variables it assigns."""
    scope = machine.scope(strand, data)
    if state.jsonata:
        return _evaluated(scope, output, assign, strand.input)
    return _selected_output(machine, strand, state, data), assign(scope) if assign else None


def output_of_error(
    machine: Machine,
    strand: Strand,
    state: State,
    error: dict[str, Any],
    *,
    keys: Keys | None,
    output: Template | None,
    assign: Template | None,
) -> Output:
    """The output of a state whose error was caught: ResultPath puts it into the state's raw input (F086)."""
    if state.jsonata:
        return _evaluated(machine.scope(strand, None, errorOutput=error), output, assign, error)
    assigned = assign(machine.scope(strand, error)) if assign else None
    return joined(keys, strand.input, error), assigned


def _evaluated(scope: Scope, output: Template | None, assign: Template | None, default: Any) -> Output:
    assigned = assign(scope) if assign else None
    return (output(scope) if output else default), assigned


def joined(keys: Keys | None, data: Any, result: Any) -> Any:
    """What ResultPath makes of the raw input and the result."""
    if keys is None:
        return data
    try:
        return put_at(keys, data, result)
    except LookupError:
        path = "$" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
        raise StatesError(
            "States.ResultPathMatchFailure", f"Unable to apply ReferencePath {path} to input {as_json(data)}"
        ) from None


def _selected_output(machine: Machine, strand: Strand, state: State, data: Any) -> Any:
    if state.output_path is None:
        return {}
    return machine.scope(strand, data).find(state.output_path, "OutputPath")
