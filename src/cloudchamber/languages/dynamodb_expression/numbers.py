"""DynamoDB numbers: text of up to 38 significant digits, magnitudes 1E-130 to 9.99…E+125.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number
"""

import re
from decimal import Context, Decimal, Inexact
from functools import lru_cache

from cloudchamber.languages.dynamodb_expression.errors import InvalidExpression

SIGNIFICANT_DIGITS_MAX = 38
EXPONENT_MAX = 125
EXPONENT_MIN = -130

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?", re.ASCII)
_PLAIN = re.compile(r"0|-?[1-9][0-9]{0,37}", re.ASCII)
# Wide enough that no sum of two storable numbers is rounded before it is checked.
_EXACT = Context(prec=400, Emax=999_999, Emin=-999_999, traps=[Inexact])


@lru_cache(maxsize=16384)
def decimal(text: str) -> Decimal:
    """Return the value of a number that has been normalized."""
    return Decimal(text)


def normalize(text: str) -> str:
    """Return the number as DynamoDB stores and prints it: no exponent, no trailing zeros.

    Raises `InvalidExpression` for text that is no number, and for numbers outside DynamoDB's range.
    """
    if _PLAIN.fullmatch(text):
        # Plain integers of at most 38 digits are already canonical.
        return text
    return _normalize(text)


@lru_cache(maxsize=16384)
def _normalize(text: str) -> str:
    if not text:
        raise InvalidExpression("The parameter cannot be converted to a numeric value")
    if not _NUMBER.fullmatch(text):
        raise InvalidExpression(f"The parameter cannot be converted to a numeric value: {text}")
    return _canonical(Decimal(text))


def _canonical(value: Decimal) -> str:
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    significant = "".join(map(str, digits)).lstrip("0")
    if not significant:
        return "0"
    trimmed = significant.rstrip("0")
    exponent += len(significant) - len(trimmed)
    magnitude = exponent + len(trimmed) - 1
    if magnitude > EXPONENT_MAX:
        raise InvalidExpression(
            "Number overflow. Attempting to store a number with magnitude larger than supported range"
        )
    if magnitude < EXPONENT_MIN:
        raise InvalidExpression(
            "Number underflow. Attempting to store a number with magnitude smaller than supported range"
        )
    if len(trimmed) > SIGNIFICANT_DIGITS_MAX:
        raise InvalidExpression("Attempting to store more than 38 significant digits in a Number")
    return ("-" if sign else "") + _plain(trimmed, exponent)


def _plain(digits: str, exponent: int) -> str:
    if exponent >= 0:
        return digits + "0" * exponent
    point = len(digits) + exponent
    if point > 0:
        return f"{digits[:point]}.{digits[point:]}"
    return f"0.{'0' * -point}{digits}"


def add(left: str, right: str) -> str:
    """Return the exact sum, normalized; raises `InvalidExpression` when DynamoDB could not store it."""
    return _canonical(_EXACT.add(decimal(left), decimal(right)))


def subtract(left: str, right: str) -> str:
    """Return the exact difference, normalized; raises `InvalidExpression` when it could not be stored."""
    return _canonical(_EXACT.subtract(decimal(left), decimal(right)))


@lru_cache(maxsize=16384)
def sortable(text: str) -> bytes:
    """Return bytes whose order is the order of the numbers: equal numbers give equal bytes."""
    sign, digits, exponent = Decimal(normalize(text)).as_tuple()
    assert isinstance(exponent, int)
    significant = "".join(map(str, digits)).lstrip("0")
    if not significant:
        return b"\x01"
    magnitude = exponent + len(significant) - 1
    trimmed = significant.rstrip("0")
    trimmed += "0" * (len(trimmed) % 2)
    pairs = bytes(int(trimmed[at : at + 2]) + 1 for at in range(0, len(trimmed), 2))
    body = bytes([magnitude - EXPONENT_MIN]) + pairs
    if not sign:
        return b"\x02" + body
    # Larger magnitudes come first below zero, and a number before its own extension by more digits.
    return b"\x00" + bytes(255 - byte for byte in body) + b"\xff"
