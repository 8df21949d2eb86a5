"""The AWS::Serverless-2016-10-31 transform, by AWS's own translator.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-serverless.html
"""

from __future__ import annotations

import copy
from typing import Any

import msgspec

from cloudchamber.aws.arn import partition_of
from cloudchamber.languages.cloudformation import InvalidTemplate

SERVERLESS = "AWS::Serverless-2016-10-31"


class _Session(msgspec.Struct, frozen=True):
    """The one thing the translator asks of a boto3 session."""

    region_name: str


def translate(body: dict[str, Any], parameters: dict[str, Any], region: str) -> dict[str, Any]:
    """The template with its serverless resources replaced by what they stand for. Raises InvalidTemplate."""
    # Loading the translator takes a third of a second: only templates that need it pay.
    from samtranslator.internal.managed_policies import get_bundled_managed_policy_map
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.utils.py27hash_fix import (
        to_py27_compatible_template,
        undo_mark_unicode_str_in_template,
    )

    body = copy.deepcopy(body)
    policies: dict[str, str] = (get_bundled_managed_policy_map(partition_of(region)) or {}) | {}
    to_py27_compatible_template(body, parameters)
    session: Any = _Session(region)
    translator = Translator(policies, Parser(), boto_session=session)
    try:
        translated = translator.translate(
            body, parameter_values=parameters, get_managed_policy_map=lambda: policies
        )
    except InvalidDocumentException as error:
        raise InvalidTemplate(f"Transform {SERVERLESS} failed with: {_text(error)}") from None
    finally:
        translator.metrics.publish()  # to nobody; it complains of numbers that were kept back
    return undo_mark_unicode_str_in_template(translated)


def _text(error: Any) -> str:
    causes = sorted(str(cause.message) for cause in error.causes)
    return f"{error.message} {' '.join(causes)}"
