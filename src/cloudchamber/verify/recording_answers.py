"""What a client was given by one answer and uses in a later request: the id of an order, a receipt handle, an upload id.

Another run draws another one, so the later request says where it came from: `${#3.Messages[0].ReceiptHandle}` is what the answer
to request 3 holds there. Only what nobody would write by chance counts: eight characters or more, a digit among them, without
spaces, and not said by the client before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

LENGTH_MIN = 8
BODY_BYTES_MAX = 1024 * 1024  # what is longer is not looked through
_DRAWN = re.compile(r"(?=\S*\d)[^\s{}]{8,}")
_TOKENS = (re.compile(r"[^\s\"'/?&=,;<>(){}\[\]]{8,}"), re.compile(r"[\w-]{8,}"))
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_UNFIT = re.compile(r"[.\[\]{}]")


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The texts of an answer that were drawn, each with where it lies."""
    if isinstance(value, bytes):
        value = _parsed(value)
    if isinstance(value, str):
        if path and _DRAWN.fullmatch(value):
            yield value, path
    elif isinstance(value, dict):
        for key, each in value.items():
            if isinstance(key, str) and not _UNFIT.search(key):
                yield from leaves(each, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from leaves(each, f"{path}[{index}]")


def leaf(answer: Any, path: str) -> str:
    """What lies there. Raises KeyError when nothing does."""
    value = answer
    for key, index in _STEP.findall(path):
        if isinstance(value, bytes):
            value = _parsed(value)
        try:
            value = value[int(index)] if index else value[key]
        except (TypeError, IndexError):
            raise KeyError(path) from None
    if not isinstance(value, str):
        raise KeyError(path)
    return value


class Answers:
    """What answers have given so far, while a recording is gone through in order."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}  # by answers: the placeholder
        self._said: set[str] = set()  # by the client before
        self.used: set[int] = set()  # the requests whose answers were used

    def said(self, value: Any) -> None:
        """The client has sent this."""
        if isinstance(value, str):
            self._said.add(value)
            self._said.update(token for tokens in _TOKENS for token in tokens.findall(value))
        elif isinstance(value, dict):
            self.said(list(value))
            self.said(list(value.values()))
        elif isinstance(value, list):
            for each in value:
                self.said(each)

    def learn(self, number: int, found: list[tuple[str, str]], is_known: Callable[[str], bool]) -> None:
        """The answer to request `number` has come, with these `leaves`; `is_known` says which need no answer to be found."""
        for text, path in found:
            if text not in self._said and not is_known(text):
                self._given.setdefault(text, f"${{#{number}.{path}}}")

    def refer(self, value: Any) -> Any:
        """A request with what came from answers replaced."""
        if not self._given:
            return value
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.refer(each) for each in value]
        if isinstance(value, dict):
            return {key: self.refer(each) for key, each in value.items()}
        return value

    def _text(self, text: str) -> str:
        if len(text) < LENGTH_MIN:
            return text
        if text in self._given:
            return self._use(text)
        for tokens in _TOKENS:
            text = tokens.sub(lambda match: self._use(match[0]), text)
        return text

    def _use(self, token: str) -> str:
        placeholder = self._given.get(token)
        if placeholder is None:
            return token
        self.used.add(int(placeholder[3:].partition(".")[0]))
        return placeholder


def _parsed(body: bytes) -> Any:
    if body[:1] not in (b"{", b"[") or len(body) > BODY_BYTES_MAX:
        return None
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
