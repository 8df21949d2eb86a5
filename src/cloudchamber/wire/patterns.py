"""The models' regular expressions are Java's: here they become Python's, where Python has an equal."""

import re
from functools import cache

# Unicode classes as Python can say them inside a character class.
_CLASSES = {
    "N": "\\d",
    "Nd": "\\d",
    "Z": "\\s\\u00a0\\u2000-\\u200b",
    "Zs": " \\u00a0\\u2000-\\u200a\\u202f\\u205f\\u3000",
    "P": "!-/:-@\\[-`{-~\\u00a1-\\u00bf\\u2010-\\u2027\\u2030-\\u205e\\u3001-\\u3003",
    "S": "$+<=>^`|~\\u00a2-\\u00a9\\u2044\\u20a0-\\u20bf\\u2100-\\u214f\\u2190-\\u23ff",
    "M": "\\u0300-\\u036f",
    "C": "\\x00-\\x1f\\x7f-\\x9f",
    "Cc": "\\x00-\\x1f\\x7f-\\x9f",
    "Cntrl": "\\x00-\\x1f\\x7f",
    "ASCII": "\\x00-\\x7f",
    "Alnum": "A-Za-z0-9",
    "Alpha": "A-Za-z",
    "Digit": "0-9",
    "Lower": "a-z",
    "Upper": "A-Z",
    "Ll": "a-z\\u00df-\\u00f6\\u00f8-\\u00ff",
    "Lu": "A-Z\\u00c0-\\u00d6\\u00d8-\\u00de",
    "Print": "\\x20-\\x7e",
    "Graph": "\\x21-\\x7e",
    "Punct": "!-/:-@\\[-`{-~",
    "Space": "\\s",
    "XDigit": "0-9A-Fa-f",
}
_LETTERS = (
    "A-Za-z\\u00aa\\u00b5\\u00ba\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02c1\\u0370-\\u1fff\\u2c00-\\ud7ff"
    "\\uf900-\\ufdff\\ufe70-\\uffdc\\U00010000-\\U0001f000\\U00020000-\\U000323af"
)
_CLASS_THEN_HYPHEN = re.compile(r"(\\[wds])-(?=[^\]])")
_SURROGATES = "\\uD800\\uDC00-\\uDBFF\\uDFFF"
_TOKEN = re.compile(r"\\([pP])\{(?:Is)?(\w+)\}|\\x\{([0-9A-Fa-f]+)\}|\\([zZ])|\\.|(\[)|(\])", re.DOTALL)


def _class(name: str) -> str | None:
    return _LETTERS if name in ("L", "Alphabetic", "Letter") else _CLASSES.get(name)


def translate(pattern: str) -> str | None:
    """Python's form of a pattern, or None when it has no equal."""
    pattern = pattern.replace(_SURROGATES, "\\U00010000-\\U0010FFFF")
    depth = 0
    parts: list[str] = []
    last = 0
    for token in _TOKEN.finditer(pattern):
        parts.append(pattern[last : token.start()])
        last = token.end()
        kind, name, code, end, opening, closing = token.groups()
        if kind is not None:
            content = _class(name)
            if content is None or (kind == "P" and depth):
                return None
            parts.append(content if depth else f"[{'^' if kind == 'P' else ''}{content}]")
        elif code is not None:
            parts.append(f"\\U{int(code, 16):08x}")
        elif end is not None:
            parts.append("\\Z")
        elif opening:
            if depth:
                parts.append("\\[")
            else:
                depth = 1
                parts.append("[")
        else:
            if closing and depth:
                depth = 0
            parts.append(token[0])
    parts.append(pattern[last:])
    return _CLASS_THEN_HYPHEN.sub(r"\1\-", "".join(parts))


@cache
def compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern ready for `fullmatch`, as Java's `matches` does; None when Python cannot hold it."""
    translated = translate(pattern)
    if translated is None:
        return None
    try:
        return re.compile(translated)
    except (re.error, OverflowError):
        return None
