"""Filter patterns of CloudWatch Logs: metric filters, subscription filters and FilterLogEvents.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from functools import lru_cache

from cloudchamber.languages.filter_pattern.columns import ColumnPattern
from cloudchamber.languages.filter_pattern.errors import InvalidFilterPattern
from cloudchamber.languages.filter_pattern.selectors import JsonPattern
from cloudchamber.languages.filter_pattern.words import WordPattern

FilterPattern = WordPattern | ColumnPattern | JsonPattern

__all__ = [
    "ColumnPattern",
    "FilterPattern",
    "InvalidFilterPattern",
    "JsonPattern",
    "WordPattern",
    "compile_filter",
]


@lru_cache(maxsize=1024)
def compile_filter(text: str) -> FilterPattern:
    """Compile a filter pattern; an empty one matches everything. Raises `InvalidFilterPattern`."""
    stripped = text.strip()
    if stripped.startswith("{") and stripped.endswith("}"):
        return JsonPattern(stripped[1:-1])
    if stripped.startswith("[") and stripped.endswith("]"):
        return ColumnPattern(stripped[1:-1])
    return WordPattern(stripped)
