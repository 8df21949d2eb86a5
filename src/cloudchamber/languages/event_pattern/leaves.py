"""What a pattern asks of one field: a list of values and operators, any of which may hold.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
The reasons are those of AWS's event ruler, https://github.com/aws/event-ruler
"""

import ipaddress
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cloudchamber.languages.event_pattern.dialects import Dialect
from cloudchamber.languages.event_pattern.errors import InvalidPattern
from cloudchamber.languages.event_pattern.fields import is_number, key_of

Test = Callable[[Any], bool]

MATCH_TYPES = frozenset(
    {
        "anything-but",
        "cidr",
        "equals-ignore-case",
        "exists",
        "numeric",
        "prefix",
        "suffix",
        "wildcard",
    }
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
NUMERIC_MAX = Decimal("5e9")
"""https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html"""


@dataclass(frozen=True, slots=True)
class Leaf:
    """The alternatives for one field.

    `exact` are values; `prefixes`, `suffixes` and `folded` (equals-ignore-case) are texts that an index can
    find; `tests` is everything else. `absent` says that the field may be missing.
    """

    exact: frozenset[Any]
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    folded: frozenset[str] = frozenset()
    tests: tuple[Test, ...] = ()
    absent: bool = False
    count: int = 1

    def matches(self, key: Any) -> bool:
        """Say whether a field's value is one of the alternatives."""
        if key in self.exact:
            return True
        if isinstance(key, str):
            if self.prefixes and key.startswith(self.prefixes):
                return True
            if self.suffixes and key.endswith(self.suffixes):
                return True
            if self.folded and key.lower() in self.folded:
                return True
        return any(test(key) for test in self.tests)


def compile_leaf(alternatives: list[Any], dialect: Dialect) -> Leaf:
    """Compile the array of one field; raises `InvalidPattern`."""
    return _LeafCompiler(dialect).compile(alternatives)


class _LeafCompiler:
    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.exact: set[Any] = set()
        self.prefixes: list[str] = []
        self.suffixes: list[str] = []
        self.folded: set[str] = set()
        self.tests: list[Test] = []
        self.absent = False

    def compile(self, alternatives: list[Any]) -> Leaf:
        if not alternatives:
            raise self.refused("Empty arrays are not allowed")
        for alternative in alternatives:
            if isinstance(alternative, dict):
                self.operate(alternative)
            elif isinstance(alternative, list):
                raise self.refused("Match value must be String, number, true, false, or null")
            else:
                self.exact.add(key_of(alternative))
        return self.leaf(len(alternatives))

    def refused(self, reason: str) -> InvalidPattern:
        return InvalidPattern(self.dialect.refusal(reason))

    def operate(self, expression: dict[str, Any]) -> None:
        if not expression:
            raise self.refused("Match expression name not found")
        if len(expression) > 1:
            raise self.refused("Only one key allowed in match expression")
        ((name, argument),) = expression.items()
        match name:
            case "prefix" | "suffix":
                self.affix(name, argument)
            case "equals-ignore-case":
                self.folded.add(self.text(name, argument).lower())
            case "exists":
                self.exists(argument)
            case "anything-but":
                self.tests.append(self.anything_but(argument))
            case "numeric":
                self.tests.append(self.numeric(argument))
            case "cidr":
                self.tests.append(self.cidr(argument))
            case "wildcard" if not self.dialect.is_restricted:
                self.tests.append(self.wildcard(argument))
            case _:
                raise self.refused(f"Unrecognized match type {name}")

    def text(self, name: str, argument: Any) -> str:
        if not isinstance(argument, str):
            raise self.refused(f"{name} match pattern must be a string")
        return argument

    def affix(self, name: str, argument: Any) -> None:
        if isinstance(argument, dict) and list(argument) == ["equals-ignore-case"]:
            text = self.text("equals-ignore-case", argument["equals-ignore-case"]).lower()
            self.tests.append(_affix_ignoring_case(name, text))
            return
        (self.prefixes if name == "prefix" else self.suffixes).append(self.text(name, argument))

    def exists(self, argument: Any) -> None:
        if not isinstance(argument, bool):
            raise self.refused("exists match pattern must be either true or false.")
        if argument:
            self.tests.append(_present)
        else:
            self.absent = True

    def numeric(self, argument: Any) -> Test:
        if not isinstance(argument, list):
            raise self.refused("Value of numeric must be an array.")
        if not argument:
            raise self.refused("Invalid member in numeric match: ]")
        if len(argument) % 2:
            raise self.refused(f"Value of {argument[-1]} must be numeric")
        if len(argument) > 4:
            raise self.refused("Too many elements in numeric expression")
        bounds: list[tuple[Callable[[Any, Any], bool], Any]] = []
        for symbol, bound in zip(argument[::2], argument[1::2], strict=True):
            if not isinstance(symbol, str) or symbol not in _COMPARE:
                raise self.refused(f"Unrecognized numeric range operator: {symbol}")
            bounds.append((_COMPARE[symbol], self.number(symbol, bound)))
        if len(bounds) == 2:
            self.check_range(argument)
        return lambda key: is_number(key) and all(compare(key, bound) for compare, bound in bounds)

    def number(self, symbol: str, bound: Any) -> Any:
        key = key_of(bound)
        if not is_number(key):
            raise self.refused(f"Value of {symbol} must be numeric")
        if not -NUMERIC_MAX <= key <= NUMERIC_MAX:
            raise self.refused("Value must be between -5.0E9 and 5.0E9, inclusive")
        return key

    def check_range(self, argument: list[Any]) -> None:
        first, bottom, second, top = argument
        if first[0] != ">":
            raise self.refused("Too many elements in numeric expression")
        if second[0] != "<":
            raise self.refused(f"Bad numeric range operator: {second}")
        if key_of(bottom) >= key_of(top):
            raise self.refused("Bottom must be less than top")

    def cidr(self, argument: Any) -> Test:
        text = self.text("cidr", argument)
        if text.count("/") != 1:
            raise self.refused("Malformed CIDR, one '/' required")
        address, bits = text.split("/")
        if not bits.isdecimal():
            raise self.refused("Malformed CIDR, mask bits must be an integer")
        try:
            ipaddress.ip_address(address)
        except ValueError:
            raise self.refused(f"Nonstandard IP address: {address}") from None
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            raise self.refused(f"IPv{4 if '.' in address else 6} mask bits must be < 32") from None
        return lambda key: isinstance(key, str) and _within(key, network)

    def wildcard(self, argument: Any) -> Test:
        pattern = self.wildcard_pattern(self.text("wildcard", argument))
        return lambda key: isinstance(key, str) and pattern.fullmatch(key) is not None

    def wildcard_pattern(self, text: str) -> re.Pattern[str]:
        parts: list[str] = []
        at = 0
        while at < len(text):
            character = text[at]
            if character == "*":
                if text[at + 1 : at + 2] == "*":
                    raise self.refused(f"Consecutive wildcard characters at pos {at}")
                parts.append(".*")
            elif character == "\\":
                at += 1
                if text[at : at + 1] not in {"*", "\\"}:
                    raise self.refused(f"Invalid escape character at pos {at - 1}")
                parts.append(re.escape(text[at]))
            else:
                parts.append(re.escape(character))
            at += 1
        return re.compile("".join(parts), re.DOTALL)

    def anything_but(self, argument: Any) -> Test:
        if isinstance(argument, dict):
            return self.anything_but_operator(argument)
        listed = argument if isinstance(argument, list) else [argument]
        if not listed:
            raise self.refused("Empty arrays are not allowed")
        if any(value is None or isinstance(value, (bool, list, dict)) for value in listed):
            if isinstance(argument, list):
                raise self.refused("Inside anything but list, start|null|boolean is not supported.")
            raise self.refused("Value of anything-but must be an array or single string/number value.")
        if len({isinstance(value, str) for value in listed}) > 1:
            raise self.refused(
                "Inside anything but list, either all values are number or string, "
                "mixed type is not supported"
            )
        refused = frozenset(key_of(value) for value in listed)
        return lambda key: key not in refused

    def anything_but_operator(self, expression: dict[str, Any]) -> Test:
        if len(expression) != 1:
            raise self.refused("Only one key allowed in match expression")
        ((name, argument),) = expression.items()
        if self.dialect.is_restricted or name not in _INSIDE_ANYTHING_BUT:
            raise self.refused(f"Unsupported anything-but pattern: {name}")
        listed = argument if isinstance(argument, list) else [argument]
        if not listed:
            raise self.refused("Empty arrays are not allowed")
        inner = _LeafCompiler(self.dialect)
        for value in listed:
            if not isinstance(value, str) and not (name in {"prefix", "suffix"} and isinstance(value, dict)):
                raise self.refused(f"Inside {name} list, number|start|null|boolean is not supported.")
            if value == "" and name in {"prefix", "suffix"}:
                raise self.refused("Null prefix/suffix not allowed")
            inner.operate({name: value})
        leaf = inner.leaf()
        return lambda key: not leaf.matches(key)

    def leaf(self, count: int = 1) -> Leaf:
        """Return what has been compiled so far."""
        return Leaf(
            frozenset(self.exact),
            tuple(self.prefixes),
            tuple(self.suffixes),
            frozenset(self.folded),
            tuple(self.tests),
            self.absent,
            count,
        )


_INSIDE_ANYTHING_BUT = frozenset({"prefix", "suffix", "wildcard", "equals-ignore-case"})


def _present(_: Any) -> bool:
    return True


def _affix_ignoring_case(name: str, text: str) -> Test:
    if name == "prefix":
        return lambda key: isinstance(key, str) and key.lower().startswith(text)
    return lambda key: isinstance(key, str) and key.lower().endswith(text)


def _within(text: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(text) in network
    except ValueError:
        return False
