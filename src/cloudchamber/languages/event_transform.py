"""Input paths and input transformers of EventBridge targets and pipes.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

INPUT_PATHS_MAX = 100
"""https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html"""

_VARIABLE = re.compile(r"<([^<>\s\"]+)>")
_NAME = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_STEP = re.compile(r"\.([A-Za-z0-9_\-:@/]+)|\[(\d+)\]|\[\*\]|\['([^']*)'\]|\[\"([^\"]*)\"\]")
_RESERVED = ("aws.events.", "aws.pipes.")


class _Missing:
    """What a path finds when there is nothing; JSON null is something."""


MISSING = _Missing()


class InvalidTransform(Exception):
    """A path, a map of paths or a template that AWS refuses; `message` is its text."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InputPath:
    """A compiled JSON path of the subset that targets take: `$`, `.name`, `['name']`, `[0]`, `[*]`."""

    __slots__ = ("_steps", "text")

    def __init__(self, text: str, steps: tuple[str | int | None, ...]) -> None:
        self.text = text
        self._steps = steps

    def find(self, event: Any) -> Any:
        """Return what the path points at, or `MISSING`."""
        return _find(event, self._steps)


def _find(value: Any, steps: tuple[str | int | None, ...]) -> Any:
    for index, step in enumerate(steps):
        if isinstance(step, str):
            value = value.get(step, MISSING) if isinstance(value, dict) else MISSING
        elif not isinstance(value, list):
            return MISSING
        elif step is None:
            found = [_find(element, steps[index + 1 :]) for element in value]
            return [each for each in found if each is not MISSING]
        else:
            value = value[step] if step < len(value) else MISSING
        if value is MISSING:
            return MISSING
    return value


@lru_cache(maxsize=1024)
def compile_path(text: str) -> InputPath:
    """Compile an InputPath; raises `InvalidTransform`."""
    if not text.startswith("$"):
        raise InvalidTransform(f"Invalid InputPath: {text}")
    steps: list[str | int | None] = []
    at = 1
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None:
            raise InvalidTransform(f"Invalid InputPath: {text}")
        dotted, index, single, double = match.groups()
        name = next((each for each in (dotted, single, double) if each is not None), None)
        steps.append(int(index) if index is not None else name)
        at = match.end()
    return InputPath(text, tuple(steps))


class Transformer:
    """A compiled input transformer: variables found by paths, put into a template."""

    __slots__ = ("_is_json", "_parts", "_paths")

    def __init__(self, paths: Mapping[str, InputPath], template: str) -> None:
        self._paths = dict(paths)
        self._is_json = template.lstrip()[:1] in {"{", "["}
        self._parts = tuple(_split(template))

    def apply(self, event: dict[str, Any], reserved: Mapping[str, Any] | None = None) -> str:
        """Return the text that the target gets.

        `reserved` holds what is known only at delivery, such as `aws.events.rule-arn`,
        `aws.events.rule-name` and `aws.events.event.ingestion-time`.
        """
        return "".join(
            text if name is None else self._shown(self._value(name, event, reserved or {}), quoted)
            for text, name, quoted in self._parts
        )

    def _value(self, name: str, event: dict[str, Any], reserved: Mapping[str, Any]) -> Any:
        if name in reserved:
            return reserved[name]
        if name in {"aws.events.event.json", "aws.pipes.event.json"}:
            return event
        if name == "aws.events.event":
            return {key: value for key, value in event.items() if key != "detail"}
        if name.startswith("$"):
            return compile_path(name).find(event)
        path = self._paths.get(name)
        return MISSING if path is None else path.find(event)

    def _shown(self, value: Any, quoted: bool) -> str:
        """Return a value as the template shows it.

        Between quotes, or in a template of plain text, a string stands as it is and an object loses its
        quotes; as a value of a JSON template it is JSON.
        """
        if value is MISSING:
            return "" if quoted or not self._is_json else '""'
        if not quoted and self._is_json:
            return _json(value)
        if isinstance(value, str):
            return json.dumps(value, ensure_ascii=False)[1:-1] if quoted else value
        return _json(value).replace('"', "")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _split(template: str) -> list[tuple[str, str | None, bool]]:
    """Return the template as texts and variables; each variable knows whether it stands between quotes."""
    parts: list[tuple[str, str | None, bool]] = []
    quoted, at = False, 0
    for match in _VARIABLE.finditer(template):
        text = template[at : match.start()]
        quoted = _quoted_after(text, quoted)
        parts.extend([(text, None, False), ("", match[1], quoted)])
        at = match.end()
    parts.append((template[at:], None, False))
    return parts


def _quoted_after(text: str, quoted: bool) -> bool:
    for match in re.finditer(r'\\.|"', text, re.DOTALL):
        if match[0] == '"':
            quoted = not quoted
    return quoted


def compile_transformer(paths: Mapping[str, str] | None, template: str) -> Transformer:
    """Compile an InputPathsMap and an InputTemplate; raises `InvalidTransform`.

    A JSON template must be JSON once its variables are filled in.
    """
    given = paths or {}
    if len(given) > INPUT_PATHS_MAX:
        raise InvalidTransform(f"InputPathsMap has more than {INPUT_PATHS_MAX} entries")
    compiled: dict[str, InputPath] = {}
    for name, path in given.items():
        if not _NAME.fullmatch(name) or name.upper().startswith("AWS"):
            raise InvalidTransform(f"Invalid InputPathsMap key: {name}")
        compiled[name] = compile_path(path)
    for name in _VARIABLE.findall(template):
        if name not in compiled and not name.startswith(("$", *_RESERVED)):
            raise InvalidTransform(f"InputTemplate contains invalid placeholder {name}.")
    transformer = Transformer(compiled, template)
    if template.lstrip()[:1] in {"{", "["}:
        _check_json(transformer, template)
    return transformer


def _check_json(transformer: Transformer, template: str) -> None:
    try:
        json.loads(transformer.apply({}))
    except json.JSONDecodeError:
        raise InvalidTransform(f"Invalid InputTemplate : {template}") from None
