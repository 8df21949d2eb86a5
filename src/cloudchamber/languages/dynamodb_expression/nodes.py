"""What a parsed expression is made of."""

from dataclasses import dataclass

PathElements = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """A document path, names already substituted: `a.b[0]` is `("a", "b", 0)`."""

    elements: PathElements


@dataclass(frozen=True, slots=True)
class ValueRef:
    """An expression attribute value, by its name `:v`."""

    name: str


@dataclass(frozen=True, slots=True)
class Function:
    """A call of a function; also the arithmetic `+` and `-` of update expressions."""

    name: str
    arguments: "tuple[Operand, ...]"


Operand = Path | ValueRef | Function


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`, the operator one of `= <> < <= > >=`."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Between:
    """`operand BETWEEN low AND high`."""

    operand: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class In:
    """`operand IN (choices)`."""

    operand: Operand
    choices: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Logical:
    """`AND`, `OR` (two parts or more) or `NOT` (one part)."""

    operator: str
    parts: "tuple[Node, ...]"


Node = Comparison | Between | In | Logical | Function


def shown_path(elements: PathElements) -> str:
    """Return a path as DynamoDB's messages print it: `[a, b, [0]]`."""
    return (
        "[" + ", ".join(f"[{element}]" if isinstance(element, int) else element for element in elements) + "]"
    )
