"""Names that a deployment made up, as the template calls them: `${Orders}` is the physical id of the resource `Orders`.

`${Orders.Name}` is the last part of it: the name in a queue's URL or a topic's ARN. A `${` that was there before is `${!`, as in
Fn::Sub. A name that somebody chose (`orders`) is replaced only where it names something: in an ARN, a URL, a member such as
`TableName`; a name that nobody would write by chance, everywhere.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-sub.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cloudchamber.verify.layout import last_part
from cloudchamber.verify.recording import Resource

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html and ids that services draw
_DRAWN = re.compile(r".*-(?=[A-Za-z]*\d)[A-Za-z0-9]{8,}|(?=[a-z]*\d)[a-z0-9]{10,}")
_NAMING = re.compile(
    r"(?i)(?:name|names|arn|arns|url|id|ids|bucket|source|resource|topic|table|bus|stream|queue)$"
)
_KEYS_ARE_NAMES = frozenset({"RequestItems"})
_COPIED = "CopySource"  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html: BUCKET/KEY
_ARN = re.compile(r"arn:aws[a-z-]*:(?P<service>[a-z0-9-]+):[a-z0-9-]*:\d*:(?P<rest>[\w$./:*+=@|-]+)")
_ARN_HEAD = re.compile(r"^arn:[^:]*:[^:]*:[^:]*:\d*:[\w-]*[:/]")
_QUEUE_URL = re.compile(r"https?://[\w.-]+(?::\d+)?/(?:queue/[a-z0-9-]+/)?\d{12}/(?P<name>[\w-]+(?:\.fifo)?)")
_PORT = re.compile(r"((?:localhost|127\.0\.0\.1)):\d+")
_SERVICES = {"StepFunctions": "states", "ApiGateway": "apigateway", "ApiGatewayV2": "apigateway"}
_NOT_NAMED = ("AWS::IAM::", "AWS::Lambda::Permission", "AWS::Lambda::Url", "AWS::ApiGateway::Stage")
_PLACEHOLDER = re.compile(r"\$\{(?:(?P<escaped>!)|(?P<name>[^{}!][^{}]*)\})")


class Namer:
    """Writes placeholders. `others`: more texts that are to be replaced everywhere, with the placeholders that stand for them."""

    def __init__(self, resources: Iterable[Resource], others: Mapping[str, str] | None = None) -> None:
        resources = [each for each in resources if not each.type.startswith(_NOT_NAMED) and each.physical_id]
        logical = [each.logical_id for each in resources]
        self._chosen: dict[str, list[tuple[str, str]]] = {}  # name -> (type, placeholder)
        drawn: dict[str, str] = {}
        for resource in resources:
            if logical.count(resource.logical_id) > 1:
                continue  # two stacks use it: it would mean neither
            whole, name = f"${{{resource.logical_id}}}", last_part(resource.physical_id)
            part = whole if name == resource.physical_id else f"${{{resource.logical_id}.Name}}"
            self._chosen.setdefault(name, []).append((resource.type, part))
            if name != resource.physical_id:
                drawn.setdefault(resource.physical_id, whole)
            if _DRAWN.fullmatch(name):
                drawn.setdefault(name, part)
        self._queues = {
            last_part(each.physical_id): f"${{{each.logical_id}}}"
            for each in resources
            if each.type == "AWS::SQS::Queue" and logical.count(each.logical_id) == 1
        }
        self._drawn = drawn | dict(others or {})
        longest = sorted(self._drawn, key=len, reverse=True)
        self._found = (
            re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, longest))})(?![A-Za-z0-9])")
            if longest
            else None
        )

    def text(self, text: str) -> str:
        """A text with what it names by ARN, URL, or a name that was drawn, replaced."""
        text = _QUEUE_URL.sub(lambda match: self._queues.get(match["name"], match[0]), text)
        if self._found:
            text = self._found.sub(lambda match: self._drawn[match[0]], text)
        return _ARN.sub(self._arn, text) if "arn:" in text else text

    def name(self, text: str, member: str) -> str:
        """A value that names something, as its member says; else as any text."""
        candidates = self._chosen.get(text)
        if not candidates:
            return self.text(text)
        return next(
            (part for kind, part in candidates if kind.rsplit("::", 1)[1].lower() in member.lower()),
            candidates[0][1],
        )

    def value(self, value: Any, member: str = "") -> Any:
        """A request, or what else is made of texts."""
        if isinstance(value, str):
            if member == _COPIED:
                bucket, slash, key = value.lstrip("/").partition("/")
                return self.name(bucket, "Bucket") + slash + self.text(key)
            return self.name(value, member) if _NAMING.search(member) else self.text(value)
        if isinstance(value, list):
            return [self.value(each, member) for each in value]
        if isinstance(value, dict):
            named = member in _KEYS_ARE_NAMES
            return {
                (self.name(key, "Table") if named else self.text(key)): self.value(each, key)
                for key, each in value.items()
            }
        return value

    def state(self, value: Any) -> Any:
        """What was stored, so that it can be held against what another deployment stored."""
        if isinstance(value, str):
            return _PORT.sub(r"\1", self.text(escaped(value)))
        if isinstance(value, list):
            return [self.state(each) for each in value]
        if isinstance(value, dict):
            return {self.state(str(key)): self.state(each) for key, each in value.items()}
        return value

    def _arn(self, match: re.Match[str]) -> str:
        def replaced(part: str) -> str:
            for kind, placeholder in self._chosen.get(part, ()):
                of = kind.split("::")[1]
                if _SERVICES.get(of, of.lower()) == match["service"]:
                    return placeholder
            return part

        rest = "".join(replaced(part) for part in re.split(r"([:/])", match["rest"]))
        return match[0][: match.start("rest") - match.start()] + rest

    def is_of_names(self, text: str) -> bool:
        """Whether a text of an answer is made of names only: an ARN, a queue's URL."""
        rest = _PLACEHOLDER.sub("", _ARN_HEAD.sub("", self.name(text, "Id")))
        return rest != text and re.search(r"[\w-]{8,}", rest) is None


def escaped(value: Any) -> Any:
    """The value with each `${` of its own made `${!`."""
    if isinstance(value, str):
        return value.replace("${", "${!")
    if isinstance(value, list):
        return [escaped(each) for each in value]
    if isinstance(value, dict):
        return {escaped(key): escaped(each) for key, each in value.items()}
    return value


def resolved(value: Any, meaning: Callable[[str], str]) -> Any:
    """The value with its placeholders replaced by what they mean. `meaning` may raise KeyError."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda match: "${" if match["escaped"] else meaning(match["name"]), value)
    if isinstance(value, list):
        return [resolved(each, meaning) for each in value]
    if isinstance(value, dict):
        return {resolved(key, meaning): resolved(each, meaning) for key, each in value.items()}
    return value
