"""What is wrong with a definition, in AWS's words.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
https://states-language.net/spec.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from cloudchamber.languages.states.choices import COMPARATORS, COMPARISONS, compile_condition, instant
from cloudchamber.languages.states.compiling import JSONATA, JSONPATH
from cloudchamber.languages.states.errors import InvalidExpression
from cloudchamber.languages.states.fields import BRANCH, ITERATOR, OF_DISTRIBUTED, STATES, TOP
from cloudchamber.languages.states.jsonata import is_expression
from cloudchamber.languages.states.jsonpath import compile_path
from cloudchamber.languages.states.resources import resource_of
from cloudchamber.languages.states.templates import InvalidTemplate, jsonata_template, jsonpath_template

SCHEMA, TARGET, END, DUPLICATE = (
    "SCHEMA_VALIDATION_FAILED",
    "MISSING_TRANSITION_TARGET",
    "MISSING_END_STATE",
    "DUPLICATE_STATE_NAME",
)
NAME_LENGTH_MAX = 80
_TASK_ALTERNATIVES = (("TimeoutSeconds", "TimeoutSecondsPath"), ("HeartbeatSeconds", "HeartbeatSecondsPath"))
_RETRY_NUMBERS = {
    "IntervalSeconds": (1, 99_999_999),
    "MaxAttempts": (0, 99_999_999),
    "MaxDelaySeconds": (1, 31_622_400),
}
_TEMPLATES = (
    "Parameters",
    "Arguments",
    "ResultSelector",
    "Assign",
    "Output",
    "ItemSelector",
    "Items",
    "Credentials",
)
_PATHS = ("InputPath", "OutputPath", "ItemsPath")
_REFERENCE_PATHS = ("ResultPath", "SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath",
                    "MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath")  # fmt: skip
_RESERVED_ERRORS = {
    "States.ALL", "States.BranchFailed", "States.DataLimitExceeded", "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout", "States.Http.Socket", "States.IntrinsicFailure", "States.ItemReaderFailed",
    "States.NoChoiceMatched", "States.ParameterPathFailure", "States.Permissions", "States.QueryEvaluationError",
    "States.ResultPathMatchFailure", "States.ResultWriterFailed", "States.Runtime", "States.TaskFailed",
    "States.Timeout",
}  # fmt: skip


class Diagnostic(msgspec.Struct, frozen=True):
    """One finding. `location` is a path in the definition, such as `/States/First/Next`; "" for the whole."""

    code: str
    message: str
    location: str = ""
    severity: str = "ERROR"

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" + (f" at {self.location}" if self.location else "")


def validate(text: str) -> list[Diagnostic]:
    """Everything that is wrong with a definition's text; empty when it is valid."""
    try:
        source = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        return [Diagnostic("INVALID_JSON_DESCRIPTION", str(error))]
    if not isinstance(source, dict):
        return [Diagnostic("INVALID_JSON_DESCRIPTION", "The definition must be a JSON object")]
    checker = _Checker()
    checker.machine(source, "", source.get("QueryLanguage", JSONPATH), TOP)
    return checker.found


class _Checker:
    def __init__(self) -> None:
        self.found: list[Diagnostic] = []
        self.names: set[str] = set()

    def say(self, message: str, at: str, code: str = SCHEMA) -> None:
        self.found.append(Diagnostic(code, message, at))

    def machine(self, source: Any, at: str, language: str, allowed: frozenset[str]) -> None:
        if not isinstance(source, dict):
            self.say("Value must be an object", at)
            return
        for field in source:
            if field not in allowed:
                self.say(f"Field '{field}' is not supported", f"{at}/{field}")
        for field in ("StartAt", "States"):
            if field not in source:
                self.say(f"The field '{field}' is required but was missing", at)
        language = source.get("QueryLanguage", language)
        if language not in (JSONPATH, JSONATA):
            self.say("Value must be one of [JSONPath, JSONata]", f"{at}/QueryLanguage")
            return
        timeout = source.get("TimeoutSeconds")
        if timeout is not None and (not _is_whole(timeout) or not 1 <= timeout <= 99_999_999):
            self.say("Value must be an integer between 1 and 99999999", f"{at}/TimeoutSeconds")
        states = source.get("States")
        if not isinstance(states, dict) or not states:
            if states is not None:
                self.say("Value must be an object with at least one state", f"{at}/States")
            return
        for name, state in states.items():
            self.state(name, state, f"{at}/States/{name}", language)
        if isinstance(source.get("StartAt"), str):
            self.transitions(source["StartAt"], states, at)

    def transitions(self, start_at: Any, states: dict[Any, Any], at: str) -> None:
        """Every target exists, the end can be reached from somewhere, and every state from the start."""
        reached: set[Any] = {start_at}
        dangling: list[tuple[str, str]] = [(start_at, f"{at}/StartAt")] if start_at not in states else []
        ends = False
        for name, state in states.items():
            if isinstance(state, dict):
                ends = ends or state.get("End") is True or state.get("Type") in ("Succeed", "Fail")
            for target, place in _targets(state):
                if target not in states:
                    dangling.append((target, f"{at}/States/{name}{place}"))
                elif target != name:
                    reached.add(target)
        for target, place in dangling:
            self.say(f"Missing 'Next' target: {target}", place, TARGET)
        if not ends:
            self.say("Workflow has no terminal state", "", END)
            return
        for name in states:
            if name not in reached:
                self.say(f'State "{name}" is not reachable.', f"{at}/States/{name}", TARGET)

    def state(self, name: str, source: Any, at: str, language: str) -> None:
        if len(name) > NAME_LENGTH_MAX:
            self.say(f"State name must not be longer than {NAME_LENGTH_MAX} characters", at)
        if name in self.names:
            self.say(f"Duplicate State name: {name}", at, DUPLICATE)
        self.names.add(name)
        if not isinstance(source, dict):
            self.say("Value must be an object", at)
            return
        kind = source.get("Type")
        if not isinstance(kind, str) or kind not in STATES:
            what = (
                "The field 'Type' is required but was missing"
                if kind is None
                else f"Value must be one of {sorted(STATES)}"
            )
            self.say(what, at if kind is None else f"{at}/Type")
            return
        own = source.get("QueryLanguage", language)
        if own not in (JSONPATH, JSONATA) or (language == JSONATA and own == JSONPATH):
            self.say(
                "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
                f"{at}/QueryLanguage",
            )
            return
        self.fields(source, at, kind, own)
        self.ending(source, at, kind)
        self.expressions(source, at, own)
        _KIND_CHECKS.get(kind, lambda *_: None)(self, source, at, own)
        self.errors_handled(source, at, own)

    def fields(self, source: dict[str, Any], at: str, kind: str, language: str) -> None:
        both, jsonpath, jsonata, required = STATES[kind]
        allowed = both | (jsonata if language == JSONATA else jsonpath)
        for field in source:
            if field not in allowed:
                self.say(f"Field '{field}' is not supported", f"{at}/{field}")
        for field in required:
            if field not in source:
                self.say(f"The field '{field}' is required but was missing", at)

    def ending(self, source: dict[str, Any], at: str, kind: str) -> None:
        if "Next" not in STATES[kind][0]:
            return
        given = [field for field in ("Next", "End") if field in source]
        if len(given) != 1:
            self.say("Exactly one of the fields 'Next' and 'End' is required", at)
        elif given == ["End"] and source["End"] is not True:
            self.say("Value must be true", f"{at}/End")

    def expressions(self, source: dict[str, Any], at: str, language: str) -> None:
        """Everything that is a path, a template or an expression is well formed."""
        for field in (*_PATHS, *_REFERENCE_PATHS):
            if source.get(field) is not None:
                self.path(source[field], f"{at}/{field}", reference=field in _REFERENCE_PATHS)
        for field in _TEMPLATES:
            if field in source:
                self.template(source[field], f"{at}/{field}", field, language)
        if isinstance(source.get("Assign"), dict):
            self.assigned(source["Assign"], f"{at}/Assign")

    def assigned(self, assign: dict[str, Any], at: str) -> None:
        for name in assign:
            plain = name.removesuffix(".$")
            if plain == "states" or not plain.isidentifier() or len(plain) > NAME_LENGTH_MAX:
                self.say(f"Invalid variable name: '{plain}'", f"{at}/{name}")

    def path(self, text: Any, at: str, *, reference: bool) -> None:
        if isinstance(text, str) and text.startswith("States.") and not at.endswith("/ResultPath"):
            self.template({"value.$": text}, at, "", JSONPATH)
            return
        try:
            path = compile_path(text) if isinstance(text, str) else None
        except InvalidExpression:
            path = None
        if path is None:
            self.say("Value is not a valid JSONPath.", at)
        elif reference and not path.definite:
            self.say(
                "Value is not a Reference Path. Reference Paths cannot contain operators such as "
                "'@', '..', ',', ':', '?' or '*'.",
                at,
            )

    def template(self, value: Any, at: str, field: str, language: str) -> None:
        try:
            if language == JSONATA:
                jsonata_template(value, field)
            else:
                jsonpath_template(value)
        except InvalidTemplate as error:
            inside = error.at.removeprefix(field) if language == JSONATA else error.at
            self.say(str(error), f"{at}{inside}")

    # -- by type

    def task(self, source: dict[str, Any], at: str, language: str) -> None:
        resource = source.get("Resource")
        if resource is not None and not _is_resource(resource):
            self.say(
                f"The resource provided {resource} is not recognized. The value is not a valid resource ARN, or the resource "
                "is not available in this region.",
                f"{at}/Resource",
            )
        for value, path in _TASK_ALTERNATIVES:
            if value in source and path in source:
                self.say(f"Only one of the fields '{value}' and '{path}' is allowed", at)
            self.number(source, value, at, language, 1, 99_999_999)
        timeout, heartbeat = source.get("TimeoutSeconds"), source.get("HeartbeatSeconds")
        if isinstance(timeout, int) and isinstance(heartbeat, int) and heartbeat >= timeout:
            self.say("Value must be smaller than the value of 'TimeoutSeconds'", f"{at}/HeartbeatSeconds")

    def number(
        self, source: dict[str, Any], field: str, at: str, language: str, least: int, most: int
    ) -> None:
        value = source.get(field)
        if value is None:
            return
        if language == JSONATA and is_expression(value):
            self.template(value, f"{at}/{field}", field, language)
        elif not _is_whole(value) or not least <= value <= most:
            self.say(f"Value must be an integer between {least} and {most}", f"{at}/{field}")

    def wait(self, source: dict[str, Any], at: str, language: str) -> None:
        given = [each for each in ("Seconds", "SecondsPath", "Timestamp", "TimestampPath") if each in source]
        if len(given) != 1:
            names = (
                "Seconds, SecondsPath, Timestamp, TimestampPath"
                if language == JSONPATH
                else "Seconds, Timestamp"
            )
            self.say(f"Exactly one of the fields [{names}] is required", at)
        self.number(source, "Seconds", at, language, 0, 99_999_999)
        timestamp = source.get("Timestamp")
        if (
            timestamp is not None
            and not (language == JSONATA and is_expression(timestamp))
            and not instant(timestamp)
        ):
            self.say("Value is not a valid ISO 8601 timestamp", f"{at}/Timestamp")

    def fail(self, source: dict[str, Any], at: str, language: str) -> None:
        for field in ("Error", "Cause"):
            if field in source and f"{field}Path" in source:
                self.say(f"Only one of the fields '{field}' and '{field}Path' is allowed", at)
            if f"{field}Path" in source:
                self.template({f"{field}Path.$": source[f"{field}Path"]}, at, "", JSONPATH)
            if field in source and language == JSONATA:
                self.template(source[field], f"{at}/{field}", field, language)

    def choice(self, source: dict[str, Any], at: str, language: str) -> None:
        rules = source.get("Choices")
        if not isinstance(rules, list) or not rules:
            if rules is not None:
                self.say("Value must be an array with at least one element", f"{at}/Choices")
            return
        for index, rule in enumerate(rules):
            place = f"{at}/Choices[{index}]"
            if not isinstance(rule, dict):
                self.say("Value must be an object", place)
                continue
            if "Next" not in rule:
                self.say("The field 'Next' is required but was missing", place)
            for field in ("Assign", "Output"):
                if field in rule:
                    self.template(rule[field], f"{place}/{field}", field, language)
            if language == JSONATA:
                self.condition(rule, place)
            else:
                self.rule(rule, place, {"Next", "Assign", "Comment"})

    def condition(self, rule: dict[str, Any], at: str) -> None:
        if "Condition" not in rule:
            self.say("The field 'Condition' is required but was missing", at)
            return
        for field in rule.keys() - {"Condition", "Next", "Assign", "Output", "Comment"}:
            self.say(f"Field '{field}' is not supported", f"{at}/{field}")
        try:
            compile_condition(rule["Condition"], "Condition")
        except InvalidExpression as error:
            self.say(str(error), f"{at}/Condition")

    def rule(self, rule: Any, at: str, beside: set[str]) -> None:
        if not isinstance(rule, dict):
            self.say("Value must be an object", at)
            return
        operators = [each for each in rule if each in COMPARATORS or each in ("And", "Or", "Not")]
        if len(operators) != 1:
            self.say("A choice rule must have exactly one comparison operator", at)
            return
        name = operators[0]
        for field in rule.keys() - beside - {name, "Variable", "Comment"}:
            self.say(f"Field '{field}' is not supported", f"{at}/{field}")
        value = rule[name]
        if name == "Not":
            self.rule(value, f"{at}/Not", set())
        elif name in ("And", "Or"):
            if not isinstance(value, list) or not value:
                self.say("Value must be an array with at least one element", f"{at}/{name}")
                return
            for index, each in enumerate(value):
                self.rule(each, f"{at}/{name}[{index}]", set())
        else:
            self.comparison(rule, name, value, at)

    def comparison(self, rule: dict[str, Any], name: str, value: Any, at: str) -> None:
        if "Variable" not in rule:
            self.say("The field 'Variable' is required but was missing", at)
        else:
            self.path(rule["Variable"], f"{at}/Variable", reference=False)
        if name.endswith("Path"):
            self.path(value, f"{at}/{name}", reference=False)
            return
        kind = (
            COMPARISONS[name][0]
            if name in COMPARISONS
            else ("String" if name == "StringMatches" else "Boolean")
        )
        fits: dict[str, Callable[[Any], bool]] = {
            "Boolean": lambda each: isinstance(each, bool),
            "Numeric": lambda each: isinstance(each, (int, float)) and not isinstance(each, bool),
            "String": lambda each: isinstance(each, str),
            "Timestamp": lambda each: instant(each) is not None,
        }
        if not fits[kind](value):
            self.say(f"Value is not a valid {kind.lower()}", f"{at}/{name}")

    def parallel(self, source: dict[str, Any], at: str, language: str) -> None:
        branches = source.get("Branches")
        if not isinstance(branches, list) or not branches:
            if branches is not None:
                self.say("Value must be an array with at least one element", f"{at}/Branches")
            return
        for index, branch in enumerate(branches):
            self.machine(branch, f"{at}/Branches[{index}]", language, BRANCH)

    def map(self, source: dict[str, Any], at: str, language: str) -> None:
        given = [field for field in ("ItemProcessor", "Iterator") if field in source]
        if len(given) != 1:
            self.say("The field 'ItemProcessor' is required but was missing", at)
            return
        self.number(source, "MaxConcurrency", at, language, 0, 99_999_999)
        self.number(source, "ToleratedFailureCount", at, language, 0, 99_999_999)
        processor = source[given[0]]
        self.machine(processor, f"{at}/{given[0]}", language, ITERATOR)
        config = processor.get("ProcessorConfig") if isinstance(processor, dict) else None
        config = config if isinstance(config, dict) else {}
        distributed = config.get("Mode") == "DISTRIBUTED"
        if distributed and config.get("ExecutionType") not in ("STANDARD", "EXPRESS"):
            self.say(
                "The field 'ExecutionType' is required but was missing", f"{at}/{given[0]}/ProcessorConfig"
            )
        if not distributed:
            for field in sorted(OF_DISTRIBUTED & source.keys()):
                self.say(f"Field '{field}' is not supported", f"{at}/{field}")

    def errors_handled(self, source: dict[str, Any], at: str, language: str) -> None:
        """Retry and Catch; States.ALL stands alone and last."""
        for field in ("Retry", "Catch"):
            entries = source.get(field)
            if entries is None or field not in STATES[source["Type"]][0]:
                continue
            if not isinstance(entries, list):
                self.say("Value must be an array", f"{at}/{field}")
                continue
            for index, entry in enumerate(entries):
                place = f"{at}/{field}[{index}]"
                names = entry.get("ErrorEquals") if isinstance(entry, dict) else None
                if not isinstance(names, list) or not names:
                    self.say("The field 'ErrorEquals' is required but was missing", place)
                    continue
                self.error_names(names, place, last=index == len(entries) - 1)
                self.handler(entry, place, field, language)

    def error_names(self, names: list[Any], at: str, *, last: bool) -> None:
        if "States.ALL" in names and (len(names) > 1 or not last):
            self.say("'States.ALL' must appear alone, and in the last element", f"{at}/ErrorEquals")
        for name in names:
            if not isinstance(name, str):
                self.say("Value must be a string", f"{at}/ErrorEquals")
            elif (
                name.startswith("States.")
                and name not in _RESERVED_ERRORS
                and not name.startswith("States.Http.StatusCode.")
            ):
                self.say(f"'{name}' is not a valid reserved error name", f"{at}/ErrorEquals")

    def handler(self, entry: dict[str, Any], at: str, field: str, language: str) -> None:
        if field == "Catch":
            if "Next" not in entry:
                self.say("The field 'Next' is required but was missing", at)
            if entry.get("ResultPath") is not None:
                self.path(entry["ResultPath"], f"{at}/ResultPath", reference=True)
            for each in ("Assign", "Output"):
                if each in entry:
                    self.template(entry[each], f"{at}/{each}", each, language)
            return
        for name, (least, most) in _RETRY_NUMBERS.items():
            value = entry.get(name)
            if value is not None and (not _is_whole(value) or not least <= value <= most):
                self.say(f"Value must be an integer between {least} and {most}", f"{at}/{name}")
        rate = entry.get("BackoffRate")
        if rate is not None and (isinstance(rate, bool) or not isinstance(rate, (int, float)) or rate < 1):
            self.say("Value must be a number greater than or equal to 1.0", f"{at}/BackoffRate")
        if entry.get("JitterStrategy", "NONE") not in ("FULL", "NONE"):
            self.say("Value must be one of [FULL, NONE]", f"{at}/JitterStrategy")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_resource(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(resource_of(value))
    except ValueError:
        return False


def _objects(value: Any) -> list[dict[str, Any]]:
    """The elements of an array, {} for those that are no objects."""
    elements: list[Any] = value if isinstance(value, list) else []
    return [each if isinstance(each, dict) else {} for each in elements]


def _targets(state: Any) -> Iterator[tuple[Any, str]]:
    """Where a state may lead, each with the place that says so."""
    if not isinstance(state, dict):
        return
    if isinstance(state.get("Next"), str) and state.get("Type") != "Choice":
        yield state["Next"], "/Next"
    for field in ("Choices", "Catch"):
        entries = state.get(field)
        for index, entry in enumerate(_objects(entries)):
            if isinstance(entry.get("Next"), str):
                yield entry["Next"], f"/{field}[{index}]/Next"
    if isinstance(state.get("Default"), str):
        yield state["Default"], "/Default"


_KIND_CHECKS: dict[str, Callable[[_Checker, dict[str, Any], str, str], None]] = {
    "Choice": _Checker.choice,
    "Fail": _Checker.fail,
    "Map": _Checker.map,
    "Parallel": _Checker.parallel,
    "Task": _Checker.task,
    "Wait": _Checker.wait,
}
