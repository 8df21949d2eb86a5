"""Metric math: expressions over time series, as GetMetricData and alarms take them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from functools import lru_cache

from cloudchamber.languages.metric_math.errors import InvalidExpression
from cloudchamber.languages.metric_math.evaluation import KEYWORDS, evaluate
from cloudchamber.languages.metric_math.parser import Node, Parser
from cloudchamber.languages.metric_math.values import Scope, Series, Value

__all__ = [
    "KEYWORDS",
    "InvalidExpression",
    "Node",
    "Scope",
    "Series",
    "Value",
    "compile_expression",
    "evaluate",
]


@lru_cache(maxsize=1024)
def compile_expression(text: str) -> Node:
    """Parse an expression. Raises `InvalidExpression`."""
    return Parser(text).parse()
