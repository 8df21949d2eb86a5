"""A valid definition -> compiled states."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from cloudchamber.languages.states.choices import compile_condition, compile_rule
from cloudchamber.languages.states.jsonpath import Path, compile_path
from cloudchamber.languages.states.model import (
    Catcher,
    ChoiceRule,
    Definition,
    Keys,
    Processor,
    Retrier,
    State,
)
from cloudchamber.languages.states.templates import Template, jsonata_template, jsonpath_template

JSONPATH, JSONATA = "JSONPath", "JSONata"


@lru_cache(maxsize=256)
def compile_text(text: str) -> Definition:
    """The definition in a text that `validate` has found to be without errors."""
    return compile_definition(msgspec.json.decode(text))


def compile_definition(source: dict[str, Any]) -> Definition:
    """The same for a decoded definition."""
    states = dict(_states(source, source.get("QueryLanguage", JSONPATH)))
    return Definition(source["StartAt"], states, source.get("TimeoutSeconds"), source.get("Comment", ""))


def _states(machine: dict[str, Any], language: str) -> Iterator[tuple[str, State]]:
    language = machine.get("QueryLanguage", language)
    for name, source in machine["States"].items():
        own = source.get("QueryLanguage", language)
        yield name, _Compiler(name, source, own == JSONATA).state()
        for branch in sub_machines(source):
            yield from _states(branch, own)


def sub_machines(source: dict[str, Any]) -> list[dict[str, Any]]:
    """The state machines within a state."""
    if source["Type"] == "Parallel":
        return source["Branches"]
    if source["Type"] == "Map":
        return [processor_of(source)]
    return []


def processor_of(source: dict[str, Any]) -> dict[str, Any]:
    """A Map's ItemProcessor, or what it was called before."""
    return source.get("ItemProcessor") or source["Iterator"]


class _Compiler:
    """Compiles one state."""

    def __init__(self, name: str, source: dict[str, Any], jsonata: bool) -> None:
        self.name, self.source, self.jsonata = name, source, jsonata

    def state(self) -> State:
        source, kind = self.source, self.source["Type"]
        fields = {
            "name": self.name,
            "type": kind,
            "jsonata": self.jsonata,
            "next": source.get("Next"),
            "assign": self.template("Assign"),
            "output": self.template("Output") if self.jsonata else None,
            "input_path": self.path("InputPath"),
            "output_path": self.path("OutputPath"),
            "result_path": _keys(source),
            "arguments": self.template("Arguments" if self.jsonata else "Parameters"),
            "result_selector": self.template("ResultSelector"),
            "retry": tuple(_retrier(each) for each in source.get("Retry") or ()),
            "catch": tuple(self.catcher(index, each) for index, each in enumerate(source.get("Catch") or ())),
        }
        more = {
            "Choice": self.choice,
            "Fail": self.fail,
            "Map": self.map,
            "Parallel": self.parallel,
            "Pass": self.passing,
            "Task": self.task,
            "Wait": self.wait,
        }
        return State(**fields, **(more[kind]() if kind in more else {}))

    def template(self, field: str) -> Template | None:
        return self.template_of(self.source[field], field) if field in self.source else None

    def template_of(self, value: Any, field: str) -> Template:
        return jsonata_template(value, field) if self.jsonata else jsonpath_template(value, f"/{field}")

    def either(self, field: str) -> Template | None:
        """The template of a field whose path has a field of its own in JSONPath, such as TimeoutSecondsPath."""
        text = self.source.get(f"{field}Path")
        if text is None:
            return self.template(field)
        named = jsonpath_template({"value.$": text})
        return lambda scope: named(scope)["value"]

    def path(self, field: str) -> Path | None:
        text = self.source.get(field, "$")
        return None if text is None else compile_path(text)

    def catcher(self, index: int, source: dict[str, Any]) -> Catcher:
        at = f"Catch[{index}]"
        return Catcher(
            tuple(source["ErrorEquals"]),
            source["Next"],
            _keys(source),
            self.template_of(source["Assign"], f"{at}/Assign") if "Assign" in source else None,
            self.template_of(source["Output"], f"{at}/Output") if "Output" in source else None,
        )

    def choice(self) -> dict[str, Any]:
        rules = tuple(self.rule(index, each) for index, each in enumerate(self.source["Choices"]))
        return {"rules": rules, "default": self.source.get("Default")}

    def rule(self, index: int, source: dict[str, Any]) -> ChoiceRule:
        at = f"Choices[{index}]"
        if self.jsonata:
            holds = compile_condition(source["Condition"], f"{at}/Condition")
        else:
            holds = compile_rule(source)
        return ChoiceRule(
            holds,
            source["Next"],
            self.template_of(source["Assign"], f"{at}/Assign") if "Assign" in source else None,
            self.template_of(source["Output"], f"{at}/Output") if "Output" in source else None,
        )

    def fail(self) -> dict[str, Any]:
        return {"error": self.either("Error"), "cause": self.either("Cause")}

    def passing(self) -> dict[str, Any]:
        if "Result" not in self.source:
            return {}
        value = self.source["Result"]
        return {"result": lambda scope: value}

    def wait(self) -> dict[str, Any]:
        return {"seconds": self.either("Seconds"), "timestamp": self.either("Timestamp")}

    def task(self) -> dict[str, Any]:
        return {
            "resource": self.source["Resource"],
            "timeout": self.either("TimeoutSeconds"),
            "heartbeat": self.either("HeartbeatSeconds"),
            "credentials": self.template("Credentials"),
        }

    def parallel(self) -> dict[str, Any]:
        return {"branches": tuple(branch["StartAt"] for branch in self.source["Branches"])}

    def map(self) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "concurrency": self.either("MaxConcurrency"),
            "item_selector": self.template("ItemSelector"),
            "processor": self.processor(),
        }
        if "Parameters" in self.source:  # of the older form with an Iterator
            fields["item_selector"] = self.template("Parameters")
        if self.jsonata:
            fields["items"] = self.template("Items")
        elif "ItemsPath" in self.source:
            fields["items"] = jsonpath_template({"ItemsPath.$": self.source["ItemsPath"]})
        return fields

    def processor(self) -> Processor:
        source = processor_of(self.source)
        config = source.get("ProcessorConfig") or {}
        reader = self.source.get("ItemReader") or {}
        writer = self.source.get("ResultWriter") or {}
        batcher = self.source.get("ItemBatcher")
        parameters = "Arguments" if self.jsonata else "Parameters"
        return Processor(
            source["StartAt"],
            {"QueryLanguage": JSONATA if self.jsonata else JSONPATH, **source},
            distributed=config.get("Mode") == "DISTRIBUTED",
            execution_type=config.get("ExecutionType", "STANDARD"),
            label=self.source.get("Label", ""),
            reader=self.template_of(reader.get(parameters, {}), "ItemReader") if reader else None,
            reader_resource=reader.get("Resource", ""),
            reader_config=reader.get("ReaderConfig") or {},
            batcher=batcher,
            batch_input=self.template_of((batcher or {}).get("BatchInput"), "ItemBatcher/BatchInput")
            if (batcher or {}).get("BatchInput")
            else None,
            writer=self.template_of(writer.get(parameters, {}), "ResultWriter") if writer else None,
            writer_resource=writer.get("Resource", ""),
            tolerated_count=self.either("ToleratedFailureCount"),
            tolerated_percentage=self.either("ToleratedFailurePercentage"),
        )


def _keys(source: dict[str, Any]) -> Keys | None:
    text = source.get("ResultPath", "$")
    return None if text is None else compile_path(text).keys


def _retrier(source: dict[str, Any]) -> Retrier:
    return Retrier(
        tuple(source["ErrorEquals"]),
        source.get("IntervalSeconds", 1),
        source.get("MaxAttempts", 3),
        source.get("BackoffRate", 2.0),
        source.get("MaxDelaySeconds"),
        source.get("JitterStrategy") == "FULL",
    )
