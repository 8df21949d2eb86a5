"""Cross-origin resource sharing: which rule of a bucket a browser's request meets, and what its answer then carries.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
"""

from __future__ import annotations

from typing import Any

Rule = dict[str, Any]
Headers = list[tuple[str, str]]


def met(rules: list[Rule], origin: str, method: str, asked: list[str] | None = None) -> Rule | None:
    """The first rule that allows the origin, the method and every header that a preflight request asks for."""
    for rule in rules:
        if method not in rule["AllowedMethods"]:
            continue
        if not any(_fits(pattern, origin) for pattern in rule["AllowedOrigins"]):
            continue
        allowed = [pattern.lower() for pattern in rule.get("AllowedHeaders") or ()]
        if all(any(_fits(pattern, name.lower()) for pattern in allowed) for name in asked or ()):
            return rule
    return None


def _fits(pattern: str, text: str) -> bool:
    before, star, after = pattern.partition("*")
    if not star:
        return pattern == text
    return len(text) >= len(pattern) - 1 and text.startswith(before) and text.endswith(after)


def headers_of(rule: Rule, origin: str, asked: list[str] | None = None) -> Headers:
    """What an answer carries for the rule that was met; that to a preflight request also the headers it `asked` for."""
    anyone = "*" in rule["AllowedOrigins"]
    headers = [
        ("Access-Control-Allow-Origin", "*" if anyone else origin),
        ("Access-Control-Allow-Methods", ", ".join(rule["AllowedMethods"])),
    ]
    if asked:
        headers.append(("Access-Control-Allow-Headers", ", ".join(name.lower() for name in asked)))
    if rule.get("ExposeHeaders"):
        headers.append(("Access-Control-Expose-Headers", ", ".join(rule["ExposeHeaders"])))
    if rule.get("MaxAgeSeconds") is not None:
        headers.append(("Access-Control-Max-Age", str(rule["MaxAgeSeconds"])))
    if not anyone:
        headers.append(("Access-Control-Allow-Credentials", "true"))
    return [*headers, ("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method")]
