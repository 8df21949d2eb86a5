"""How many bytes an item counts for.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from cloudchamber.languages.dynamodb_expression.values import Item, Value, type_of

CONTAINER_OVERHEAD_BYTES = 3
ELEMENT_OVERHEAD_BYTES = 1


def item_size_bytes(item: Item) -> int:
    """Return the size of an item: its attribute names in UTF-8 and its values."""
    total_bytes = 0
    for name, value in item.items():
        total_bytes += text_size_bytes(name) + value_size_bytes(value)
    return total_bytes


def value_size_bytes(value: Value) -> int:
    """Return the size of one attribute value, without its name."""
    if "S" in value:
        return text_size_bytes(value["S"])
    kind = type_of(value)
    held = value[kind]
    match kind:
        case "N":
            return number_size_bytes(held)
        case "B":
            return len(held)
        case "SS":
            return sum(map(text_size_bytes, held))
        case "NS":
            return sum(map(number_size_bytes, held))
        case "BS":
            return sum(map(len, held))
        case "L":
            return CONTAINER_OVERHEAD_BYTES + sum(
                ELEMENT_OVERHEAD_BYTES + value_size_bytes(element) for element in held
            )
        case "M":
            return CONTAINER_OVERHEAD_BYTES + sum(
                ELEMENT_OVERHEAD_BYTES + text_size_bytes(name) + value_size_bytes(element)
                for name, element in held.items()
            )
        case _:
            return 1


def text_size_bytes(text: str) -> int:
    """Return the length of a string in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def number_size_bytes(text: str) -> int:
    """Return about one byte for two significant digits, one for the exponent and one for a minus sign."""
    digits = text.lstrip("-").replace(".", "").strip("0")
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")
