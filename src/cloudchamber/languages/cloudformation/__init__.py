"""CloudFormation's template language: parse, resolve parameters, order resources, evaluate functions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-reference.html
"""

from cloudchamber.languages.cloudformation.dynamic import DynamicReference, find_references
from cloudchamber.languages.cloudformation.errors import InvalidTemplate
from cloudchamber.languages.cloudformation.evaluation import condition, evaluate, failed_assertions
from cloudchamber.languages.cloudformation.parameters import ResolvedParameter
from cloudchamber.languages.cloudformation.references import References, depends_on, order, references
from cloudchamber.languages.cloudformation.scope import NO_VALUE, Scope
from cloudchamber.languages.cloudformation.template import Template, parse_objects, parse_template

__all__ = [
    "NO_VALUE",
    "DynamicReference",
    "InvalidTemplate",
    "References",
    "ResolvedParameter",
    "Scope",
    "Template",
    "condition",
    "depends_on",
    "evaluate",
    "failed_assertions",
    "find_references",
    "order",
    "parse_objects",
    "parse_template",
    "references",
]
