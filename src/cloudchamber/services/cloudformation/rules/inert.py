"""Resources without behaviour here (a VPC, a distribution): plausible ids and attributes, from their type's schema.

The forms of EC2's ids: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
"""

from __future__ import annotations

import hashlib
from typing import Any

from cloudchamber.aws import Logical, Made
from cloudchamber.aws.arn import partition_of
from cloudchamber.services.cloudformation.rules.schemas import read_only, schema_of, top_names

_EC2_PREFIXES = {
    "CustomerGateway": "cgw", "DHCPOptions": "dopt", "EIP": "eipalloc", "EgressOnlyInternetGateway": "eigw", "FlowLog": "fl",
    "Instance": "i", "InternetGateway": "igw", "KeyPair": "key", "LaunchTemplate": "lt", "NatGateway": "nat", "NetworkAcl": "acl",
    "NetworkInterface": "eni", "RouteTable": "rtb", "SecurityGroup": "sg", "SecurityGroupEgress": "sgr",
    "SecurityGroupIngress": "sgr", "Subnet": "subnet", "SubnetRouteTableAssociation": "rtbassoc", "TransitGateway": "tgw",
    "VPC": "vpc", "VPCEndpoint": "vpce", "VPCPeeringConnection": "pcx", "VPNConnection": "vpn", "VPNGateway": "vgw",
    "Volume": "vol",
}  # fmt: skip


def made(type_name: str, properties: dict[str, Any], logical: Logical, *, account: str, region: str) -> Made:
    """An inert resource as it would look. The same resource of the same stack always looks the same."""
    maker = _Maker(type_name, properties, logical, account, region)
    schema = schema_of(type_name) or {}
    identifier = [maker.identifying(name) for name in top_names(schema, "primaryIdentifier")]
    physical_id = "|".join(identifier) or logical.name()
    attributes = {name: maker.attribute(name) for name in read_only(type_name)}
    return Made(
        physical_id,
        attributes | {name: value for name, value in properties.items() if name not in attributes},
    )


class _Maker:
    def __init__(
        self, type_name: str, properties: dict[str, Any], logical: Logical, account: str, region: str
    ) -> None:
        self.type_name, self.properties, self.logical = type_name, properties, logical
        self.account, self.region = account, region
        _, self.service, self.noun = [*type_name.split("::"), "", ""][:3]
        self.hex = hashlib.sha256(
            f"{logical.stack_id}/{logical.logical_id}/{logical.suffix}".encode()
        ).hexdigest()
        self.writable = [
            n for n in (schema_of(type_name) or {}).get("properties") or {} if n not in read_only(type_name)
        ]

    def identifying(self, name: str) -> str:
        """A property of the primary identifier: as given, or as AWS would have made it."""
        given = self.properties.get(name)
        return (
            str(given)
            if given is not None and not isinstance(given, (dict, list))
            else str(self.attribute(name))
        )

    def attribute(self, name: str) -> Any:
        """A read-only property."""
        last = name.rpartition(".")[2]
        schema = self._schema(name)
        kind = schema.get("type", "string")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind in {"integer", "number"}:
            return schema.get("minimum", 0)
        if kind == "boolean":
            return False
        if kind in {"array", "object"}:
            return [] if kind == "array" else {}
        if schema.get("enum"):
            return schema["enum"][0]
        return self._text(last)

    def _schema(self, name: str) -> dict[str, Any]:
        root = schema_of(self.type_name) or {}
        schema: Any = root
        for part in name.split("."):
            schema = (schema.get("properties") or {}).get(part) or {}
            while "$ref" in schema:
                schema = (root.get("definitions") or {}).get(schema["$ref"].rpartition("/")[2]) or {}
        return schema

    def _text(self, last: str) -> str:
        lower = last.lower()
        if lower.endswith("arn"):
            return self._arn()
        if lower.endswith(("dnsname", "domainname", "endpoint", "address", "url", "uri")):
            host = f"{self.hex[:13]}.{self.service.lower()}.{self.region}.amazonaws.com"
            return f"https://{host}" if lower.endswith(("url", "uri")) else host
        if lower.endswith(("time", "date", "createdat", "updatedat", "timestamp")):
            return "1970-01-01T00:00:00Z"
        if lower.endswith("status") or lower == "state":
            return "ACTIVE"
        if lower.endswith("name"):
            return self._name()
        return self._id()

    def _id(self) -> str:
        if self.service == "EC2":
            prefix = _EC2_PREFIXES.get(self.noun, self.noun.lower())
            return f"{prefix}-0{self.hex[:16]}"
        if self.service == "CloudFront":
            return "E" + self.hex[:13].upper()
        if self.service == "Route53":
            return "Z" + self.hex[:20].upper()
        return f"{self.hex[:8]}-{self.hex[8:12]}-4{self.hex[12:15]}-a{self.hex[15:18]}-{self.hex[18:30]}"

    def _name(self) -> str:
        for name in ("Name", f"{self.noun}Name", f"{self.noun}Identifier", f"{self.noun}Id"):
            if isinstance(self.properties.get(name), str):
                return str(self.properties[name])
        return self.logical.name(63)

    def _arn(self) -> str:
        partition, noun = partition_of(self.region), self.noun.lower()
        named = any(name in self.writable for name in ("Name", f"{self.noun}Name"))
        tail = self._name() if named else self._id()
        return f"arn:{partition}:{self.service.lower()}:{self.region}:{self.account}:{noun}/{tail}"
