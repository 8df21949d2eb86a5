"""Reads XML bodies, compiled once for each shape; namespaces do not matter, unknown elements are dropped."""

from collections.abc import Callable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLParser

from cloudchamber.wire.errors import MalformedRequest
from cloudchamber.wire.model import Shape
from cloudchamber.wire.text_values import text_reader

Read = Callable[[Element], Any]

_MALFORMED = "The XML you provided was not well-formed or did not validate against our published schema"


def malformed() -> MalformedRequest:
    """The error of a body that is not the XML it should be.

    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
    """
    return MalformedRequest("MalformedXML", _MALFORMED, 400)


def parse_xml(body: bytes) -> Element:
    """The root element. Document types, hence entities, are refused."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise malformed()
    parser = XMLParser()
    try:
        parser.feed(body)
        return parser.close()
    except (ParseError, ValueError, LookupError):
        raise malformed() from None


def local_name(tag: str) -> str:
    """An element's name without its namespace."""
    return tag.rpartition("}")[2]


class XmlReader:
    """Compiles shapes into readers of elements."""

    def __init__(self) -> None:
        self._compiled: dict[object, Read] = {}

    def members(self, members: Mapping[str, Shape]) -> Read:
        """A reader of an element that holds these members."""
        structure = _Structure()
        self._fill(structure, members)
        return structure.read

    def _fill(self, structure: "_Structure", members: Mapping[str, Shape]) -> None:
        for name, member in members.items():
            element = member.locationName or name
            if member.xmlAttribute:
                structure.attributes[local_name(element.replace(":", "}"))] = name
            elif member.type in ("list", "map") and member.flattened:
                inner = self.of(member.member) if member.type == "list" else self._entry(member)
                structure.repeated[element] = (name, inner, member.type == "map")
                if member.type == "list" and member.member.locationName:
                    structure.repeated[member.member.locationName] = (name, inner, False)
            else:
                structure.elements[element] = (name, self.of(member))

    def of(self, shape: Shape) -> Read:
        """A reader of the element that holds this shape."""
        found = self._compiled.get(shape.compile_key)
        if found is not None:
            return found
        if shape.type == "structure":
            structure = _Structure()
            read = self._compiled[shape.compile_key] = structure.read
            self._fill(structure, shape.members)
            return read
        if shape.type == "list":
            read = _list_reader(self.of(shape.member))
        elif shape.type == "map":
            entry = self._entry(shape)
            read: Read = lambda element: dict(entry(child) for child in element)  # noqa: E731
        else:
            read = _scalar_reader(shape)
        self._compiled[shape.compile_key] = read
        return read

    def _entry(self, shape: Shape) -> Callable[[Element], tuple[str, Any]]:
        key_name, value_name = shape.key.locationName or "key", shape.value.locationName or "value"
        value = self.of(shape.value)

        def read(element: Element) -> tuple[str, Any]:
            parts = {local_name(child.tag): child for child in element}
            if key_name not in parts or value_name not in parts:
                raise malformed()
            return parts[key_name].text or "", value(parts[value_name])

        return read


class _Structure:
    __slots__ = ("attributes", "elements", "repeated")

    def __init__(self) -> None:
        self.attributes: dict[str, str] = {}
        self.elements: dict[str, tuple[str, Read]] = {}
        self.repeated: dict[str, tuple[str, Callable[[Element], Any], bool]] = {}

    def read(self, element: Element) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, value in element.attrib.items():
            name = self.attributes.get(local_name(key))
            if name is not None:
                result[name] = value
        for child in element:
            tag = local_name(child.tag)
            known = self.elements.get(tag)
            if known is not None:
                result[known[0]] = known[1](child)
                continue
            repeated = self.repeated.get(tag)
            if repeated is not None:
                name, read, is_map = repeated
                if is_map:
                    result.setdefault(name, {}).update([read(child)])
                else:
                    result.setdefault(name, []).append(read(child))
        return result


def _list_reader(element: Read) -> Read:
    return lambda node: [element(child) for child in node]


def _scalar_reader(shape: Shape) -> Read:
    convert = text_reader(shape)

    def read(element: Element) -> Any:
        if len(element):
            raise malformed()
        text = element.text or ""
        try:
            return convert(text)
        except ValueError:
            raise malformed() from None

    return read
