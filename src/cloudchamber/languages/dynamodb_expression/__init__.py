"""DynamoDB's expressions over attribute values as they are on the wire (`{"S": "x"}`, `{"N": "1"}`).

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html

The values of a request are expected canonical: `values.canonical` checks and normalizes them.
"""

from cloudchamber.languages.dynamodb_expression.conditions import Condition, parse_condition
from cloudchamber.languages.dynamodb_expression.errors import InvalidExpression
from cloudchamber.languages.dynamodb_expression.keys import KeyCase, KeyCondition, parse_key_condition
from cloudchamber.languages.dynamodb_expression.projections import Projection, parse_projection
from cloudchamber.languages.dynamodb_expression.updates import Update, parse_update
from cloudchamber.languages.dynamodb_expression.usage import Usage

__all__ = [
    "Condition",
    "InvalidExpression",
    "KeyCase",
    "KeyCondition",
    "Projection",
    "Update",
    "Usage",
    "parse_condition",
    "parse_key_condition",
    "parse_projection",
    "parse_update",
]
