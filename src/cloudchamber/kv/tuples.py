"""Order-preserving encoding of tuples of str, bytes and int: packed keys sort as the tuples do.

The encoding is FoundationDB's tuple layer, restricted to these three types
(https://github.com/apple/foundationdb/blob/main/design/tuple.md): bytes before text before numbers.
"""

from __future__ import annotations

from typing import TypeAlias

Element: TypeAlias = str | bytes | int

_BYTES, _TEXT, _ZERO = 0x01, 0x02, 0x14


def pack(elements: tuple[Element, ...]) -> bytes:
    """The key of a tuple. Integers may have up to 8 bytes either side of zero."""
    return b"".join([_pack_one(e) for e in elements])


def _pack_one(element: Element) -> bytes:
    if type(element) is str:
        encoded = element.encode("utf-8", "surrogatepass")
        return b"\x02" + (encoded.replace(b"\x00", b"\x00\xff") if b"\x00" in encoded else encoded) + b"\x00"
    if type(element) is int:
        if element >= 0:
            length = (element.bit_length() + 7) >> 3
            if length > 8:
                raise OverflowError("an integer of a key has at most 8 bytes")
            return bytes((_ZERO + length,)) + element.to_bytes(length, "big")
        length = ((-element).bit_length() + 7) >> 3
        if length > 8:
            raise OverflowError("an integer of a key has at most 8 bytes")
        return bytes((_ZERO - length,)) + (element + (1 << (8 * length)) - 1).to_bytes(length, "big")
    if type(element) is bytes:
        return b"\x01" + element.replace(b"\x00", b"\x00\xff") + b"\x00"
    raise TypeError(f"a key is made of str, bytes and int, not {type(element).__name__}")


def unpack(key: bytes, start: int = 0) -> tuple[Element, ...]:
    """The tuple of a key, from byte `start` on."""
    elements: list[Element] = []
    while start < len(key):
        code = key[start]
        if code in (_BYTES, _TEXT):
            end = _end_of_text(key, start + 1)
            raw = key[start + 1 : end].replace(b"\x00\xff", b"\x00")
            elements.append(raw if code == _BYTES else raw.decode("utf-8", "surrogatepass"))
            start = end + 1
        elif _ZERO - 8 <= code <= _ZERO + 8:
            length = abs(code - _ZERO)
            value = int.from_bytes(key[start + 1 : start + 1 + length], "big")
            elements.append(value if code >= _ZERO else value - (1 << (8 * length)) + 1)
            start += 1 + length
        else:
            raise ValueError(f"not a packed tuple: code {code} at byte {start}")
    return tuple(elements)


def _end_of_text(key: bytes, start: int) -> int:
    end = key.index(b"\x00", start)
    while key[end + 1 : end + 2] == b"\xff":
        end = key.index(b"\x00", end + 2)
    return end


def after(prefix: bytes) -> bytes:
    """The first key behind every key that begins with `prefix` (a packed tuple)."""
    return prefix + b"\xff"
