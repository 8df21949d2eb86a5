"""What a kind of event is: a builder, whose parameters are its options and whose docstring is its help and its page."""

from __future__ import annotations

import difflib
import inspect
import json
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import msgspec

from cloudchamber.sample_events.option_help import HELP
from cloudchamber.sample_events.origin import Origin

Json = Annotated[Any, "any value; as text, JSON"]
JsonArray = Annotated[Any, "an array; as text, JSON"]
JsonObject = Annotated[Any, "an object; as text, JSON"]
JsonTexts = Annotated[Any, "an object of texts; as text, JSON"]
"""Options that hold a structure. Builders declare their defaults as JSON text and always get them decoded."""

OptionType = Literal["text", "number", "flag", "json", "array", "object", "texts"]
Builder = Callable[..., dict[str, Any]]
_TYPES: dict[str, OptionType] = {
    "str": "text",
    "int": "number",
    "bool": "flag",
    "Json": "json",
    "JsonArray": "array",
    "JsonObject": "object",
    "JsonTexts": "texts",
}
_STRUCTURES: dict[str, type] = {"json": object, "array": list, "object": dict, "texts": dict}


class SampleRefused(ValueError):
    """A source, kind or option that does not exist, or a value that does not fit; the message says what there is."""


class Option(msgspec.Struct, frozen=True):
    """One option of a kind. The default of all but `text`, `number` and `flag` is JSON text."""

    name: str
    type: OptionType
    default: str | int | bool
    help: str

    def value(self, given: Any) -> Any:
        """What the builder gets. Raises SampleRefused for what does not fit."""
        expected = _STRUCTURES.get(self.type)
        if expected is None:
            return given
        try:
            value = json.loads(given) if isinstance(given, str) else given
        except ValueError as error:
            raise SampleRefused(f"{self.name} must be JSON, such as {self.default}: {error}.") from None
        if not isinstance(value, expected):
            what = "array" if self.type == "array" else "object"
            raise SampleRefused(f"{self.name} must be a JSON {what}, such as {self.default}.")
        if self.type == "texts" and not all(isinstance(text, str) for text in value.values()):
            raise SampleRefused(f"{self.name} must hold texts only, such as {self.default}.")
        return value


class Kind(msgspec.Struct, frozen=True):
    """One kind of event of a source. `docs` is the page of AWS that shows it."""

    name: str
    help: str
    docs: str
    options: Mapping[str, Option]
    builder: Builder

    def build(self, origin: Origin, options: Mapping[str, Any]) -> dict[str, Any]:
        """The event. Raises SampleRefused for an option that it does not have."""
        for name in options:
            if name not in self.options:
                known = ", ".join(self.options) or "none of its own"
                raise SampleRefused(f"{self.name} has no option {name}. It has: {known}.")
        given = {
            name: option.value(options.get(name, option.default)) for name, option in self.options.items()
        }
        return self.builder(origin, **given)


class Source(msgspec.Struct, frozen=True):
    """A service of AWS that sends events."""

    name: str
    title: str
    kinds: Mapping[str, Kind]


def source(name: str, title: str, builders: Mapping[str, Builder]) -> Source:
    """A source and its kinds, from their builders by name."""
    return Source(name, title, {kind: _kind(kind, builder) for kind, builder in builders.items()})


def closest(name: str, known: Mapping[str, Any], what: str) -> str:
    """What to say of a name that is not known: which ones are near, and which there are."""
    near = difflib.get_close_matches(name, known, 1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"There is no {what} {name}.{hint} There are: {', '.join(known)}."


def _kind(name: str, builder: Builder) -> Kind:
    told = inspect.getdoc(builder) or ""
    page = re.search(r"https://\S+", told)
    assert page, f"{name}: name the page that shows this event"
    parameters = list(inspect.signature(builder).parameters.values())[1:]
    return Kind(name, told.partition("\n")[0], page[0], {p.name: _option(p) for p in parameters}, builder)


def _option(parameter: inspect.Parameter) -> Option:
    return Option(parameter.name, _TYPES[parameter.annotation], parameter.default, HELP[parameter.name])
